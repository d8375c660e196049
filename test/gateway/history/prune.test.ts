import { expect, test } from "vitest";
import { usualHistory } from "#model/site";
import { keyOf, openHistoryFile } from "../../../gateway/history/file.ts";
import { createPruning } from "../../../gateway/history/prune.ts";
import { createDataFolder } from "../../support/data-folder.ts";

const NOW = 1_795_248_000_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A file with 30 days of blocks, minutes and hours, each row as large as told (bytes). */
function filled(folder: string, sizes: { block: number; minute: number; hour: number }) {
  const file = openHistoryFile(folder, () => {});
  file.transaction(() => {
    file.prepare("INSERT INTO series (point) VALUES ('p')").run();
    for (let at = NOW - 30 * DAY; at < NOW; at += HOUR) {
      file
        .prepare("INSERT INTO block (id, first, last, count, body) VALUES (?, ?, ?, 1, ?)")
        .run(keyOf(1, at), at, at + HOUR - 1, new Uint8Array(sizes.block));
    }
    for (let at = NOW - 60 * DAY; at < NOW; at += DAY) {
      file.prepare("INSERT INTO minute (id, body) VALUES (?, ?)").run(keyOf(1, at), new Uint8Array(sizes.minute));
    }
    for (let at = NOW - 320 * DAY; at < NOW; at += 32 * DAY) {
      file.prepare("INSERT INTO hour (id, body) VALUES (?, ?)").run(keyOf(1, at), new Uint8Array(sizes.hour));
    }
  });
  const rows = (table: string) => (file.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n;
  return { file, rows: () => ({ block: rows("block"), minute: rows("minute"), hour: rows("hour") }) };
}

const pruned = (cap: number, sizes: { block: number; minute: number; hour: number }) => {
  using folder = createDataFolder();
  const { file, rows } = filled(folder.path, sizes);
  using _open = file;
  const prune = createPruning(
    file,
    [1],
    { ...usualHistory, raw: 30 * DAY, minutes: 400 * DAY, hours: 3_650 * DAY, cap },
    HOUR,
  );
  let rounds = 0;
  while (prune(NOW, NOW) && rounds < 1_000) rounds += 1;
  expect(rounds).toBeLessThan(1_000);
  return { ...rows(), used: file.used() };
};

test("under the cap nothing that is young enough goes", () => {
  expect(pruned(1e9, { block: 10_000, minute: 10_000, hour: 10_000 })).toMatchObject({
    block: 720,
    minute: 60,
    hour: 10,
  });
});

test("over the cap samples shrink first, and minutes and hours stay whole", () => {
  const after = pruned(3_000_000, { block: 10_000, minute: 10_000, hour: 10_000 });
  expect(after.used).toBeLessThanOrEqual(3_000_000);
  expect(after.block).toBeGreaterThan(50);
  expect(after).toMatchObject({ minute: 60, hour: 10 });
});

test("when three hours of samples are left, minutes shrink, and hours only after them", () => {
  const minutes = pruned(600_000, { block: 10_000, minute: 20_000, hour: 10_000 });
  expect(minutes.block).toBeLessThanOrEqual(4);
  expect(minutes.minute).toBeLessThan(60);
  expect(minutes.hour).toBe(10);
  const hours = pruned(200_000, { block: 10_000, minute: 20_000, hour: 50_000 });
  expect(hours.minute).toBeLessThanOrEqual(2);
  expect(hours.hour).toBeLessThan(10);
});
