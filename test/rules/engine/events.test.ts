/** What looks at when something turned: count, since, rising, falling, changed. Lines read `seconds turn severity`. */
import { describe, expect, test } from "vitest";
import { bench } from "../support/rule-bench.ts";

describe("events", () => {
  test("count counts rises within the span", () => {
    const b = bench({ a: "bool" }, "count(a, 60s) >= 3");
    const lines: string[] = [];
    for (const s of [10, 20, 30]) {
      lines.push(...b.to(s), ...b.set({ a: 0 }), ...b.to(s + 1), ...b.set({ a: 1 }));
    }
    expect([...lines, ...b.to(100)]).toEqual(["31.0 active S2", "71.0 normal S2"]);
  });

  test("the same sample twice counts once, and the first one that is already true is no rise (18)", () => {
    const b = bench({ a: "bool" }, "count(rising(a), 60s) >= 1");
    b.set({ a: 1 });
    expect(b.to(5)).toEqual([]);
    b.set({ a: 0 });
    b.to(6);
    expect(b.set({ a: 1 })).toEqual(["6.0 active S2"]);
    b.set({ a: 1 });
    const c = bench({ a: "bool" }, "count(rising(a), 60s) >= 2");
    c.set({ a: 0 });
    c.set({ a: 1 });
    c.set({ a: 1 });
    expect(c.set({ a: 1 })).toEqual([]);
  });

  test("count: what was seen decides, too much unseen leaves it open", () => {
    const b = bench({ a: "bool" }, [{ when: "count(a, 100s) >= 1" }, { when: "count(a, 100s) < 1" }]);
    expect(b.set({ a: 0 })).toEqual(["r1 0.0 active S2"]);
    b.to(100);
    b.set({ a: null });
    // A fifth of the window unseen: "none" is no longer sure.
    const lines = b.to(130);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^r1 12[0-2]\.\d unknown/);
    b.set({ a: 0 });
    b.set({ a: 1 });
    expect(b.last.map((t) => `${t.instance.rule.id} ${t.to}`)).toEqual(["r0 active", "r1 known", "r1 normal"]);
  });

  test("changed pulses are counted although every step changes", () => {
    const b = bench({ v: "" }, "count(changed(v), 10s) >= 3");
    b.set({ v: 0 });
    const lines = [1, 2, 3].flatMap((s) => [...b.to(s), ...b.set({ v: s })]);
    expect(lines).toEqual(["3.0 active S2"]);
    expect(b.to(20)).toEqual(["11.0 normal S2"]);
  });

  test("since: never is infinitely long ago", () => {
    const b = bench({ a: "bool" }, [{ when: "since(a) < 10s" }, { when: "since(a) >= 10s" }]);
    expect(b.set({ a: 0 })).toEqual(["r1 0.0 active S2"]);
    b.to(5);
    expect(b.set({ a: 1 })).toEqual(["r0 5.0 active S2", "r1 5.0 normal S2"]);
    b.to(7);
    expect(b.set({ a: 0 })).toEqual([]);
    expect(b.to(30)).toEqual(["r0 17.0 normal S2", "r1 17.0 active S2"]);
  });

  test("since: which of two that never were came first is unknown, whichever way it is asked", () => {
    const asked = [
      "since(a) <= since(b)",
      "since(a) >= since(b) + 1s",
      "since(a) - since(b) <= 0s",
      "since(a) == since(b)",
    ];
    const b = bench({ a: "bool", b: "bool" }, [
      ...asked.map((when) => ({ when })),
      ...asked.map((when) => ({ when: `!(${when})` })),
    ]);
    expect(b.set({ a: 0, b: 0 })).toEqual([]);
    expect(b.to(5)).toEqual([]);
    // One of them was: the other, never, is longer ago than that.
    b.set({ a: 1 });
    const order = bench({ a: "bool", b: "bool" }, [{ when: "since(a) < since(b)" }, { when: "since(b) < since(a)" }]);
    order.set({ a: 0, b: 0 });
    expect(order.at(1, { a: 1 })).toEqual(["r0 1.0 active S2"]);
    order.at(2, { a: 0 });
    expect(order.at(3, { b: 1 })).toEqual(["r0 3.0 normal S2", "r1 3.0 active S2"]);
  });

  test("since with <= turns just after the span, and arithmetic with it works by the second", () => {
    const b = bench({ a: "bool" }, [{ when: "since(a) <= 10s" }, { when: "since(a) / 1s < 10 && !a" }]);
    b.set({ a: 1 });
    b.set({ a: 0 });
    expect(b.to(20)).toEqual(["r1 10.0 normal S2", "r0 10.0 normal S2"]);
  });

  test("a pulse is true for one step only", () => {
    const b = bench({ a: "bool" }, [{ when: "rising(a)" }, { when: "falling(a)" }, { when: "since(rising(a)) < 5s" }]);
    b.set({ a: 0 });
    expect(b.set({ a: 1 })).toEqual(["r0 0.0 active S2", "r0 0.0 normal S2", "r2 0.0 active S2"]);
    b.to(2);
    expect(b.set({ a: 0 })).toEqual(["r1 2.0 active S2", "r1 2.0 normal S2"]);
    expect(b.to(10)).toEqual(["r2 5.0 normal S2"]);
  });

  test("a rise is seen over a short gap and not over a long one", () => {
    const b = bench({ a: "bool" }, "since(rising(a)) < 5s");
    b.set({ a: 0 });
    b.set({ a: null });
    b.to(30);
    expect(b.set({ a: 1 })).toEqual(["30.0 active S2"]);
    b.set({ a: 0 });
    b.to(40);
    b.set({ a: null });
    b.to(70.1);
    expect(b.set({ a: 1 })).toEqual([]);
  });
});
