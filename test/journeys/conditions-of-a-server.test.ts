/** An alarm condition of an OPC UA server becomes an alarm of the house, once, and what is acknowledged here is acknowledged there. */
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { PointBody } from "../../gateway/api/shapes.ts";
import { startCable, startConditionServer } from "../drivers/opcua/start-server.ts";
import { DEMO_SITE, demoPorts, startHouseProcess } from "../support/house-process.ts";

const ALARM = "ups.on_battery@ups";

function writeSite(port: number): string {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-conditions-site-"));
  cpSync(join(DEMO_SITE, "people.yaml"), join(folder, "people.yaml"));
  mkdirSync(join(folder, "devices"));
  writeFileSync(join(folder, "site.yaml"), "id: conditions\nname: { zh: 报警条件, en: Conditions }\nsimulated: true\n");
  const high = "nsu=urn:test:plant;s=LevelHigh";
  writeFileSync(
    join(folder, "devices/ups.yaml"),
    `- id: ups
  name: { zh: 不间断电源, en: UPS }
  kind: ups
  link: { opcua: { endpoint: "opc.tcp://127.0.0.1:${port}", security: none, publishing: 100ms, timeout: 20s } }
  points:
    - { id: on_battery, name: { zh: 电池供电, en: On battery }, type: bool, at: "condition:${high}#active", acknowledge: true }
    - { id: seen_there, name: { zh: 来源已确认, en: Acknowledged there }, type: bool, at: "condition:${high}#acked", tags: [own] }
`,
  );
  return folder;
}

test("one alarm over a lost connection, acknowledged at its source with the comment, both on record", async () => {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startConditionServer());
  const cable = stack.use(await startCable(server.port));
  const house = stack.use(await startHouseProcess({ args: [writeSite(cable.port)], ports: await demoPorts() }));
  const there = async () => (await house.call<PointBody>("GET", "/api/points/ups.seen_there")).body;
  await expect.poll(there, { timeout: 30_000 }).toMatchObject({ value: true, quality: "good" });

  await server.order({ set: "Level", value: 7 });
  const alarm = await house.until("the alarm", ({ alarms }) => alarms.get(ALARM), 30_000);
  expect(alarm).toMatchObject({ state: "unacknowledged", occurrence: 1, count: 1 });
  expect(await there()).toMatchObject({ value: false, quality: "good" });

  const { refreshes } = await server.order({ count: true });
  cable.hangUp();
  await expect.poll(async () => (await there()).quality, { timeout: 30_000 }).toBe("bad");
  await expect.poll(there, { timeout: 60_000 }).toMatchObject({ value: false, quality: "good" });
  expect((await server.order({ count: true })).refreshes).toBe(refreshes + 1);
  expect(house.seen.alarms.get(ALARM)).toMatchObject({ state: "unacknowledged", occurrence: 1, count: 1 });

  const path = `/api/alarms/${encodeURIComponent(ALARM)}/acknowledge`;
  const body = { occurrence: 1, comment: "已派人查看", commandId: "ack-1" };
  expect((await house.call("POST", path, body)).status).toBe(200);
  await expect
    .poll(async () => (await server.order({ count: true })).acknowledged, { timeout: 20_000 })
    .toEqual(["已派人查看"]);
  await expect.poll(there, { timeout: 20_000 }).toMatchObject({ value: true, quality: "good" });
  // The same command again acknowledges nothing twice.
  await house.call("POST", path, body);
  type Row = { event: string; data: { alarm?: string } };
  const rows = await house.call<{ rows: Row[] } | Row[]>("GET", "/api/journal?about=device:ups");
  const listed = Array.isArray(rows.body) ? rows.body : rows.body.rows;
  const events = listed.map(({ event }) => event).filter((event) => event.startsWith("pass-back-"));
  expect(events.toSorted()).toEqual(["pass-back-passed", "pass-back-sent"]);
  expect((await server.order({ count: true })).acknowledged).toEqual(["已派人查看"]);
}, 240_000);
