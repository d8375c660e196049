/** The truth is what happens in the plant: however the line lies, and whatever is set by hand, the same is on record. */
import { expect, test } from "vitest";
import { parseFleet } from "../../simulators/fleet.ts";
import { findScenario } from "../../simulators/scenarios/index.ts";
import { createSimulatedDevice } from "../../simulators/simulated-device.ts";
import { createTruthLog } from "../../simulators/truth.ts";
import { type FaultName, faultKinds } from "../../simulators/wire/faults.ts";
import { createHandClock } from "./hand-clock.ts";

const story = findScenario("elevator-entrapment");
const unitFaults = (Object.keys(faultKinds) as FaultName[]).filter((name) => faultKinds[name].scope === "unit");
/** Registers 0 to 16, as a gateway asks for them. */
const request = Buffer.from([3, 0, 0, 0, 17]);

/** The story to its end, read once a second; answers the truth and what stood on the wire. */
function play(misbehave: FaultName | "nothing" | "a point set by hand") {
  if (!story) throw new Error("no such story");
  const clock = createHandClock();
  const truth = createTruthLog(clock.wall);
  const parsed = parseFleet(
    "ports: [ { name: lifts, offset: 0, units: [ { unit: 1, device: lift-1, kind: elevator, seed: 7 } ] } ]",
  );
  const unit = "fleet" in parsed ? parsed.fleet.ports[0]?.units[0] : undefined;
  if (!unit) throw new Error("no unit");
  const device = createSimulatedDevice(unit, 10, { clock, truth, nextPlay: () => 1 });
  const values = { persons: 2, pressSeconds: 4, rescueAfter: 60 };
  if (misbehave === "a point set by hand") device.setPoint("speed", 3);
  else if (misbehave !== "nothing") device.unit.setFault(misbehave, true);
  device.play(story as Parameters<typeof device.play>[0], { speed: 1, seed: 3, values });
  const wire: string[] = [];
  for (let second = 0; second < 1200 && device.playing; second += 1) {
    clock.advance(1000);
    device.advance(1);
    wire.push(device.unit.reply(request).toString("hex"));
  }
  expect(device.playing).toBeUndefined();
  const records = truth.after(0).filter(({ kind }) => kind !== "fault" && kind !== "set");
  return { truth: records.map(({ seq: _, ...record }) => record), wire: wire.join() };
}

const plain = play("nothing");

test("the story is on record from its beginning to its end, with true values", () => {
  expect(plain.truth.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["play", "start", "mark", "end"]));
  expect(plain.truth.find(({ kind }) => kind === "start")?.values?.speed).toBeGreaterThan(1.7);
});

test.each([...unitFaults, "a point set by hand" as const])("%s changes nothing of the truth", (fault) => {
  expect(play(fault).truth).toEqual(plain.truth);
});

test.each(["old-data", "zeros", "ffff", "exception-4", "a point set by hand"] as const)(
  "%s does change what stands on the wire",
  (fault) => {
    expect(play(fault).wire).not.toBe(plain.wire);
  },
);
