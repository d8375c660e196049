/** Alarm conditions of a server in another process: events, refresh, acknowledgement, garbage, restart. */

import fc from "fast-check";
import { DataType, NodeId, StatusCodes, Variant } from "node-opcua";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readEvent } from "../../../drivers/opcua/event-filter.ts";
import { opcua } from "../../../drivers/opcua/opcua.ts";
import type { ConditionNews, ConditionOrder } from "./condition-server.ts";
import { plant, startLink } from "./start-link.ts";
import { freePort, type RunningServer, startConditionServer, temporaryFolder } from "./start-server.ts";

const LEVEL = `${plant};s=LevelHigh`;
const points = [
  `condition:${LEVEL}#active`,
  `condition:${LEVEL}#acked`,
  `condition:${LEVEL}#severity`,
  { at: `condition:${LEVEL}#message`, type: "text" as const },
  `condition:GasAlarm@${plant};s=Gas#active`,
  `condition:GasAlarm@${plant};s=Gas#acked`,
];
const [ACTIVE, ACKED, SEVERITY, MESSAGE, GAS, GAS_ACKED] = [0, 1, 2, 3, 4, 5];

let server: RunningServer<ConditionOrder, ConditionNews>;
/** Keys are made once; every server here uses them. */
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
  server = await startConditionServer({ folder: folder.path });
}, 180_000);
beforeEach(() => server.order({ reset: true }));
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

type Link = ReturnType<typeof startLink>;
const holds = (link: Link, wanted: Readonly<Record<number, number>>) =>
  link.report.until(() =>
    Object.entries(wanted).every(([handle, value]) => link.report.value(Number(handle)) === value),
  );

describe("conditions of an OPC UA server", () => {
  test("come in as they change, with the time of the event; quiet ones are read where the server shows them", async () => {
    await using link = startLink({ endpoint: server.endpoint }, points);
    await holds(link, { [ACTIVE]: 0, [ACKED]: 1, [GAS]: 0, [GAS_ACKED]: 1 });
    const before = Date.now();
    await server.order({ set: "Level", value: 7 });
    await holds(link, { [ACTIVE]: 1, [ACKED]: 0 });
    expect(link.told(ACTIVE)?.sourceAt).toBeGreaterThanOrEqual(before - 1);
    expect(link.told(ACTIVE)?.sourceAt).toBeLessThanOrEqual(Date.now());
    expect(link.report.value(SEVERITY)).toBeGreaterThan(0);
    expect(link.report.of("text").at(-1)).toMatchObject({ handle: MESSAGE, value: expect.stringMatching(/.+/) });
    expect(link.report.value(GAS)).toBe(0);
    await server.order({ set: "Level", value: 1 });
    await holds(link, { [ACTIVE]: 0, [ACKED]: 0 });
  });

  test("an acknowledgement passed back is of the event that was seen, and carries the comment", async () => {
    await using link = startLink({ endpoint: server.endpoint }, points as string[]);
    await holds(link, { [ACTIVE]: 0 });
    await server.order({ set: "Level", value: 7 });
    await holds(link, { [ACTIVE]: 1, [ACKED]: 0 });
    await link.acknowledge(ACTIVE as number, "真的很高");
    await holds(link, { [ACTIVE]: 1, [ACKED]: 1 });
    const { acknowledged, levelAcked } = await server.order({ count: true });
    expect([acknowledged, levelAcked]).toEqual([["真的很高"], true]);
    // Once more is done already, and nothing goes out.
    await link.acknowledge(ACTIVE as number, "again");
    expect((await server.order({ count: true })).acknowledged).toEqual(["真的很高"]);
  });

  test("acknowledged by somebody at the server, it reads as acknowledged here", async () => {
    await using link = startLink({ endpoint: server.endpoint }, points);
    await holds(link, { [ACTIVE]: 0 });
    await server.order({ set: "Level", value: 7 });
    await holds(link, { [ACTIVE]: 1, [ACKED]: 0 });
    await server.order({ acknowledge: "LevelHigh" });
    await holds(link, { [ACTIVE]: 1, [ACKED]: 1 });
  });

  test("what was active before the link came up is told by the refresh, once per connection", async () => {
    await server.order({ set: "Level", value: 7 });
    const { refreshes } = await server.order({ count: true });
    for (const time of [1, 2]) {
      await using link = startLink({ endpoint: server.endpoint }, points);
      await holds(link, { [ACTIVE]: 1, [ACKED]: 0, [GAS]: 0 });
      const told = link.report.of("samples").filter(({ values }) => values.has(ACTIVE as number));
      expect(told).toHaveLength(1);
      expect((await server.order({ count: true })).refreshes).toBe(refreshes + time);
    }
  });

  test("a server that restarts loses its alarms and says so: nothing of before stays", {
    timeout: 120_000,
  }, async () => {
    const port = await freePort();
    {
      await using first = await startConditionServer({ port, folder: folder.path });
      await using link = startLink({ endpoint: first.endpoint }, points);
      await holds(link, { [ACTIVE]: 0 });
      await first.order({ set: "Level", value: 7 });
      await holds(link, { [ACTIVE]: 1 });
      await first.kill();
      expect((await link.broken).reason).toBe("no-link");
    }
    await using second = await startConditionServer({ port, folder: folder.path });
    await using link = startLink({ endpoint: second.endpoint }, points);
    await holds(link, { [ACTIVE]: 0, [ACKED]: 1 });
    await second.order({ set: "Level", value: 7 });
    await holds(link, { [ACTIVE]: 1, [ACKED]: 0 });
  });

  test("an event whose fields are nonsense turns the point bad and nothing else, and is never acknowledged", {
    timeout: 120_000,
  }, async () => {
    await using garbled = await startConditionServer({ folder: folder.path });
    await using link = startLink({ endpoint: garbled.endpoint }, points as string[]);
    await holds(link, { [ACTIVE]: 0, [GAS]: 0 });
    await garbled.order({ garbage: true });
    await link.report.until(() => link.report.of("fault").some(({ handles }) => handles.includes(GAS)));
    expect(link.report.value(GAS)).toBe(0);
    expect(link.report.value(ACTIVE)).toBe(0);
    await expect(link.acknowledge(GAS as number, "")).rejects.toMatchObject({ outcome: "refused" });
  });

  test("a name that the server does not show is no healthy zero", async () => {
    await using link = startLink({ endpoint: server.endpoint }, [`condition:LevelHihg@${plant};s=Level#active`]);
    await link.report.until(() => link.report.of("fault").length > 0);
    expect(link.report.of("fault")[0]).toMatchObject({ reason: "not-available" });
    expect(link.report.of("samples")).toEqual([]);
  });

  test("on a link that is polled they are refused with the reason", async () => {
    await using link = startLink({ endpoint: server.endpoint, mode: "poll" }, points);
    await link.report.until(() => link.report.of("fault").length > 0);
    expect(link.report.of("fault")[0]?.because.en).toContain("by subscription alone");
  });

  // The last at this server: its alarm stays disabled.
  test("one that is disabled at the server has no value, and says why", async () => {
    await using link = startLink({ endpoint: server.endpoint }, points);
    await holds(link, { [GAS]: 0 });
    await server.order({ disable: true });
    await link.report.until(() => link.report.of("fault").some(({ handles }) => handles.includes(GAS)));
    const fault = link.report.of("fault").at(-1);
    expect(fault).toMatchObject({ reason: "not-available", because: { en: expect.stringContaining("disabled") } });
  });
});

describe("the address of a condition", () => {
  test.each([
    ["condition:", false],
    ["condition:#active", false],
    [`condition:${LEVEL}`, false],
    [`condition:${LEVEL}#reset`, false],
    ["condition:High@#active", false],
    ["condition:High@ns=2;s=Level#active", false],
    ["condition:@i=85#active", false],
    [`condition:High@2@${plant};s=Level#acked`, true],
    ["condition:/Objects/nsu=urn:x;Tank/High#severity", true],
  ])("%s: %s", (at, fits) => {
    expect(opcua.address.safeParse(at).success).toBe(fits);
  });

  test("is never writable, and can be acknowledged", () => {
    const address = opcua.address.parse(points[0]);
    expect(opcua.writable?.(address)).toMatchObject({ zh: expect.any(String) });
    expect(opcua.acknowledges?.(address)).toBe(true);
    expect(opcua.acknowledges?.(opcua.address.parse(LEVEL))).toBe(false);
  });
});

test("reading an event never throws and believes no field of another type", () => {
  const anything = fc.oneof(
    fc.constant(undefined),
    fc.constant(null),
    fc.constant(new Variant({ dataType: DataType.Null })),
    fc.string().map((value) => new Variant({ dataType: DataType.String, value })),
    fc.double().map((value) => new Variant({ dataType: DataType.Double, value })),
    fc.boolean().map((value) => new Variant({ dataType: DataType.Boolean, value })),
    fc.nat(1_000).map((value) => new Variant({ dataType: DataType.NodeId, value: new NodeId(1, value, 1) })),
    fc.constant(new Variant({ dataType: DataType.StatusCode, value: StatusCodes.Bad })),
    fc.uint8Array().map((value) => new Variant({ dataType: DataType.ByteString, value: Buffer.from(value) })),
    fc.constant(new Variant({ dataType: DataType.DateTime, value: new Date(Number.NaN) })),
  );
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 20 }), (fields) => {
      const event = readEvent(fields);
      const isOr = (value: unknown, type: string) => value === undefined || typeof value === type;
      expect([event.active, event.acked, event.enabled, event.retain].every((one) => isOr(one, "boolean"))).toBe(true);
      expect(event.eventId === undefined || Buffer.isBuffer(event.eventId)).toBe(true);
      expect(isOr(event.severity, "number") && isOr(event.message, "string")).toBe(true);
      expect(event.time === undefined || !Number.isNaN(event.time.getTime())).toBe(true);
    }),
  );
});
