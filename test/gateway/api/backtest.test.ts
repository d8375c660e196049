import { describe, expect, test } from "vitest";
import { usualHistory } from "#model/site";
import { formatInstant, later, minutes, seconds } from "#model/time";
import { createBacktests } from "../../../gateway/backtest/backtests.ts";
import { openArchive } from "../../../gateway/history/archive.ts";
import { deviceOf, param, pointsOf, rule } from "../../rules/support/rule-bench.ts";
import { building } from "../../support/building.ts";
import { createDataFolder } from "../../support/data-folder.ts";
import { START, startStand } from "./stand.ts";

const points = pointsOf("pump", { pressure: "MPa", flow: "m3/h" });
const burst = rule({
  id: "water.burst",
  when: "flow > median(flow, 10m) + burstStep",
  params: { burstStep: param(5, "m3/h") },
});
const usual = rule({ id: "water.usual", when: "flow > 100 m3/h + baseline(flow)" });
const site = { ...building(), devices: [deviceOf("pump", [0, 1])], points, rules: [burst, usual] };
const low = rule({ id: "water.low", when: "pressure < 0.2 MPa", on: "10s" });
const path = "/api/rules/backtest";

/** `flowMinutes`: so long a flow of 6 m³/h is known, with 7 more for a minute each day. */
async function startBacktests(flowMinutes = 0) {
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
    archive.add(
      {
        count: flowMinutes,
        series: new Int32Array(flowMinutes).fill(1),
        at: Float64Array.from({ length: flowMinutes }, (_, i) => START - (flowMinutes - i) * 60_000),
        value: Float64Array.from({ length: flowMinutes }, (_, i) => 6 + (i % 1_440 === 720 ? 7 : 0)),
        code: new Uint8Array(flowMinutes),
      },
      START,
    );
  }
  const backtests = createBacktests({
    site: () => site,
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
    /** What a study of the last 7 days has found. */
    async learn() {
      const started = await stand.ask("POST", "/api/rules/learned", { as: "engineer", body: { days: 7 } });
      expect([started.status, started.body.study.state]).toEqual([202, "running"]);
      for (;;) {
        const { body } = await stand.ask("GET", "/api/rules/learned", { as: "engineer" });
        if (body.study.state !== "running") return body;
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

  test("a running study is cancelled, and another one may begin", async () => {
    await using house = await startBacktests();
    const tuning = "/api/rules/tuning";
    await house.ask("POST", tuning, { as: "engineer", body: { days: 31 } });
    expect((await house.ask("POST", "/api/rules/learned", { as: "engineer", body: { days: 7 } })).status).toBe(409);
    expect((await house.ask("DELETE", tuning, { as: "engineer" })).body.state).toBe("cancelled");
    expect((await house.ask("POST", tuning, { as: "engineer", body: { days: 7 } })).status).toBe(202);
  });
});

describe("what the flow teaches, by the API", () => {
  const path = "/api/rules/learned";
  const step = `${path}/pump/burstStep`;
  const wish = (id: string, more = {}) => ({ reason: "午间补水", commandId: id, ...more });

  test("is a study that is started and followed; of less than a day it says why there is nothing", async () => {
    await using house = await startBacktests();
    expect((await house.ask("GET", path, { as: "supervisor" })).body).toEqual({ applied: [] });
    expect((await house.ask("GET", path, { as: "operator" })).status).toBe(403);
    const { study } = await house.learn();
    expect(study).toMatchObject({
      state: "done",
      report: { devices: [{ device: "pump", suggestions: [], because: { en: expect.stringContaining("a day") } }] },
    });
    const nothing = await house.ask("POST", step, { as: "engineer", body: wish("c-1") });
    expect([nothing.status, nothing.body.code]).toEqual([404, "nothing-learned"]);
  });

  test("is applied in two steps by an engineer: what is in force beside what was learned, and what it would have changed", async () => {
    await using house = await startBacktests(2 * 1_440);
    const { study } = await house.learn();
    const [pump] = study.report.devices;
    expect(pump).toMatchObject({ device: "pump", gaps: 1, suggestions: [{ what: "burstStep" }, {}, {}] });
    expect(pump.suggestions[0]).toMatchObject({
      name: { zh: "最大正常流量突变" },
      unit: "m3/h",
      values: [8.4],
      now: { values: [5], from: "rules", source: "test" },
      trial: [{ rule: "water.burst", before: 2, after: 0, missedCount: 2, extraCount: 0 }],
    });
    for (const as of ["viewer", "operator", "maintainer", "supervisor"] as const) {
      expect((await house.ask("POST", step, { as, body: wish("c-0") })).status).toBe(403);
    }
    const offer = await house.ask("POST", step, { as: "engineer", body: wish("c-1") });
    expect(offer.body).toMatchObject({ confirm: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(offer.body.says.zh).toContain("从 5 m3/h 改为 8.4 m3/h");
    expect(house.door.taken.filter(({ type }) => type === "command")).toEqual([]);
    const { confirm } = offer.body;
    const wrong = await house.ask("POST", step, { as: "engineer", body: wish("c-2", { confirm: "0".repeat(32) }) });
    expect([wrong.status, wrong.body.code]).toEqual([409, "not-confirmed"]);
    const other = await house.ask("POST", `${path}/pump/normalFlow`, {
      as: "engineer",
      body: wish("c-3", { confirm }),
    });
    expect([other.status, other.body.code]).toEqual([409, "not-confirmed"]);
    const done = await house.ask("POST", step, { as: "engineer", body: wish("c-4", { confirm }) });
    expect(done.status).toBe(200);
    expect(house.door.taken.filter(({ type }) => type === "command")).toMatchObject([
      {
        id: "c-4",
        command: {
          do: "apply-learned",
          device: "pump",
          what: "burstStep",
          values: [8.4],
          was: [5],
          reason: "午间补水",
        },
      },
    ]);
    const back = await house.ask("POST", `${step}/take-back`, { as: "supervisor", body: wish("c-5") });
    expect(back.status).toBe(200);
    expect(house.door.taken.at(-1)).toMatchObject({ command: { do: "take-back-learned", what: "burstStep" } });
  });

  test("a confirmation runs out", async () => {
    await using house = await startBacktests(2 * 1_440);
    await house.learn();
    const { confirm } = (await house.ask("POST", step, { as: "engineer", body: wish("c-1") })).body;
    await house.clock.advance(minutes(11));
    const late = await house.ask("POST", step, { as: "engineer", body: wish("c-2", { confirm }) });
    expect([late.status, late.body.code]).toEqual([409, "not-confirmed"]);
  });

  test.each([
    [`${path}/pump/burstHold`, {}],
    [`${path}/..%2f/burstStep`, {}],
    [step, { reason: "" }],
    [step, { reason: undefined }],
    [step, { confirm: "yes" }],
    [step, { value: 3 }],
    [`${step}/take-back`, { reason: "x".repeat(501) }],
  ])("%s with %j is refused", async (where, more) => {
    await using house = await startBacktests();
    const answer = await house.ask("POST", where, { as: "engineer", body: wish("c-1", more) });
    expect([answer.status, Object.keys(answer.body.message)]).toEqual([400, ["zh", "en"]]);
  });
});
