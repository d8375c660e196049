/** The verdict of one rule on one device over time: on-delay, active, off-delay, and what unknown does to them. */
import { LONGEST_GAP, NEVER } from "./machine.ts";

export type Phase = "normal" | "pending" | "active" | "leaving";
export type Turn = "active" | "normal" | "unknown" | "known";

/** Mutable, one per instance. Times are monotonic; NaN stands for none. */
export interface Verdict {
  readonly onDelay: number;
  readonly offDelay: number;
  phase: Phase;
  /** While active: whether the condition can be judged at present. */
  judged: boolean;
  /** Position of the level in force, -1 for the rule's own severity. */
  level: number;
  /** True time collected in the on-delay before the present run. */
  elapsed: number;
  /** When the present run of the on-delay, or of the off-delay, began. */
  since: number;
  /** Since when the condition is unknown while pending. */
  unknown: number;
  /** When the condition first held, for the sentence. */
  began: number;
  /** When it stopped holding, for the sentence. */
  ended: number;
  /** It was told that the condition cannot be judged, and not yet that it can be again. Independent of the phase. */
  troubled: boolean;
}

export function createVerdict(onDelay: number, offDelay: number): Verdict {
  const none = Number.NaN;
  return {
    onDelay,
    offDelay,
    phase: "normal",
    judged: true,
    level: -1,
    elapsed: 0,
    since: none,
    unknown: none,
    began: none,
    ended: none,
    troubled: false,
  };
}

function reset(v: Verdict): void {
  v.phase = "normal";
  v.elapsed = 0;
  v.since = Number.NaN;
  v.unknown = Number.NaN;
}

/** Not active: collects true time until the on-delay is over. Unknown freezes it, too long an unknown drops it. */
function towardsActive(v: Verdict, when: number, now: number, say: (turn: Turn, held: number) => void): void {
  if (Number.isNaN(when)) {
    if (v.phase !== "pending" || !Number.isNaN(v.unknown)) return;
    v.elapsed += now - v.since;
    v.since = Number.NaN;
    v.unknown = now;
    return;
  }
  if (when === 0) {
    reset(v);
    return;
  }
  if (!Number.isNaN(v.unknown) && now - v.unknown > Math.max(v.onDelay, LONGEST_GAP)) reset(v);
  v.unknown = Number.NaN;
  if (v.phase === "normal") {
    v.phase = "pending";
    v.began = now;
  }
  if (Number.isNaN(v.since)) v.since = now;
  if (now < v.since + v.onDelay - v.elapsed) return;
  const held = v.elapsed + now - v.since;
  reset(v);
  v.phase = "active";
  v.judged = true;
  v.ended = Number.NaN;
  say("active", held);
}

/** Active: unknown holds it and is told once; a clear condition must last for the off-delay, counted from good samples. */
function towardsNormal(
  v: Verdict,
  when: number,
  clear: number,
  now: number,
  say: (turn: Turn, held: number) => void,
): void {
  // As on the way up: whatever is known and not 0 holds.
  const over = Number.isNaN(when) || when === 0 ? clear : 0;
  const judged = !Number.isNaN(over) && !(Number.isNaN(when) && over === 0);
  if (judged !== v.judged) {
    v.judged = judged;
    say(judged ? "known" : "unknown", now - v.began);
  }
  if (over !== 1) {
    v.phase = "active";
    v.since = Number.NaN;
    v.ended = Number.NaN;
    return;
  }
  if (v.phase !== "leaving") {
    v.phase = "leaving";
    v.since = now;
    v.ended = now;
  }
  if (now < v.since + v.offDelay) return;
  const held = now - v.since;
  reset(v);
  say("normal", held);
}

/** Takes the present condition (`clear` is already `!when` where the rule has none) and says what turned. */
export function judge(
  v: Verdict,
  when: number,
  clear: number,
  now: number,
  say: (turn: Turn, held: number) => void,
): void {
  if (v.phase === "active" || v.phase === "leaving") towardsNormal(v, when, clear, now, say);
  else towardsActive(v, when, now, say);
}

/** When the verdict turns by time alone. */
export function wakeOf(v: Verdict): number {
  if (Number.isNaN(v.since)) return NEVER;
  return v.phase === "pending" ? v.since + v.onDelay - v.elapsed : v.phase === "leaving" ? v.since + v.offDelay : NEVER;
}

/** How long the condition has held, or had held when it ended. */
export function heldFor(v: Verdict, now: number): number {
  return (Number.isNaN(v.ended) ? now : v.ended) - v.began;
}
