import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { seconds } from "#model/time";
import { createDataFolder } from "../../support/data-folder.ts";
import { certificates } from "./certificates.ts";
import { influxdFound, startInfluxd } from "./influxd.ts";
import { influxTarget, START, startNorth } from "./stand.ts";

interface Row {
  readonly time: { getTime(): number };
  readonly device: string;
  readonly point: string;
  readonly value: number | null;
  readonly text: string | null;
  readonly quality: string;
  readonly reason: string | null;
}

describe.skipIf(!influxdFound)("InfluxDB", () => {
  test("has every sample with its time, quality and reason, texts too, and alarms and tickets as they changed", async () => {
    using folder = createDataFolder();
    await using influxd = await startInfluxd(join(folder.path, "influx"));
    await using house = await startNorth(folder.path, { north: { influx: influxTarget(influxd.url) } });
    const text = 'pump "2", it\\\'s 检修\\ 中\\';
    house.say("lift-1.speed", 1.75);
    await house.clock.advance(seconds(1));
    house.say("lift-1.speed", "bad");
    house.say("lift-1.door", 1);
    house.say("booster-1.note", text);
    await house.raise("elevator.entrapment", "lift-1");
    await house.clear("elevator.entrapment", "lift-1");
    await house.until("all is sent", () => house.isEmpty());

    const rows = await influxd.ask<Row>("SELECT * FROM point");
    expect(
      rows.map(({ time, device, point, value, text, quality, reason }) => [
        time.getTime() - START,
        device,
        point,
        value ?? text,
        quality,
        reason,
      ]),
    ).toEqual([
      [0, "lift-1", "speed", 1.75, "good", null],
      [1_000, "booster-1", "note", text, "good", null],
      [1_000, "lift-1", "door", 1, "good", null],
      [1_000, "lift-1", "speed", null, "bad", "timeout"],
    ]);
    const alarms = await influxd.ask<{
      rule: string;
      state: string;
      active: boolean;
      because_zh: string;
      began: boolean;
      event: string;
    }>("SELECT * FROM alarm ORDER BY time");
    expect(
      alarms.map(({ rule, state, active, because_zh, event, began }) => [
        rule,
        event,
        state,
        active,
        began,
        because_zh,
      ]),
    ).toEqual([
      ["elevator.entrapment", "activated", "unacknowledged", true, true, "因为"],
      ["elevator.entrapment", "returned", "returned-unacknowledged", false, false, "因为"],
    ]);
    expect(house.said).toEqual([]);
  });

  test("a server that is away loses nothing: all waits on the disk and comes in order when it is back", async () => {
    using folder = createDataFolder();
    await using influxd = await startInfluxd(join(folder.path, "influx"));
    await influxd.kill();
    await using house = await startNorth(folder.path, { north: { influx: influxTarget(influxd.url) } });
    for (let i = 0; i < 100; i += 1) {
      house.say("lift-1.speed", i);
      await house.beat();
    }
    await house.until("it is told", () => house.said.length > 0);
    expect(house.said[0]?.because).toMatch(/^127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\)/);
    await house.until("all is on the disk", () => house.standing()?.samples === 100);
    await influxd.start();
    await house.until("all is sent", () => house.isEmpty());
    const rows = await influxd.ask<Row>("SELECT value FROM point WHERE point = 'speed' ORDER BY time");
    expect(rows.map(({ value }) => value)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(house.said.at(-1)).toEqual({ level: "info", because: "the north takes data again" });
  });

  test("a wrong password is told and kept waiting; with the right one everything is there", async () => {
    using folder = createDataFolder();
    const user = { name: "gatehouse", password: "right-and-long" };
    await using influxd = await startInfluxd(join(folder.path, "influx"), { user });
    {
      const wrong = influxTarget(influxd.url, { username: user.name, password: "wrong-and-long" });
      await using house = await startNorth(folder.path, { north: { influx: wrong } });
      house.say("lift-1.speed", 2);
      await house.until("it is told", () => house.said.length > 0);
      expect(house.said[0]?.because).toMatch(/does not accept the user, password or token\. Check/);
      expect(JSON.stringify(house.said)).not.toContain("wrong-and-long");
    }
    const right = influxTarget(influxd.url, { username: user.name, password: user.password });
    await using house = await startNorth(folder.path, { north: { influx: right } });
    await house.until("all is sent", () => house.isEmpty());
    expect(await influxd.ask<Row>("SELECT value FROM point")).toMatchObject([{ value: 2 }]);
  });

  test("a user without the right to write is told so", async () => {
    using folder = createDataFolder();
    const user = { name: "admin", password: "right-and-long" };
    await using influxd = await startInfluxd(join(folder.path, "influx"), { user });
    await influxd.ask("CREATE USER reader WITH PASSWORD 'only-reads'");
    await influxd.ask("GRANT READ ON gatehouse TO reader");
    const reader = influxTarget(influxd.url, { username: "reader", password: "only-reads" });
    await using house = await startNorth(folder.path, { north: { influx: reader } });
    house.say("lift-1.speed", 2);
    await house.until("it is told", () => house.said.length > 0);
    expect(house.said[0]?.because).toMatch(/does not allow writing to the database gatehouse/);
    expect(house.standing()?.samples).toBe(1);
  });

  test.each([
    ["database", { database: "nowhere" }, /has no database nowhere/],
    ["retention policy", { retentionPolicy: "nowhere" }, /has no retention policy nowhere/],
  ])("a wrong %s is told, and nothing is thrown away", async (_what, wrong, told) => {
    using folder = createDataFolder();
    await using influxd = await startInfluxd(join(folder.path, "influx"));
    await using house = await startNorth(folder.path, { north: { influx: influxTarget(influxd.url, wrong) } });
    house.say("lift-1.speed", 2);
    await house.until("it is told", () => house.said.length > 0);
    expect(house.said[0]?.because).toMatch(told);
    expect(house.standing()).toMatchObject({ samples: 1 });
  });

  test("what the server refuses for good is counted, journalled, and does not hold up the rest", async () => {
    using folder = createDataFolder();
    await using influxd = await startInfluxd(join(folder.path, "influx"));
    await influxd.ask("CREATE RETENTION POLICY short ON gatehouse DURATION 1h REPLICATION 1");
    const target = influxTarget(influxd.url, { retentionPolicy: "short" });
    await using house = await startNorth(folder.path, { north: { influx: target } });
    house.say("lift-1.speed", 2);
    await house.until("it is told", () => house.said.length > 0);
    expect(house.said[0]?.because).toMatch(
      /refused some data for good: partial write: points beyond retention policy dropped=1/,
    );
    expect(house.dropped.get("north-influx-refused")).toBe(1);
    await house.until("nothing waits", () => house.isEmpty());
    const journal = await house.store.journal({ about: "site" });
    expect(journal.map(({ event, data }) => [event, data.count])).toContainEqual(["north-refused", 1]);
  });

  test("a server that is frozen holds the queue, not the house; a small limit of its requests makes smaller ones", async () => {
    using folder = createDataFolder();
    await using influxd = await startInfluxd(join(folder.path, "influx"), { http: ["max-body-size = 20000"] });
    await using house = await startNorth(folder.path, { north: { influx: influxTarget(influxd.url) } });
    influxd.freeze();
    for (let i = 0; i < 500; i += 1) {
      house.say("lift-1.speed", i);
      await house.beat();
    }
    await house.until("all is on the disk", () => house.standing()?.samples === 500);
    influxd.thaw();
    await house.until("all is sent", () => house.isEmpty(), 60_000);
    const [counted] = await influxd.ask<{ count: number }>("SELECT count(value) FROM point");
    expect(counted?.count).toBe(500);
  });

  test("over TLS by a certificate of our own authority, and not by one that nobody vouches for", async () => {
    using folder = createDataFolder();
    const tls = certificates(folder.path);
    await using influxd = await startInfluxd(join(folder.path, "influx"), { tls });
    {
      await using house = await startNorth(folder.path, { north: { influx: influxTarget(influxd.url) } });
      house.say("lift-1.speed", 3);
      await house.until("it is told", () => house.said.length > 0);
      expect(house.said[0]?.because).toMatch(/certificate or TLS handshake of .* is not to be trusted/);
    }
    await using house = await startNorth(folder.path, { north: { influx: influxTarget(influxd.url, { ca: tls.ca }) } });
    await house.until("all is sent", () => house.isEmpty());
    expect(await influxd.ask<Row>("SELECT value FROM point")).toMatchObject([{ value: 3 }]);
  });
});
