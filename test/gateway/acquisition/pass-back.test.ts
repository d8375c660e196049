/** Which acknowledgements go back to their source, and what the journal says of each. */
import { expect, test } from "vitest";
import type { Alarm } from "#model/alarm";
import type { JournalEntry } from "#model/journal";
import { type Instant, instant } from "#model/time";
import type { Written } from "../../../gateway/acquisition/orders.ts";
import { startPassBack } from "../../../gateway/acquisition/pass-back.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { point } from "../points/points.ts";

const points = [
  point("high", { id: "tank.high", device: "tank", acknowledge: true }),
  point("level", { id: "tank.level", device: "tank" }),
];
const seen = (id: string) => ({ point: id, value: 1, quality: "good", at: instant(0) });
const alarm = (more: Partial<Alarm> = {}): Alarm =>
  ({
    id: "water.high@tank",
    occurrence: 3,
    acknowledge: "acknowledged",
    acknowledgedAt: instant(5),
    acknowledgedBy: "li",
    comment: "看过了",
    inputs: [seen("tank.level"), seen("tank.high"), seen("tank.high")],
    ...more,
  }) as Alarm;

async function passed(changes: readonly Alarm[], before: readonly Alarm[] = [], written?: Written) {
  const rows: JournalEntry[] = [];
  const sent: [number, string][] = [];
  {
    await using back = startPassBack({
      points,
      alarms: before,
      clock: createManualClock(),
      record: async (entry) => rows.push(entry),
      acknowledge: async (handle, comment) => {
        sent.push([handle, comment]);
        return written ?? { outcome: "done", held: 1 };
      },
    });
    for (const one of changes) back.changed([one]);
  }
  return { sent, rows };
}

test("an acknowledged alarm goes back once, with its comment, recorded before and after", async () => {
  const { sent, rows } = await passed([alarm(), alarm({ comment: "more" })]);
  expect(sent).toEqual([[0, "看过了"]]);
  expect(rows.map(({ event }) => event)).toEqual(["pass-back-sent", "pass-back-passed"]);
  expect(rows[0]).toMatchObject({
    about: "device:tank",
    data: { alarm: "water.high@tank", occurrence: 3, point: "tank.high", by: "li" },
  });
});

test("its next occurrence goes back again; one acknowledged before the start does not", async () => {
  const later = alarm({ occurrence: 4, acknowledgedAt: 9 as Instant });
  expect((await passed([alarm(), later])).sent).toHaveLength(2);
  expect((await passed([alarm()], [alarm()])).sent).toEqual([]);
});

test("nothing goes back of what is not acknowledged, or reads no such point", async () => {
  expect((await passed([alarm({ acknowledge: "unacknowledged" })])).sent).toEqual([]);
  expect((await passed([alarm({ inputs: [seen("tank.level")] as Alarm["inputs"] })])).sent).toEqual([]);
});

test.each([
  ["refused", "pass-back-refused"],
  ["unreachable", "pass-back-refused"],
  ["unknown", "pass-back-unknown"],
] as const)("what became of one that was %s stands in the journal with the reason", async (outcome, event) => {
  const because = { zh: "服务器不接受", en: "not taken" };
  const { rows } = await passed([alarm()], [], { outcome, because });
  expect(rows[1]).toMatchObject({ event, data: { because } });
});
