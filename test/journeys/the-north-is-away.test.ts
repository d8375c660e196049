/**
 * A target in the north that is away, in a whole house: the queue grows and an alarm says so, at the cap it drops and says
 * what, and when the target is back everything else arrives once.
 */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { minutes, seconds } from "#model/time";
import { mosquittoFound } from "../drivers/mqtt/mosquitto.ts";
import { influxdFound, startInfluxd } from "../gateway/northbound/influxd.ts";
import { createDataFolder } from "../support/data-folder.ts";
import { ADMIN_TOKEN } from "../support/house-process.ts";
import { FIELDS, isActive, startNorthHouse } from "./north-house.ts";

const DOWN = "gateway.north_down@gateway";
const BEHIND = "gateway.north_behind@gateway";
const DROPS = "gateway.north_drops@gateway";

describe.runIf(influxdFound && mosquittoFound)("InfluxDB is away", () => {
  test("alarms when the queue grows, and when it drops at its cap; then all that is left arrives once and the alarms end", {
    timeout: 300_000,
  }, async () => {
    using folder = createDataFolder();
    await using influxd = await startInfluxd(join(folder.path, "influx"));
    await using house = await startNorthHouse({
      folder: folder.path,
      north: `north: { influx: { url: "${influxd.url}", database: gatehouse, allow: [loopback], points: { devices: [meter] } } }\n`,
      // A site's file takes 10 MB at least: that would be a million samples.
      change: (site) => {
        const influx = site.north?.influx;
        return influx ? { ...site, north: { influx: { ...influx, queue: { ...influx.queue, cap: 60_000 } } } } : site;
      },
    });
    await house.feed(1, 10);
    await house.sentAll("influx");
    await influxd.kill();

    const ended = async (id: string) => {
      const alarm = await house.alarm(id);
      return alarm === undefined || !isActive(alarm);
    };

    // It grows.
    await house.feed(11, 60);
    const away = await house.active(DOWN);
    expect(away.because).toEqual({
      zh: expect.stringMatching(/^InfluxDB 已 2 分.*收不到本网关的数据/),
      en: expect.stringMatching(/^InfluxDB has taken no data of this gateway for 2 min/),
    });
    expect(await house.journal("north-away")).toMatchObject([
      {
        data: {
          target: "influx",
          because: { zh: expect.stringContaining("127.0.0.1"), en: expect.stringContaining("127.0.0.1") },
        },
      },
    ]);
    house.clock.push(minutes(9));
    const behind = await house.active(BEHIND);
    expect(behind.because.zh).toMatch(/^InfluxDB 的数据积压：最早的已等 \d+ 分/);
    expect(behind.because.en).toMatch(/^Data for InfluxDB waits: the oldest for \d+ min/);
    const ticket = [away.ticket, behind.ticket];
    expect(ticket[0]).toBeDefined();
    // One fault, one ticket.
    expect(ticket[1]).toBe(ticket[0]);
    const { waiting, dropped } = await house.north("influx");
    // And perhaps once that the meter, silent since, is not believed any more.
    expect([50 * FIELDS, 51 * FIELDS]).toContain(waiting.samples);
    expect(dropped).toEqual([]);

    // It drops.
    let last = 60;
    while ((await house.north("influx")).dropped.length === 0) {
      await house.feed(last + 1, last + 100);
      last += 100;
      // The cap is looked at every five seconds.
      house.clock.push(seconds(6));
      await house.when("it was looked at", async () => (await house.north("influx")).waiting.samples > 0);
      expect(last).toBeLessThan(3_000);
    }
    const drops = await house.active(DROPS, seconds(1));
    const { dropped: gone, droppedWithinAnHour } = await house.north("influx");
    expect(gone).toMatchObject([{ what: "samples" }]);
    const count = gone[0]?.count ?? 0;
    expect(droppedWithinAnHour).toBe(count);
    expect(drops.because).toEqual({
      zh: expect.stringMatching(/^发往 InfluxDB 的队列已到上限，一小时内丢弃了 \d+ 条最早的数据$/),
      en: expect.stringMatching(/^The queue for InfluxDB has reached its limit: \d+ of the oldest rows/),
    });
    const [told] = await house.journal("north-dropped");
    expect(told?.data).toMatchObject({
      target: "influx",
      what: "samples",
      from: expect.any(String),
      to: expect.any(String),
    });
    const metrics = await fetchText(house.house.url);
    expect(metrics).toMatch(new RegExp(`gatehouse_dropped_total\\{what="north-influx-samples"\\} ${count}\\b`));
    expect(metrics).toMatch(/gatehouse_north_up\{target="influx"\} 0/);

    // It is back.
    await influxd.start();
    await house.sentAll("influx");
    const rows = await influxd.ask<{ value: number }>(
      "SELECT value FROM point WHERE point = 'f0' AND quality = 'good'",
    );
    const numbers = rows.map(({ value }) => value);
    // The first ten were taken before; then the gap of what was dropped; then everything, once.
    const kept = numbers.filter((one) => one > 10);
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, i) => last - kept.length + 1 + i));
    expect(kept.length).toBeLessThan(last - 10);
    const [counted] = await influxd.ask<{ count: number }>("SELECT count(value) FROM point WHERE point =~ /^f[0-9]+$/");
    const { dropped: atLast } = await house.north("influx");
    const accounted = (counted?.count ?? 0) + (atLast[0]?.count ?? 0);
    const fed = (last + numbers.filter((one) => one === 0).length) * FIELDS;
    expect(accounted).toBeGreaterThanOrEqual(fed);
    expect(accounted).toBeLessThanOrEqual(fed + 3 * FIELDS);
    // Alarms go last, so none was dropped, and each change of one came once.
    const changes = await influxd.ask<{ rule: string; began: boolean }>("SELECT * FROM alarm");
    for (const id of [DOWN, BEHIND, DROPS]) {
      const rule = id.slice(0, id.indexOf("@"));
      expect([rule, changes.filter((one) => one.rule === rule && one.began).length]).toEqual([rule, 1]);
    }
    for (const id of [DOWN, BEHIND]) {
      await house.when(`${id} ends`, () => ended(id), seconds(2));
    }
    expect(await house.journal("north-back")).toMatchObject([{ data: { target: "influx" } }]);
    // The losses stay an alarm for an hour.
    expect(await ended(DROPS)).toBe(false);
    house.clock.push(minutes(61));
    await house.when(
      "the drops are over",
      async () => !/^active/.test((await house.alarm(DROPS))?.state ?? ""),
      seconds(5),
    );
  });
});

async function fetchText(url: string): Promise<string> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
  return answer.text();
}
