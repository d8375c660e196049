/**
 * An ordinary quarter of an hour of a housing estate: lifts that ride, booster sets that pump, fire panels that are quiet, with
 * the rules of the library. Recorded once from the courses of the rule tests, then played with shifts, polled once a second.
 */
import type { PointColumns, PointDefinition } from "#model/points";
import { GOOD } from "#model/quality";
import type { RuleDefinition } from "#model/rule";
import type { Device } from "#model/site";
import { createFirePanel } from "../../simulators/plant/fire-panel.ts";
import { FirePanelParams } from "../../simulators/plant/fire-panel-params.ts";
import { setWith } from "../rules/library/booster.ts";
import { facts, traffic } from "../rules/library/car.ts";
import { chanceOf } from "../rules/library/courses.ts";
import { type Installed, install, readLibrary } from "../rules/library/installation.ts";
import type { Signals } from "../rules/library/stand.ts";
import { createColumns } from "../rules/support/rule-bench.ts";

/** Lifts : booster sets : fire panels of an estate; with the packs of today 695 of them make 10,000 rules on 20,000 points. */
const MIX = [
  ["default-elevator", 124],
  ["default-booster", 8],
  ["default-fire-panel", 7],
] as const;
const TAPES = 8;
const TAPE_SECONDS = 1_200;
const SHIFT_MOST = 240;

export interface Load {
  readonly rules: readonly RuleDefinition[];
  readonly devices: readonly Device[];
  readonly points: readonly PointDefinition[];
  readonly columns: PointColumns;
}

/** Samples in order of time. */
export interface Stream {
  readonly handles: Int32Array;
  readonly values: Float64Array;
  /** Monotonic ms. */
  readonly times: Float64Array;
}

/** `tape[second][point]`: what the register holds. */
type Tape = readonly Float64Array[];

function record({ points }: Installed, signals: Signals): Tape {
  return Array.from({ length: TAPE_SECONDS }, (_, second) =>
    Float64Array.from(points, ({ key, type, scale, offset }) => {
      const signal = signals[key];
      const exact = typeof signal === "function" ? signal(second) : (signal ?? 0);
      // A register holds whole steps.
      return type === "number" ? Math.round((exact - offset) / scale) * scale + offset : exact;
    }),
  );
}

const courses: Readonly<Record<string, (seed: number) => Signals>> = {
  "default-elevator": (seed) => traffic(seed, TAPE_SECONDS),
  "default-booster": (seed) => setWith(chanceOf(seed)),
  "default-fire-panel": (seed) => {
    const panel = createFirePanel(FirePanelParams.parse({}), seed);
    const read = (key: string) => (t: number) => {
      while (panel.elapsed < t) panel.step();
      return panel.readings[key] ?? 0;
    };
    return Object.fromEntries(Object.keys(panel.readings).map((key) => [key, read(key)]));
  },
};

/** What of a poll is fed: every sample, or those that moved their point, which is what the house hands to the engine. */
export type Fed = "polled" | "moved";

/** `times` estates of 139 devices, and what `seconds` of them say. */
export async function buildingLoad(
  times: number,
  seconds: number,
  fed: Fed,
): Promise<Load & { readonly stream: Stream }> {
  const rules = await readLibrary();
  const devices: Device[] = [];
  const points: PointDefinition[] = [];
  const players: { first: number; tape: Tape; shift: number }[] = [];
  for (const [profile, share] of MIX) {
    const told = profile === "default-elevator" ? facts : profile === "default-booster" ? { normalFlow: 8 } : {};
    const installed = await install(profile, told);
    const course = courses[profile];
    const tapes = Array.from({ length: TAPES }, (_, seed) => record(installed, course?.(seed + 1) ?? {}));
    for (let n = 0; n < share * times; n += 1) {
      const first = points.length;
      const id = `${installed.device.kind}-${n}`;
      points.push(...installed.points.map((point) => ({ ...point, id: `${id}.${point.key}`, device: id })));
      devices.push({ ...installed.device, id, points: installed.points.map((_, at) => first + at) });
      players.push({ first, tape: tapes[n % TAPES] as Tape, shift: (n * 37) % SHIFT_MOST });
    }
  }
  const columns = createColumns(points.length);
  return { rules, devices, points, columns, stream: streamOf(players, seconds, columns, fed) };
}

/** Each tenth of a second a tenth of the devices is read. The columns get what holds at the start. */
function streamOf(
  players: readonly { first: number; tape: Tape; shift: number }[],
  seconds: number,
  columns: PointColumns,
  fed: Fed,
): Stream {
  const handles: number[] = [];
  const values: number[] = [];
  const times: number[] = [];
  for (let tick = 0; tick < Math.min(seconds, TAPE_SECONDS - SHIFT_MOST) * 10; tick += 1) {
    const second = Math.floor(tick / 10);
    for (let p = tick % 10; p < players.length; p += 10) {
      const { first, tape, shift } = players[p] as (typeof players)[number];
      const row = tape[second + shift] as Float64Array;
      const before = tape[second + shift - 1];
      for (let at = 0; at < row.length; at += 1) {
        const value = row[at] as number;
        if (second === 0) {
          columns.value[first + at] = value;
          columns.quality[first + at] = GOOD;
          columns.reason[first + at] = 0;
        } else if (fed === "polled" || value !== before?.[at]) {
          handles.push(first + at);
          values.push(value);
          times.push(tick * 100);
        }
      }
    }
  }
  return {
    handles: Int32Array.from(handles),
    values: Float64Array.from(values),
    times: Float64Array.from(times),
  };
}
