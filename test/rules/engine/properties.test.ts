/** What must hold for any rule and any samples: incremental is full, replay is equal, a restart is no event. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GOOD } from "#model/quality";
import { instant, milliseconds } from "#model/time";
import { createEngine } from "../../../rules/engine/create-engine.ts";
import type { RuleEngine } from "../../../rules/engine/engine.ts";
import { type Node, POINTS, pastOf, randomExpression, randomSamples, type Sample } from "../support/random-rules.ts";
import { createColumns, deviceOf, pointsOf, type RuleText, rule, START } from "../support/rule-bench.ts";

const points = pointsOf("d", POINTS);
const device = deviceOf("d", [0, 1, 2, 3]);
const keys = Object.keys(POINTS);

function open(texts: readonly RuleText[]) {
  const columns = createColumns(points.length);
  const rules = texts.map((text, at) => rule({ id: `r${at}`, ...text }));
  const create = () => createEngine({ rules, devices: [device], points, columns, zone: "Asia/Shanghai" });
  /** One step without the timers in between: the naive meaning knows the steps only. */
  const feed = (engine: RuleEngine, sample: Sample, mono: number): string[] => {
    const changed: number[] = [];
    keys.forEach((key, handle) => {
      const value = sample.values[key as keyof typeof sample.values];
      if (value === undefined) return;
      columns.value[handle] = value ?? Number.NaN;
      columns.quality[handle] = value === null ? 2 : GOOD;
      columns.reason[handle] = value === null ? 3 : 0;
      changed.push(handle);
    });
    const at = { now: instant(START), mono: milliseconds(mono) };
    return engine
      .step(Int32Array.from(changed), changed.length, at)
      .map((t) => `${t.instance.rule.id} ${t.to} ${t.heldFor}`);
  };
  return { columns, create, feed };
}

/** Three rules that together show whether an expression is true, false or unknown. */
const shown = (text: string): RuleText[] => [
  { when: text },
  { when: `!(${text})` },
  { when: `is_bad((${text}) || (${text}))` },
];

function seen(state: Map<string, boolean>): number {
  if (state.get("r2")) return Number.NaN;
  return state.get("r0") ? 1 : state.get("r1") ? 0 : Number.NaN;
}

describe("incremental evaluation", () => {
  test("gives what a naive evaluation of the whole past gives", () => {
    fc.assert(
      fc.property(randomExpression, randomSamples, (expression: Node, samples) => {
        const bare = /^(!*)(b0|b1)$/.test(expression.text);
        fc.pre(!bare);
        const { create, feed } = open(shown(expression.text));
        const engine = create();
        const past = pastOf(samples);
        const state = new Map<string, boolean>();
        samples.forEach((sample, k) => {
          for (const line of feed(engine, sample, past.times[k] as number)) {
            const [id = "", to] = line.split(" ");
            if (to === "active" || to === "normal") state.set(id, to === "active");
          }
          expect({ k, value: seen(state) }).toEqual({ k, value: expression.mean(past, k) });
        });
      }),
      { numRuns: 400 },
    );
  });
});

describe("replay", () => {
  test("the same samples give the same transitions, text for text", () => {
    fc.assert(
      fc.property(randomExpression, randomSamples, (expression, samples) => {
        const run = () => {
          const { create, columns } = open([{ when: expression.text, on: "3s", off: "2s", because: "{n0} {held}" }]);
          const engine = create();
          const all: unknown[] = [];
          let mono = 0;
          for (const sample of samples) {
            mono += sample.after * 1_000;
            for (let due = engine.nextWake(); due < mono; due = engine.nextWake()) {
              all.push(structuredCloneOf(engine.step(Int32Array.of(), 0, { now: instant(START + due), mono: due })));
            }
            keys.forEach((key, handle) => {
              const value = sample.values[key as keyof typeof sample.values];
              if (value !== undefined) columns.value[handle] = value ?? Number.NaN;
              if (value !== undefined) columns.quality[handle] = value === null ? 2 : GOOD;
            });
            all.push(
              structuredCloneOf(
                engine.step(Int32Array.of(0, 1, 2, 3), 4, { now: instant(START + mono), mono: milliseconds(mono) }),
              ),
            );
          }
          return all;
        };
        expect(run()).toEqual(run());
      }),
      { numRuns: 150 },
    );
  });
});

const structuredCloneOf = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("a restart", () => {
  test("at any point, with the downtime cut out, changes no transition", () => {
    const delays = fc.constantFrom("0s", "2s", "5s");
    fc.assert(
      fc.property(
        randomExpression,
        randomSamples,
        fc.nat(),
        fc.integer({ min: 0, max: 1_000_000 }),
        delays,
        delays,
        (expression, samples, cut, downtime, on, off) => {
          const texts = [
            { when: expression.text, on, off },
            { when: `!(${expression.text})`, on: off, off: on },
            { when: "since(rising(b0)) < 5s || flat(n0, 10s, 0.5)" },
          ];
          const { times } = pastOf(samples);
          const stop = cut % samples.length;
          const whole = open(texts);
          const uninterrupted = whole.create();
          const expected = samples.flatMap((sample, k) =>
            whole.feed(uninterrupted, sample, times[k] as number).map((line) => `${k} ${line}`),
          );
          const split = open(texts);
          let engine = split.create();
          let shift = 0;
          const kept = new Map<string, string>();
          const found = samples.flatMap((sample, k) => {
            const lines = split.feed(engine, sample, (times[k] as number) + shift).map((line) => `${k} ${line}`);
            const before = { now: instant(START), mono: milliseconds((times[k] as number) + shift) };
            if (k === stop || k % 2 === 0) for (const [name, text] of engine.pages(before)) kept.set(name, text);
            if (k === stop) {
              shift = downtime;
              const at = { now: instant(START), mono: milliseconds((times[k] as number) + shift) };
              const active = new Set(engine.instances.filter((i) => isActive(expected, i.rule.id, k)).map((i) => i.id));
              engine = split.create();
              engine.restore(kept, at);
              kept.clear();
              engine.resume(active);
            }
            return lines;
          });
          expect(found).toEqual(expected);
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** Whether the rule was active after step k, by the transitions told so far. */
function isActive(lines: readonly string[], id: string, k: number): boolean {
  const last = lines
    .filter((line) => Number(line.split(" ")[0]) <= k && line.includes(` ${id} `) && / (active|normal) /.test(line))
    .at(-1);
  return last?.includes(" active ") ?? false;
}
