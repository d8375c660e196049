/** Whatever valid rule meets whatever columns: nothing throws, order within a step does not matter, a replay is equal to the bit. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PointColumns } from "#model/points";
import { instant, milliseconds } from "#model/time";
import { createEngine } from "../../../rules/engine/create-engine.ts";
import type { RuleEngine } from "../../../rules/engine/engine.ts";
import { randomExpression } from "../support/random-rules.ts";
import { createColumns, deviceOf, pointsOf, rule, START } from "../support/rule-bench.ts";

const POINTS = { b0: "bool", b1: "bool", n0: "", n1: "", run_count: "" } as const;
const points = pointsOf("d", POINTS);
const handles = points.map((_, handle) => handle);
const device = deviceOf("d", handles, { kind: "elevator" });

/** What the checker lets pass beside the random expressions: functions that these do not use, on every kind of nonsense. */
const OTHERS = [
  "flat(n0, 5s, 0.5) || flat(n1 * n0, 3s, 0)",
  "stale(n0, 3s) && is_bad(n1)",
  "baseline(n0) * 2 < n1",
  "rate(run_count, 4s) > 1",
  "median(n0, 10s, 5s) == n1 % n0",
  "changed(n0) || rising(b0) || falling(b1)",
  "default(n0 / n1, 3) > previous(n1, 2s)",
  "vote(2, b0, b1, n0 > 1) ? avg(b0, 4s) > 0.5 : abs(n1) < 1",
  "min(n0, n1) < max(n0, 8s) - min(n0, 8s)",
  "unanswered(b0, b1, 5s) || unpreceded(b1, b0, 3s)",
  'baseline_min(n0, "02:00-04:00", 14d) < n1',
  "since(b0) > 3s || since(n0 > n1) <= since(b1)",
  "count(changed(n0), 1h) >= 2 && held(n0 >= n1, 30s)",
  "any(b0, b1) != all(b0, n0 > 1) || spread(n0, n1, n0 * n1) > 2",
  "sum(n0, n1) > avg(n0, 7d) || median(n1, 30d) < 0",
  "count_of(b0, b1, n0 < 0) == 2",
];

const value = fc.oneof(
  fc.constantFrom(0, 1, 0.5, -1, Number.NaN, Infinity, -Infinity, Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324, -0),
  fc.double(),
);
const happening = fc.record({
  after: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 4_000 }) },
    { weight: 1, arbitrary: fc.constantFrom(0.25, 40_000, 90_000_000, 3e12) },
  ),
  wall: fc.constantFrom(0, 0, 0, -7_200_000, 3_600_000),
  moves: fc.array(
    fc.record({
      handle: fc.nat(points.length - 1),
      value,
      quality: fc.constantFrom(0, 0, 0, 1, 2),
      reason: fc.nat(12),
      /** How old the stamp says that it is; no clock of a device can be trusted. */
      age: fc.constantFrom(0, 0, 0, 5_000, -3_600_000, Number.NaN, Infinity, -Infinity),
    }),
    { maxLength: 6 },
  ),
});
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

function open(when: string, delay: string) {
  const columns = createColumns(points.length);
  const texts = [
    { id: "r0", when, on: delay, off: delay, because: "{n0} {b0} {held}" },
    { id: "r1", when: `!(${when})`, levels: [["n0 > 0", "S1"] as const], clear: "n1 < 0" },
  ];
  const rules = texts.map((text) => rule({ kind: "elevator", ...text }));
  return { columns, create: () => createEngine({ rules, devices: [device], points, columns, zone: "Asia/Shanghai" }) };
}

function feed(
  engine: RuleEngine,
  columns: PointColumns,
  { wall, moves }: Happening,
  mono: number,
  order: (list: number[]) => number[] = (list) => list,
): unknown {
  const now = START + mono + wall;
  for (const move of moves) {
    columns.value[move.handle] = move.value;
    columns.quality[move.handle] = move.quality;
    columns.reason[move.handle] = move.reason;
    columns.receivedAt[move.handle] = now - move.age;
  }
  const changed = Int32Array.from(order(moves.map(({ handle }) => handle)));
  const found = engine.step(changed, changed.length, { now: instant(now), mono: milliseconds(mono) });
  return found.map(({ instance, ...told }) => JSON.stringify({ id: instance.id, ...told }));
}

const expression = fc.oneof(
  randomExpression.map(({ text }) => text),
  fc.constantFrom(...OTHERS),
  fc
    .tuple(fc.constantFrom(...OTHERS), fc.constantFrom("&&", "||"), fc.constantFrom(...OTHERS))
    .map(([a, sign, b]) => `(${a}) ${sign} (${b})`),
);
const delays = fc.constantFrom("0s", "1s", "10s");
const courses = fc.array(happening, { minLength: 1, maxLength: 25 });

describe("any valid rule", () => {
  test("never throws, whatever the columns hold", () => {
    fc.assert(
      fc.property(expression, delays, courses, fc.nat(24), (when, delay, course, cut) => {
        const { columns, create } = open(when, delay);
        let engine = create();
        let mono = 0;
        course.forEach((one, k) => {
          mono += one.after;
          feed(engine, columns, one, mono);
          expect(engine.nextWake()).toBeGreaterThan(mono);
          if (k === cut) {
            const at = { now: instant(START + mono), mono: milliseconds(mono) };
            const kept = new Map(engine.pages(at));
            engine = create();
            engine.restore(kept, at);
          }
        });
      }),
      { numRuns: 1_500 },
    );
  });

  test("hears the same whatever the order of the samples of one instant, and however often one of them is told", () => {
    fc.assert(
      fc.property(expression, delays, courses, fc.boolean(), (when, delay, course, twice) => {
        const [one, other] = [open(when, delay), open(when, delay)];
        const [a, b] = [one.create(), other.create()];
        let mono = 0;
        for (const step of course) {
          mono += step.after;
          const turned = (list: number[]) => [...list.toReversed(), ...(twice ? list : [])];
          expect(feed(b, other.columns, step, mono, turned)).toEqual(feed(a, one.columns, step, mono));
        }
      }),
      { numRuns: 600 },
    );
  });

  test("a replay is equal to the bit, also over a snapshot and restore at any point", () => {
    fc.assert(
      fc.property(expression, delays, courses, fc.nat(24), (when, delay, course, cut) => {
        const run = (restart: boolean): unknown[] => {
          const { columns, create } = open(when, delay);
          const kept = new Map<string, string>();
          let engine = create();
          let mono = 0;
          return course.map((step, k) => {
            mono += Math.ceil(step.after);
            const told = feed(engine, columns, step, mono);
            const at = { now: instant(START + mono + step.wall), mono: milliseconds(mono) };
            // As the house does it: written every now and then, and only what moved.
            if (restart && (k === cut || k % 3 === 0))
              for (const [name, text] of engine.pages(at)) kept.set(name, text);
            if (restart && k === cut) {
              const text = kept.get("engine/0") ?? "";
              const active = new Set(engine.instances.filter((_, i) => isActive(engine, text, i)).map(({ id }) => id));
              engine = create();
              engine.restore(kept, at);
              engine.resume(active);
              kept.clear();
            }
            return told;
          });
        };
        expect(run(false)).toEqual(run(false));
        if (!/rising|falling|changed|since|count/.test(when)) expect(run(true)).toEqual(run(false));
      }),
      { numRuns: 600 },
    );
  });
});

/** The alarms that the house would hold: phases 2 and 3 are active and leaving. */
function isActive(engine: RuleEngine, text: string, at: number): boolean {
  const { verdicts } = JSON.parse(text) as { verdicts: Record<string, { state: number[] }> };
  return (verdicts[engine.instances[at]?.id ?? ""]?.state[0] ?? 0) >= 2;
}
