/**
 * A target in the north that takes nothing, in a whole house, one trouble after the other: each says in both languages what,
 * where and what to do, raises its alarm, and once it is mended everything is there that was acknowledged.
 */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mosquittoFound } from "../drivers/mqtt/mosquitto.ts";
import { influxdFound } from "../gateway/northbound/influxd.ts";
import { createDataFolder } from "../support/data-folder.ts";
import { FIELDS, startNorthHouse } from "./north-house.ts";
import { ALL, fed, LAST, TROUBLES } from "./north-peers.ts";

describe.runIf(influxdFound && mosquittoFound)("a target that takes nothing", () => {
  test.each(TROUBLES.map((one) => [one.name, one] as const))("%s", { timeout: 240_000 }, async (_, trouble) => {
    using folder = createDataFolder();
    await using peer = await trouble.open(join(folder.path, "peer"));
    await using house = await startNorthHouse({ folder: folder.path, north: `north: { ${peer.north} }\n` });
    await house.feed(1, LAST);
    const because = await house.when("it is told", async () => {
      const { ok, because } = await house.north(trouble.target);
      return !ok && because !== undefined && trouble.en.test(because.en) && because;
    });
    expect(because.zh).toMatch(trouble.zh);
    const alarm = await house.active("gateway.north_down@gateway");
    expect(alarm.advice.zh).toMatch(/\/api\/north.*恢复后自动补发/);
    expect(alarm.ticket).toBeDefined();
    const [told] = await house.when("it is journalled", async () => {
      const rows = await house.journal("north-away");
      return rows.length > 0 && rows;
    });
    expect(told?.data).toMatchObject({ target: trouble.target, because: { zh: expect.stringMatching(trouble.zh) } });
    const { dropped, waiting } = await house.north(trouble.target);
    expect(dropped).toEqual([]);
    expect(waiting.samples).toBeGreaterThanOrEqual(LAST * FIELDS);
    if (trouble.secret !== undefined) {
      const said = [
        await house.ask("/api/north"),
        await house.ask("/api/journal?about=site"),
        await house.ask("/api/alarms?state=all"),
      ];
      expect(JSON.stringify(said)).not.toContain(trouble.secret);
    }
    await peer.mend();
    await house.sentAll(trouble.target);
    const { numbers, rules } = await peer.arrived();
    expect(fed(numbers)).toEqual(ALL);
    expect(rules.filter((rule) => rule === "gateway.north_down")).toEqual(["gateway.north_down"]);
  });
});
