import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isAlarm, isDevice, isPoint, isTicket } from "../../gateway/console/src/shared/rows-that-fit.ts";
import { entrapment, fleet, liftPoints, mixedAlarms } from "./building.ts";
import { burstTicket, doorTicket, entrapmentTicket } from "./tickets.ts";

const NOW = Date.UTC(2026, 10, 21, 8);

test("everything that the API writes fits", () => {
  expect([entrapment(NOW), ...mixedAlarms(NOW)].every(isAlarm)).toBe(true);
  expect([entrapmentTicket(NOW), burstTicket(NOW), doorTicket(NOW)].every(isTicket)).toBe(true);
  expect(fleet(NOW).every(isDevice)).toBe(true);
  expect(liftPoints(NOW).every(isPoint)).toBe(true);
});

test("a row with one part missing or of another kind does not fit, and nothing throws", () => {
  const rows = [
    [entrapment(NOW), isAlarm, ["id", "title", "severity", "state", "inputs", "place", "occurrence"]],
    [entrapmentTicket(NOW), isTicket, ["no", "clocks", "sop", "can", "state", "className"]],
    [fleet(NOW)[0], isDevice, ["id", "name", "kind", "state", "pollWanted"]],
    [liftPoints(NOW)[0], isPoint, ["id", "name", "quality"]],
  ] as const;
  for (const [row, fits, keys] of rows) {
    for (const key of keys) {
      for (const wrong of [undefined, null, Number.NaN, "?", [], [null]]) {
        if (key === "id" || key === "no" ? wrong === "?" : Array.isArray(wrong) && wrong.length === 0) continue;
        expect([key, wrong, fits({ ...row, [key]: wrong })]).toEqual([key, wrong, false]);
      }
    }
  }
  fc.assert(
    fc.property(fc.anything(), (row) => {
      for (const fits of [isAlarm, isTicket, isDevice, isPoint]) expect(fits(row)).toBe(false);
    }),
  );
});
