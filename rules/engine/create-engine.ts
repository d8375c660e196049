/** The rule engine: columns and times come in, transitions go out; work only on what changed and what is due. */

import { GOOD, qualities } from "#model/quality";
import type { InputSeen, Transition } from "#model/rule";
import type { Text } from "#model/text";
import { type Moment, milliseconds } from "#model/time";
import type { Frame } from "../language/closures.ts";
import { not } from "../language/kleene.ts";
import { TROUBLE_AFTER } from "../language/trouble.ts";
import type { BaselineMachine } from "./baseline.ts";
import type { EngineInput, RuleEngine } from "./engine.ts";
import { createInstances, type Row } from "./instances.ts";
import { createLate } from "./late.ts";
import type { StepTime } from "./machine.ts";
import { createNetwork } from "./network.ts";
import { createPages } from "./pages.ts";
import { fillSentence, type Spoken } from "./sentence.ts";
import { createShapes, type TroubleSlots } from "./shapes.ts";
import { type Stock, skipTime, takeBack, takePages } from "./snapshot.ts";
import { createTimers } from "./timers.ts";
import { createTold } from "./told.ts";
import { troubleSentence } from "./trouble-sentence.ts";
import { heldFor, judge, type Turn, wakeOf } from "./verdict.ts";

/** Throws when a rule has faults; run `checkRules` first. */
const NONE: ReadonlyMap<string, number> = new Map();

export function createEngine(input: EngineInput): RuleEngine {
  const { columns, points } = input;
  const instances = createInstances(input, createShapes(input.rules, input.devices, points));
  const { rows, nodes: size } = instances;
  const time: StepTime = { mono: 0, now: 0, restarted: false };
  const frame: Frame = { values: new Float64Array(size).fill(Number.NaN), base: 0 };
  const { values } = frame;
  // Owners: the nodes, then the instances.
  const timers = createTimers(size + rows.length);
  const pages = createPages(instances);
  const network = createNetwork({
    instances,
    columns,
    handles: points.length,
    time,
    timers,
    zone: input.zone,
    frame,
    moved: markRow,
    pages,
  });
  const insertLate = createLate(instances.parts, network.insertAt);
  const stock: Stock = { instances, network, timers, pages };
  /** Tells the pages of this engine from those of the one before. */
  let run = Number.NaN;

  const dirty = new Int32Array(rows.length);
  const isDirty = new Uint8Array(rows.length);
  let dirtyCount = 0;
  let evaluated = 0;
  let state: "new" | "restored" | "running" = "new";
  const transitions: Transition[] = [];

  const told = createTold(input, frame);

  /** Sentences are written seldom: what they read is looked up when one is. */
  function sentenceOf({ common, part }: Row, held: number): Text {
    const { slotOf } = part.shape.layout;
    const spoken = new Map<string, Spoken>();
    for (const [name, term] of common.form.placeholders) {
      const slot = slotOf.get(term);
      const machine = slot === undefined ? undefined : network.machineAt(part.base + slot);
      const definition = points[part.shape.handleOn(part.device, term.handle)];
      const origin = term.operator === "baseline" && machine ? (machine as BaselineMachine).origin : undefined;
      const value = slot === undefined || input.tell ? told(term, slotOf, part) : (values[part.base + slot] as number);
      spoken.set(name, { term, value, definition, origin });
    }
    return fillSentence(common.rule.because, spoken, held);
  }

  function markRow(row: number): void {
    if (isDirty[row] === 1) return;
    isDirty[row] = 1;
    dirty[dirtyCount] = row;
    dirtyCount += 1;
  }

  const seen = (handle: number): InputSeen => {
    const definition = points[handle];
    const value = columns.value[handle] as number;
    const sourceAt = columns.sourceAt?.[handle] as number;
    const at = columns.receivedAt[handle] as number;
    return {
      point: definition?.id ?? "",
      value: Number.isFinite(value) ? value : null,
      quality: qualities[columns.quality[handle] as number] ?? "bad",
      at,
      ...(Number.isFinite(sourceAt) && sourceAt > 0 && sourceAt !== at && { sourceAt }),
      ...(definition?.unit !== undefined && { unit: definition.unit }),
    };
  };

  function emit(row: Row, to: Transition["to"], held: number): void {
    const { instance, verdict, common, part } = row;
    transitions.push({
      instance,
      to,
      severity: common.slots.levels[verdict.level]?.severity ?? instance.rule.severity,
      heldFor: held,
      because: sentenceOf(row, heldFor(verdict, time.mono)),
      inputs: common.reads.map((handle) => seen(part.shape.handleOn(part.device, handle))),
    });
  }

  /** Beside the phase: an alarm may be active and not judgeable, or normal and not judgeable. Unknown changes nothing. */
  function judgeTrouble({ instance, verdict, common, part }: Row, { blind, lasting }: TroubleSlots): void {
    const turns = verdict.troubled ? values[part.base + blind] === 0 : values[part.base + lasting] === 1;
    if (!turns) return;
    verdict.troubled = !verdict.troubled;
    const handles = common.reads.map((handle) => part.shape.handleOn(part.device, handle));
    const bad = handles.flatMap((handle) => (columns.quality[handle] === GOOD ? [] : (points[handle] ?? [])));
    transitions.push({
      instance,
      to: verdict.troubled ? "trouble" : "trouble-over",
      severity: instance.rule.severity === "S1" ? "S2" : instance.rule.severity,
      heldFor: verdict.troubled ? TROUBLE_AFTER : 0,
      because: troubleSentence(instance.rule.title, bad, verdict.troubled),
      inputs: handles.map(seen),
    });
  }

  const clearOf = ({ clear, when }: Row): number =>
    clear < 0 ? not(values[when] as number) : (values[clear] as number);

  /** The first level whose condition is true; an unknown one keeps the level in force, if there is one. */
  function levelOf({ common, part, verdict }: Row, fresh: boolean): number {
    const { levels } = common.slots;
    for (let i = 0; i < levels.length; i += 1) {
      const is = values[part.base + (levels[i] as { slot: number }).slot] as number;
      if (is === 1) return i;
      if (Number.isNaN(is) && !fresh) return verdict.level;
    }
    return -1;
  }

  /** Delays that no alarm came of, by row. */
  const cancelled = new Map<number, number>();
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
    pages.moved[pages.ofRow[index] as number] = 1;
    judged = row;
    const wasPending = verdict.phase === "pending";
    judge(verdict, values[row.when] as number, clearOf(row), time.mono, say);
    if (wasPending && verdict.phase === "normal") cancelled.set(index, (cancelled.get(index) ?? 0) + 1);
    if (row.common.slots.levels.length > 0 && (verdict.phase === "active" || verdict.phase === "leaving")) {
      const level = levelOf(row, false);
      if (level !== verdict.level) {
        verdict.level = level;
        emit(row, "level", heldFor(verdict, time.mono));
      }
    }
    const { trouble } = row.common.slots;
    if (trouble) judgeTrouble(row, trouble);
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

  function forgetDirty(): void {
    for (let i = 0; i < dirtyCount; i += 1) isDirty[dirty[i] as number] = 0;
    dirtyCount = 0;
  }

  function takeAll(): void {
    for (let handle = 0; handle < points.length; handle += 1) network.takeHandle(handle);
  }

  /** Looks at the inputs for the first time after a time in which nothing was seen; `fresh` nodes begin with it. */
  function wakeUp(fresh: readonly number[], at: Moment): void {
    time.mono = at.mono;
    time.now = at.now;
    state = "restored";
    network.recompute();
    for (const node of fresh) network.mark(node);
    takeAll();
    time.restarted = true;
    network.drain();
    time.restarted = false;
    // The verdicts themselves are looked at in the first step.
    forgetDirty();
    // What was being timed and cannot be seen any more is frozen now, not at the first step.
    for (const row of rows) {
      const { verdict, when, instance } = row;
      const frozen =
        verdict.phase === "pending"
          ? Number.isNaN(values[when])
          : verdict.phase === "leaving" && Number.isNaN(clearOf(row));
      if (frozen && verdict.phase === "leaving") verdict.phase = "active";
      if (frozen && verdict.phase === "active") verdict.since = Number.NaN;
      if (frozen && verdict.phase === "pending") judge(verdict, Number.NaN, Number.NaN, time.mono, () => undefined);
      const wake = wakeOf(verdict);
      timers.set(size + instance.index, wake > time.mono ? wake : time.mono + 1);
    }
    pages.moved.fill(1);
  }

  return {
    instances: rows.map((row) => row.instance),
    step(changed, count, at) {
      time.mono = at.mono;
      time.now = at.now;
      transitions.length = 0;
      if (state !== "running") {
        if (state === "new") network.markAll();
        else takeAll();
        for (let row = 0; row < rows.length; row += 1) markRow(row);
        state = "running";
      }
      for (let i = 0; i < count; i += 1) network.takeHandle(changed[i] as number);
      for (let owner = timers.take(time.mono); owner >= 0; owner = timers.take(time.mono)) {
        if (owner < size) network.ring(owner);
        else markRow(owner - size);
      }
      let round = 0;
      do {
        network.drain();
        judgeDirty();
        round += 1;
      } while (network.endPulses(round));
      if (transitions.length > 1) transitions.sort((a, b) => a.instance.index - b.instance.index);
      return transitions;
    },
    insert(late) {
      if (state === "running") insertLate(late);
    },
    evaluated: () => evaluated,
    takeCancelled() {
      if (cancelled.size === 0) return NONE;
      const taken = new Map([...cancelled].map(([row, times]) => [(rows[row] as Row).instance.id, times] as const));
      cancelled.clear();
      return taken;
    },
    nextWake: () => milliseconds(timers.next()),
    pages(at) {
      if (Number.isNaN(run)) run = at.now;
      return takePages(stock, run, at, time);
    },
    restore(notes, at) {
      const fresh = takeBack(notes, stock, at.mono);
      if (fresh) wakeUp(fresh, at);
    },
    skip(from, at) {
      if (state === "new") return;
      wakeUp(skipTime(stock, from.mono, at.mono), at);
    },
    resume(active) {
      for (const { instance, verdict } of rows) {
        const troubled = instance.trouble !== undefined && active.has(instance.trouble);
        if (troubled !== verdict.troubled) pages.moved[pages.ofRow[instance.index] as number] = 1;
        verdict.troubled = troubled;
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
        pages.moved[pages.ofRow[instance.index] as number] = 1;
        timers.set(size + instance.index, Number.POSITIVE_INFINITY);
      }
    },
  };
}
