/** Links live, break and come back; points and devices follow at once, and everything is said once. */
import { describe, expect, test } from "vitest";
import type { PointDefinition } from "#model/points";
import { GOOD, reasons } from "#model/quality";
import type { Device, Site } from "#model/site";
import { instant, minutes, type Span, seconds } from "#model/time";
import { modbusTcp } from "../../../drivers/modbus/tcp.ts";
import { type AcquisitionInput, startAcquisition } from "../../../gateway/acquisition/acquire.ts";
import { createClock } from "../../../gateway/clock.ts";
import { expire } from "../../../gateway/points/staleness.ts";
import { createPointTable } from "../../../gateway/points/table.ts";
import { plainPoint } from "../../contracts/driver-tools.ts";
import { honest, startSpecDevice } from "../../drivers/modbus/spec-device.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { point } from "../points/points.ts";
import { createPuppetDriver, type Life, say } from "./puppet-driver.ts";

const systemClock = createClock();

/** Devices with their points `a` and `b`, in one column of handles. */
function siteOf(devices: Record<string, { link?: string; every?: readonly Span[] }>): Site {
  const points: PointDefinition[] = [];
  const list = Object.entries(devices).map(([id, { link = "line", every = [seconds(1), seconds(1)] }], i): Device => {
    const first = points.length;
    for (const [n, span] of every.entries()) {
      points.push(point(`p${n}`, { id: `${id}.p${n}`, device: id, at: `${id} ${n}`, every: span }));
    }
    return {
      id,
      name: { zh: id, en: id },
      kind: "water",
      place: {},
      link,
      unit: i + 1,
      params: {},
      dependsOn: [],
      points: every.map((_, n) => first + n),
      maxRegisters: 125,
    };
  });
  const links = [...new Set(list.map(({ link }) => link))].map((id) => ({
    id,
    driver: "puppet",
    settings: { of: id },
  }));
  return { devices: list, points, links } as Partial<Site> as Site;
}

function start(site: Site, more: Partial<AcquisitionInput> = {}) {
  const clock = createManualClock();
  const puppet = createPuppetDriver();
  const table = createPointTable(site.points);
  const events: unknown[] = [];
  const logged: string[] = [];
  const metered: unknown[] = [];
  const log = (level: string) => (facts: object, text: string) => {
    logged.push(`${level} ${Object.values(facts)[0]}: ${text}`);
  };
  const acquisition = startAcquisition({
    site,
    drivers: new Map([["puppet", puppet.driver]]),
    table,
    clock,
    folder: (driver) => driver,
    random: () => 0.5,
    log: { info: log("info"), warn: log("warn") },
    metrics: {
      sampled: (quality, count) => metered.push(["sampled", quality, count]),
      read: (link, outcome) => metered.push(["read", link, outcome]),
      linkUp: (link, up) => metered.push(["up", link, up]),
    },
    onChanged: (changed, count) => events.push([...changed.subarray(0, count)]),
    onDevices: (changes) => events.push(changes.map(({ device, state }) => `${device} ${state}`)),
    ...more,
  });
  const rows = () =>
    [...table.value].map((value, i) => (table.quality[i] === GOOD ? value : reasons[table.reason[i] as number]));
  const states = () => acquisition.devices().map(({ state }) => state);
  return { clock, puppet, table, acquisition, events, logged, metered, rows, states };
}

const read = ({ tools }: Life, device: string, handles: number[], raw: number[]) =>
  tools.report.samples(device, Int32Array.from(handles), Float64Array.from(raw), handles.length, seconds(0.01));

describe("a link that works", () => {
  test("the driver gets settings, units and addresses as they were parsed, and its samples reach the table", async () => {
    const running = start(siteOf({ pump: {}, sump: {} }));
    const life = await running.puppet.life(0);
    expect(life.link).toEqual({
      id: "line",
      settings: { of: "line" },
      units: [
        {
          device: "pump",
          unit: 1,
          maxRegisters: 125,
          points: [plainPoint(0, "pump 0"), plainPoint(1, "pump 1")],
        },
        {
          device: "sump",
          unit: 2,
          maxRegisters: 125,
          points: [plainPoint(2, "sump 0"), plainPoint(3, "sump 1")],
        },
      ],
    });
    read(life, "pump", [1, 0], [5, 6]);
    expect(running.rows()).toEqual([6, 5, "restart", "restart"]);
    expect(running.events).toEqual([[1, 0], ["pump online"]]);
    read(life, "pump", [1, 0], [5, 7]);
    expect(running.events.slice(2)).toEqual([[0]]);
    expect(running.states()).toEqual(["online", "unknown"]);
    await running.acquisition[Symbol.asyncDispose]();
  });

  test("it is up once, and reads and samples are counted", async () => {
    const running = start(siteOf({ pump: {} }));
    const life = await running.puppet.life(0);
    expect(running.logged).toEqual([]);
    read(life, "pump", [0, 1], [5, Number.NaN]);
    read(life, "pump", [0, 1], [5, 6]);
    life.tools.report.fault("pump", Int32Array.of(1), 1, "refused", say("no such register"), seconds(0.1));
    life.tools.report.missed("pump", "timeout", say("silent"), seconds(1));
    expect(running.logged).toEqual(["info line: link is up"]);
    expect(running.metered).toEqual([
      ["up", "line", true],
      ["sampled", "good", 1],
      ["sampled", "bad", 1],
      ["read", "line", "ok"],
      ["sampled", "good", 2],
      ["read", "line", "ok"],
      ["read", "line", "refused"],
      ["read", "line", "timeout"],
    ]);
    await running.acquisition[Symbol.asyncDispose]();
  });

  test("the poll rate is what the points ask for, and what came in the last minute", async () => {
    const running = start(siteOf({ pump: { every: [seconds(1), seconds(1), seconds(10)] } }));
    const life = await running.puppet.life(0);
    const rate = () => running.acquisition.devices()[0];
    expect(rate()).toMatchObject({ pollWanted: 1.1, pollAchieved: 0 });
    for (let second = 0; second < 120; second += 1) {
      await running.clock.advance(seconds(1));
      // A poll class may come in several reads: two halves are one poll.
      read(life, "pump", [0], [second]);
      read(life, "pump", [1], [second]);
      if (second % 10 === 0) read(life, "pump", [2], [second]);
    }
    expect(rate()?.pollAchieved).toBeCloseTo(1.1, 1);
    await running.clock.advance(seconds(30));
    expect(rate()?.pollAchieved).toBeCloseTo(0.55, 1);
    await running.clock.advance(minutes(5));
    expect(rate()?.pollAchieved).toBe(0);
    expect(rate()?.lastGood).toBe(instant(running.clock.now() - 330_000));
    await running.acquisition[Symbol.asyncDispose]();
  });

  test("a subscription that has nothing to tell is not slow, as long as it says that it lives", async () => {
    const running = start(siteOf({ pump: { every: [seconds(1), seconds(1), seconds(10)] } }));
    const life = await running.puppet.life(0);
    const rate = () => running.acquisition.devices()[0]?.pollAchieved;
    const alive = (...handles: number[]) =>
      life.tools.report.confirmed("pump", Int32Array.from(handles), handles.length);
    read(life, "pump", [0, 1, 2], [1, 2, 3]);
    for (let round = 0; round < 30; round += 1) {
      await running.clock.advance(seconds(4));
      if (round % 3 === 0) read(life, "pump", [0, 1], [round, round]);
      alive(0, 1, 2);
    }
    expect(rate()).toBeCloseTo(1.1, 1);
    // Half of the class of one second is gone: a quarter of all that is owed.
    for (let round = 0; round < 15; round += 1) {
      await running.clock.advance(seconds(4));
      alive(1, 2);
    }
    expect(rate()).toBeCloseTo(0.825, 2);
    // The silence before it comes back is owed, not got.
    life.tools.report.missed("pump", "timeout", say("silent"));
    await running.clock.advance(seconds(60));
    alive(1, 2);
    expect(rate()).toBe(0);
    await running.acquisition[Symbol.asyncDispose]();
  });

  test("an address that the device refuses takes that point only; the device stays as it is", async () => {
    const running = start(siteOf({ pump: {} }));
    const { tools } = await running.puppet.life(0);
    tools.report.fault("pump", Int32Array.of(1), 1, "refused", say("no such register"));
    expect(running.states()).toEqual(["degraded"]);
    read(await running.puppet.life(0), "pump", [0], [1]);
    tools.report.fault("pump", Int32Array.of(1), 1, "refused", say("no such register"));
    expect(running.rows()).toEqual([1, "refused"]);
    expect(running.states()).toEqual(["online"]);
    expect(running.events).toEqual([[1], ["pump degraded"], [0], ["pump online"]]);
    await running.acquisition[Symbol.asyncDispose]();
  });
});

describe("a device that does not answer", () => {
  test("turns all its points bad at once, is degraded at once, and offline after three polls and ten seconds", async () => {
    const running = start(siteOf({ pump: {}, sump: {} }));
    const life = await running.puppet.life(0);
    read(life, "pump", [0, 1], [1, 2]);
    read(life, "sump", [2, 3], [3, 4]);
    running.events.length = 0;
    const missedAt = running.clock.now();
    const miss = () => life.tools.report.missed("pump", "timeout", say("silent"));
    miss();
    expect(running.rows()).toEqual(["timeout", "timeout", 3, 4]);
    expect(running.events).toEqual([[0, 1], ["pump degraded"]]);
    for (let second = 1; second <= 5; second += 1) {
      await running.clock.advance(seconds(1));
      miss();
    }
    expect(running.states()).toEqual(["degraded", "online"]);
    await running.clock.advance(seconds(4));
    expect(running.states()).toEqual(["degraded", "online"]);
    await running.clock.advance(seconds(1));
    expect(running.states()).toEqual(["offline", "online"]);
    expect(running.acquisition.devices()[0]).toMatchObject({ since: missedAt, because: say("silent") });
    await running.clock.advance(minutes(10));
    miss();
    expect(running.events).toEqual([[0, 1], ["pump degraded"], ["pump offline"]]);
    read(life, "pump", [0, 1], [1, 2]);
    expect(running.events.slice(3)).toEqual([[0, 1], ["pump online"]]);
    expect(running.acquisition.devices()[0]).not.toHaveProperty("because");
    expect(running.logged).toEqual([
      "info line: link is up",
      "warn pump: device is offline",
      "info pump: device is online again",
    ]);
    await running.acquisition[Symbol.asyncDispose]();
  });

  test("two missed polls are not an outage, however long ago", async () => {
    const running = start(siteOf({ pump: {} }));
    const life = await running.puppet.life(0);
    life.tools.report.missed("pump", "timeout", say("silent"));
    await running.clock.advance(minutes(1));
    life.tools.report.missed("pump", "timeout", say("silent"));
    await running.clock.advance(minutes(1));
    expect(running.states()).toEqual(["degraded"]);
    life.tools.report.missed("pump", "timeout", say("silent"));
    expect(running.states()).toEqual(["offline"]);
    await running.acquisition[Symbol.asyncDispose]();
  });

  test("an answer in between starts the count again", async () => {
    const running = start(siteOf({ pump: {} }));
    const life = await running.puppet.life(0);
    for (let round = 0; round < 6; round += 1) {
      life.tools.report.missed("pump", "timeout", say("silent"));
      life.tools.report.missed("pump", "timeout", say("silent"));
      await running.clock.advance(seconds(9));
      read(life, "pump", [0, 1], [round, round]);
    }
    expect(running.events).not.toContainEqual(["pump offline"]);
    await running.acquisition[Symbol.asyncDispose]();
  });
});

describe("a link that breaks", () => {
  test("every point of its units turns bad at once with the reason, and other links do not notice", async () => {
    const running = start(siteOf({ pump: {}, sump: {}, lift: { link: "other" } }));
    const line = await running.puppet.life(0);
    await running.clock.advance(seconds(1));
    const other = await running.puppet.life(1);
    read(line, "pump", [0, 1], [1, 2]);
    read(other, "lift", [4, 5], [5, 6]);
    running.events.length = 0;
    line.breakLink();
    await running.clock.advance(seconds(0));
    expect(running.rows()).toEqual(["no-link", "no-link", "no-link", "no-link", 5, 6]);
    expect(running.events).toEqual([
      [0, 1],
      [2, 3],
      ["pump degraded", "sump degraded"],
    ]);
    expect(running.acquisition.devices()[1]?.because).toEqual(say("the cable is out"));
    await running.acquisition[Symbol.asyncDispose]();
  });

  test("it is tried again after 1, 2, 4 … 60 s, said to be down once and up once, and its devices go offline", async () => {
    const running = start(siteOf({ pump: {} }));
    const begun: number[] = [];
    for (let n = 0; n < 9; n += 1) {
      const life = await running.puppet.life(n);
      begun.push(running.clock.monotonic());
      life.breakLink();
      await running.clock.advance(seconds(0));
      if (n === 3) expect(running.states()).toEqual(["degraded"]);
      await running.clock.advance(seconds(Math.min(2 ** n, 60)));
    }
    expect(begun.map((at, i) => (at - (begun[i - 1] ?? 0)) / 1_000)).toEqual([0, 1, 2, 4, 8, 16, 32, 60, 60]);
    expect(running.events).toEqual([[0, 1], ["pump degraded"], ["pump offline"]]);
    read(await running.puppet.life(9), "pump", [0, 1], [1, 2]);
    expect(running.logged).toEqual([
      "warn line: link is down",
      "warn pump: device is offline",
      "info line: link is up",
      "info pump: device is online again",
    ]);
    expect(running.metered.filter((one) => (one as string[])[0] === "up")).toEqual([
      ["up", "line", false],
      ["up", "line", true],
    ]);
    await running.acquisition[Symbol.asyncDispose]();
  });

  test("a minute of good running makes the next pause short again, a shorter one does not", async () => {
    const running = start(siteOf({ pump: {} }));
    for (let n = 0; n < 5; n += 1) {
      (await running.puppet.life(n)).breakLink();
      await running.clock.advance(seconds(2 ** n));
    }
    const short = await running.puppet.life(5);
    read(short, "pump", [0], [1]);
    await running.clock.advance(seconds(59));
    short.breakLink();
    await running.clock.advance(seconds(31));
    expect(running.puppet.lives).toHaveLength(6);
    await running.clock.advance(seconds(1));
    const long = await running.puppet.life(6);
    read(long, "pump", [0], [1]);
    await running.clock.advance(seconds(60));
    long.breakLink();
    await running.clock.advance(seconds(0.9));
    expect(running.puppet.lives).toHaveLength(7);
    await running.clock.advance(seconds(0.1));
    expect(running.puppet.lives).toHaveLength(8);
    await running.acquisition[Symbol.asyncDispose]();
  });

  test("what the driver learnt is still there in the next life", async () => {
    const running = start(siteOf({ pump: {} }));
    const first = await running.puppet.life(0);
    first.tools.memory.set("hole", 12);
    first.breakLink();
    await running.clock.advance(seconds(1));
    expect((await running.puppet.life(1)).tools.memory.get("hole")).toBe(12);
    await running.acquisition[Symbol.asyncDispose]();
  });

  test("a report from a life that is over is not believed", async () => {
    const running = start(siteOf({ pump: {} }));
    const first = await running.puppet.life(0);
    first.breakLink();
    await running.clock.advance(seconds(0));
    read(first, "pump", [0, 1], [1, 2]);
    first.tools.report.text("pump", 0, "late");
    expect(running.rows()).toEqual(["no-link", "no-link"]);
    expect(running.states()).toEqual(["degraded"]);
    await running.acquisition[Symbol.asyncDispose]();
  });

  test("a driver that ends by itself is started again", async () => {
    const running = start(siteOf({ pump: {} }));
    (await running.puppet.life(0)).end();
    await running.clock.advance(seconds(1));
    await running.puppet.life(1);
    expect(running.rows()).toEqual(["no-link", "no-link"]);
    await running.acquisition[Symbol.asyncDispose]();
  });

  test("an error that is no broken link is a bug and is not swallowed", async () => {
    const running = start(siteOf({ pump: {} }));
    const { ended } = running.acquisition;
    (await running.puppet.life(0)).fail(new TypeError("undefined is not a function"));
    await expect(ended).rejects.toThrow("undefined is not a function");
    await running.acquisition[Symbol.asyncDispose]();
  });
});

describe("the end", () => {
  test("disposing raises every driver's signal, waits for them, and reports nothing bad", async () => {
    const running = start(siteOf({ pump: {}, lift: { link: "other" } }));
    const first = await running.puppet.life(0);
    await running.clock.advance(seconds(1));
    read(first, "pump", [0], [1]);
    running.events.length = 0;
    await running.acquisition[Symbol.asyncDispose]();
    await running.acquisition.ended;
    expect(running.puppet.lives.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    expect(running.events).toEqual([]);
  });

  test("disposing during a pause ends at once", async () => {
    const running = start(siteOf({ pump: {} }));
    (await running.puppet.life(0)).breakLink();
    await running.clock.advance(seconds(0));
    await running.acquisition[Symbol.asyncDispose]();
    await running.acquisition.ended;
  });
});

describe("with the real Modbus driver", () => {
  test("a device that loses its power and gets it back: values, no values with the reason, values", async () => {
    const memory = (_unit: number, _code: number, address: number) => 40 + address;
    const device = await startSpecDevice(honest(memory));
    const points = ["holding:0", "holding:1"].map((at, n) =>
      point(`p${n}`, { at: modbusTcp.address.parse(at), every: seconds(0.05), scale: 0.1, staleAfter: seconds(30) }),
    );
    const site = siteOf({ pump: { every: [seconds(1), seconds(1)] } });
    const settings = modbusTcp.settings.parse({ host: "127.0.0.1", port: device.port, timeout: "100ms" });
    const waiting: { holds: () => boolean; wake: () => void }[] = [];
    const until = (holds: () => boolean) =>
      new Promise<void>((wake) => {
        waiting.push({ holds, wake });
      });
    const table = createPointTable(points);
    await using acquisition = startAcquisition({
      site: { ...site, points, links: [{ id: "line", driver: "modbus-tcp", settings }] },
      drivers: new Map([[modbusTcp.kind, modbusTcp as never]]),
      table,
      clock: systemClock,
      folder: (driver) => driver,
      random: () => 0,
      onChanged: () => {
        for (const { holds, wake } of waiting) if (holds()) wake();
      },
      onDevices: () => undefined,
    });
    await until(() => table.quality[1] === GOOD);
    expect([...table.value]).toEqual([4, expect.closeTo(4.1, 9)]);
    expect(acquisition.devices()[0]?.state).toBe("online");

    await device.vanish();
    await until(() => reasons[table.reason[1] as number] === "no-link");
    expect([...table.value]).toEqual([Number.NaN, Number.NaN]);
    expect(acquisition.devices()[0]).toMatchObject({
      state: "degraded",
      because: { en: expect.stringContaining(`127.0.0.1:${device.port}`) },
    });

    await using back = await startSpecDevice(
      honest((unit, code, address) => memory(unit, code, address) + 100),
      device.port,
    );
    await until(() => table.quality[0] === GOOD);
    expect(table.value[0]).toBe(14);
    expect(back.requests.length).toBeGreaterThan(0);
    expect(expire(table, systemClock.monotonic(), new Int32Array(2))).toBe(0);
  });
});
