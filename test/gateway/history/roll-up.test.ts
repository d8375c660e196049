/** Rolling up again, as after a restore or a mark that was lost, must not take away what is known of samples long gone. */
import { expect, test } from "vitest";
import { GOOD } from "#model/quality";
import { usualHistory } from "#model/site";
import { openArchive } from "../../../gateway/history/archive.ts";
import { codeOf } from "../../../gateway/history/block.ts";
import { openHistoryFile } from "../../../gateway/history/file.ts";
import { createDataFolder } from "../../support/data-folder.ts";

const HOUR = 3_600_000;
const START = 1_795_248_000_000 - (1_795_248_000_000 % (24 * HOUR));

test("minutes and hours whose samples are gone stand as they were when their hours are rolled up again", () => {
  using folder = createDataFolder();
  const open = () =>
    openArchive({
      folder: folder.path,
      points: ["lift-1.speed"],
      retention: usualHistory,
      isStart: true,
      tellBroken: () => {},
      tellPutAside: () => {},
    });
  const count = 8 * 60;
  const now = START + 10 * HOUR;
  // Buckets of two hours are answered from aggregates.
  const trend = (archive: ReturnType<typeof open>) => {
    const { buckets } = archive.read(0, START, START + 8 * HOUR, 4, now);
    return [[...buckets.low], [...buckets.high], [...buckets.known]];
  };
  let before: number[][];
  {
    using archive = open();
    archive.add(
      {
        count,
        series: new Int32Array(count),
        at: Float64Array.from({ length: count }, (_, i) => START + i * 60_000),
        value: Float64Array.from({ length: count }, (_, i) => i),
        code: new Uint8Array(count).fill(codeOf(GOOD, 0)),
      },
      START + 8 * HOUR,
    );
    archive.sealAll();
    while (archive.keepHouse(now, now));
    before = trend(archive);
    expect(before[1]?.[0]).toBe(119);
  }
  {
    using file = openHistoryFile(folder.path, () => {});
    // The samples go, and the mark up to where hours are rolled up is lost.
    expect(file.prepare("DELETE FROM block").run().changes).toBeGreaterThan(0);
    file.prepare("UPDATE series SET rolled = ?").run(START);
  }
  using archive = open();
  while (archive.keepHouse(now, now));
  expect(trend(archive)).toEqual(before);
});
