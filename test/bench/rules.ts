/** The rule engine under load: 10,000 rules over 20,000 points, batches of 1,000 changed points. */
import { getHeapStatistics } from "node:v8";
import type { PointColumns, PointDefinition } from "#model/points";
import { GOOD } from "#model/quality";
import type { RuleDefinition } from "#model/rule";
import type { Device } from "#model/site";
import { instant, milliseconds } from "#model/time";
import { createEngine } from "../../rules/engine/create-engine.ts";
import { checkRules } from "../../rules/language/check.ts";
import { createColumns, deviceOf, pointsOf, rule } from "../rules/support/rule-bench.ts";

const DEVICES = 200;
const POINTS = 100;
const RULES = 50;
const BATCH = 1_000;

/** Ten shapes of rules as buildings have them, five times each with other points. */
const SHAPES: readonly ((
  n: number,
  a: string,
  b: string,
  c: string,
) => readonly [when: string, on?: string, off?: string])[] = [
  (_, a, b, c) => [`${a} < 0.2 MPa && ${b} > 3 m3/h && ${c}`, "10s"],
  (_, a, b, c) => [`vote(2, ${a} > 0.9 MPa, ${b} > 9 m3/h, ${c})`],
  (_, a, b, c) => [`(${a} * 10 > 9 MPa && !${c}) || ${b} > 9.5 m3/h`, "30s", "10s"],
  (n, a) => [`avg(${a}, 5m) > ${0.6 + n / 1_000} MPa`],
  (n, _, b) => [`rate(${b}, 30s) > ${0.5 + n / 100} m3/h/s`],
  (_, a, _b, c) => [`held(${c} && ${a} > 0.1 MPa, 30s)`],
  (_, _a, b, c) => [`count(rising(${c}), 60s) >= 8 && ${b} > 9 m3/h`],
  (_, a) => [`max(${a}, 60s) - min(${a}, 60s) > 0.99 MPa`],
  (_, a, b) => [`previous(${a}, 5s) - ${a} >= 0.95 MPa && ${b} > 9 m3/h`],
  (_, a, _b, c) => [`since(${c}) < 10s && ${a} > 0.98 MPa`],
];

interface Load {
  readonly rules: RuleDefinition[];
  readonly devices: Device[];
  readonly points: PointDefinition[];
  readonly columns: PointColumns;
}

function build(): Load {
  const points: PointDefinition[] = [];
  const devices: Device[] = [];
  for (let d = 0; d < DEVICES; d += 1) {
    const first = points.length;
    const texts: Record<string, string> = {};
    for (let p = 0; p < POINTS; p += 1) texts[`x${p}`] = p % 3 === 0 ? "MPa" : p % 3 === 1 ? "m3/h" : "bool";
    points.push(...pointsOf(`d${d}`, texts));
    devices.push(
      deviceOf(
        `d${d}`,
        points.slice(first).map((_, at) => first + at),
      ),
    );
  }
  const rules = Array.from({ length: RULES }, (_, n) => {
    const [a, b, c] = [`x${(n * 6) % 99}`, `x${((n * 6) % 99) + 1}`, `x${((n * 6) % 99) + 2}`];
    const shape = SHAPES[n % SHAPES.length] as (typeof SHAPES)[number];
    const [when, on, off] = shape(n, a, b, c);
    return rule({ id: `r${n}`, when, ...(on !== undefined && { on }), ...(off !== undefined && { off }) });
  });
  return { rules, devices, points, columns: createColumns(points.length) };
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
/** A generator of its own, so that every run feeds the same samples. */
function createRandom(): () => number {
  let state = 42;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

/** Bytes ever allocated, where this Node tells; otherwise NaN. */
const allocated = (): number =>
  (getHeapStatistics() as { total_allocated_bytes?: number }).total_allocated_bytes ?? Number.NaN;

export async function run(): Promise<void> {
  const { rules, devices, points, columns } = build();
  const started = performance.now();
  const { problems } = checkRules(rules, devices, points);
  if (problems.length > 0) throw new Error(problems[0]?.what.en);
  const checked = performance.now();
  const engine = createEngine({ rules, devices, points, columns, zone: "Asia/Shanghai" });
  const compiled = performance.now();
  console.log(`rules: ${engine.instances.length} instances over ${points.length} points`);
  console.log(`  check ${(checked - started).toFixed(0)} ms, compile ${(compiled - checked).toFixed(0)} ms`);

  const random = createRandom();
  const changed = new Int32Array(BATCH);
  let mono = 0;
  let transitions = 0;
  /** Microseconds of this thread inside `step`: what counts on a machine that others use too. */
  let cpu = 0;
  const batch = (interval: number): number => {
    mono += interval;
    for (let i = 0; i < BATCH; i += 1) {
      const handle = Math.floor(random() * points.length);
      changed[i] = handle;
      const x = random();
      // Handle by place in its device: pressures up to 1 MPa, flows up to 10 m3/h, yes or no.
      const kind = (handle % POINTS) % 3;
      columns.value[handle] = kind === 0 ? x : kind === 1 ? x * 10 : Number(x > 0.5);
      columns.quality[handle] = x < 0.002 ? 2 : GOOD;
    }
    const at = { now: instant(1_795_248_000_000 + mono), mono: milliseconds(mono) };
    const from = performance.now();
    const worked = process.threadCpuUsage().user;
    transitions += engine.step(changed, BATCH, at).length;
    cpu += process.threadCpuUsage().user - worked;
    return performance.now() - from;
  };
  // 20 batches a second are 20,000 samples a second.
  for (const interval of [50, 1_000]) {
    for (let i = 0; i < 600; i += 1) batch(interval);
    const rounds: number[] = [];
    const all: number[] = [];
    transitions = 0;
    for (let round = 0; round < 5; round += 1) {
      cpu = 0;
      all.push(...Array.from({ length: 200 }, () => batch(interval)));
      rounds.push((200 * BATCH) / cpu);
    }
    rounds.sort((a, b) => a - b);
    all.sort((a, b) => a - b);
    console.log(
      `  a batch of ${BATCH} every ${interval} ms: median ${quantile(all, 0.5).toFixed(2)} ms, p99 ${quantile(all, 0.99).toFixed(2)} ms, ` +
        `${quantile(rounds, 0.5).toFixed(2)} M samples per second of CPU, ${(transitions / 1_000).toFixed(1)} transitions per batch`,
    );
  }

  // Quiet: values move, verdicts do not.
  const quiet = (): void => {
    mono += 50;
    for (let i = 0; i < BATCH; i += 1) {
      const handle = (i * 20) % points.length;
      changed[i] = handle;
      if ((handle % POINTS) % 3 !== 2) columns.value[handle] = 0.5 + ((mono / 50) % 2) * 0.001;
    }
    engine.step(changed, BATCH, { now: instant(1_795_248_000_000 + mono), mono: milliseconds(mono) });
  };
  for (let i = 0; i < 2_000; i += 1) quiet();
  const before = allocated();
  const from = performance.now();
  for (let i = 0; i < 200; i += 1) quiet();
  const took = performance.now() - from;
  console.log(
    `  quiet: ${(took / 200).toFixed(3)} ms per batch, ${((allocated() - before) / 200 / BATCH).toFixed(1)} bytes per sample`,
  );

  const at = { now: instant(0), mono: milliseconds(mono) };
  const t0 = performance.now();
  const text = engine.snapshot(at);
  const t1 = performance.now();
  createEngine({ rules, devices, points, columns, zone: "Asia/Shanghai" }).restore(text, at);
  console.log(
    `  snapshot ${(text.length / 1e6).toFixed(1)} MB in ${(t1 - t0).toFixed(0)} ms, compile and restore ${(performance.now() - t1).toFixed(0)} ms`,
  );
}
