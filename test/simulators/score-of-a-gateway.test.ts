/** The score of a real gateway beside the simulated building, both as processes: told in time, not told, too late, told for nothing. */
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Score } from "../../simulators/score.ts";
import type { TruthRecord } from "../../simulators/truth.ts";
import { ADMIN_TOKEN, DEMO_SITE, type HouseProcess, startHouseProcess } from "../support/house-process.ts";

const program = fileURLToPath(new URL("../../simulators/main.ts", import.meta.url));
const patience = { timeout: 120_000, interval: 500 };

async function scoreOf(house: HouseProcess): Promise<Score> {
  const asked = `${house.control}/score?gateway=${encodeURIComponent(house.url)}`;
  const answer = await fetch(asked, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Score;
}
const marksOf = async (house: HouseProcess, rule: string) =>
  (await scoreOf(house)).rules.find((one) => one.rule === rule);

/** Plays a story and waits for its t0. */
async function play(house: HouseProcess, scenario: string, device: string): Promise<void> {
  expect((await house.simulator("POST", "/play", { scenario, device })).status).toBe(200);
  const begins = async () =>
    (await house.simulator<TruthRecord[]>("GET", "/truth")).body.filter(
      (record) => record.kind === "start" && record.scenario === scenario,
    ).length;
  await expect.poll(begins, patience).toBe(1);
}

function askOnTheCommandLine(house: HouseProcess, token: string): Promise<{ code: number; out: string; err: string }> {
  const env = {
    PATH: process.env.PATH ?? "",
    LANG: "C.UTF-8",
    GATEHOUSE_SIM_PORT: new URL(house.control).port,
    GATEHOUSE_TOKEN: token,
  };
  return new Promise((resolve) =>
    execFile(process.execPath, [program, "score", "--gateway", house.url], { env }, (error, out, err) =>
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, out, err }),
    ),
  );
}

test("a live gateway is scored: detected, missed until it is told late, and false, with the delay of each rule", {
  timeout: 480_000,
}, async () => {
  await using house = await startHouseProcess();
  await house.until("doors and panel answer", ({ devices }) =>
    ["door-2", "fire-1", "booster-1"].every((id) => devices.get(id)?.state === "online"),
  );
  expect(await scoreOf(house)).toMatchObject({ detected: 0, late: 0, missed: 0, false: 0, rules: [] });

  await play(house, "door-forced", "door-2");
  await house.until("the forced door", ({ alarms }) => alarms.get("access.forced@door-2")?.state !== undefined);
  const forced = await marksOf(house, "access.forced");
  expect(forced).toMatchObject({ expected: 1, detected: 1, late: 0, missed: 0, false: 0 });
  expect(forced?.longestDelay).toBeGreaterThan(0);
  expect(forced?.longestDelay).toBeLessThanOrEqual(4);
  expect(await askOnTheCommandLine(house, ADMIN_TOKEN)).toMatchObject({ code: 0, err: "" });

  // The panel's line is dead while somebody presses a call point: nobody is told before the deadline.
  await house.simulator("POST", "/faults", { device: "fire-1", fault: "silence" });
  await play(house, "fire-call-point", "fire-1");
  await expect.poll(async () => (await marksOf(house, "fire.alarm"))?.missed, patience).toBe(1);
  await house.simulator("POST", "/faults", { device: "fire-1", fault: "silence", on: false });
  await expect
    .poll(async () => await marksOf(house, "fire.alarm"), patience)
    .toMatchObject({ expected: 1, detected: 0, late: 1, missed: 0 });
  expect((await marksOf(house, "fire.alarm"))?.longestDelay).toBeGreaterThan(2);

  // Something is told of which the building knows nothing.
  await house.simulator("POST", "/set", { device: "booster-1", point: "room_flood", value: 1 });
  await expect.poll(async () => (await marksOf(house, "water.room_flood"))?.false, patience).toBe(1);

  const shown = await askOnTheCommandLine(house, ADMIN_TOKEN);
  expect(shown.code).toBe(1);
  expect(shown.out).toMatch(/^access\.forced +1\/1 +late 0 +missed 0 +false 0 +\d[\d.]* s$/m);
  expect(shown.out).toMatch(/^fire\.alarm +0\/1 +late 1 +missed 0 +false 0 +\d[\d.]* s$/m);
  expect(shown.out).toMatch(/^water\.room_flood +0\/0 +late 0 +missed 0 +false 1 +– s$/m);

  const stranger = await askOnTheCommandLine(house, "not-a-token-of-this-house-0123456789");
  expect([stranger.code !== 0, stranger.out]).toEqual([true, ""]);
  expect(stranger.err).toMatch(/401/);
});

/** The demo site with a rule switched off, one that waits too long, and one that rings too easily. */
function deafSite(): { folder: string; [Symbol.dispose](): void } {
  const folder = mkdtempSync(join(tmpdir(), "deaf-"));
  cpSync(DEMO_SITE, folder, { recursive: true });
  writeFileSync(
    join(folder, "rules", "deaf.yaml"),
    [
      "- override: access.forced",
      "  enabled: false",
      "- override: access.tamper_reader",
      "  on_delay: 20s",
      ...["access.held_open", "access.held_prealarm"].flatMap((rule) => [
        `- override: ${rule}`,
        "  params: { heldHold: 4s }",
      ]),
    ].join("\n"),
  );
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

test("a gateway whose site misses, is late and rings for nothing on purpose is told so, rule by rule", {
  timeout: 480_000,
}, async () => {
  using site = deafSite();
  await using house = await startHouseProcess({ args: [site.folder, "--simulate"] });
  await house.until("the doors answer", ({ devices }) =>
    ["door-1", "door-2"].every((id) => devices.get(id)?.state === "online"),
  );

  await play(house, "door-forced", "door-2");
  await expect.poll(() => marksOf(house, "access.forced"), patience).toMatchObject({ expected: 1, missed: 1 });
  await house.simulator("POST", "/stop", { device: "door-2" });

  await play(house, "door-reader-cut", "door-2");
  await expect
    .poll(() => marksOf(house, "access.tamper_reader"), patience)
    .toMatchObject({ expected: 1, detected: 0, late: 1, missed: 0 });
  expect((await marksOf(house, "access.tamper_reader"))?.longestDelay).toBeGreaterThan(19);
  await expect
    .poll(() => marksOf(house, "access.reader_offline"), patience)
    .toMatchObject({ expected: 1, detected: 1, late: 0 });
  await house.simulator("POST", "/stop", { device: "door-2" });

  // An ordinary visit: the door stands open for fifteen seconds, of which this gateway makes an alarm.
  const visit = { scenario: "door-visit", device: "door-1", params: { openFor: 15 } };
  await expect.poll(async () => (await house.simulator("POST", "/play", visit)).status, patience).toBe(200);
  await expect
    .poll(async () => (await scoreOf(house)).falseAlarms.map(({ alarm }) => alarm), patience)
    .toContain("access.held_open@door-1");

  const shown = await askOnTheCommandLine(house, ADMIN_TOKEN);
  expect(shown.code).toBe(1);
  expect(shown.out).toMatch(/^access\.forced +0\/1 +late 0 +missed 1 /m);
  expect(shown.out).toMatch(/^access\.tamper_reader +0\/1 +late 1 +missed 0 /m);
  expect(shown.out).toMatch(/^access\.reader_offline +1\/1 +late 0 +missed 0 /m);
  // Beside the visit: a forced door that this gateway does not know as forced may have stood open too long for it.
  expect(shown.out).toMatch(/^access\.held_open +0\/0 +late 0 +missed 0 +false [12] /m);
});
