/** Sparkplug B on Mosquitto, with messages encoded by protoc: births, aliases, types, gaps, deaths, and commands. */
import fc from "fast-check";
import type { MqttClient } from "mqtt";
import { describe, expect, test } from "vitest";
import { seconds } from "#model/time";
import { decodePayload, encodeCommand, meaningOf } from "../../../drivers/mqtt/sparkplug/payload.ts";
import { Malformed } from "../../../drivers/mqtt/sparkplug/protobuf.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { mosquittoFound, startMosquitto } from "./mosquitto.ts";
import { decoded, encoded, protocFound } from "./protoc.ts";
import { startLink } from "./start-link.ts";

const points = { tank: ["spb:park/edge/tank/level", "spb:park/edge/tank/pump/running", "spb:park/edge/tank/fill"] };
const node = (type: string, device = "") => `spBv1.0/park/${type}/edge${device && `/${device}`}`;
const metric = (text: string) => `metrics { ${text} }\n`;
const nodeBirth = (bdSeq: number, seq = 0) =>
  encoded(
    `seq: ${seq}\n${metric(`name: "bdSeq" datatype: 8 long_value: ${bdSeq}`)}${metric('name: "Node Control/Rebirth" datatype: 11 boolean_value: false')}`,
  );
const deviceBirth = (seq: number) =>
  encoded(
    `seq: ${seq}\n${metric('name: "level" alias: 1 datatype: 9 float_value: 1.5')}${metric('name: "pump/running" alias: 2 datatype: 11 boolean_value: true')}${metric('name: "fill" alias: 3 datatype: 2 int_value: 4294967286')}`,
  );
const level = (seq: number, value: number) => encoded(`seq: ${seq}\n${metric(`alias: 1 float_value: ${value}`)}`);
const death = (bdSeq: number) => encoded(metric(`name: "bdSeq" datatype: 8 long_value: ${bdSeq}`));

/** An edge node as the test plays it: what it is told, and a way to wait for it. */
async function edge(client: MqttClient) {
  const commands: { topic: string; text: string }[] = [];
  const waiting = new Set<() => void>();
  client.on("message", (topic, payload) => {
    commands.push({ topic, text: decoded(payload) });
    for (const look of [...waiting]) look();
  });
  await client.subscribeAsync(["spBv1.0/park/NCMD/edge", "spBv1.0/park/DCMD/edge/#"], { qos: 1 });
  return {
    commands,
    say: (type: string, bytes: Buffer, device?: string) => client.publishAsync(node(type, device), bytes, { qos: 1 }),
    until(condition: () => boolean): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = () => condition() && resolve();
      waiting.add(look);
      look();
      return promise.finally(() => waiting.delete(look));
    },
  };
}

describe.runIf(mosquittoFound && protocFound)("a Sparkplug node", () => {
  async function stage() {
    const broker = await startMosquitto();
    const clock = createManualClock();
    const here = await edge(await broker.client());
    const link = startLink({ url: broker.url }, points, { clock });
    await link.ready();
    return {
      clock,
      link,
      edge: here,
      async [Symbol.asyncDispose]() {
        await link[Symbol.asyncDispose]();
        await broker[Symbol.asyncDispose]();
      },
    };
  }
  const born = async ({ edge, link }: Awaited<ReturnType<typeof stage>>) => {
    await edge.say("NBIRTH", nodeBirth(7));
    await edge.say("DBIRTH", deviceBirth(1), "tank");
    await link.report.until(() => link.report.value(2) !== undefined);
  };

  test("is asked for its birth, since nobody keeps it, and gives names, types and values", async () => {
    await using on = await stage();
    await on.edge.until(() => on.edge.commands.length === 1);
    expect(on.edge.commands[0]?.topic).toBe("spBv1.0/park/NCMD/edge");
    expect(on.edge.commands[0]?.text).toContain('name: "Node Control/Rebirth"');
    expect(on.edge.commands[0]?.text).toContain("boolean_value: true");
    await born(on);
    expect([0, 1, 2].map((handle) => on.link.report.value(handle))).toEqual([1.5, 1, -10]);
  });

  test("sends changes by alias, and lives by report: what does not change stays fresh", async () => {
    await using on = await stage();
    await born(on);
    await on.edge.say("DDATA", level(2, 1.75), "tank");
    await on.link.report.until(() => on.link.report.value(0) === 1.75);
    await on.clock.advance(seconds(2));
    expect(on.link.report.of("confirmed").at(-1)?.handles.toSorted()).toEqual([0, 1, 2]);
    await on.clock.advance(seconds(600));
    expect(on.link.report.of("missed")).toEqual([]);
  });

  test("whose message was lost is asked for a new birth, and is unsure until it comes", async () => {
    await using on = await stage();
    await born(on);
    await on.clock.advance(seconds(10));
    await on.edge.say("DDATA", level(5, 2), "tank");
    await on.link.report.until(() => on.link.report.value(0) === 2);
    expect(on.link.told.at(-1)).toMatchObject({ value: 2, uncertain: true });
    await on.edge.until(() => on.edge.commands.length === 2);
    // Asked once, not for every message after the gap.
    for (const seq of [6, 7, 8]) await on.edge.say("DDATA", level(seq, seq), "tank");
    await on.link.report.until(() => on.link.report.value(0) === 8);
    expect(on.edge.commands).toHaveLength(2);
    await on.edge.say("NBIRTH", nodeBirth(7));
    await on.edge.say("DBIRTH", deviceBirth(1), "tank");
    await on.edge.say("DDATA", level(2, 3), "tank");
    await on.link.report.until(() => on.link.report.value(0) === 3);
    expect(on.link.told.at(-1)).toMatchObject({ value: 3, uncertain: false });
  });

  test("with an alias that nobody named is asked for a new birth", async () => {
    await using on = await stage();
    await born(on);
    await on.clock.advance(seconds(10));
    await on.edge.say("DDATA", encoded(`seq: 2\n${metric("alias: 99 float_value: 5")}`), "tank");
    await on.edge.until(() => on.edge.commands.length === 2);
  });

  test("that dies takes its points away, but an old will says nothing about the life that followed", async () => {
    await using on = await stage();
    await born(on);
    await on.edge.say("NDEATH", death(6));
    await on.edge.say("DDATA", level(2, 9), "tank");
    await on.link.report.until(() => on.link.report.value(0) === 9);
    expect(on.link.report.of("missed")).toEqual([]);
    await on.edge.say("NDEATH", death(7));
    await on.link.report.until(() => on.link.report.of("missed").length > 0);
    expect(on.link.report.of("missed")[0]).toMatchObject({ device: "tank", reason: "no-link" });
    const samples = on.link.report.of("samples").length;
    await on.edge.say("DDATA", level(3, 4), "tank");
    await on.edge.until(() => on.edge.commands.length === 1);
    expect(on.link.report.of("samples")).toHaveLength(samples);
  });

  test("may lose one device, and a device without a birth of its own after the node's is gone", async () => {
    await using on = await stage();
    await born(on);
    await on.edge.say("DDEATH", encoded("seq: 2"), "tank");
    await on.link.report.until(() => on.link.report.of("missed").length > 0);
    expect(on.link.report.of("missed")[0]?.because.en).toContain("DDEATH");
    await on.edge.say("DBIRTH", deviceBirth(3), "tank");
    await on.link.report.until(() => on.link.report.of("samples").length === 2);
    await on.edge.say("NBIRTH", nodeBirth(8));
    await on.edge.say("NDATA", encoded(`seq: 1\n${metric('name: "x" datatype: 9 float_value: 1')}`));
    const before = on.link.report.of("missed").length;
    await expect
      .poll(async () => {
        await on.clock.advance(seconds(2));
        return on.link.report.of("missed").length;
      })
      .toBeGreaterThan(before);
    expect(on.link.report.of("missed").at(-1)?.because.en).toContain("No BIRTH");
  });

  test("what the node stored is told as history, at its own time", async () => {
    await using on = await stage();
    await born(on);
    const at = on.clock.now() - 600_000;
    const stored = (value: number) => metric(`alias: 1 timestamp: ${at} float_value: ${value} is_historical: true`);
    await on.edge.say(
      "DDATA",
      encoded(`seq: 2\n${stored(8)} ${stored(9)} ${metric("alias: 1 float_value: 7")}`),
      "tank",
    );
    await on.link.report.until(() => on.link.report.value(0) === 7);
    expect(on.link.told.slice(-3).map(({ value, past }) => [value, past])).toEqual([
      [8, true],
      [9, true],
      [7, false],
    ]);
    expect(on.link.told.at(-3)?.sourceAt).toBe(at);
  });

  test("what is stored, null, bad or of the wrong kind is no value of now", async () => {
    await using on = await stage();
    await born(on);
    const samples = () => on.link.report.of("samples").length;
    const before = samples();
    await on.edge.say("DDATA", encoded(`seq: 2\n${metric("alias: 1 float_value: 8 is_historical: true")}`), "tank");
    await on.edge.say("DDATA", encoded(`seq: 3\n${metric("alias: 1 is_null: true")}`), "tank");
    await on.edge.say(
      "DDATA",
      encoded(
        `seq: 4\n${metric('alias: 1 float_value: 8 properties { keys: "Quality" values { type: 3 int_value: 0 } }')}`,
      ),
      "tank",
    );
    await on.edge.say("DDATA", encoded(`seq: 5\n${metric('alias: 1 datatype: 12 string_value: "full"')}`), "tank");
    await on.edge.say("DDATA", Buffer.from("no protobuf at all"), "tank");
    await on.link.report.until(() => on.link.report.of("fault").length >= 4);
    expect(on.link.report.of("fault").map(({ reason }) => reason)).toEqual([
      "not-available",
      "not-available",
      "decode",
      "decode",
    ]);
    expect(samples()).toBe(before);
  });

  test("takes an order as DCMD and confirms it by its next report", async () => {
    await using on = await stage();
    await born(on);
    const write = await on.link.ready();
    const address = on.link.units[0]?.points[2]?.address;
    if (!address) throw new Error("no address");
    const done = write({ device: "tank", unit: 1, handle: 2, address, value: -3 }, new AbortController().signal);
    await on.edge.until(() => on.edge.commands.some(({ topic }) => topic === "spBv1.0/park/DCMD/edge/tank"));
    expect(on.edge.commands.at(-1)?.text).toContain("int_value: 4294967293");
    await on.edge.say("DDATA", encoded(`seq: 2\n${metric("alias: 3 int_value: 65533")}`), "tank");
    await expect(done).resolves.toBe(-3);
    await expect(
      write({ device: "tank", unit: 1, handle: 2, address, value: 40_000 }, new AbortController().signal),
    ).rejects.toMatchObject({ outcome: "refused" });
  });
});

describe("the reader of payloads", () => {
  test("throws nothing but its own error, whatever bytes come", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodePayload(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(Malformed);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test.each([
    [1, 255n, -1],
    [1, 0xffff_ffffn, -1],
    [2, 0xffff_fff6n, -10],
    [3, 0xffff_ffff_ffff_fffen, -2],
    [4, 0xffff_ffff_ffff_ffffn, -1],
    [5, 255n, 255],
    [7, 0xffff_ffffn, 4_294_967_295],
    [8, 1n << 60n, undefined],
    [13, 1_795_248_000_000n, 1_795_248_000_000],
    [16, 1n, undefined],
  ])("datatype %d with %d on the wire means %s", (datatype, value, expected) => {
    expect(meaningOf({ kind: "number", value }, datatype)).toBe(expected);
  });

  test("what is written as a command reads back as the same", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 3, 4, 5, 6, 7, 8),
        fc.integer({ min: -40_000, max: 70_000 }),
        (datatype, value) => {
          const bytes = encodeCommand({ name: "m", datatype }, value, 1_795_248_000_000);
          if (!bytes) return;
          const [metric] = decodePayload(bytes).metrics;
          expect(metric && meaningOf(metric.value, datatype)).toBe(value);
        },
      ),
    );
  });
});
