/** Which tone is due now: decided purely, so that a test can live through a night of alarms in a moment. */
import type { Severity } from "./severity.ts";

/** Pulses of one tone: `count` times `hertz`. Base tones lie at least 20 % apart and between 480 and 1250 Hz so that they carry. */
export interface Tone {
  readonly name: "S1" | "S2" | "S3" | "S4" | "deadline" | "lost";
  readonly hertz: readonly number[];
  /** Seconds a pulse lasts, and seconds to the next. */
  readonly pulse: number;
  readonly gap: number;
}

export const tones: Readonly<Record<Tone["name"], Tone>> = {
  S1: { name: "S1", hertz: [950, 950, 950, 950, 950], pulse: 0.16, gap: 0.1 },
  S2: { name: "S2", hertz: [750, 750, 750], pulse: 0.2, gap: 0.12 },
  S3: { name: "S3", hertz: [600, 600], pulse: 0.24, gap: 0.16 },
  S4: { name: "S4", hertz: [500], pulse: 0.35, gap: 0 },
  deadline: { name: "deadline", hertz: [1250, 1250], pulse: 0.1, gap: 0.1 },
  lost: { name: "lost", hertz: [480, 360], pulse: 0.4, gap: 0.05 },
};

/** Milliseconds until the same severity sounds again; the lowest chimes once. */
const REPEAT: Readonly<Record<Severity, number>> = { S1: 3_000, S2: 7_000, S3: 15_000, S4: Number.POSITIVE_INFINITY };
const LOST_REPEAT = 10_000;
/** An emergency that was silenced but not acknowledged sounds again after this time. */
const S1_RETURNS = 60_000;

/** What is unacknowledged now. `key` names the occurrence. */
export interface Ringing {
  readonly key: string;
  readonly severity: Severity;
}

export interface SoundMemory {
  /** Key → when it was silenced. */
  readonly silenced: ReadonlyMap<string, number>;
  /** Keys that have sounded. */
  readonly heard: ReadonlySet<string>;
  /** Deadlines already announced. */
  readonly deadlines: ReadonlySet<string>;
  readonly last?: { readonly name: Tone["name"]; readonly at: number };
  readonly lastLost?: number;
}

/** In a flood only what is grave sounds; life safety always does. */
export const sounds = (
  alarm: { readonly severity: Severity; readonly lifeSafety: boolean },
  flooded: boolean,
): boolean => !flooded || alarm.lifeSafety || alarm.severity === "S1" || alarm.severity === "S2";

export const silentMemory: SoundMemory = { silenced: new Map(), heard: new Set(), deadlines: new Set() };

/**
 * @param now milliseconds, monotonic
 * @param deadlines keys of clocks that are past their warning or their limit, one key for each
 */
export function nextTone(
  memory: SoundMemory,
  ringing: readonly Ringing[],
  deadlines: readonly string[],
  lost: boolean,
  now: number,
): { readonly memory: SoundMemory; readonly tone?: Tone } {
  if (lost) {
    if (memory.lastLost !== undefined && now - memory.lastLost < LOST_REPEAT) return { memory };
    return { memory: { ...memory, lastLost: now }, tone: tones.lost };
  }
  const present = new Set(ringing.map((r) => r.key));
  const silenced = new Map<string, number>();
  for (const r of ringing) {
    const at = memory.silenced.get(r.key);
    if (at !== undefined && !(r.severity === "S1" && now - at >= S1_RETURNS)) silenced.set(r.key, at);
  }
  const heard = new Set([...memory.heard].filter((key) => present.has(key)));
  const loud = ringing.filter((r) => !silenced.has(r.key));
  const top = loud.reduce<Severity | undefined>(
    (best, r) => (best === undefined || r.severity < best ? r.severity : best),
    undefined,
  );
  const { lastLost: _, ...rest } = memory;
  const next: SoundMemory = { ...rest, silenced, heard };

  if (top !== undefined) {
    const fresh = loud.some((r) => r.severity === top && !heard.has(r.key));
    const same = memory.last?.name === top;
    const due = !same || now - (memory.last?.at ?? 0) >= REPEAT[top];
    // A lower tone that only starts because a higher one ended waits its turn; a new alarm never waits, except for the pulses still sounding.
    const busy = memory.last !== undefined && now - memory.last.at < 1_500;
    if (!busy && (fresh || (top !== "S4" && due))) {
      for (const r of loud) heard.add(r.key);
      return { memory: { ...next, heard, last: { name: top, at: now } }, tone: tones[top] };
    }
    if (top === "S1") return { memory: next };
  }

  const known = new Set(deadlines.filter((key) => memory.deadlines.has(key)));
  const due = deadlines.find((key) => !known.has(key));
  if (due !== undefined && (memory.last === undefined || now - memory.last.at >= 1_500)) {
    return {
      memory: { ...next, deadlines: new Set(deadlines), last: { name: "deadline", at: now } },
      tone: tones.deadline,
    };
  }
  return { memory: { ...next, deadlines: known } };
}

/** Silence stops what sounds now. It acknowledges nothing, and a new alarm sounds again. */
export function silence(memory: SoundMemory, ringing: readonly Ringing[], now: number): SoundMemory {
  return { ...memory, silenced: new Map(ringing.map((r) => [r.key, memory.silenced.get(r.key) ?? now])) };
}

/** True while something rings and all of it is silenced. */
export const isSilenced = (memory: SoundMemory, ringing: readonly Ringing[]): boolean =>
  ringing.length > 0 && ringing.every((r) => memory.silenced.has(r.key));
