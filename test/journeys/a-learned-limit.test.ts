/** An engineer lets the gateway learn from its history, applies a limit, and finds it there after a power cut: real process, real files. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { usualHistory } from "#model/site";
import type { RuleBody } from "../../gateway/api/rule-shapes.ts";
import type { JournalBody } from "../../gateway/api/shapes.ts";
import type { LearnedBody } from "../../gateway/api/study-shapes.ts";
import { openArchive } from "../../gateway/history/archive.ts";
import { createDataFolder } from "../support/data-folder.ts";
import { DEMO_SITE, type HouseProcess, startHouseProcess } from "../support/house-process.ts";

const MAIN = fileURLToPath(new URL("../../gateway/main.ts", import.meta.url));
const MINUTE = 60_000;
const path = "/api/rules/learned";

/** Three days of flow, minute by minute: 6 m³/h, and 8 more for three minutes at each noon. */
function threeDays(folder: string): void {
  using archive = openArchive({
    folder,
    points: ["booster-1.flow"],
    retention: usualHistory,
    isStart: true,
    tellBroken: () => {},
    tellPutAside: () => {},
  });
  const count = 3 * 1_440;
  const begin = (Math.floor(Date.now() / MINUTE) - count) * MINUTE;
  archive.add(
    {
      count,
      series: new Int32Array(count),
      at: Float64Array.from({ length: count }, (_, i) => begin + i * MINUTE),
      value: Float64Array.from({ length: count }, (_, i) => (i % 1_440 >= 720 && i % 1_440 < 723 ? 14 : 6)),
      code: new Uint8Array(count),
    },
    Date.now(),
  );
  archive.sealAll();
}

async function learn(house: HouseProcess): Promise<LearnedBody> {
  expect((await house.call("POST", path, { days: 3 })).status).toBe(202);
  // The study tells nobody but the next who asks, and who asks too often is told to wait.
  for (;;) {
    await new Promise((done) => setTimeout(done, 500));
    const { body } = await house.call<LearnedBody>("GET", path);
    if (body.study?.state !== "running") return body;
  }
}

test("learned, tried, applied, kept over a power cut, shown everywhere, taken back", { timeout: 400_000 }, async () => {
  using folder = createDataFolder();
  threeDays(folder.path);
  {
    await using house = await startHouseProcess({ data: folder.path });
    const { study } = await learn(house);
    expect(study).toMatchObject({ state: "done" });
    const pump = study?.report?.devices.find(({ device }) => device === "booster-1");
    const step = pump?.suggestions.find(({ what }) => what === "burstStep");
    expect(step).toMatchObject({ values: [9.6], now: { values: [5], from: "rules" } });
    expect(step?.trial.map(({ rule }) => rule)).toContain("water.pipe_burst_drop");
    const named = pump?.suggestions.find(({ what }) => what === "normalFlow");
    expect(named).toMatchObject({ now: { from: "device" }, notNow: { zh: expect.stringContaining("以文件为准") } });
    const refused = await house.call<{ code: string }>("POST", `${path}/booster-1/normalFlow`, {
      reason: "x",
      commandId: "l-0",
    });
    expect([refused.status, refused.body.code]).toEqual([409, "file-goes-first"]);

    const wish = { reason: "每日午间补水", commandId: "l-1" };
    const offer = await house.call<{ confirm: string }>("POST", `${path}/booster-1/burstStep`, wish);
    const { confirm } = offer.body;
    const done = await house.call<LearnedBody>("POST", `${path}/booster-1/burstStep`, { ...wish, confirm });
    expect([done.status, done.body.applied]).toMatchObject([200, [{ state: "in-force", values: [9.6], was: [5] }]]);
    // The answer was lost on the way: sent again it is done once.
    const again = await house.call<LearnedBody>("POST", `${path}/booster-1/burstStep`, { ...wish, confirm });
    expect([again.status, again.body.applied.length]).toEqual([200, 1]);

    const { status, stdout } = spawnSync(process.execPath, [MAIN, "backtest", DEMO_SITE, "--learn"], {
      env: { ...process.env, GATEHOUSE_DATA: folder.path, LANG: "en_US.UTF-8", LC_ALL: "en_US.UTF-8" },
      encoding: "utf8",
    });
    expect(status).toBe(0);
    expect(stdout).toMatch(/burstStep .*: learned 9\.6 m3\/h, in force 9\.6 m3\/h \(learned and applied\)/);
    expect(stdout).toMatch(/normalFlow .*in force 8 m3\/h \(the device's own file\)/);
    await house.kill();
  }
  await using house = await startHouseProcess({ data: folder.path });
  const rules = await house.call<readonly RuleBody[]>("GET", "/api/rules");
  const burst = rules.body.find(({ id }) => id === "water.pipe_burst_drop");
  expect(burst?.params.find(({ name }) => name === "burstStep")?.own).toMatchObject([
    { device: "booster-1", value: 9.6, from: "learned", reason: "每日午间补水" },
  ]);
  const journal = await house.call<readonly JournalBody[]>("GET", "/api/journal?about=device:booster-1");
  expect(journal.body.filter(({ event }) => event === "learned-applied")).toMatchObject([
    { data: { what: "burstStep", was: [5], values: [9.6] } },
  ]);
  const back = await house.call<LearnedBody>("POST", `${path}/booster-1/burstStep/take-back`, {
    reason: "补水已改夜间",
    commandId: "l-2",
  });
  expect([back.status, back.body.applied]).toEqual([200, []]);
  expect((await house.call<{ ok: boolean }>("GET", "/api/journal/verify")).body.ok).toBe(true);
});
