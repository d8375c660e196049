import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AlarmBody } from "../../gateway/api/alarm-shapes.ts";
import { arrange, mostUrgent } from "../../gateway/console/src/watch/alarm-order.ts";
import { entrapment } from "./building.ts";

const NOW = Date.UTC(2026, 10, 21, 8);
const at = (seconds: number) => new Date(NOW + seconds * 1_000).toISOString();
const alarm = (id: string, severity: AlarmBody["severity"], state: AlarmBody["state"], seconds: number): AlarmBody =>
  entrapment(NOW, { id, severity, state, activeSince: at(seconds) });
const ids = (rows: readonly AlarmBody[]) => rows.map((row) => row.id);

describe("the order of the alarm list", () => {
  test("what nobody has acknowledged comes first, then severity, then the newest", () => {
    const alarms = [
      alarm("old-high", "S2", "unacknowledged", 0),
      alarm("seen-emergency", "S1", "acknowledged", 50),
      alarm("new-high", "S2", "unacknowledged", 40),
      alarm("low-but-unseen", "S4", "returned-unacknowledged", 10),
      alarm("emergency", "S1", "latched-unacknowledged", 5),
    ];
    expect(ids(arrange(alarms, new Set()).rows)).toEqual([
      "emergency",
      "new-high",
      "old-high",
      "low-but-unseen",
      "seen-emergency",
    ]);
    expect(mostUrgent(alarms)?.id).toBe("emergency");
  });

  test("shelved, suppressed, out-of-service and normal alarms are not on the list, and nothing is urgent about them", () => {
    const alarms = (["shelved", "suppressed", "out-of-service", "normal"] as const).map((state) =>
      alarm(state, "S1", state, 0),
    );
    expect(arrange(alarms, new Set()).rows).toEqual([]);
    expect(mostUrgent(alarms)).toBeUndefined();
  });

  test("a filter says how much it hides", () => {
    const alarms = [
      alarm("a", "S1", "unacknowledged", 0),
      alarm("b", "S3", "acknowledged", 0),
      alarm("c", "S3", "acknowledged", 1),
    ];
    const list = arrange(alarms, new Set(["S1"] as const));
    expect([ids(list.rows), list.hidden]).toEqual([["a"], 2]);
  });

  test("a list that stands still keeps every place: news waits outside, what returned to normal keeps its row", () => {
    const before = [
      alarm("a", "S2", "unacknowledged", 0),
      alarm("b", "S3", "unacknowledged", 0),
      alarm("c", "S4", "unacknowledged", 0),
    ];
    const now = [
      { ...(before[0] as AlarmBody), state: "acknowledged" as const },
      alarm("c", "S4", "shelved", 0),
      alarm("new", "S1", "unacknowledged", 9),
    ];
    const list = arrange(now, new Set(), before);
    expect(list.rows.map((row) => [row.id, row.state])).toEqual([
      ["a", "acknowledged"],
      ["b", "normal"],
      ["c", "shelved"],
    ]);
    expect(ids(list.waiting)).toEqual(["new"]);
  });

  test("however alarms come, the order is the same, and nothing is lost or doubled", () => {
    const some = fc.uniqueArray(
      fc.record({
        id: fc.string({ minLength: 1, maxLength: 6 }),
        severity: fc.constantFrom("S1", "S2", "S3", "S4"),
        state: fc.constantFrom("unacknowledged", "acknowledged", "returned-unacknowledged"),
        seconds: fc.integer({ min: -1_000, max: 1_000 }),
      }),
      { selector: (one) => one.id, maxLength: 30 },
    );
    fc.assert(
      fc.property(some, fc.infiniteStream(fc.nat()), (rows, numbers) => {
        const alarms = rows.map((one) => alarm(one.id, one.severity, one.state, one.seconds));
        const shuffled = alarms.toSorted(() => ((numbers.next().value ?? 0) % 3) - 1);
        const list = arrange(shuffled, new Set());
        expect(ids(list.rows)).toEqual(ids(arrange(alarms, new Set()).rows));
        expect(new Set(ids(list.rows))).toEqual(new Set(ids(alarms)));
        expect(list.rows).toHaveLength(alarms.length);
      }),
      { numRuns: 50 },
    );
  });
});
