/**
 * Verdicts that wait for the door. Few pass at once; a storm goes in portions, each a transaction of its own and each about
 * as much work as the loop may be kept for, the gravest first wherever they came from. What one alarm turned keeps its order.
 */
import type { Transition } from "#model/rule";

/** Work on one portion, in ms: with what else the loop does then, a screen still gets its turn within 50 ms. */
const GOAL = 12;
const LEAST = 32;
const MOST = 400;

/** How many verdicts the next portion takes: what the last ones took says how fast this machine is just now. */
export interface Portions {
  size(): number;
  /** `done` verdicts took `ms`. */
  took(done: number, ms: number): void;
}

export function createPortions(): Portions {
  let size = LEAST;
  return {
    size: () => size,
    took(done, ms) {
      if (done < size && ms < GOAL) return;
      // By halves and doubles at most: one look may have been disturbed by another program.
      const fits = Math.round((done * GOAL) / Math.max(ms, 0.1));
      size = Math.min(MOST, size * 2, Math.max(LEAST, Math.round(size / 2), fits));
    },
  };
}

export interface Verdicts {
  readonly waiting: number;
  add(transitions: readonly Transition[]): void;
  /** The `count` gravest of them, or as many as there are. */
  next(count: number): Transition[];
}

const GRAVITIES = ["S1", "S2", "S3", "S4"] as const;

export function createVerdicts(): Verdicts {
  /** Life safety by severity, then everything else by severity. */
  const piles: Transition[][] = Array.from({ length: 2 * GRAVITIES.length }, () => []);
  const pileOf = new Map<string, number>();
  let waiting = 0;

  /** One that got graver while it waits takes its earlier turns along. */
  function moveUp(id: string, from: number, to: number): void {
    const stays: Transition[] = [];
    for (const one of piles[from] ?? []) (one.instance.id === id ? piles[to] : stays)?.push(one);
    piles[from] = stays;
  }

  return {
    get waiting() {
      return waiting;
    },
    add(transitions) {
      for (const transition of transitions) {
        const { id, rule } = transition.instance;
        const here = GRAVITIES.indexOf(transition.severity) + (rule.lifeSafety ? 0 : GRAVITIES.length);
        const before = pileOf.get(id);
        if (before !== undefined && here < before) moveUp(id, before, here);
        const pile = before === undefined ? here : Math.min(here, before);
        pileOf.set(id, pile);
        piles[pile]?.push(transition);
      }
      waiting += transitions.length;
    },
    next(count) {
      const portion: Transition[] = [];
      for (const pile of piles) {
        if (portion.length === count) break;
        portion.push(...pile.splice(0, count - portion.length));
      }
      waiting -= portion.length;
      return portion;
    },
  };
}
