/** A stand for rule packs: polls the signals of a story as the gateway polls a device, and writes down what the rules say. */
import type { PointDefinition } from "#model/points";
import type { RuleDefinition, Transition } from "#model/rule";
import type { Severity } from "#model/severity";
import { instant, milliseconds } from "#model/time";
import { markBad, settle } from "../../../gateway/points/settle.ts";
import { createPointTable } from "../../../gateway/points/table.ts";
import { createEngine } from "../../../rules/engine/create-engine.ts";
import type { RuleEngine } from "../../../rules/engine/engine.ts";
import type { Installed } from "./installation.ts";

/** A value at each second of a story; NaN means that the point cannot be read. */
export type Signal = (t: number) => number;
export type Signals = Readonly<Record<string, Signal | number>>;

export interface Said {
  /** Seconds of the story. */
  readonly t: number;
  readonly rule: string;
  readonly to: Transition["to"];
  readonly severity: Severity;
  readonly zh: string;
  readonly en: string;
}

export interface Played {
  readonly said: readonly Said[];
  /** Rules that became active, each once, sorted. */
  readonly raised: readonly string[];
  /** When the rule first became active; Infinity when never. */
  first(rule: string): number;
  /** How often it became active. */
  times(rule: string): number;
  /** Whether it is active at the end. */
  active(rule: string): boolean;
  /** When it first had this severity; Infinity when never. */
  reached(rule: string, severity: Severity): number;
  /** When it last returned to normal; Infinity when never. */
  cleared(rule: string): number;
}

export interface Play {
  /** Seconds before and after the event at 0. */
  readonly from: number;
  readonly to: number;
  /** Where in the poll interval the event falls, 0 to 1. */
  readonly phase?: number;
  /** Overrides the profile's fastest poll, in ms. */
  readonly poll?: number;
  /** What arrives instead of the raw register that the device holds. */
  readonly line?: (point: PointDefinition, t: number, raw: number) => number;
}

/** 16:00 in Shanghai: the time of day at second 0 of every story. */
const start = instant(Temporal.Instant.from("2026-11-21T08:00:00Z").epochMilliseconds);

/**
 * Plays the signals against the rules of the device's kind. A point without a signal is never read. Points of devices beside
 * it are called `<device>.<point>`; what rules say of those devices is left out.
 */
export function play(
  { device, points, beside = [] }: Installed,
  rules: readonly RuleDefinition[],
  signals: Signals,
  { from, to, phase = 0.5, poll, line = (_point, _t, raw) => raw }: Play,
): Played {
  const columns = createPointTable(points);
  const engine: RuleEngine = createEngine({
    rules,
    devices: [device, ...beside],
    points,
    columns,
    zone: "Asia/Shanghai",
  });
  const said: Said[] = [];
  const moment = (ms: number) => ({ now: instant(start + ms), mono: milliseconds(ms - from * 1_000 + 1_000) });
  const changed = new Int32Array(points.length);
  const handles = new Int32Array(points.length);
  const lostHandles = new Int32Array(points.length);
  const raw = new Float64Array(points.length);

  const step = (count: number, ms: number) => {
    for (const found of engine.step(changed, count, moment(ms))) {
      if (found.instance.device !== device.id) continue;
      said.push({
        t: ms / 1_000,
        rule: found.instance.rule.id,
        to: found.to,
        severity: found.severity,
        zh: found.because.zh,
        en: found.because.en,
      });
    }
  };

  const fastest = Math.min(...points.map((point) => point.every));
  const plan = points.map((point) => ({
    point,
    signal: signals[point.device === device.id ? point.key : point.id],
    every: point.every === fastest ? (poll ?? fastest) : point.every,
  }));
  const tickLength = poll ?? fastest;
  const first = Math.round(from * 1_000 + phase * tickLength);
  for (let tick = 0; ; tick += 1) {
    const ms = first + tick * tickLength;
    if (ms > to * 1_000) break;
    let before = Number.NEGATIVE_INFINITY;
    for (;;) {
      const wake = engine.nextWake() - 1_000 + from * 1_000;
      if (!(wake < ms)) break;
      if (wake <= before) throw new Error(`the engine asks for ${wake} ms again`);
      step(0, wake);
      before = wake;
    }
    let read = 0;
    let lost = 0;
    for (const [handle, { point, signal, every }] of plan.entries()) {
      if (signal === undefined || (tick * tickLength) % every !== 0) continue;
      const exact = typeof signal === "number" ? signal : signal(ms / 1_000);
      if (Number.isNaN(exact)) {
        lostHandles[lost] = handle;
        lost += 1;
        continue;
      }
      handles[read] = handle;
      // A register holds whole steps.
      raw[read] = line(point, ms / 1_000, Math.round((exact - point.offset) / point.scale));
      read += 1;
    }
    const at = moment(ms);
    const settled = settle(columns, handles, raw, read, at, changed);
    const bad = markBad(columns, lostHandles, lost, "timeout", changed.subarray(settled));
    step(settled + bad, ms);
  }
  return summarise(said);
}

function summarise(said: readonly Said[]): Played {
  const of = (rule: string, to: Said["to"]) => said.filter((s) => s.rule === rule && s.to === to);
  return {
    said,
    raised: [...new Set(said.filter((s) => s.to === "active").map((s) => s.rule))].sort(),
    first: (rule) => of(rule, "active")[0]?.t ?? Number.POSITIVE_INFINITY,
    times: (rule) => of(rule, "active").length,
    active(rule) {
      const last = said.filter((s) => s.rule === rule && (s.to === "active" || s.to === "normal")).at(-1);
      return last?.to === "active";
    },
    reached: (rule, severity) =>
      said.find((s) => s.rule === rule && (s.to === "active" || s.to === "level") && s.severity === severity)?.t ??
      Number.POSITIVE_INFINITY,
    cleared: (rule) => of(rule, "normal").at(-1)?.t ?? Number.POSITIVE_INFINITY,
  };
}
