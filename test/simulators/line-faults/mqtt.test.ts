/** Every fault of the line where devices publish: what mosquitto_sub hears while it is on, or the sentence that refuses it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fault } from "../../../simulators/control-actions.ts";
import type { FaultName } from "../../../simulators/wire/faults.ts";
import { type Mosquitto, mosquittoFound, startMosquitto } from "../../drivers/mqtt/mosquitto.ts";
import { decoded, protocFound } from "../../drivers/mqtt/protoc.ts";
import { type Ear, type Heard, haveSub, json, listen } from "../ear.ts";
import { type RunningFleet, startFleet } from "../start-fleet.ts";

type Wire = "mqtt" | "sparkplug";
const read = new WeakMap<Heard, string>();
/** Eight bytes as they stand in a Sparkplug payload: a look at them spares asking protoc about every message. */
function bytesOf(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}
/** A Sparkplug payload in words, or a plain one as it came. */
function text(one: Heard): string {
  const known = read.get(one);
  if (known !== undefined) return known;
  const told = one.topic.startsWith("spBv1.0/") ? decoded(one.payload) : one.payload.toString();
  read.set(one, told);
  return told;
}

interface Stage {
  readonly wire: Wire;
  readonly ear: Ear;
  /** Messages that were heard so far. */
  readonly from: number;
  /** Sets the speed of a lift to a number that nobody set before; answers it. */
  move(device: string): number;
  /** The message that tells this speed of this lift. */
  told(device: string, speed: number): Promise<Heard>;
  wasTold(device: string, speed: number): boolean;
  set(point: string, value: number): void;
  /** The next message that fits, after `since`. */
  next(fits: (one: Heard) => boolean, since?: number): Promise<Heard>;
  off(): void;
}

const isDeath =
  ({ wire }: Stage) =>
  (one: Heard) =>
    wire === "mqtt"
      ? one.topic === "fm/line/$status" && text(one) === "offline"
      : one.topic === "spBv1.0/park/NDEATH/line";
const isBirth =
  ({ wire }: Stage) =>
  (one: Heard) =>
    wire === "mqtt"
      ? one.topic === "fm/line/$status" && text(one) === "online"
      : one.topic === "spBv1.0/park/NBIRTH/line";
const isAbout = (device: string) => (one: Heard) => one.topic.includes(`/${device}`) && !/BIRTH|DEATH/.test(one.topic);
/** Time of the device's own clock in a message, ms. */
const stamp = ({ wire }: Stage, one: Heard) =>
  wire === "mqtt" ? Date.parse(json(one).ts) : Number(/^timestamp: (\d+)/m.exec(text(one))?.[1]);

const late = (least: number) => async (stage: Stage) => {
  const began = Date.now();
  const seen = await stage.told("lift-1", stage.move("lift-1"));
  expect(Date.now() - began).toBeGreaterThanOrEqual(least);
  expect(stamp(stage, seen) - began).toBeLessThan(Math.max(400, least - 200));
};
/** What happens at this lift is not told; what happens later at its neighbour is. */
const untold = async (stage: Stage) => {
  const speed = stage.move("lift-1");
  await stage.told("lift-2", stage.move("lift-2"));
  await stage.told("lift-2", stage.move("lift-2"));
  expect(stage.wasTold("lift-1", speed)).toBe(false);
};
const filled = (word: number) => (stage: Stage) =>
  stage.next(
    (one) =>
      isAbout("lift-1")(one) &&
      (stage.wire === "mqtt"
        ? one.topic.endsWith("/speed") && json(one).v === word
        : one.payload.includes(bytesOf(word)) && text(one).includes(`double_value: ${word}\n`)),
  );

/** The broker finds the connection standing, and gives up waiting after one and a half keep-alives. */
const heldOpen = async (stage: Stage) => {
  const speed = stage.move("lift-2");
  await stage.next(isDeath(stage));
  expect(stage.wasTold("lift-2", speed)).toBe(false);
  const dead = stage.ear.all.length;
  stage.off();
  await stage.next(isBirth(stage), dead);
  await stage.told("lift-2", speed);
};
/** Values come too seldom for whatever is in between: the line is gone, tells it by its will, and is back. */
const dropped = async (stage: Stage) => {
  const dead = await stage.next(isDeath(stage));
  await stage.next(isBirth(stage), stage.ear.all.indexOf(dead));
};
const aheadOfTime = async (stage: Stage) => {
  const seen = await stage.told("lift-1", stage.move("lift-1"));
  expect(stamp(stage, seen) - Date.now()).toBeGreaterThan(7_190_000);
};
const onBoth = (sees: (stage: Stage) => Promise<unknown>) => ({ mqtt: sees, sparkplug: sees });

const cells: Readonly<
  Record<FaultName, readonly [number | undefined, Partial<Record<Wire, (stage: Stage) => Promise<unknown>>>]>
> = {
  "late-reply": [1, onBoth(late(950))],
  "wrong-id": [
    undefined,
    {
      async sparkplug(stage) {
        const sequence = async (device: string) =>
          Number(/^seq: (\d+)/m.exec(text(await stage.told(device, stage.move(device))))?.[1]);
        const before = stage.ear.all.length;
        await sequence("lift-1");
        const numbers = stage.ear.all.slice(before).map((one) => Number(/^seq: (\d+)/m.exec(text(one))?.[1]));
        const previous = Number(/^seq: (\d+)/m.exec(text(stage.ear.all[before - 1] as Heard))?.[1]);
        const gaps = numbers.map((number, at) => (number - (numbers[at - 1] ?? previous) + 256) % 256);
        expect(gaps).toContain(2);
      },
    },
  ],
  "foreign-reply": [undefined, {}],
  "half-open": [undefined, onBoth(heldOpen)],
  silence: [undefined, onBoth(untold)],
  "old-data": [undefined, onBoth(untold)],
  zeros: [undefined, onBoth(filled(0))],
  ffff: [undefined, onBoth(filled(65_535))],
  "exception-2": [undefined, {}],
  "exception-4": [undefined, {}],
  "exception-6": [undefined, {}],
  "exception-11": [undefined, {}],
  "drop-idle": [0.1, onBoth(dropped)],
  "one-client": [undefined, {}],
  slow: [1, onBoth(late(950))],
  jitter: [1, onBoth(late(0))],
  "heartbeat-freeze": [
    undefined,
    {
      async mqtt(stage) {
        stage.set("heartbeat", 40_000);
        await stage.told("lift-1", stage.move("lift-1"));
        const beats = stage.ear.all.slice(stage.from).filter(({ topic }) => topic.endsWith("/lift-1/heartbeat"));
        expect(beats.map((one) => json(one).v)).not.toContain(40_000);
      },
      async sparkplug(stage) {
        stage.set("heartbeat", 40_000);
        const seen = await stage.told("lift-1", stage.move("lift-1"));
        expect(text(seen)).not.toContain("double_value: 40000");
      },
    },
  ],
  "clock-skew": [7_200, onBoth(aheadOfTime)],
  reboot: [
    1,
    {
      async mqtt(stage) {
        await untold(stage);
        const seen = await stage.next(({ topic }) => topic.endsWith("/lift-1/heartbeat"), stage.ear.all.length);
        expect(json(seen).v).toBeLessThan(10);
      },
      async sparkplug(stage) {
        const dead = await stage.next(({ topic }) => topic === "spBv1.0/park/DDEATH/line/lift-1");
        await stage.next(({ topic }) => topic === "spBv1.0/park/DBIRTH/line/lift-1", stage.ear.all.indexOf(dead));
      },
    },
  ],
};

describe.skipIf(!mosquittoFound || !haveSub || !protocFound).each(["mqtt", "sparkplug"] as const)("on %s", (wire) => {
  let broker: Mosquitto;
  let ear: Ear;
  let fleet: RunningFleet;
  let moves = 0;
  beforeAll(async () => {
    broker = await startMosquitto();
    ear = await listen(broker, wire === "mqtt" ? "fm/#" : "spBv1.0/#");
    const lift = (name: string) => ({ device: name, kind: "elevator", params: { startsPerDay: 0 } });
    const units = [lift("lift-1"), lift("lift-2")];
    const more = wire === "sparkplug" ? { prefix: "park" } : {};
    fleet = await startFleet([{ name: "line", speaks: wire, broker: broker.url, keepAlive: 2, ...more, units }]);
  }, 30_000);
  afterAll(async () => {
    await fleet[Symbol.asyncDispose]();
    await ear[Symbol.asyncDispose]();
    await broker[Symbol.asyncDispose]();
  });

  test.each(Object.entries(cells) as [FaultName, (typeof cells)[FaultName]][])(
    "%s",
    async (name, [seconds, { [wire]: sees }]) => {
      const body = { device: "lift-1", fault: name };
      if (!sees) {
        const reply = fault(fleet.building, body);
        expect(reply).toMatchObject({ status: 400, code: "means_nothing" });
        expect("message" in reply ? reply.message : {}).toMatchObject({
          zh: expect.stringMatching(/无意义：.*请用/),
          en: expect.stringMatching(/means nothing.* use /),
        });
        expect([...fleet.device("lift-1").faults.faults.keys()]).toEqual([]);
        return;
      }
      const tells = (device: string, speed: number) => (one: Heard) =>
        wire === "mqtt"
          ? one.topic === `fm/line/elevator/${device}/speed` && json(one).v === speed
          : one.topic.endsWith(`/line/${device}`) &&
            one.payload.includes(bytesOf(speed)) &&
            text(one).includes(`double_value: ${speed}\n`);
      const from = ear.all.length;
      const stage: Stage = {
        wire,
        ear,
        from,
        move(device) {
          moves += 1;
          // No count and no level of a lift reads like this.
          const speed = moves / 8 + 1 / 16;
          fleet.device(device).setPoint("speed", speed);
          return speed;
        },
        told: (device, speed) => ear.until(tells(device, speed)),
        wasTold: (device, speed) => ear.all.some(tells(device, speed)),
        set: (point, value) => fleet.device("lift-1").setPoint(point, value),
        next: (fits, since = from) => ear.until((one) => ear.all.indexOf(one) >= since && fits(one)),
        off: () => expect(fault(fleet.building, { ...body, on: false }).status).toBe(200),
      };
      await stage.told("lift-1", stage.move("lift-1"));
      expect(fault(fleet.building, { ...body, ...(seconds === undefined ? {} : { seconds }) })).toMatchObject({
        status: 200,
      });
      await sees(stage);
      stage.off();
      await stage.told("lift-1", stage.move("lift-1"));
      fleet.device("lift-1").setPoint("heartbeat", undefined);
    },
    60_000,
  );
});
