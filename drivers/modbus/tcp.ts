/** The driver `modbus-tcp`: polls the units of one Modbus TCP device or gateway over one connection. */
import { milliseconds, minutes, type Span } from "#model/time";
import type { Driver, DriverLink, DriverTools } from "../driver.ts";
import { ModbusAddress, readFunction } from "./address.ts";
import { type Block, deliver, prepareBlock } from "./deliver.ts";
import { createLine, type Line } from "./line.ts";
import { overlaps } from "./overlaps.ts";
import { type Learnt, nothingLearnt, type ReadRequest, separate, splitRequest } from "./read-plan.ts";
import { answered, missedPoll, nextPoll, type Poll, replan, scheduleUnits, type UnitSchedule } from "./schedule.ts";
import { answeredException, exceptionOf, refusedAt, tooWide } from "./sentences.ts";
import { endpoint, ModbusTcpSettings } from "./settings.ts";
import { forgetRefused, learnBetween, learnRefused, retryAfter } from "./unit-memory.ts";

type Link = DriverLink<ModbusTcpSettings, ModbusAddress>;

export const modbusTcp: Driver<ModbusTcpSettings, ModbusAddress> = {
  kind: "modbus-tcp",
  settings: ModbusTcpSettings,
  address: ModbusAddress,
  overlaps,
  run,
};

/** With nothing to poll the driver only waits for the end. */
const IDLE = minutes(1);

async function run(link: Link, tools: DriverTools, signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  const ending = AbortSignal.any([signal, stop.signal]);
  const line = createLine(link.settings, tools, ending);
  ending.addEventListener("abort", () => line.close(ending.reason), { once: true });
  const poller = createPoller(link, line, tools);
  const workers = Math.max(1, Math.min(link.settings.maxInFlight, link.units.length));
  const running = Array.from({ length: workers }, () => poller.work(ending));
  try {
    await Promise.all(running);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    stop.abort(new Error("The link has ended"));
    await Promise.allSettled(running);
  }
}

function createPoller(link: Link, line: Line, tools: DriverTools) {
  const { clock, report, memory } = tools;
  const { settings } = link;
  const where = endpoint(settings);
  const memoryKey = (device: string) => `modbus-tcp learnt about ${device}`;
  const learntBy = (device: string) => (memory.get(memoryKey(device)) as Learnt | undefined) ?? nothingLearnt;
  const schedules = scheduleUnits(link.units, settings.maxGap, learntBy, clock.monotonic());
  let probesFrom = clock.monotonic();
  for (const schedule of schedules) reportTooWide(schedule);

  /** Several of these share the line; never more of them than units, so each finds a unit that is free. */
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
      try {
        await poll(next.schedule, next.poll);
      } finally {
        next.schedule.busy = false;
      }
    }
  }

  async function poll(schedule: UnitSchedule, due: Poll): Promise<void> {
    const began = clock.monotonic();
    const learntBefore = schedule.learnt;
    let outcome: Outcome = "good";
    for (const block of due.blocks) {
      outcome = await readBlock(schedule, block);
      if (outcome === "missed") break;
    }
    const now = clock.monotonic();
    if (outcome === "missed") {
      probesFrom = missedPoll(schedules, schedule, milliseconds(now - began), now);
    } else {
      if (due.tries !== undefined) noteRetry(schedule, due, outcome);
      answered(schedule, due, now);
    }
    if (schedule.learnt === learntBefore) return;
    memory.set(memoryKey(schedule.unit.device), schedule.learnt);
    replan(schedule, settings.maxGap, now);
    reportTooWide(schedule);
  }

  type Outcome = "good" | "refused" | "missed";

  async function readBlock(schedule: UnitSchedule, block: Block): Promise<Outcome> {
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
        return takeException(schedule, block, answer.code, took, othersAnswer);
    }
  }

  async function takeException(
    schedule: UnitSchedule,
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
      case "fail":
        // A device that still answers elsewhere is there: only these points have no value.
        if (othersAnswer) {
          fault(schedule, block.request, code, took);
          return "refused";
        }
        report.missed(device, reason, answeredException(unit, where, code), took);
        return "missed";
      case "split": {
        const halves = splitRequest(block.request);
        if (halves) return readHalves(schedule, halves);
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

  async function readHalves(schedule: UnitSchedule, halves: readonly [ReadRequest, ReadRequest]): Promise<Outcome> {
    const [left, right] = halves;
    const first = await readBlock(schedule, prepareBlock(left));
    if (first === "missed") return "missed";
    const second = await readBlock(schedule, prepareBlock(right));
    if (second === "missed") return "missed";
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
