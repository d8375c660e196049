/** The gateway as a Sparkplug edge node: read by protoc, and by the host of our own driver at the other end of a real broker. */
import { describe, expect, test } from "vitest";
import { seconds } from "#model/time";
import { MqttSettings } from "../../../drivers/mqtt/settings.ts";
import { createNode } from "../../../drivers/mqtt/sparkplug/node.ts";
import { mosquittoFound, startMosquitto } from "../../drivers/mqtt/mosquitto.ts";
import { decoded, encoded, protocFound } from "../../drivers/mqtt/protoc.ts";
import { createDataFolder } from "../../support/data-folder.ts";
import { mqttTarget, START, startNorth } from "./stand.ts";

interface Heard {
  readonly topic: string;
  readonly bytes: Buffer;
  /** As protoc reads it. */
  readonly text: string;
}

const seqOf = (heard: Heard) => Number(/^seq: (\d+)$/m.exec(heard.text)?.[1] ?? -1);
const bdSeqOf = (heard: Heard) => Number(/name: "bdSeq"[^}]*long_value: (\d+)/.exec(heard.text)?.[1] ?? -1);

async function listen(mosquitto: Awaited<ReturnType<typeof startMosquitto>>): Promise<Heard[]> {
  const heard: Heard[] = [];
  const client = await mosquitto.client();
  client.on("message", (topic, bytes) => {
    if (!topic.includes("/NCMD/")) heard.push({ topic, bytes, text: decoded(bytes) });
  });
  await client.subscribeAsync("spBv1.0/#", { qos: 1 });
  return heard;
}

describe.skipIf(!mosquittoFound || !protocFound)("Sparkplug B", () => {
  const target = (url: string) =>
    mqttTarget(MqttSettings.parse({ url, timeout: "2s" }), { sparkplug: { group: "park", node: "gate" } });

  test("births come first with names, aliases and present values, then data by alias; numbers count on", async () => {
    using folder = createDataFolder();
    await using mosquitto = await startMosquitto();
    const heard = await listen(mosquitto);
    await using house = await startNorth(folder.path, { north: { mqtt: target(mosquitto.url) } });
    house.say("lift-1.speed", 1.5);
    house.say("booster-1.note", "检修中");
    await house.until("all is sent", () => house.isEmpty());
    await house.clock.advance(seconds(5));
    house.say("lift-1.speed", 2.5);
    house.say("lift-1.door", 1);
    house.say("booster-1.note", "bad");
    await house.until("all is sent", () => house.isEmpty());
    await house.until("all is heard", () => heard.filter(({ topic }) => topic.includes("DDATA")).length >= 4);

    const [birth, ...rest] = heard;
    expect(birth?.topic).toBe("spBv1.0/park/NBIRTH/gate");
    expect(birth?.text).toMatch(/name: "Node Control\/Rebirth"/);
    expect(bdSeqOf(birth as Heard)).toBe(0);
    expect(heard.map(seqOf)).toEqual(heard.map((_, i) => i % 256));
    expect(rest.slice(0, 2).map(({ topic }) => topic)).toEqual([
      "spBv1.0/park/DBIRTH/gate/lift-1",
      "spBv1.0/park/DBIRTH/gate/booster-1",
    ]);
    const lift = rest[0]?.text ?? "";
    expect(lift).toMatch(/name: "speed"\s+alias: 1\s+timestamp: \d+\s+datatype: 10\s+double_value: 1\.5/);
    expect(lift).toMatch(/name: "door"\s+alias: 2\s+timestamp: \d+\s+datatype: 11\s+is_null: true/);
    const live = heard.filter(({ topic, text }) => topic.includes("DDATA") && !text.includes("is_historical"));
    const data = live.map(({ text }) => text).join("\n");
    expect(data).toMatch(/alias: 1\s+timestamp: \d+\s+datatype: 10\s+double_value: 2\.5/);
    expect(data).toMatch(/alias: 2\s+timestamp: \d+\s+datatype: 11\s+boolean_value: true/);
    expect(data).toMatch(
      /alias: 3\s+timestamp: \d+\s+datatype: 12\s+is_null: true\s+properties \{\s+keys: "Quality"\s+values \{\s+type: 3\s+int_value: 0/,
    );
    expect(data).not.toContain("name:");
  });

  test("a rebirth is honoured, each connection has the next bdSeq, and a stop says the death with the same", async () => {
    using folder = createDataFolder();
    await using mosquitto = await startMosquitto();
    const heard = await listen(mosquitto);
    const births = () => heard.filter(({ topic }) => topic.includes("NBIRTH"));
    {
      await using house = await startNorth(folder.path, { north: { mqtt: target(mosquitto.url) } });
      house.say("lift-1.speed", 1.5);
      await house.until("it is born", () => births().length === 1 && house.isEmpty());
      const host = await mosquitto.client();
      const rebirth = encoded(
        'timestamp: 1\nmetrics { name: "Node Control/Rebirth" timestamp: 1 datatype: 11 boolean_value: true }',
      );
      await host.publishAsync("spBv1.0/park/NCMD/gate", rebirth, { qos: 1 });
      await house.until("it is born again", () => births().length === 2);
      await host.publishAsync("spBv1.0/park/NCMD/gate", Buffer.from("garbage \u0000\xff"), { qos: 1 });
      expect(births().map(bdSeqOf)).toEqual([0, 0]);
      expect(births().map(seqOf)).toEqual([0, 0]);
      await house.until("its devices too", () => heard.filter(({ topic }) => topic.includes("DBIRTH")).length === 4);
    }
    const deaths = () => heard.filter(({ topic }) => topic.includes("NDEATH"));
    await expect.poll(() => deaths().map(bdSeqOf)).toEqual([0]);
    expect(deaths()[0]?.text).not.toMatch(/^seq/m);
    await using house = await startNorth(folder.path, { north: { mqtt: target(mosquitto.url) } });
    house.say("lift-1.speed", 2);
    await house.until("it is born", () => births().length === 3);
    expect(bdSeqOf(births()[2] as Heard)).toBe(1);
  });

  test("a device that is lost dies, one that is back is born with its values and their quality, and the numbers count on", async () => {
    using folder = createDataFolder();
    await using mosquitto = await startMosquitto();
    const heard = await listen(mosquitto);
    const of = (type: string) => heard.filter(({ topic }) => topic.startsWith(`spBv1.0/park/${type}/`));
    {
      await using house = await startNorth(folder.path, { north: { mqtt: target(mosquitto.url) } });
      house.say("lift-1.speed", 1.5);
      house.say("lift-1.door", 1);
      await house.until("both are born", () => of("DBIRTH").length === 2 && house.isEmpty());
      await house.clock.advance(seconds(5));
      // First its points turn bad, then the house gives it up.
      house.say("lift-1.speed", "bad");
      house.say("lift-1.door", "bad");
      await house.until("all is sent", () => house.isEmpty());
      expect(of("DDEATH")).toEqual([]);
      await house.turn("lift-1", "offline");
      await house.until("it is dead", () => of("DDEATH").length === 1);
      expect(of("DDEATH")[0]?.topic).toBe("spBv1.0/park/DDEATH/gate/lift-1");
      expect(of("DDATA").at(-1)?.text).toMatch(/alias: 2\s+timestamp: \d+\s+datatype: 11\s+is_null: true\s+properties/);

      // A host that asks now hears of the other device alone.
      const host = await mosquitto.client();
      const rebirth = encoded(
        'timestamp: 1\nmetrics { name: "Node Control/Rebirth" timestamp: 1 datatype: 11 boolean_value: true }',
      );
      const before = heard.length;
      await host.publishAsync("spBv1.0/park/NCMD/gate", rebirth, { qos: 1 });
      await house.until("it is born again", () => of("NBIRTH").length === 2 && of("DBIRTH").length === 3);
      expect(of("DBIRTH")[2]?.topic).toBe("spBv1.0/park/DBIRTH/gate/booster-1");
      expect(heard.slice(before).map(seqOf)).toEqual([0, 1]);

      await house.clock.advance(seconds(5));
      await house.turn("lift-1", "online");
      house.say("lift-1.speed", 2.5);
      await house.until("it is back", () => of("DBIRTH").length === 4 && house.isEmpty());
      const back = of("DBIRTH")[3]?.text ?? "";
      expect(of("DBIRTH")[3]?.topic).toBe("spBv1.0/park/DBIRTH/gate/lift-1");
      expect(back).toMatch(/name: "speed"\s+alias: 1\s+timestamp: \d+\s+datatype: 10\s+double_value: 2\.5/);
      expect(back).toMatch(/name: "door"\s+alias: 2\s+timestamp: \d+\s+datatype: 11\s+is_null: true\s+properties/);
      await house.turn("lift-1", "offline");
      house.say("lift-1.speed", "bad");
      await house.until("it is dead again", () => of("DDEATH").length === 2);
    }
    const lives = heard.slice(heard.findLastIndex(({ topic }) => topic.includes("NBIRTH")));
    const counted = lives.filter(({ topic }) => !topic.includes("NDEATH"));
    expect(counted.map(seqOf)).toEqual(counted.map((_, i) => i % 256));
  });

  test("what waited of a device that is lost by now comes between a birth and a death, as historical", async () => {
    using folder = createDataFolder();
    await using mosquitto = await startMosquitto();
    await using house = await startNorth(folder.path, { north: { mqtt: target(mosquitto.url) } });
    await mosquitto.kill();
    house.say("lift-1.speed", 7);
    await house.beat();
    house.say("lift-1.speed", "bad");
    await house.turn("lift-1", "offline");
    await house.until("it is told", () => house.said.length > 0);
    await using again = await startMosquitto({ port: mosquitto.port });
    const heard = await listen(again);
    const lift = () => heard.filter(({ topic }) => topic.endsWith("/lift-1"));
    await house.until("all is sent", () => house.isEmpty() && lift().some(({ topic }) => topic.includes("DDEATH")));
    expect(lift().map(({ topic }) => topic.split("/")[2])).toEqual(["DBIRTH", "DDATA", "DDEATH"]);
    expect(lift()[1]?.text).toMatch(/is_historical: true\s+double_value: 7/);
  });

  test("a command has one step only and writes nothing; the two steps stay, on the topics of orders", async () => {
    using folder = createDataFolder();
    await using mosquitto = await startMosquitto();
    const orders: string[] = [];
    await using house = await startNorth(folder.path, {
      north: {
        mqtt: mqttTarget(MqttSettings.parse({ url: mosquitto.url, timeout: "2s" }), {
          sparkplug: { group: "park", node: "gate" },
          commands: ["lift-1.door"],
        }),
      },
      order: async (allowed, point, payload) => {
        orders.push(`${allowed} ${point} ${payload}`);
        return '{"confirm":"word"}';
      },
    });
    house.say("lift-1.door", 0);
    await house.until("it is connected", () => house.isEmpty());
    const host = await mosquitto.client();
    const answers: string[] = [];
    host.on("message", (_, bytes) => void answers.push(bytes.toString()));
    await host.subscribeAsync("gatehouse/test/lift-1/door/set/answer", { qos: 1 });
    const command = (metric: string) =>
      encoded(`timestamp: 1\nmetrics { ${metric} timestamp: 1 datatype: 11 boolean_value: true }\nseq: 0`);
    for (const metric of ['name: "door"', "alias: 2"]) {
      await host.publishAsync("spBv1.0/park/DCMD/gate/lift-1", command(metric), { qos: 1 });
      await host.publishAsync("spBv1.0/park/NCMD/gate", command(metric), { qos: 1 });
    }
    await host.publishAsync("spBv1.0/park/NCMD/gate", command('name: "lift-1/door"'), { qos: 1 });
    // Sent behind them on the same line: when it is answered they have been seen.
    await host.publishAsync("gatehouse/test/lift-1/door/set", '{"value":1}', { qos: 1 });
    await house.until("it is answered", () => answers.length > 0);
    expect(orders).toEqual(['lift-1.door lift-1.door {"value":1}']);
    expect(answers).toEqual(['{"confirm":"word"}']);
  });

  test("what waited for the broker comes as historical, in order, and a host that reads it has the newest value", async () => {
    using folder = createDataFolder();
    await using mosquitto = await startMosquitto();
    await using house = await startNorth(folder.path, { north: { mqtt: target(mosquitto.url) } });
    await mosquitto.kill();
    for (let i = 0; i < 20; i += 1) {
      house.say("lift-1.speed", i);
      await house.beat();
    }
    await house.until("it is told", () => house.said.length > 0);
    await using again = await startMosquitto({ port: mosquitto.port });
    const heard = await listen(again);
    const historical = () =>
      heard
        .filter(({ topic }) => topic.includes("DDATA"))
        .flatMap(({ text }) => [...text.matchAll(/is_historical: true\s+double_value: (\d+)/g)])
        .map(([, value]) => Number(value));
    await house.until("all is sent", () => house.isEmpty());
    // What the broker has taken is still on its way to who listens.
    await house.until("all is heard", () => historical().length >= 20);
    expect(historical()).toEqual(Array.from({ length: 20 }, (_, i) => i));

    // The host of our own driver: born by the birth, not moved back by what is history.
    const values: unknown[] = [];
    const history: unknown[] = [];
    const unit = {
      watchSign() {},
      alive() {},
      dead() {},
      heard() {},
      clock: { note() {}, corrected: (at: number) => at },
      deliver: (found: { reading: { raw?: number; past?: true } }[]) => {
        for (const { reading } of found) (reading.past ? history : values).push(reading.raw);
      },
    };
    const node = createNode(
      "park",
      "gate",
      [{ unit, point: { handle: 0, type: "number", address: { device: "lift-1", metric: "speed" } } }] as never,
      MqttSettings.parse({ url: "mqtt://x" }),
      { clock: { now: () => START, monotonic: () => 0 } } as never,
      () => {},
    );
    for (const { topic, bytes } of heard) {
      const [, , type, , device] = topic.split("/") as [string, string, string, string, string?];
      node.take(type, device, bytes);
    }
    expect(values).toEqual([19]);
    expect(history).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });
});
