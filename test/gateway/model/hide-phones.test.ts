import fc from "fast-check";
import { expect, test } from "vitest";
import { hidePhones } from "#model/hide-phones";

test.each([
  ["王女士 13900007788 报修漏水", "王女士 139****7788 报修漏水"],
  ["电话：+86 139 0000 7788。", "电话：+86 139****7788。"],
  ["86-13900007788", "86-139****7788"],
  ["139-0000-7788/13811112222", "139****7788/138****2222"],
  ["物业 021-65551234", "物业 021-****1234"],
  ["0571 8555123", "0571-****5123"],
])("%s → %s", (clear, hidden) => expect(hidePhones(clear)).toBe(hidden));

test.each([
  "GD20261121-000123",
  "电表读数 13900007788.5 kWh",
  "1763712000000",
  "139000077889",
  "913900007788",
  "2026-11-21 10:00:05",
  "3#泵 1390000778",
  "设备 00010000001",
])("%s stays as it is", (text) => expect(hidePhones(text)).toBe(text));

test("no number of eleven digits from 13 on is left, wherever it stands between words", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 13_000_000_000, max: 19_999_999_999 }),
      fc.constantFrom("", " ", "，", "电话", "("),
      (n, gap) => {
        expect(hidePhones(`报修${gap}${n}${gap}尽快`)).not.toContain(String(n));
      },
    ),
  );
});
