/** Devices that answer and are dead all the same: nothing of theirs is shown as a value. */
import { describe, expect, test } from "vitest";
import { minutes, seconds } from "#model/time";
import { expire } from "../../../gateway/points/staleness.ts";
import { say } from "./puppet-driver.ts";
import { acquire, answer, siteWith } from "./site-of.ts";

const beating = siteWith({
  pump: { points: { heartbeat: { tags: ["heartbeat"] }, level: {}, run: { type: "bool" } } },
});

describe("a heartbeat that stands still", () => {
  test("and nothing else that moves: every point is frozen after 30 s, the device offline since its last movement", async () => {
    const { acquisition, clock, puppet, rows, events } = acquire(beating);
    const life = await puppet.life(0);
    const movedAt = clock.now();
    for (let n = 0; n <= 30; n += 1) {
      answer(life, "pump", [0, 1, 2], [5, 70, 1]);
      await clock.advance(seconds(1));
    }
    expect(rows()).toEqual(["frozen", "frozen", "frozen"]);
    for (let n = 0; n < 3; n += 1) {
      answer(life, "pump", [0, 1, 2], [5, 70, 1]);
      await clock.advance(seconds(1));
    }
    expect(rows()).toEqual(["frozen", "frozen", "frozen"]);
    expect(events).toEqual(["pump online", "pump degraded", "pump offline"]);
    expect(acquisition.devices()[0]).toMatchObject({
      state: "offline",
      since: movedAt,
      because: { zh: expect.stringContaining("心跳"), en: expect.stringContaining("repeat old data") },
    });
    await acquisition[Symbol.asyncDispose]();
  });

  test("a beat brings everything back with the same answer", async () => {
    const { acquisition, clock, puppet, rows, events } = acquire(beating);
    const life = await puppet.life(0);
    answer(life, "pump", [0, 1, 2], [5, 70, 1]);
    await clock.advance(minutes(2));
    expect(rows()).toEqual(["frozen", "frozen", "frozen"]);
    answer(life, "pump", [0, 1, 2], [6, 70, 1]);
    expect(rows()).toEqual([6, 70, 1]);
    expect(events.at(-1)).toBe("pump online");
    await acquisition[Symbol.asyncDispose]();
  });

  test("while anything else moves nothing is hidden: a broken heartbeat must not mute an alarm", async () => {
    const { acquisition, clock, puppet, rows } = acquire(beating);
    const life = await puppet.life(0);
    for (let n = 0; n < 200; n += 1) {
      answer(life, "pump", [0, 1, 2], [5, 70 + (n % 20 === 0 ? 1 : 0), 0]);
      await clock.advance(seconds(1));
    }
    expect(rows()).toEqual([5, 70, 0]);
    await clock.advance(minutes(1));
    expect(rows()[2]).toBe("frozen");
    // Frozen, and then the contact closes: that very answer is believed.
    answer(life, "pump", [0, 1, 2], [5, 70, 1]);
    expect(rows()).toEqual([5, 70, 1]);
    await acquisition[Symbol.asyncDispose]();
  });

  test("silence is silence and not frozen data: after it the count begins anew", async () => {
    const { acquisition, clock, puppet, rows } = acquire(beating);
    const life = await puppet.life(0);
    answer(life, "pump", [0, 1, 2], [5, 70, 1]);
    life.tools.report.missed("pump", "timeout", say("silent"));
    await clock.advance(minutes(10));
    expect(rows()).toEqual(["timeout", "timeout", "timeout"]);
    answer(life, "pump", [0, 1, 2], [5, 70, 1]);
    await clock.advance(seconds(20));
    expect(rows()).toEqual([5, 70, 1]);
    await clock.advance(seconds(12));
    expect(rows()).toEqual(["frozen", "frozen", "frozen"]);
    await acquisition[Symbol.asyncDispose]();
  });

  test("a subscription whose server confirms old values for ever is frozen too; refusals do not revive it", async () => {
    const { acquisition, clock, puppet, rows, events } = acquire(beating);
    const life = await puppet.life(0);
    answer(life, "pump", [0, 1, 2], [5, 70, 1]);
    for (let n = 0; n < 45; n += 1) {
      life.tools.report.confirmed("pump", Int32Array.of(0, 1, 2), 3);
      life.tools.report.fault("pump", Int32Array.of(2), 1, "refused", say("exception 2"));
      await clock.advance(seconds(1));
    }
    expect(rows().slice(0, 2)).toEqual(["frozen", "frozen"]);
    expect(events.at(-1)).toBe("pump offline");
    await acquisition[Symbol.asyncDispose]();
  });

  test("a slow heartbeat says how slow it is", async () => {
    const slow = siteWith({
      pump: { points: { heartbeat: { tags: ["heartbeat"], frozenAfter: minutes(5) }, level: {} } },
    });
    const { acquisition, clock, puppet, rows } = acquire(slow);
    const life = await puppet.life(0);
    answer(life, "pump", [0, 1], [5, 70]);
    await clock.advance(minutes(4.9));
    expect(rows()).toEqual([5, 70]);
    await clock.advance(seconds(10));
    expect(rows()).toEqual(["frozen", "frozen"]);
    await acquisition[Symbol.asyncDispose]();
  });
});

describe("a point that must move", () => {
  const site = siteWith({ meter: { points: { flow: { frozenAfter: seconds(60) }, level: {} } } });

  test("turns frozen by itself when it does not, and only it; any movement brings it back", async () => {
    const { acquisition, clock, puppet, rows } = acquire(site);
    const life = await puppet.life(0);
    for (let n = 0; n <= 61; n += 1) {
      answer(life, "meter", [0, 1], [3.5, 2]);
      await clock.advance(seconds(1));
    }
    expect(rows()).toEqual(["frozen", 2]);
    answer(life, "meter", [0, 1], [3.6, 2]);
    expect(rows()).toEqual([3.6, 2]);
    await acquisition[Symbol.asyncDispose]();
  });

  test("of a source that only confirms turns frozen by time alone", async () => {
    const { acquisition, clock, puppet, rows, table } = acquire(site);
    const life = await puppet.life(0);
    const changed = new Int32Array(2);
    answer(life, "meter", [0, 1], [3.5, 2]);
    for (let n = 0; n < 60; n += 1) {
      await clock.advance(seconds(1));
      life.tools.report.confirmed("meter", Int32Array.of(0, 1), 2);
      expect(expire(table, clock.monotonic(), changed)).toBe(0);
    }
    await clock.advance(seconds(1));
    expect(expire(table, clock.monotonic(), changed)).toBe(1);
    expect(rows()).toEqual(["frozen", 2]);
    await acquisition[Symbol.asyncDispose]();
  });
});

describe("answers filled with zeros or ones, where the site says so", () => {
  const five = { a: {}, b: {}, c: {}, d: {}, e: { type: "bool" as const } };
  const site = siteWith({
    pump: { points: five, device: { suspect: ["zeros", "ones"] } },
    plain: { points: five },
  });
  const pump = [0, 1, 2, 3, 4];
  const plain = [5, 6, 7, 8, 9];

  test("are no values; the device is degraded at once and offline when nothing else comes", async () => {
    const { acquisition, clock, puppet, rows, events } = acquire(site);
    const life = await puppet.life(0);
    answer(life, "pump", pump, [1, 2, 3, 4, 0]);
    answer(life, "plain", plain, [0, 0, 0, 0, 0]);
    expect(rows()).toEqual([1, 2, 3, 4, 0, 0, 0, 0, 0, 0]);
    for (let n = 0; n < 13; n += 1) {
      answer(life, "pump", pump, n % 2 ? [0, 0, 0, 0, 0] : [65_535, -1, 4_294_967_295, Number.NaN, 1]);
      await clock.advance(seconds(1));
    }
    expect(rows().slice(0, 5)).toEqual(Array(5).fill("not-available"));
    expect(events).toEqual(["pump online", "plain online", "pump degraded", "pump offline"]);
    expect(acquisition.devices()[0]?.because?.en).toContain("Check its power");
    answer(life, "pump", pump, [1, 2, 3, 4, 0]);
    expect(rows().slice(0, 5)).toEqual([1, 2, 3, 4, 0]);
    await acquisition[Symbol.asyncDispose]();
  });

  test("one block of zeros beside a block with values takes only its own points and does not make the device flap", async () => {
    const { acquisition, clock, puppet, rows, events } = acquire(
      siteWith({ pump: { points: { ...five, f: {}, g: {} }, device: { suspect: ["zeros"] } } }),
    );
    const life = await puppet.life(0);
    for (let n = 0; n < 40; n += 1) {
      answer(life, "pump", pump, [0, 0, 0, 0, 0]);
      answer(life, "pump", [5, 6], [n, 0]);
      await clock.advance(seconds(1));
    }
    expect(rows()).toEqual([...Array(5).fill("not-available"), 39, 0]);
    expect(events).toEqual(["pump degraded", "pump online"]);
    await acquisition[Symbol.asyncDispose]();
  });

  test("a few zeros alone are ordinary, but not within a row of empty answers", async () => {
    const { acquisition, clock, puppet, rows } = acquire(
      siteWith({ pump: { points: { ...five, f: {}, g: {} }, device: { suspect: ["zeros"] } } }),
    );
    const life = await puppet.life(0);
    answer(life, "pump", [5, 6], [0, 0]);
    expect(rows().slice(5)).toEqual([0, 0]);
    answer(life, "pump", pump, [0, 0, 0, 0, 0]);
    answer(life, "pump", [5, 6], [0, 0]);
    expect(rows().slice(5)).toEqual(["not-available", "not-available"]);
    await clock.advance(seconds(1));
    await acquisition[Symbol.asyncDispose]();
  });
});
