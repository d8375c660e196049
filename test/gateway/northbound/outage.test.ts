import { expect, test } from "vitest";
import { influxdFound } from "./influxd.ts";
import { suffer } from "./outage.ts";

/** A share of what `npm run bench north` shows in full: 4 h at 2,000 samples/s. */
test.skipIf(!influxdFound)(
  "a target is away and the gateway is killed twice meanwhile: everything arrives once",
  async () => {
    const { said, arrived, wrong, alarmsSaid, alarmsArrived } = await suffer(2_000, 120);
    expect(said).toBe(240_000);
    expect(arrived).toBe(said);
    expect(wrong).toEqual([]);
    expect(alarmsSaid.length).toBeGreaterThan(10);
    expect(alarmsSaid.map((rule) => [rule, alarmsArrived.get(rule)])).toEqual(alarmsSaid.map((rule) => [rule, 1]));
  },
  180_000,
);
