import { describe, expect, test } from "vitest";
import { usualHistory } from "#model/site";
import { formatInstant, later, seconds } from "#model/time";
import { createBacktests } from "../../../gateway/backtest/backtests.ts";
import { openArchive } from "../../../gateway/history/archive.ts";
import { deviceOf, pointsOf, rule } from "../../rules/support/rule-bench.ts";
import { building } from "../../support/building.ts";
import { createDataFolder } from "../../support/data-folder.ts";
import { START, startStand } from "./stand.ts";

const points = pointsOf("pump", { pressure: "MPa" });
const site = { ...building(), devices: [deviceOf("pump", [0])], points };
const low = rule({ id: "water.low", when: "pressure < 0.2 MPa", on: "10s" });
const path = "/api/rules/backtest";

async function startBacktests() {
  const folder = createDataFolder();
  {
    using archive = openArchive({
      folder: folder.path,
      points: points.map(({ id }) => id),
      retention: usualHistory,
      isStart: true,
      tellBroken: () => {},
      tellPutAside: () => {},
    });
    const count = 400;
    archive.add(
      {
        count,
        series: new Int32Array(count),
        at: Float64Array.from({ length: count }, (_, i) => START - 400_000 + i * 1_000),
        value: Float64Array.from({ length: count }, (_, i) => (i >= 100 && i < 150 ? 0.1 : 0.4)),
        code: new Uint8Array(count),
      },
      START,
    );
  }
  const backtests = createBacktests({
    site,
    folder: folder.path,
    readChanged: async (_id, text) =>
      text === "wrong"
        ? {
            problems: [
              {
                file: "with",
                line: 1,
                column: 1,
                level: "error",
                what: { zh: "错", en: "wrong" },
                todo: { zh: "改", en: "mend" },
              },
            ],
          }
        : { rule: rule({ id: "water.low", when: "pressure < 0.2 MPa", on: text }) },
  });
  const stand = await startStand({ backtests, site, rules: [{ rule: low, devices: ["pump"], sentence: low.title }] });
  return {
    ...stand,
    /** The job when it has ended. A thread of its own tells nobody but the next who asks. */
    async over() {
      for (;;) {
        const { body } = await stand.ask("GET", path, { as: "engineer" });
        if (body.state !== "running") return body;
        await new Promise((done) => setImmediate(done));
      }
    },
    async [Symbol.asyncDispose]() {
      await stand[Symbol.asyncDispose]();
      await backtests[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

describe("a backtest by the API", () => {
  test("runs beside the house and ends with its report; the changed rule is compared", async () => {
    await using house = await startBacktests();
    const started = await house.ask("POST", path, { as: "engineer", body: { rule: "water.low", with: "1m" } });
    expect([started.status, started.body]).toEqual([202, { id: 1, rule: "water.low", state: "running", progress: 0 }]);
    const job = await house.over();
    expect(job).toMatchObject({ state: "done", progress: 1 });
    expect(job.report.alarms).toMatchObject([
      {
        alarm: "water.low@pump",
        from: formatInstant(later(START, seconds(-290))),
        to: formatInstant(later(START, seconds(-250))),
      },
    ]);
    expect(job.report.changed).toMatchObject({ alarms: [], same: 0, missed: [{ device: "pump" }], extra: [] });
  });

  test("is one at a time, and can be cancelled", async () => {
    await using house = await startBacktests();
    const body = { rule: "water.low", from: "2020-01-01T00:00:00Z" };
    expect((await house.ask("POST", path, { as: "engineer", body })).status).toBe(202);
    const second = await house.ask("POST", path, { as: "engineer", body });
    expect([second.status, second.body.code]).toEqual([409, "backtest-running"]);
    expect((await house.ask("DELETE", path, { as: "engineer" })).body.state).toBe("cancelled");
    expect((await house.ask("POST", path, { as: "engineer", body: { rule: "water.low" } })).status).toBe(202);
    expect((await house.over()).state).toBe("done");
  });

  test("says when there is no history", async () => {
    await using house = await startStand({ site, rules: [{ rule: low, devices: ["pump"], sentence: low.title }] });
    expect((await house.ask("GET", path, { as: "engineer" })).status).toBe(404);
    await house.ask("POST", path, { as: "engineer", body: { rule: "water.low" } });
    for (;;) {
      const { body } = await house.ask("GET", path, { as: "engineer" });
      if (body.state === "running") continue;
      expect(body).toMatchObject({ state: "failed", because: { en: expect.stringContaining("no history.db") } });
      return;
    }
  });

  test.each([
    [{}, 400],
    [{ rule: "../../etc" }, 400],
    [{ rule: "water.low", from: "yesterday" }, 400],
    [{ rule: "water.low", from: "2027-01-01T00:00:00Z" }, 400],
    [{ rule: "water.low", with: "x".repeat(70_000) }, 400],
    [{ rule: "water.low", speed: 9 }, 400],
    [{ rule: "water.high" }, 404],
    [{ rule: "water.low", with: "wrong" }, 422],
  ])("%j is refused with %i", async (body, status) => {
    await using house = await startBacktests();
    const answer = await house.ask("POST", path, { as: "engineer", body });
    expect([answer.status, Object.keys(answer.body.message)]).toEqual([status, ["zh", "en"]]);
  });
});

describe("what the last days say about the rules", () => {
  test("a tuning report of all rules is started, followed, and kept", async () => {
    await using house = await startBacktests();
    const tuning = "/api/rules/tuning";
    expect((await house.ask("GET", tuning, { as: "engineer" })).status).toBe(404);
    const started = await house.ask("POST", tuning, { as: "engineer", body: { days: 7 } });
    expect([started.status, started.body.state]).toEqual([202, "running"]);
    expect((await house.ask("POST", tuning, { as: "engineer", body: { days: 7 } })).body.code).toBe("study-running");
    for (;;) {
      const { body } = await house.ask("GET", tuning, { as: "engineer" });
      if (body.state === "running") continue;
      expect(body).toMatchObject({
        state: "done",
        report: { broken: 0, rows: [{ rule: "water.low", device: "pump", alarms: 1, pendingCancelled: 0 }] },
      });
      return;
    }
  });

  test("learned parameters are shown; of less than a day there are none", async () => {
    await using house = await startBacktests();
    expect(await house.ask("GET", "/api/rules/learned", { as: "engineer" })).toMatchObject({ status: 200, body: [] });
    expect((await house.ask("GET", "/api/rules/learned", { as: "operator" })).status).toBe(403);
  });
});
