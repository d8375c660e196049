/** A wall clock that is wrong makes nothing old: neither the history nor what waits for the north. */
import { expect, test } from "vitest";
import { usualHistory } from "#model/site";
import { createAge } from "../../../gateway/history/age.ts";
import { openArchive } from "../../../gateway/history/archive.ts";
import { trendColumns } from "../../../gateway/history/trend.ts";
import { holdQueue } from "../../../gateway/northbound/held-queue.ts";
import { createIntake } from "../../../gateway/northbound/intake.ts";
import type { FromWorker, WorkerInput } from "../../../gateway/northbound/messages.ts";
import { createDataFolder } from "../../support/data-folder.ts";

const NOW = 1_795_248_000_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const YEARS = 10 * 365 * DAY;

test("age goes with the clock, follows a jump ahead by a day an hour, and a step back at once", () => {
  const noted: number[] = [];
  const age = createAge(undefined, (instant) => noted.push(instant));
  expect(age(NOW, 0)).toBe(NOW);
  expect(age(NOW + HOUR, HOUR)).toBe(NOW + HOUR);
  expect(age(NOW + YEARS, HOUR)).toBe(NOW + HOUR);
  expect(age(NOW + YEARS + HOUR, 2 * HOUR)).toBe(NOW + HOUR + DAY);
  expect(age(NOW + 3 * HOUR, 3 * HOUR)).toBe(NOW + 3 * HOUR);
  const next = createAge(noted.at(-1), () => {});
  expect(next(NOW + YEARS, 7)).toBe(NOW + 3 * HOUR);
  expect(next(NOW + 20 * DAY, 7 + 40 * HOUR)).toBe(NOW + 20 * DAY);
});

/** One point in a file; `live` says a value a minute for some minutes at the wall clock that is told, and keeps the house. */
function aHistory(folder: string, isStart = true) {
  const archive = openArchive({
    folder,
    points: ["p"],
    retention: { ...usualHistory, raw: 2 * DAY, minutes: 4 * DAY, hours: 8 * DAY },
    isStart,
    tellBroken: () => {},
    tellPutAside: () => {},
  });
  let mono = 0;
  return {
    live(minutes: number, from: number) {
      for (let minute = 0; minute < minutes; minute += 1, mono += 60_000) {
        const at = from + minute * 60_000;
        const value = Float64Array.of(minute);
        archive.add({ count: 1, series: Int32Array.of(0), at: Float64Array.of(at), value, code: Uint8Array.of(0) }, at);
        for (let pieces = 0; pieces < 300 && archive.keepHouse(at, mono); pieces += 1);
      }
    },
    /** Samples in each bucket. */
    counts(from: number, to: number, buckets: number, now: number): number[] {
      const { count, samples } = trendColumns(archive.read(0, from, to, buckets, now), now);
      return Array.from({ length: count }, (_, at) => samples[at] as number);
    },
    [Symbol.dispose]: () => archive[Symbol.dispose](),
  };
}
const total = (counts: readonly number[]): number => counts.reduce((sum, one) => sum + one, 0);

test("ten years ahead for half an hour, after each of three starts: not a sample of the day before is gone", () => {
  using folder = createDataFolder();
  {
    using history = aHistory(folder.path);
    history.live(1_440, NOW - DAY);
  }
  for (let start = 0; start < 3; start += 1) {
    using history = aHistory(folder.path);
    history.live(30, NOW + YEARS + start * HOUR);
  }
  using history = aHistory(folder.path, false);
  // A bucket a minute is read from the samples themselves.
  expect(total(history.counts(NOW - DAY, NOW, 1_440, NOW))).toBe(1_440);
});

test.each([
  ["a day", DAY],
  ["ten years", YEARS],
])("%s ahead for an hour: when the clock is right again, what comes then is in wide buckets as well", (_, jump) => {
  using folder = createDataFolder();
  using history = aHistory(folder.path);
  history.live(300, NOW - 5 * HOUR);
  history.live(60, NOW + jump);
  history.live(300, NOW + HOUR);
  expect(history.counts(NOW + HOUR, NOW + 5 * HOUR, 8, NOW + 6 * HOUR)).toEqual([30, 30, 30, 30, 30, 30, 30, 30]);
  expect(history.counts(NOW - 4 * HOUR, NOW, 4, NOW + 6 * HOUR)).toEqual([60, 60, 60, 60]);
});

test("what waits for a target that is away outlasts a clock ten years ahead, and goes when its time has really passed", () => {
  using folder = createDataFolder();
  const told: FromWorker[] = [];
  const input: WorkerInput = {
    name: "influx",
    folder: folder.path,
    site: "park",
    points: [{ id: "p", device: "d", name: "p", type: "number" } as never],
    queue: { cap: 1e9, keep: 2 * DAY } as never,
    reserve: 0,
    settings: {} as never,
    lost: [],
    now: NOW,
    mono: 0,
  };
  const start = () => {
    const held = holdQueue(
      input,
      (message) => told.push(message),
      () => {},
    );
    return { held, intake: createIntake(input, held, (message) => told.push(message)) };
  };
  const letGo = () => told.filter(({ say }) => say === "let-go");
  const sample = () => ({
    count: 1,
    series: Int32Array.of(0),
    at: Float64Array.of(NOW),
    value: Float64Array.of(7),
    code: Uint8Array.of(0),
  });
  const first = start();
  first.intake.add({ do: "samples", batch: sample(), texts: [] as never, now: NOW, mono: 0 });
  first.intake.write(NOW, 0);
  for (let mono = 10_000; mono < HOUR; mono += 10_000) first.intake.write(NOW + YEARS + mono, mono);
  first.held[Symbol.dispose]();
  const { held, intake } = start();
  for (let mono = 0; mono < HOUR / 2; mono += 10_000) intake.write(NOW + YEARS + mono, mono);
  expect(letGo()).toEqual([]);
  expect(held.now()?.standing().samples).toBe(1);
  for (let mono = HOUR / 2; mono < 3 * HOUR; mono += 10_000) intake.write(NOW + 3 * DAY + mono, mono);
  expect(letGo()).toMatchObject([{ gone: [{ what: "samples", count: 1 }] }]);
  held[Symbol.dispose]();
});
