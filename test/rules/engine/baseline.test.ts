/** The baseline: learned by the hour after a week, told by the device before that, else the recent median. */
import { expect, test } from "vitest";
import { bench } from "../support/rule-bench.ts";

const points = { flow: "m3/h" };
const high = { when: "flow > usual + 5 m3/h", let: { usual: "baseline(flow)" }, because: "{usual}" };

test("the set value holds before there is history, and the sentence says so", () => {
  const b = bench(points, [high], { params: { normalFlow: 8 } });
  expect(b.set({ flow: 14 })).toEqual(["0.0 active S2"]);
  expect(b.last[0]?.because).toEqual({ zh: "8.0 m3/h(设定 normalFlow)", en: "8.0 m3/h (set: normalFlow)" });
});

test("without it: ten minutes of samples, then the median of the last half hour", () => {
  const b = bench(points, [high]);
  b.set({ flow: 4 });
  expect(b.to(599)).toEqual([]);
  expect(b.set({ flow: 100 })).toEqual([]);
  b.set({ flow: 4 });
  b.to(900);
  expect(b.set({ flow: 10 })).toEqual(["900.0 active S2"]);
  expect(b.last[0]?.because.en).toBe("4.0 m3/h (median of the last 30 min)");
});

/** Nights at 1, days at 8 m3/h; the test begins at 16:00 in Shanghai. */
function live(days: number, b = bench(points, [high])): typeof b {
  for (let h = 0; h < days * 24; h += 1) {
    b.to(h * 3_600);
    const hour = (16 + h) % 24;
    b.set({ flow: hour < 6 ? 1 : 8 });
  }
  b.to(days * 24 * 3_600);
  return b;
}

test("after a week every hour has its own normal, and one burst does not spoil it", () => {
  const b = live(8);
  expect(b.set({ flow: 12.9 })).toEqual([]);
  b.set({ flow: 1 });
  // 03:00: 7 m3/h are far above the night's 1.
  b.to(8 * 86_400 + 11 * 3_600);
  expect(b.set({ flow: 7 })).toHaveLength(1);
  expect(b.last[0]?.because).toEqual({ zh: "1.0 m3/h(本时段历史学习值)", en: "1.0 m3/h (learned for this hour)" });
}, 60_000);

test("what was learned survives a restart", () => {
  const b = live(8);
  b.set({ flow: 1 });
  const c = b.restart(5_000, true);
  c.set({ flow: 1 });
  c.to(c.now() / 1_000 + 11 * 3_600);
  c.set({ flow: 7 });
  expect(c.last[0]?.because.en).toBe("1.0 m3/h (learned for this hour)");
}, 60_000);
