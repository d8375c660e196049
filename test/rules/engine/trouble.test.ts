/** Row 48 of the transition table: an input that stays bad is told as a trouble of its own, beside the alarm. */
import { describe, expect, test } from "vitest";
import { bench } from "../support/rule-bench.ts";

const smoke = { when: "smoke || heat > 57 Cel", lifeSafety: true, severity: "S1" } as const;
const points = { smoke: "bool", heat: "Cel" };
const calm = { smoke: false, heat: 20 };

describe("a life-safety rule whose input is bad", () => {
  test("tells trouble after 30 s, one severity below S1 at most, and its end with the first good sample", () => {
    const b = bench(points, [smoke]);
    b.set(calm);
    b.to(100);
    expect(b.set({ heat: null })).toEqual([]);
    expect(b.to(129.9)).toEqual([]);
    expect(b.to(200)).toEqual(["130.0 trouble S2"]);
    expect(b.set({ heat: 21 })).toEqual(["200.0 trouble-over S2"]);
    expect(b.to(500)).toEqual([]);
  });

  test("says what cannot be judged and which points are bad", () => {
    const b = bench(points, [smoke]);
    b.set(calm);
    b.set({ heat: null });
    b.to(31);
    expect(b.last[0]).toMatchObject({
      instance: { id: "r0@d", trouble: "r0.trouble@d" },
      heldFor: 30_000,
      because: {
        zh: "无法判断“试验”：heat的数据无效已 30 秒",
        en: '"Test" cannot be judged: no valid data from heat for 30 s',
      },
    });
    expect(b.last[0]?.inputs.map(({ point, quality }) => [point, quality])).toEqual([
      ["d.smoke", "good"],
      ["d.heat", "bad"],
    ]);
  });

  test("is not in trouble when the good inputs decide", () => {
    const b = bench(points, [smoke]);
    b.set(calm);
    b.set({ heat: null });
    b.to(10);
    expect(b.set({ smoke: true })).toEqual(["10.0 active S1"]);
    expect(b.to(100)).toEqual([]);
    // The fire is over as far as can be seen, but the heat cannot be: held, and in trouble as well.
    expect(b.set({ smoke: false })).toEqual(["100.0 unknown S1"]);
    expect(b.to(200)).toEqual(["130.0 trouble S2"]);
    expect(b.set({ heat: 20 }).sort()).toEqual(["200.0 known S1", "200.0 normal S1", "200.0 trouble-over S2"]);
  });

  test("bad for 29.9 s, again and again, is no trouble; a good sample at 30 s is in time", () => {
    const b = bench(points, [smoke]);
    b.set(calm);
    for (let n = 0; n < 10; n += 1) {
      b.at(n * 40, { heat: null });
      expect(b.at(n * 40 + (n === 9 ? 30 : 29.9), { heat: 20 })).toEqual([]);
    }
    expect(b.to(1_000)).toEqual([]);
  });

  test("with on_bad: hold nobody is told, and any other rule is told only with on_bad: trouble", () => {
    const b = bench({ v: "" }, [
      { when: "v > 5", lifeSafety: true, onBad: "hold" },
      { when: "v > 5" },
      { when: "v > 5", onBad: "trouble" },
    ]);
    b.set({ v: 1 });
    b.set({ v: null });
    expect(b.to(100)).toEqual(["r2 30.0 trouble S2"]);
    expect(b.engine.instances.map(({ trouble }) => trouble)).toEqual([undefined, undefined, "r2.trouble@d"]);
  });
});

describe("what is no trouble", () => {
  test("a window that is not filled yet", () => {
    const b = bench({ v: "" }, [{ when: "rate(v, 5m) > 1", onBad: "trouble" }]);
    b.set({ v: 1 });
    expect(b.to(100)).toEqual([]);
  });

  test("the time before the first sample; a link that is down at the start is one", () => {
    const b = bench({ v: "" }, [{ when: "v > 5", onBad: "trouble" }]);
    b.step();
    expect(b.to(100)).toEqual([]);
    b.set({ v: null }, "no-link");
    expect(b.to(200)).toEqual(["130.0 trouble S2"]);
  });

  test("a condition that reads no point", () => {
    const night = { zone: "Asia/Shanghai", days: [], hours: [{ from: 1_320, to: 360 }], dates: [], except: [] };
    const b = bench({ v: "" }, [{ when: 'in_calendar("night")', calendars: { night }, onBad: "trouble" }]);
    expect(b.engine.instances[0]?.trouble).toBeUndefined();
  });
});

describe("over a restart", () => {
  const rules = [{ when: "v > 5", onBad: "trouble" as const }];

  test("a trouble that was told is not told again, and ends with the first good sample", () => {
    const b = bench({ v: "" }, rules);
    b.set({ v: 1 });
    b.set({ v: null });
    expect(b.to(40)).toEqual(["30.0 trouble S2"]);
    const again = b.restart(60_000, true);
    expect(again.step()).toEqual([]);
    expect(again.to(150)).toEqual([]);
    expect(again.set({ v: null })).toEqual([]);
    expect(again.to(300)).toEqual([]);
    expect(again.set({ v: 2 })).toEqual(["300.0 trouble-over S2"]);
  });

  test("the house's open troubles are the truth when the engine forgot its own", () => {
    const b = bench({ v: "" }, rules);
    b.engine.resume(new Set(["r0.trouble@d"]));
    expect(b.set({ v: 2 })).toEqual(["0.0 trouble-over S2"]);
  });

  test("a rule that no longer asks for it forgets it", () => {
    const b = bench({ v: "" }, rules);
    b.set({ v: null });
    b.to(40);
    const again = b.restart(1_000, false, [{ when: "v > 5" }]);
    expect([...again.step(), ...again.to(100), ...again.set({ v: 1 })]).toEqual([]);
  });
});
