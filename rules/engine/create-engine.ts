/** The rule engine: columns and times come in, transitions go out; work only on what changed and what is due. */

import { qualities } from "#model/quality";
import type { InputSeen, Transition } from "#model/rule";
import { milliseconds } from "#model/time";
import { compile } from "../language/closures.ts";
import type { BaselineMachine } from "./baseline.ts";
import type { EngineInput, RuleEngine } from "./engine.ts";
import { createInstances, type Row } from "./instances.ts";
import type { StepTime } from "./machine.ts";
import { createNetwork } from "./network.ts";
import { createSentence, type Spoken } from "./sentence.ts";
import { takeBack, takeSnapshot } from "./snapshot.ts";
import { createTimers } from "./timers.ts";
import { heldFor, judge, type Turn, wakeOf } from "./verdict.ts";

/** Throws when a rule has faults; run `checkRules` first. */
export function createEngine(input: EngineInput): RuleEngine {
  const { columns, points } = input;
  const { rows, layout, watchers } = createInstances(input);
  const size = layout.nodes.length;
  const time: StepTime = { mono: 0, now: 0, restarted: false };
  // Owners: the nodes, then the instances.
  const timers = createTimers(size + rows.length);
  const network = createNetwork(layout, columns, time, timers, input.zone);
  const { values } = network;
  for (const row of rows) row.sentence = createSentence(row.instance.rule.because, spokenIn(row));

  const dirty = new Int32Array(rows.length);
  const isDirty = new Uint8Array(rows.length);
  let dirtyCount = 0;
  let evaluated = 0;
  let state: "new" | "restored" | "running" = "new";
  const transitions: Transition[] = [];

  function spokenIn({ form }: Row): Map<string, Spoken> {
    const spoken = new Map<string, Spoken>();
    for (const [name, term] of form.placeholders) {
      const slot = layout.slotOf.get(term);
      const read =
        slot === undefined ? compile(term, values, (t) => layout.slotOf.get(t)) : () => values[slot] as number;
      const machine = slot === undefined ? undefined : network.machines[slot];
      const origin = term.operator === "baseline" && machine ? (machine as BaselineMachine).origin : undefined;
      spoken.set(name, { term, read, definition: points[term.handle], origin });
    }
    return spoken;
  }

  function markRow(row: number): void {
    if (isDirty[row] === 1) return;
    isDirty[row] = 1;
    dirty[dirtyCount] = row;
    dirtyCount += 1;
  }

  function moved(node: number): void {
    const end = watchers.from[node + 1] as number;
    for (let i = watchers.from[node] as number; i < end; i += 1) markRow(watchers.items[i] as number);
  }

  const seen = (handle: number): InputSeen => {
    const definition = points[handle];
    const value = columns.value[handle] as number;
    return {
      point: definition?.id ?? "",
      value: Number.isFinite(value) ? value : null,
      quality: qualities[columns.quality[handle] as number] ?? "bad",
      at: columns.receivedAt[handle] as number,
      ...(definition?.unit !== undefined && { unit: definition.unit }),
    };
  };

  function emit(row: Row, to: Transition["to"], held: number): void {
    const { instance, verdict, levels } = row;
    transitions.push({
      instance,
      to,
      severity: levels[verdict.level]?.severity ?? instance.rule.severity,
      heldFor: held,
      because: row.sentence(heldFor(verdict, time.mono)),
      inputs: row.reads.map(seen),
    });
  }

  /** The first level whose condition is true; an unknown one keeps the level in force, if there is one. */
  function levelOf({ levels, verdict }: Row, fresh: boolean): number {
    for (let i = 0; i < levels.length; i += 1) {
      const is = values[(levels[i] as Row["levels"][number]).slot] as number;
      if (is === 1) return i;
      if (Number.isNaN(is) && !fresh) return verdict.level;
    }
    return -1;
  }

  let judged: Row | undefined;
  // One function for all rows: a closure for each judgement would be garbage on the hot path.
  const say = (turn: Turn, held: number): void => {
    if (!judged) return;
    if (turn === "active") judged.verdict.level = levelOf(judged, true);
    emit(judged, turn, held);
    if (turn === "normal") judged.verdict.level = -1;
  };

  function judgeRow(index: number): void {
    const row = rows[index] as Row;
    const { verdict } = row;
    judged = row;
    judge(verdict, values[row.when] as number, values[row.clear] as number, time.mono, say);
    if (row.levels.length > 0 && (verdict.phase === "active" || verdict.phase === "leaving")) {
      const level = levelOf(row, false);
      if (level !== verdict.level) {
        verdict.level = level;
        emit(row, "level", heldFor(verdict, time.mono));
      }
    }
    const wake = wakeOf(verdict);
    timers.set(size + index, wake > time.mono ? wake : time.mono + 1);
  }

  function judgeDirty(): void {
    evaluated += dirtyCount;
    for (let i = 0; i < dirtyCount; i += 1) {
      const row = dirty[i] as number;
      isDirty[row] = 0;
      judgeRow(row);
    }
    dirtyCount = 0;
  }

  function markInputs(): void {
    for (let handle = 0; handle < points.length; handle += 1) network.markHandle(handle);
  }

  return {
    instances: rows.map((row) => row.instance),
    step(changed, count, at) {
      time.mono = at.mono;
      time.now = at.now;
      transitions.length = 0;
      if (state !== "running") {
        if (state === "new") network.markAll();
        else markInputs();
        for (let row = 0; row < rows.length; row += 1) markRow(row);
        state = "running";
      }
      for (let i = 0; i < count; i += 1) network.markHandle(changed[i] as number);
      for (let owner = timers.take(time.mono); owner >= 0; owner = timers.take(time.mono)) {
        if (owner < size) network.mark(owner);
        else markRow(owner - size);
      }
      let round = 0;
      do {
        network.drain(moved);
        judgeDirty();
        round += 1;
      } while (network.endPulses(round));
      if (transitions.length > 1) transitions.sort((a, b) => a.instance.index - b.instance.index);
      return transitions;
    },
    evaluated: () => evaluated,
    nextWake: () => milliseconds(timers.next()),
    snapshot: (at) => takeSnapshot(layout, network, timers, rows, at.mono),
    restore(snapshot, at) {
      time.mono = at.mono;
      time.now = at.now;
      const fresh = takeBack(snapshot, layout, network, timers, rows, at.mono);
      if (!fresh) return;
      state = "restored";
      network.recompute();
      for (const node of fresh) network.mark(node);
      markInputs();
      time.restarted = true;
      network.drain(() => undefined);
      time.restarted = false;
      // What was being timed and cannot be seen any more is frozen now, not at the first step.
      for (const { verdict, when, clear, instance } of rows) {
        const frozen =
          verdict.phase === "pending"
            ? Number.isNaN(values[when])
            : verdict.phase === "leaving" && Number.isNaN(values[clear]);
        if (frozen && verdict.phase === "leaving") verdict.phase = "active";
        if (frozen && verdict.phase === "active") verdict.since = Number.NaN;
        if (frozen && verdict.phase === "pending") judge(verdict, Number.NaN, Number.NaN, time.mono, () => undefined);
        const wake = wakeOf(verdict);
        timers.set(size + instance.index, wake > time.mono ? wake : time.mono + 1);
      }
    },
    resume(active) {
      for (const { instance, verdict } of rows) {
        const is = verdict.phase === "active" || verdict.phase === "leaving";
        if (active.has(instance.id) === is) continue;
        verdict.since = Number.NaN;
        verdict.unknown = Number.NaN;
        verdict.ended = Number.NaN;
        verdict.elapsed = 0;
        verdict.level = -1;
        verdict.judged = true;
        verdict.phase = is ? "normal" : "active";
        verdict.began = time.mono;
        timers.set(size + instance.index, Number.POSITIVE_INFINITY);
      }
    },
  };
}
