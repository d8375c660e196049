import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { MqttClient } from "mqtt";
import { describe, expect, test } from "vitest";
import { MqttSettings } from "../../../drivers/mqtt/settings.ts";
import { freePort, mosquittoFound, startMosquitto } from "../../drivers/mqtt/mosquitto.ts";
import { createDataFolder } from "../../support/data-folder.ts";
import { certificates } from "./certificates.ts";
import { mqttTarget, startNorth } from "./stand.ts";

const broker = (url: string, more: object = {}) => MqttSettings.parse({ url, timeout: "2s", ...more });

/** Everything that comes on these topics, as text. */
async function listen(
  client: MqttClient,
  ...filters: string[]
): Promise<[topic: string, payload: string, retained: boolean][]> {
  const heard: [string, string, boolean][] = [];
  client.on("message", (topic, payload, packet) => heard.push([topic, payload.toString(), packet.retain]));
  await client.subscribeAsync(filters, { qos: 1 });
  return heard;
}

describe.skipIf(!mosquittoFound)("plain MQTT", () => {
  test("has points, alarms and the gateway as retained topics, tickets too until they are closed", async () => {
    using folder = createDataFolder();
    await using mosquitto = await startMosquitto();
    await using house = await startNorth(folder.path, { north: { mqtt: mqttTarget(broker(mosquitto.url)) } });
    const live = await listen(await mosquitto.client(), "gatehouse/test/#");
    house.say("lift-1.speed", 1.75);
    house.say("lift-1.door", 1);
    house.say("booster-1.note", "检修中");
    await house.raise("elevator.entrapment", "lift-1");
    await house.until("all is sent", () => house.isEmpty());
    house.say("lift-1.speed", "bad");
    await house.clear("elevator.entrapment", "lift-1");
    await house.until("all is sent", () => house.isEmpty());

    const kept = await listen(await mosquitto.client(), "gatehouse/test/#");
    await house.until("all is heard", () => kept.length >= 5);
    const bodies = new Map(
      kept.map(([topic, payload]) => [topic, topic.endsWith("/state") ? payload : JSON.parse(payload)]),
    );
    const t = "2026-11-21T08:00:00.000Z";
    expect(bodies.get("gatehouse/test/state")).toBe("online");
    expect(bodies.get("gatehouse/test/lift-1/door")).toEqual({ v: true, q: "good", t });
    expect(bodies.get("gatehouse/test/booster-1/note")).toEqual({ v: "检修中", q: "good", t });
    expect(bodies.get("gatehouse/test/lift-1/speed")).toMatchObject({ v: null, q: "bad", reason: "timeout" });
    expect(bodies.get("gatehouse/test/lift-1/alarm/elevator.entrapment")).toMatchObject({
      event: "returned",
      id: "elevator.entrapment@lift-1",
      state: "returned-unacknowledged",
      active: false,
      because: { zh: "因为", en: "because" },
    });
    expect(kept.every(([, , retained]) => retained)).toBe(true);
    const speeds = () =>
      live.filter(([topic]) => topic === "gatehouse/test/lift-1/speed").map(([, payload]) => JSON.parse(payload).v);
    await house.until("both are heard", () => speeds().length >= 2);
    expect(speeds()).toEqual([1.75, null]);
    expect(house.said).toEqual([]);
  });

  test("a gateway that is killed is offline by its last will, one that stops says so itself", async () => {
    using folder = createDataFolder();
    await using mosquitto = await startMosquitto();
    const heard = await listen(await mosquitto.client(), "gatehouse/test/state");
    {
      await using house = await startNorth(folder.path, { north: { mqtt: mqttTarget(broker(mosquitto.url)) } });
      house.say("lift-1.speed", 1);
      await house.until("it is online", () => heard.some(([, payload]) => payload === "online"));
    }
    await expect.poll(() => heard.map(([, payload]) => payload)).toEqual(["online", "offline"]);
  });

  test("a broker that is away, or does not know us, loses nothing; TLS and a password as in the site", async () => {
    using folder = createDataFolder();
    const tls = certificates(folder.path);
    const port = await freePort();
    const config = {
      port,
      // gatehouse / secret, by mosquitto_passwd
      config: [
        "password_file {folder}/users",
        "certfile {folder}/crt",
        "keyfile {folder}/key",
        "allow_anonymous false",
      ],
      files: { users: PASSWORDS, crt: readFileSync(tls.cert, "utf8"), key: readFileSync(tls.key, "utf8") },
    };
    const url = `mqtts://127.0.0.1:${port}`;
    const values = (heard: readonly [string, string, boolean][]) => heard.map(([, payload]) => JSON.parse(payload).v);
    {
      await using house = await startNorth(folder.path, {
        north: { mqtt: mqttTarget(broker(url, { user: "gatehouse", password: "wrong", ca: tls.ca })) },
      });
      for (let i = 0; i < 50; i += 1) {
        house.say("lift-1.speed", i);
        await house.beat();
      }
      await house.until("it is told", () =>
        house.said.some(({ because }) => because.includes("refused the connection")),
      );
      await using _wrong = await startMosquitto(config);
      await house.until("it is told", () => house.said.some(({ because }) => /does not allow this user/.test(because)));
      expect(JSON.stringify(house.said)).not.toContain('"wrong"');
    }
    await using mosquitto = await startMosquitto(config);
    const client = await mosquitto.client({
      protocol: "mqtts",
      ca: tls.ca,
      username: "gatehouse",
      password: "secret",
    } as never);
    const heard = await listen(client, "gatehouse/test/lift-1/speed");
    await using house = await startNorth(folder.path, {
      north: { mqtt: mqttTarget(broker(url, { user: "gatehouse", password: "secret", ca: tls.ca })) },
    });
    await house.until("all is sent", () => house.isEmpty());
    await house.until("all is heard", () => heard.length >= 50);
    expect(values(heard)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  test("orders come only for the points that the site names, in two steps, and never out of the broker's memory", async () => {
    using folder = createDataFolder();
    await using mosquitto = await startMosquitto();
    const early = await mosquitto.client();
    await early.publishAsync("gatehouse/test/lift-1/door/set", '{"value":1}', { retain: true, qos: 1 });
    const orders: [readonly string[], string, string][] = [];
    await using house = await startNorth(folder.path, {
      north: { mqtt: mqttTarget(broker(mosquitto.url), { commands: ["lift-1.door"] }) },
      order: async (allowed, point, payload) => {
        orders.push([allowed, point, payload]);
        return '{"confirm":"word"}';
      },
    });
    house.say("lift-1.speed", 1);
    await house.until("it is connected", () => house.isEmpty());
    const answers = await listen(early, "gatehouse/test/lift-1/door/set/answer");
    await early.publishAsync("gatehouse/test/lift-1/speed/set", '{"value":9}', { qos: 1 });
    await early.publishAsync("gatehouse/test/lift-1/door/set", '{"value":0}', { qos: 1 });
    await house.until("it is answered", () => answers.length > 0);
    expect(answers).toEqual([["gatehouse/test/lift-1/door/set/answer", '{"confirm":"word"}', false]]);
    expect(orders).toEqual([[["lift-1.door"], "lift-1.door", '{"value":0}']]);
  });
});

/** `mosquitto_passwd -b users gatehouse secret` */
const PASSWORDS = readFileSync(join(import.meta.dirname, "mosquitto-users"), "utf8");
