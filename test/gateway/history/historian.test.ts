import { spawnSync } from "node:child_process";
import { copyFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import type { PointDefinition } from "#model/points";
import { BAD, GOOD, qualities, reasonCode } from "#model/quality";
import { type HistorySettings, usualHistory } from "#model/site";
import { days, hours, type Instant, instant, later, milliseconds, minutes, seconds } from "#model/time";
import { HistoryAway, HistoryBusy } from "../../../gateway/history/historian.ts";
import { openHistorian } from "../../../gateway/history/open-historian.ts";
import { settle } from "../../../gateway/points/settle.ts";
import { createPointTable } from "../../../gateway/points/table.ts";
import { createDataFolder } from "../../support/data-folder.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const point = (key: string, type: PointDefinition["type"] = "number"): PointDefinition => ({
  id: `lift-1.${key}`,
  device: "lift-1",
  key,
  name: { zh: key, en: key },
  type,
  at: {},
  atText: "holding:0",
  scale: 1,
  offset: 0,
  notAvailable: [],
  every: seconds(1),
  staleAfter: seconds(5),
  deadband: 0,
  tags: [],
});
const points = [point("speed"), point("mode", "enum"), point("serial", "text")];
const START = instant(1_795_248_000_000);

/** A historian on a real file and thread, fed by hand. */
function startHistorian(folder: string, settings: Partial<HistorySettings> = {}, start: Instant = START) {
  const clock = createManualClock(start);
  const table = createPointTable(points);
  const news: { ok: boolean; because: string }[] = [];
  const waiting = new Set<() => void>();
  let lost = 0;
  const historian = openHistorian({
    folder,
    table,
    settings: { ...usualHistory, reserve: 0, ...settings },
    clock,
    tell({ ok, because }) {
      news.push({ ok, because: because.en });
      for (const look of waiting) look();
    },
    dropped: (count) => {
      lost += count;
    },
  });
  const at = () => ({ now: clock.now(), mono: clock.monotonic() });
  return {
    historian,
    clock,
    table,
    news,
    lost: () => lost,
    say(handle: number, value: number | "bad", sourceAt?: Instant) {
      const isBad = value === "bad";
      table.value[handle] = isBad ? Number.NaN : value;
      table.quality[handle] = isBad ? BAD : GOOD;
      table.reason[handle] = isBad ? reasonCode("no-link") : 0;
      if (!isBad) table.sourceAt[handle] = sourceAt ?? clock.now();
      historian.append(Int32Array.of(handle), 1, at());
    },
    beat: () => historian.beat(at()),
    /** Lets this much time pass with a beat each second. */
    async live(span: number) {
      for (let second = 0; second < span / 1_000; second += 1) {
        await clock.advance(seconds(1));
        historian.beat(at());
      }
    },
    /** A reading that comes after everything that was said: the thread takes one thing after the other. */
    async trend(handle: number, from: Instant, to: Instant, buckets: number) {
      const trend = await historian.read(handle, from, to, buckets);
      return Array.from({ length: trend.count }, (_, i) => ({
        at: (trend.at[i] as number) - START,
        low: trend.low[i],
        high: trend.high[i],
        mean: trend.mean[i],
        last: trend.last[i],
        samples: trend.samples[i],
        quality: qualities[trend.quality[i] as number],
      }));
    },
    /** Each answer leaves the thread room for a piece of housekeeping, so that it keeps up with the hand-held clock. */
    async settle(pieces = 3) {
      for (let i = 0; i < pieces; i += 1) await historian.read(0, START, later(START, seconds(1)), 1);
    },
    until: (what: (news: { ok: boolean; because: string }[]) => boolean) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (!what(news)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    [Symbol.asyncDispose]: () => historian[Symbol.asyncDispose](),
  };
}

describe("what came in is answered", () => {
  test("at once, with the newest samples that are in no block yet, and the file is for its owner alone", async () => {
    using folder = createDataFolder();
    await using house = startHistorian(folder.path);
    house.say(0, 1);
    await house.clock.advance(seconds(10));
    house.say(0, 3);
    await house.clock.advance(seconds(10));
    expect(await house.trend(0, START, house.clock.now(), 2)).toEqual([
      { at: 0, low: 1, high: 1, mean: 1, last: 1, samples: 1, quality: "good" },
      { at: 10_000, low: 3, high: 3, mean: 3, last: 3, samples: 1, quality: "good" },
    ]);
    expect(statSync(join(folder.path, "history.db")).mode & 0o077).toBe(0);
  });

  test("a lost connection is a gap, a point that nobody ever read is unknown", async () => {
    using folder = createDataFolder();
    await using house = startHistorian(folder.path);
    house.say(0, 1);
    await house.clock.advance(seconds(10));
    house.say(0, "bad");
    await house.clock.advance(seconds(10));
    const [known, gap] = await house.trend(0, START, house.clock.now(), 2);
    expect(known).toMatchObject({ mean: 1, quality: "good" });
    expect(gap).toMatchObject({ mean: Number.NaN, samples: 0, quality: "bad" });
    expect(await house.trend(1, START, house.clock.now(), 1)).toMatchObject([{ quality: "bad", samples: 0 }]);
  });

  test("a sample that came too late for its row stands at its own time", async () => {
    using folder = createDataFolder();
    await using house = startHistorian(folder.path);
    const { table } = house;
    const tell = (raw: number, ago: number) => {
      const [now, mono] = [house.clock.now(), house.clock.monotonic()];
      const changed = new Int32Array(1);
      const told = { sourceAt: Float64Array.of(now - ago) };
      const count = settle(table, Int32Array.of(0), Float64Array.of(raw), 1, { now, mono }, changed, told);
      house.historian.append(changed, count, { now, mono });
    };
    tell(1, 0);
    await house.clock.advance(seconds(10));
    tell(3, 0);
    await house.clock.advance(seconds(1));
    tell(7, 2_500);
    house.beat();
    await house.clock.advance(seconds(9));
    expect(await house.trend(0, START, house.clock.now(), 2)).toMatchObject([
      { at: 0, low: 1, high: 7, last: 7, samples: 2 },
      { at: 10_000, low: 3, high: 3, last: 3, samples: 1 },
    ]);
    expect([table.value[0], table.late.count, house.lost()]).toEqual([3, 0, 0]);
  });

  test("a value that stands still for an hour is written again and stays known", async () => {
    using folder = createDataFolder();
    await using house = startHistorian(folder.path);
    house.say(1, 4);
    await house.live(hours(1));
    const trend = await house.trend(1, START, house.clock.now(), 12);
    expect(trend.map(({ mean, quality }) => [mean, quality])).toEqual(Array(12).fill([4, "good"]));
    expect(trend.reduce((sum, bucket) => sum + (bucket.samples ?? 0), 0)).toBeLessThan(20);
  });

  test("samples with times of their own stand at those times, unless these are nonsense", async () => {
    using folder = createDataFolder();
    await using house = startHistorian(folder.path);
    await house.clock.advance(minutes(10));
    house.say(0, 5, later(START, minutes(6)));
    house.say(0, 4, later(START, minutes(4)));
    house.say(0, 6, later(START, days(400)));
    await house.clock.advance(seconds(60));
    const trend = await house.trend(0, START, house.clock.now(), 11);
    expect(trend.map(({ last }) => last)).toEqual([NaN, NaN, NaN, NaN, 4, 4, 5, 5, 5, 5, 6]);
  });

  test("when the wall clock is set back, both hours are kept in the order of their times", async () => {
    using folder = createDataFolder();
    await using house = startHistorian(folder.path);
    house.say(0, 1);
    await house.live(minutes(20));
    house.clock.stepWall(minutes(-10));
    house.say(0, 2);
    await house.live(minutes(20));
    const trend = await house.trend(0, START, house.clock.now(), 30);
    expect(trend.every(({ quality }) => quality === "good")).toBe(true);
    expect(trend[5]).toMatchObject({ low: 1, high: 1 });
    expect(trend[29]).toMatchObject({ low: 2, high: 2 });
  });

  test("too many questions at once are refused, not queued without end", async () => {
    using folder = createDataFolder();
    await using house = startHistorian(folder.path);
    const asked = Array.from({ length: 100 }, () => house.historian.read(0, START, later(START, hours(1)), 10));
    const answers = await Promise.allSettled(asked);
    const refused = answers.filter((answer) => answer.status === "rejected");
    expect(refused).toHaveLength(100 - 32);
    expect(refused.every((answer) => answer.reason instanceof HistoryBusy)).toBe(true);
  });
});

describe("what was told lasts", () => {
  test("a stop and a start: the same trend, with a gap while nobody looked", async () => {
    using folder = createDataFolder();
    {
      await using house = startHistorian(folder.path);
      house.say(0, 1);
      await house.live(minutes(2));
    }
    await using house = startHistorian(folder.path, {}, later(START, minutes(4)));
    house.say(0, 2);
    await house.clock.advance(minutes(2));
    const trend = await house.trend(0, START, house.clock.now(), 6);
    expect(trend.map(({ last }) => last)).toEqual([1, 1, NaN, NaN, 2, 2]);
  });

  test("a process that is killed loses no sample that was handed to the disk", async () => {
    using folder = createDataFolder();
    using after = createDataFolder();
    await using house = startHistorian(folder.path);
    for (let second = 0; second < 60; second += 1) {
      house.say(0, second);
      await house.clock.advance(seconds(1));
      house.beat();
    }
    await house.settle(1);
    // What a kill leaves behind: the file and its log as they stand, with nothing closed.
    for (const name of ["history.db", "history.db-wal"]) {
      copyFileSync(join(folder.path, name), join(after.path, name));
    }
    await using next = startHistorian(after.path, {}, later(START, minutes(5)));
    const trend = await next.trend(0, START, later(START, seconds(60)), 60);
    expect(trend.map(({ last }) => last)).toEqual(Array.from({ length: 60 }, (_, second) => second));
  });

  test("two days through blocks and aggregates: coarse buckets say the same as fine ones", async () => {
    using folder = createDataFolder();
    await using house = startHistorian(folder.path);
    for (let minute = 0; minute < 2 * 1_440; minute += 1) {
      house.say(0, Math.sin(minute / 100) * 10);
      house.say(1, minute % 7);
      if (minute % 600 === 300) house.say(0, "bad");
      await house.clock.advance(minutes(1));
      house.beat();
      if (minute % 20 === 0) await house.settle();
    }
    const end = later(START, days(2));
    const coarse = await house.trend(0, START, end, 16);
    const fine = await house.trend(0, START, end, 1_920);
    expect(coarse).toHaveLength(16);
    expect(fine).toHaveLength(1_920);
    for (const [i, bucket] of coarse.entries()) {
      const inside = fine.filter(({ at }) => at >= bucket.at && at < (coarse[i + 1]?.at ?? days(2)));
      expect(bucket.low).toBeCloseTo(
        Math.min(...inside.map(({ low }) => low ?? NaN).filter((x) => !Number.isNaN(x))),
        9,
      );
      expect(bucket.high).toBeCloseTo(
        Math.max(...inside.map(({ high }) => high ?? NaN).filter((x) => !Number.isNaN(x))),
        9,
      );
    }
    const total = (trend: typeof fine) => trend.reduce((sum, { samples }) => sum + (samples ?? 0), 0);
    expect(total(coarse)).toBe(total(fine));
  });

  test("samples go after their time, minutes and hours stay", async () => {
    using folder = createDataFolder();
    await using house = startHistorian(folder.path, { raw: hours(6), minutes: days(400), hours: days(4_000) });
    for (let minute = 0; minute < 3 * 1_440; minute += 1) {
      house.say(0, minute % 60);
      await house.clock.advance(minutes(1));
      house.beat();
      if (minute % 10 === 0) await house.settle();
    }
    await house.settle(20);
    const early = await house.trend(0, START, later(START, hours(2)), 2_000);
    // Asked for every 3.6 s; nothing finer than minutes is left.
    expect(early).toHaveLength(120);
    expect(early.slice(0, 60).map(({ last }) => last)).toEqual(Array.from({ length: 60 }, (_, i) => i));
    const late = await house.trend(0, later(START, hours(70)), later(START, hours(71)), 720);
    expect(late).toHaveLength(720);
  });
});

describe("a bad disk costs samples and nothing else", () => {
  test("a broken block is skipped, said, and the rest is answered", async () => {
    using folder = createDataFolder();
    {
      await using house = startHistorian(folder.path);
      for (let minute = 0; minute < 100; minute += 1) {
        house.say(0, minute);
        await house.clock.advance(minutes(1));
        house.beat();
        await house.settle(1);
      }
    }
    const file = new DatabaseSync(join(folder.path, "history.db"));
    const blocks = file.prepare("SELECT count(*) AS n FROM block").get()?.n as number;
    expect(blocks).toBeGreaterThan(0);
    file.exec("UPDATE block SET body = zeroblob(50) WHERE id = (SELECT min(id) FROM block)");
    file.exec("UPDATE tail SET body = x'00' WHERE id = (SELECT min(id) FROM tail)");
    file.close();
    await using house = startHistorian(folder.path, {}, later(START, minutes(100)));
    const trend = await house.trend(0, START, house.clock.now(), 100);
    expect(trend.some(({ quality }) => quality === "bad")).toBe(true);
    expect(house.news[0]?.because).toContain("broken rows of history.db");
  });

  test("a file that is no database is put aside, and a new one begun", async () => {
    using folder = createDataFolder();
    writeFileSync(join(folder.path, "history.db"), "this was a database once, before the lightning struck".repeat(400));
    await using house = startHistorian(folder.path);
    house.say(0, 1);
    await house.clock.advance(seconds(10));
    expect(await house.trend(0, START, house.clock.now(), 1)).toMatchObject([{ mean: 1 }]);
    expect(house.news.map(({ because }) => because).join()).toContain("history.db.broken");
    expect(statSync(join(folder.path, "history.db.broken")).size).toBeGreaterThan(0);
  });

  test("a file of a newer version is left alone, and no history is kept", async () => {
    using folder = createDataFolder();
    const file = new DatabaseSync(join(folder.path, "history.db"));
    file.exec("PRAGMA user_version = 99");
    file.close();
    await using house = startHistorian(folder.path);
    house.say(0, 1);
    house.beat();
    await house.until((news) => news.some(({ ok }) => !ok));
    expect(house.historian.standing().because?.en).toContain("newer Gatehouse");
    await expect(house.historian.read(0, START, later(START, hours(1)), 1)).rejects.toThrow(HistoryAway);
  });

  test("too little room on the disk stops it before the disk is full, and it says so once", async () => {
    using folder = createDataFolder();
    await using house = startHistorian(folder.path, { reserve: 1e18 });
    for (let i = 0; i < 20; i += 1) {
      house.say(0, i);
      await house.clock.advance(seconds(1));
      house.beat();
    }
    await house.until((news) => news.length > 0);
    await expect(house.historian.read(0, START, house.clock.now(), 1)).resolves.toBeDefined();
    expect(house.news).toHaveLength(1);
    expect(house.news[0]?.because).toContain("nearly full");
    expect(house.historian.standing().queue).toBe(20);
  });

  const canMount = spawnSync("sh", [
    "-c",
    "d=$(mktemp -d) && mount -t tmpfs -o size=1m none $d && umount $d && rmdir $d",
  ]);
  test.runIf(canMount.status === 0)("a full disk stops it, and it goes on by itself when there is room", async () => {
    using folder = createDataFolder();
    spawnSync("mount", ["-t", "tmpfs", "-o", "size=400k", "none", folder.path]);
    try {
      await using house = startHistorian(folder.path);
      let full = false;
      for (let i = 0; i < 4_000 && !full; i += 1) {
        for (let n = 0; n < 200; n += 1) house.say(0, Math.random());
        await house.clock.advance(seconds(1));
        house.beat();
        await house.trend(0, START, later(START, hours(1)), 1).catch(() => {});
        full = house.news.some(({ because }) => because.includes("is full"));
      }
      expect(full).toBe(true);
      spawnSync("mount", ["-o", "remount,size=64m", folder.path]);
      await house.live(seconds(12));
      await house.until((news) => news.at(-1)?.ok === true);
      house.say(0, 42);
      await house.clock.advance(seconds(1));
      const [newest] = await house.trend(0, later(house.clock.now(), milliseconds(-500)), house.clock.now(), 1);
      expect(newest).toMatchObject({ last: 42, quality: "good" });
      expect(house.lost()).toBe(0);
    } finally {
      spawnSync("umount", ["-l", folder.path]);
    }
  });

  test("a folder that cannot be made is told, and the house lives on", async () => {
    using folder = createDataFolder();
    writeFileSync(join(folder.path, "in-the-way"), "");
    await using house = startHistorian(join(folder.path, "in-the-way"));
    house.say(0, 1);
    house.beat();
    await house.until((news) => news.some(({ ok }) => !ok));
    rmSync(join(folder.path, "in-the-way"));
    await house.live(seconds(12));
    await house.until((news) => news.at(-1)?.ok === true);
    expect(await house.trend(0, START, house.clock.now(), 1)).toMatchObject([{ last: 1 }]);
  });
});
