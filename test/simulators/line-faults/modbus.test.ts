/** Every fault of the line on every Modbus wire: what a master sees while it is on, or the sentence that refuses it. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fault } from "../../../simulators/control-actions.ts";
import type { FaultName } from "../../../simulators/wire/faults.ts";
import { needs } from "../../support/needs.ts";
import { type RunningFleet, startFleet } from "../start-fleet.ts";
import { type Master, type Reply, serialMaster, tcpMaster } from "./master.ts";

const haveSocat = needs("socat", "apt-get install socat", spawnSync("socat", ["-V"]).status === 0);

const wires = ["modbus-tcp", "rtu-over-tcp", ...(haveSocat ? (["serial"] as const) : [])] as const;
type Wire = (typeof wires)[number];

/** Registers of the default map of lifts: heartbeat, mode, status, floor; of doors: the time of the last event. */
const [heartbeat, floor] = [0, 3];
const eventTime = { at: 18, count: 2 };

interface Stage {
  readonly wire: Wire;
  readonly fleet: RunningFleet;
  readonly master: Master;
  /** One question, one answer. */
  read(unit: number): Promise<Reply>;
  /** Asks unit 1, then unit 2; the answers in the order in which they came, until the one of unit 2. */
  both(): Promise<readonly Reply[]>;
  set(point: string, value: number): void;
  off(): void;
  connect(): Promise<Master>;
}

const isSecond = (reply: Reply) => reply.words[floor] === 9;
const exception = (code: number) => async (stage: Stage) => {
  expect(await stage.read(1)).toMatchObject({ unit: 1, exception: code, words: [] });
  expect(await stage.read(2)).toMatchObject({ unit: 2, exception: undefined });
};
const filled = (word: number) => async (stage: Stage) =>
  expect((await stage.read(1)).words).toEqual([word, word, word, word]);
/** Unit 1 does not answer, the next one on the line does. */
const silent = async (stage: Stage) => {
  const replies = await stage.both();
  expect(replies.map(isSecond)).toEqual([true]);
};
const took = async (work: () => Promise<unknown>) => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};

/** Of each fault its seconds, where it has some, and what a master sees. */
const cells: Readonly<Record<FaultName, readonly [number | undefined, (stage: Stage) => Promise<unknown>]>> = {
  "late-reply": [
    0.4,
    async (stage) => {
      expect((await stage.both()).map(isSecond)).toEqual([true]);
      expect((await stage.master.next()).words[floor]).toBe(5);
    },
  ],
  "wrong-id": [
    undefined,
    async (stage) => {
      const asked = stage.master.ask(1, 0, 4);
      const { transaction, unit } = await stage.master.next();
      if (stage.wire === "modbus-tcp") expect([transaction, unit]).toEqual([asked + 1, 1]);
      else expect(unit).toBe(2);
    },
  ],
  "foreign-reply": [
    undefined,
    async (stage) => expect(await stage.read(1)).toMatchObject({ unit: 2, words: { [floor]: 9 } }),
  ],
  "half-open": [
    undefined,
    async (stage) => {
      // The old connection and a new one stand; what ends them is the end of the fault, and no reply came before.
      const fresh = await stage.connect();
      for (const one of [stage.master, fresh]) one.ask(2, 0, 4);
      const first = Promise.race([stage.master.next(), fresh.next(), stage.master.closed.then(() => "closed")]);
      stage.off();
      expect(await first).toBe("closed");
      await fresh.closed;
    },
  ],
  silence: [undefined, silent],
  "old-data": [
    undefined,
    async (stage) => {
      stage.set("floor_index", 7);
      expect((await stage.read(1)).words[floor]).toBe(5);
    },
  ],
  zeros: [undefined, filled(0)],
  ffff: [undefined, filled(0xffff)],
  "exception-2": [undefined, exception(2)],
  "exception-4": [undefined, exception(4)],
  "exception-6": [undefined, exception(6)],
  "exception-11": [undefined, exception(11)],
  "drop-idle": [0.2, async (stage) => stage.master.closed],
  "one-client": [
    undefined,
    async (stage) => {
      const second = await stage.connect();
      await second.closed;
      expect((await stage.read(1)).words[floor]).toBe(5);
    },
  ],
  slow: [0.5, async (stage) => expect(await took(() => stage.read(1))).toBeGreaterThan(390)],
  jitter: [
    0.3,
    async (stage) => {
      const times: number[] = [];
      for (let round = 0; round < 8; round += 1) times.push(await took(() => stage.read(1)));
      expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(20);
    },
  ],
  "heartbeat-freeze": [
    undefined,
    async (stage) => {
      const before = (await stage.read(1)).words[heartbeat];
      stage.set("heartbeat", 40_000);
      stage.set("floor_index", 7);
      expect((await stage.read(1)).words).toMatchObject({ [heartbeat]: before, [floor]: 7 });
    },
  ],
  "clock-skew": [
    undefined,
    async (stage) => {
      const told = async () => {
        stage.master.ask(3, eventTime.at, eventTime.count);
        const [high = 0, low = 0] = (await stage.master.next()).words;
        return high * 65_536 + low;
      };
      const skewed = await told();
      stage.off();
      expect(skewed - (await told())).toBe(3_600);
    },
  ],
  reboot: [
    0.3,
    async (stage) => {
      await silent(stage);
      // It comes back by itself, and counts from 0.
      let replies = await stage.both();
      for (; replies.length < 2; replies = await stage.both());
      expect(replies[0]?.words[heartbeat]).toBeLessThan(10);
    },
  ],
};

const refused: Readonly<Record<Wire, readonly FaultName[]>> = {
  "modbus-tcp": [],
  "rtu-over-tcp": [],
  serial: ["half-open", "drop-idle", "one-client"],
};

describe.each(wires)("on %s", (wire) => {
  let fleet: RunningFleet;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "gatehouse-faults-"));
    const place = wire === "serial" ? { path: join(folder, "bus") } : { offset: 0 };
    fleet = await startFleet([
      {
        name: "line",
        speaks: wire,
        latency: [1, 2],
        ...place,
        units: [
          { unit: 1, device: "lift-1", kind: "elevator" },
          { unit: 2, device: "lift-2", kind: "elevator" },
          { unit: 3, device: "access-1", kind: "access", params: { doors: ["door-1"] } },
        ],
      },
    ]);
  });
  afterAll(async () => {
    await fleet[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });
  const connect = () =>
    wire === "serial"
      ? Promise.resolve(serialMaster(join(folder, "bus")))
      : tcpMaster(fleet.port("line"), wire === "rtu-over-tcp");

  test.each(Object.entries(cells) as [FaultName, (typeof cells)[FaultName]][])(
    "%s",
    async (name, [seconds, sees]) => {
      // A door's clock is in question, not a lift's, which shows none.
      const device = name === "clock-skew" ? "access-1" : "lift-1";
      const body = { device, fault: name, ...(seconds === undefined ? {} : { seconds }) };
      if (refused[wire].includes(name)) {
        const reply = fault(fleet.building, body);
        expect(reply).toMatchObject({
          status: 400,
          code: "means_nothing",
          message: { zh: expect.stringContaining("silence") },
        });
        expect(fleet.building.lines[0]?.line.faults.size).toBe(0);
        return;
      }
      const [lift, other] = [fleet.device("lift-1"), fleet.device("lift-2")];
      lift.setPoint("floor_index", 5);
      other.setPoint("floor_index", 9);
      const open: Master[] = [];
      const reach = async () => {
        const one = await connect();
        open.push(one);
        return one;
      };
      const master = await reach();
      const stage: Stage = {
        wire,
        fleet,
        master,
        connect: reach,
        async read(unit) {
          master.ask(unit, 0, 4);
          return master.next();
        },
        async both() {
          for (const unit of [1, 2]) master.ask(unit, 0, 4);
          const replies = [await master.next()];
          while (!replies.some(isSecond)) replies.push(await master.next());
          return replies;
        },
        set: (point, value) => lift.setPoint(point, value),
        off: () => expect(fault(fleet.building, { device, fault: name, on: false }).status).toBe(200),
      };
      expect((await stage.both()).map(({ unit, words }) => [unit, words[floor]])).toEqual([
        [1, 5],
        [2, 9],
      ]);
      expect(fault(fleet.building, body)).toMatchObject({ status: 200 });
      await sees(stage);
      stage.off();
      // Off again, live: a master that still has its connection is answered as before, one that lost it connects anew.
      lift.setPoint("floor_index", 6);
      const after = ["half-open", "drop-idle"].includes(name) ? await reach() : master;
      after.ask(1, floor, 1);
      expect(await after.next()).toMatchObject({ unit: 1, words: [6] });
      for (const one of open) one.close();
      for (const point of ["floor_index", "heartbeat"]) lift.setPoint(point, undefined);
    },
    30_000,
  );
});
