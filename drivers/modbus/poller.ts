/** Polls the units of one line, whatever carries it: reads, learns, backs off, and says how each unit fares. */
import { milliseconds, minutes, type Span } from "#model/time";
import type { DriverTools, DriverUnit, UnitNews } from "../driver.ts";
import { type ModbusAddress, readFunction } from "./address.ts";
import { type Block, deliver, prepareBlock } from "./deliver.ts";
import type { Line } from "./line.ts";
import { type Learnt, nothingLearnt, type ReadRequest, separate, splitRequest } from "./read-plan.ts";
import {
  answered,
  gaveTime,
  missedPoll,
  nextPoll,
  type Poll,
  replan,
  scheduleUnits,
  type UnitSchedule,
} from "./schedule.ts";
import { answeredException, exceptionOf, refusedAt, tooWide } from "./sentences.ts";
import type { Turns } from "./turns.ts";
import { forgetRefused, learnBetween, learnRefused, retryAfter } from "./unit-memory.ts";

/** With nothing to poll the driver only waits for the end. */
const IDLE = minutes(1);

export interface PollerInput {
  readonly units: readonly DriverUnit<ModbusAddress>[];
  readonly maxGap: number;
  readonly line: Line;
  /** The place of the line, for messages. */
  readonly where: string;
  /** One key per unit id: polls of a unit and orders to it never overlap. */
  readonly turns: Turns;
}

/** Several `work` share the line; never more of them than units, so each finds a unit that is free. */
export function createPoller({ units, maxGap, line, where, turns }: PollerInput, tools: DriverTools<ModbusAddress>) {
  const { clock, report, memory, trace } = tools;
  const memoryKey = (device: string) => `modbus learnt about ${device}`;
  const learntBy = (device: string) => (memory.get(memoryKey(device)) as Learnt | undefined) ?? nothingLearnt;
  const schedules = scheduleUnits(units, maxGap, learntBy, clock.monotonic());
  const told = new Map<string, UnitNews["breaker"]>();
  let probesFrom = clock.monotonic();
  for (const schedule of schedules) reportTooWide(schedule);

  async function work(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const next = nextPoll(schedules, probesFrom);
      const wait = next ? next.due - clock.monotonic() : IDLE;
      if (!next || wait > 0) {
        await clock.sleep(milliseconds(wait), signal);
        continue;
      }
      next.schedule.busy = true;
      const done = await turns(next.schedule.unit.unit);
      try {
        signal.throwIfAborted();
        await poll(next.schedule, next.poll);
      } finally {
        done();
        next.schedule.busy = false;
      }
    }
  }

  async function poll(schedule: UnitSchedule, due: Poll): Promise<void> {
    const began = clock.monotonic();
    const learntBefore = schedule.learnt;
    let outcome: Outcome = "good";
    if (schedule.missed > 0) tell(schedule, "probing");
    for (const block of due.blocks) {
      outcome = await readBlock(schedule, due, block);
      if (outcome === "missed" || outcome === "busy") break;
    }
    const now = clock.monotonic();
    if (outcome === "missed") {
      probesFrom = missedPoll(schedules, schedule, milliseconds(now - began), now);
      tell(schedule, "open");
    } else if (outcome !== "busy") {
      if (due.tries !== undefined) noteRetry(schedule, due, outcome);
      answered(schedule, due, now);
      tell(schedule, "closed");
    }
    if (schedule.learnt === learntBefore) return;
    memory.set(memoryKey(schedule.unit.device), schedule.learnt);
    replan(schedule, maxGap, now);
    reportTooWide(schedule);
  }

  /** Each change of a unit's breaker once; an open one with every new time. */
  function tell(schedule: UnitSchedule, breaker: UnitNews["breaker"]): void {
    const { device } = schedule.unit;
    if (breaker === "open") trace.unit({ device, breaker, nextTry: schedule.probeAt });
    else if (told.get(device) !== breaker) trace.unit({ device, breaker });
    told.set(device, breaker);
  }

  /** `busy`: the unit asked for time, and will be asked again. */
  type Outcome = "good" | "refused" | "missed" | "busy";

  async function readBlock(schedule: UnitSchedule, due: Poll, block: Block): Promise<Outcome> {
    const { device, unit } = schedule.unit;
    const { table, start, count } = block.request;
    const { answer, took } = await line.ask({ unit, function: readFunction[table], start, count });
    const othersAnswer = schedule.dataAt > block.answeredAt;
    block.answeredAt = clock.monotonic();
    switch (answer.kind) {
      case "data":
        schedule.dataAt = block.answeredAt;
        deliver(block, answer.bytes, device, took, report);
        return "good";
      case "silent":
        report.missed(device, "timeout", answer.because, took);
        return "missed";
      case "foreign":
        report.missed(device, "decode", answer.because, took);
        return "missed";
      case "exception":
        return takeException(schedule, due, block, answer.code, took, othersAnswer);
    }
  }

  async function takeException(
    schedule: UnitSchedule,
    due: Poll,
    block: Block,
    code: number,
    took: Span,
    othersAnswer: boolean,
  ): Promise<Outcome> {
    const { device, unit } = schedule.unit;
    const { effect, reason } = exceptionOf(code);
    switch (effect) {
      case "unreachable":
        report.missed(device, reason, answeredException(unit, where, code), took);
        return "missed";
      case "wait":
        if (gaveTime(schedule, due, clock.monotonic())) return "busy";
        return failed(schedule, block.request, code, took, othersAnswer);
      case "fail":
        return failed(schedule, block.request, code, took, othersAnswer);
      case "split": {
        const halves = splitRequest(block.request);
        if (halves) return readHalves(schedule, due, halves);
        refuse(schedule, block.request, code, took);
        return "refused";
      }
      case "refuse":
        for (const [place, request] of separate(block.request.points).entries()) {
          refuse(schedule, request, code, place === 0 ? took : undefined);
        }
        return "refused";
    }
  }

  function failed(
    schedule: UnitSchedule,
    request: ReadRequest,
    code: number,
    took: Span,
    othersAnswer: boolean,
  ): Outcome {
    // A device that still answers elsewhere is there: only these points have no value.
    if (othersAnswer) {
      fault(schedule, request, code, took);
      return "refused";
    }
    const { device, unit } = schedule.unit;
    report.missed(device, exceptionOf(code).reason, answeredException(unit, where, code), took);
    return "missed";
  }

  async function readHalves(
    schedule: UnitSchedule,
    due: Poll,
    halves: readonly [ReadRequest, ReadRequest],
  ): Promise<Outcome> {
    const [left, right] = halves;
    const first = await readBlock(schedule, due, prepareBlock(left));
    if (first === "missed" || first === "busy") return first;
    const second = await readBlock(schedule, due, prepareBlock(right));
    if (second === "missed" || second === "busy") return second;
    if (first === "refused" || second === "refused") return "refused";
    schedule.learnt = learnBetween(schedule.learnt, left, right);
    return "good";
  }

  /** An address that the device does not have: remembered, and tried again ever more rarely. */
  function refuse(schedule: UnitSchedule, request: ReadRequest, code: number, took: Span | undefined): void {
    fault(schedule, request, code, took);
    schedule.learnt = learnRefused(schedule.learnt, request);
  }

  function fault(schedule: UnitSchedule, request: ReadRequest, code: number, took: Span | undefined): void {
    const { device, unit } = schedule.unit;
    const [first] = request.points;
    if (!first) return;
    const handles = Int32Array.from(request.points, (point) => point.handle);
    const { reason } = exceptionOf(code);
    report.fault(device, handles, handles.length, reason, refusedAt(first.address, unit, code), took);
  }

  function noteRetry(schedule: UnitSchedule, retry: Poll, outcome: Outcome): void {
    const request = retry.blocks[0]?.request;
    if (outcome === "good" && request) {
      schedule.learnt = forgetRefused(schedule.learnt, request);
      return;
    }
    retry.tries = (retry.tries ?? 0) + 1;
    retry.every = retryAfter(retry.tries);
  }

  function reportTooWide(schedule: UnitSchedule): void {
    const { device, maxRegisters } = schedule.unit;
    for (const point of schedule.tooWide) {
      report.fault(device, Int32Array.of(point.handle), 1, "refused", tooWide(point, maxRegisters));
    }
  }

  return { work };
}
