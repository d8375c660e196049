/** unanswered, unpreceded: what comes after what, second by second. Lines read `seconds turn severity`. */
import { describe, expect, test } from "vitest";
import { bench } from "../support/rule-bench.ts";

const FAN = { cmd: "bool", fb: "bool" };
const both = (text: string) => [{ when: text }, { when: `is_bad(${text} || ${text})` }];

describe("unanswered", () => {
  test("turns true when the span is over, and false when the answer comes late", () => {
    const b = bench(FAN, "unanswered(cmd, fb, 10s)");
    b.set({ cmd: 0, fb: 0 });
    b.to(5);
    b.set({ cmd: 1 });
    expect(b.to(40)).toEqual(["15.0 active S2"]);
    expect(b.set({ fb: 1 })).toEqual(["40.0 normal S2"]);
    // Answered once: the same order is not asked for again.
    expect([...b.set({ fb: 0 }), ...b.to(80)]).toEqual([]);
  });

  test("an answer in time, or at exactly the span, is an answer (40)", () => {
    for (const second of [0, 9.9, 10]) {
      const b = bench(FAN, "unanswered(cmd, fb, 10s)");
      b.set({ cmd: 0, fb: 0 });
      b.set({ cmd: 1 });
      expect([...b.at(second, { fb: 1 }), ...b.to(60)]).toEqual([]);
    }
    const late = bench(FAN, "unanswered(cmd, fb, 10s)");
    late.set({ cmd: 0, fb: 0 });
    late.set({ cmd: 1 });
    expect(late.at(10.1, { fb: 1 })).toEqual(["10.0 active S2", "10.1 normal S2"]);
  });

  test("an answer that is already there counts", () => {
    const b = bench(FAN, "unanswered(cmd, fb, 10s)");
    b.set({ cmd: 0, fb: 1 });
    b.set({ cmd: 1 });
    expect(b.to(60)).toEqual([]);
  });

  test("a second order moves no deadline (40)", () => {
    const b = bench(FAN, "unanswered(cmd, fb, 10s)");
    b.set({ cmd: 0, fb: 0 });
    b.set({ cmd: 1 });
    b.at(3, { cmd: 0 });
    b.at(5, { cmd: 1 });
    expect(b.to(60)).toEqual(["10.0 active S2"]);
  });

  test("a pulse may ask", () => {
    const b = bench(FAN, "unanswered(rising(cmd), fb, 10s)");
    b.set({ cmd: 0, fb: 0 });
    b.set({ cmd: 1 });
    b.at(1, { cmd: 0 });
    expect(b.to(60)).toEqual(["10.0 active S2"]);
  });

  test("an order that stood before the first sample asks nothing (40)", () => {
    const b = bench(FAN, "unanswered(cmd, fb, 10s)");
    b.set({ cmd: 1, fb: 0 });
    expect(b.to(60)).toEqual([]);
  });

  test("an answer that cannot be seen throughout gives unknown, no alarm (40)", () => {
    const b = bench(FAN, both("unanswered(cmd, fb, 10s)"));
    b.set({ cmd: 0, fb: 0 });
    b.set({ cmd: 1, fb: null });
    expect(b.to(60)).toEqual(["r1 10.0 active S2"]);
  });

  test("a gap makes it unknown at the deadline, and known once the answer was missed for a whole span", () => {
    const b = bench(FAN, both("unanswered(cmd, fb, 10s)"));
    b.set({ cmd: 0, fb: 0 });
    b.set({ cmd: 1 });
    b.at(4, { fb: null });
    b.at(6, { fb: 0 });
    expect(b.to(60)).toEqual(["r1 10.0 active S2", "r0 16.0 active S2", "r1 16.0 normal S2"]);
  });

  test("a restart keeps the deadline; the downtime does not count", () => {
    const b = bench(FAN, "unanswered(cmd, fb, 10s)");
    b.set({ cmd: 0, fb: 0 });
    b.set({ cmd: 1 });
    b.to(6);
    const c = b.restart(100_000, false);
    // 6 s before and 4 s after 100 s of downtime.
    expect(c.to(200)).toEqual(["110.0 active S2"]);
  });

  test("after a restart the answer must be seen missing for the whole span", () => {
    const b = bench(FAN, both("unanswered(cmd, fb, 10s)"));
    b.set({ cmd: 0, fb: 0 });
    b.set({ cmd: 1 });
    b.to(6);
    const c = b.restart(0, true);
    c.at(7, { cmd: 1, fb: 0 });
    expect(c.to(60)).toEqual(["r1 10.0 active S2", "r0 17.0 active S2", "r1 17.0 normal S2"]);
  });
});

const DOOR = { door: "bool", card: "bool" };

describe("unpreceded", () => {
  const open = (text = "unpreceded(door, card, 5s)") => {
    const b = bench(DOOR, text);
    b.set({ door: 0, card: 0 });
    b.to(20);
    return b;
  };

  test("a door without a card is true as long as it stands open", () => {
    const b = open();
    expect(b.set({ door: 1 })).toEqual(["20.0 active S2"]);
    expect(b.at(30, { card: 1 })).toEqual([]);
    expect(b.at(40, { door: 0 })).toEqual(["40.0 normal S2"]);
  });

  test("a card within the span before, or at the same instant, announces it", () => {
    for (const since of [0, 0.1, 4.9, 5]) {
      const b = open();
      b.set({ card: 1 });
      b.set({ card: 0 });
      expect([...b.at(20 + since, { door: 1 }), ...b.to(60)]).toEqual([]);
    }
    const b = open();
    b.set({ card: 1 });
    b.set({ card: 0 });
    expect(b.at(25.1, { door: 1 })).toEqual(["25.1 active S2"]);
  });

  test("a card in the same sample announces it", () => {
    expect(open().set({ door: 1, card: 1 })).toEqual([]);
  });

  test("of a pulse it is true for that step only", () => {
    expect(open("unpreceded(rising(door), card, 5s)").set({ door: 1 })).toEqual(["20.0 active S2", "20.0 normal S2"]);
  });

  test("a card reader that could not be seen gives unknown, unless a card was seen", () => {
    const b = bench(DOOR, both("unpreceded(door, card, 5s)"));
    b.set({ door: 0, card: 0 });
    b.at(16, { card: null });
    b.at(17, { card: 0 });
    expect(b.at(20, { door: 1 })).toEqual(["r1 20.0 active S2"]);
    expect(b.at(30, { door: 0 })).toEqual(["r1 30.0 normal S2"]);
    b.at(40, { card: 1 });
    b.at(41, { card: null });
    expect(b.at(42, { door: 1 })).toEqual([]);
  });

  test("right after the start nothing is known of the time before", () => {
    const b = bench(DOOR, both("unpreceded(door, card, 5s)"));
    b.set({ door: 0, card: 0 });
    expect(b.at(4, { door: 1 })).toEqual(["r1 4.0 active S2"]);
  });

  test("a door that stood open at the start is no event", () => {
    const b = bench(DOOR, both("unpreceded(door, card, 5s)"));
    expect([...b.set({ door: 1, card: 0 }), ...b.to(60)]).toEqual([]);
  });

  test("a lost contact holds the verdict, and a restart keeps it while the door stays open", () => {
    const b = open();
    b.set({ door: 1 });
    expect(b.at(30, { door: null })).toEqual(["30.0 unknown S2"]);
    expect(b.at(300, { door: 1 })).toEqual(["300.0 known S2"]);
    const c = b.restart(50_000, true);
    c.engine.resume(new Set(["r0@d"]));
    expect(c.set({ door: 1, card: 0 }).filter((line) => line.includes("normal"))).toEqual([]);
    expect(c.at(360, { door: 0 })).toEqual(["360.0 normal S2"]);
  });
});
