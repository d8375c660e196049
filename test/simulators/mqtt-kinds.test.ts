/** Every kind in every manner of MQTT, as mosquitto_sub hears it: own messages, bare values by topic, Homie 5, Sparkplug B. */
import { describe, expect, test } from "vitest";
import { parseFleet } from "../../simulators/fleet.ts";
import { mosquittoFound, startMosquitto } from "../drivers/mqtt/mosquitto.ts";
import { decoded, protocFound } from "../drivers/mqtt/protoc.ts";
import { type Heard, haveSub, json, listen } from "./ear.ts";
import { oneOfEach } from "./one-of-each.ts";
import { startFleet } from "./start-fleet.ts";

const text = (one: Heard) => one.payload.toString("utf8");
const mqtt = (broker: string, more: object = {}) => ({
  name: "hall",
  speaks: "mqtt",
  broker,
  units: oneOfEach,
  ...more,
});

describe.skipIf(!mosquittoFound || !haveSub)("plain MQTT", () => {
  test.each([
    ["own messages", {}, (kind: string, id: string, point: string) => `fm/hall/${kind}/${id}/${point}`],
    [
      "bare values",
      { payload: "leaf" },
      (kind: string, id: string, point: string) => `building/status/${kind}/${id}/${point}`,
    ],
    [
      "Homie",
      { payload: "homie", prefix: "home" },
      (kind: string, id: string, point: string) => `home/5/${id}/${kind}/${point.replaceAll("_", "-")}`,
    ],
  ] as const)(
    "%s: every point of every kind has its topic",
    async (_manner, more, topic) => {
      await using broker = await startMosquitto();
      await using ear = await listen(broker, "#");
      await using fleet = await startFleet([mqtt(broker.url, more)]);
      for (const { device: id } of oneOfEach) {
        const { profile } = fleet.device(id);
        for (const point of profile?.points ?? [])
          await ear.until((one) => one.topic === topic(profile?.kind ?? "", id, point.id));
        expect(profile?.points.length).toBeGreaterThan(4);
      }
    },
    90_000,
  );

  test("bare values are numbers, true and false, retained for whoever comes later", async () => {
    await using broker = await startMosquitto();
    await using fleet = await startFleet([mqtt(broker.url, { payload: "leaf", prefix: "park" })]);
    fleet.device("elevator").setPoint("speed", -1.75);
    fleet.device("elevator").setPoint("door_closed", 1);
    await using first = await listen(broker, "park/#");
    await first.until((one) => one.topic === "park/status/elevator/elevator/speed" && text(one) === "-1.75");
    await using ear = await listen(broker, "park/#");
    const speed = await ear.until((one) => one.topic === "park/status/elevator/elevator/speed");
    expect(text(speed)).toBe("-1.75");
    expect(text(await ear.until((one) => one.topic === "park/status/elevator/elevator/door_closed"))).toBe("true");
    expect(text(await ear.until((one) => one.topic === "park/$status"))).toBe("online");
  }, 60_000);

  test("a Homie line describes itself and its children, is ready after its values, and is lost by its will", async () => {
    await using broker = await startMosquitto();
    await using ear = await listen(broker, "homie/#");
    await using fleet = await startFleet([mqtt(broker.url, { payload: "homie", keepAlive: 1 })]);
    const state = (device: string, word: string) => (one: Heard) =>
      one.topic === `homie/5/${device}/$state` && text(one) === word;
    const ready = await ear.until(state("hall", "ready"));
    const root = json(await ear.until((one) => one.topic === "homie/5/hall/$description"));
    expect(root).toMatchObject({
      homie: "5.0",
      version: expect.any(Number),
      children: oneOfEach.map(({ device }) => device),
    });
    const lift = json(await ear.until((one) => one.topic === "homie/5/elevator/$description"));
    expect(lift.root).toBe("hall");
    const { properties } = lift.nodes.elevator;
    expect(properties.speed).toMatchObject({
      datatype: "float",
      unit: "m/s",
      settable: false,
      format: expect.stringMatching(/^-\d+:\d+$/),
    });
    expect(properties["door-closed"]).toMatchObject({ datatype: "boolean" });
    expect(properties["service-mode"]).toMatchObject({ datatype: "integer", format: "0:7" });
    // Every property that is described has been said before the device is ready, and nothing else.
    const said = ear.all
      .slice(0, ear.all.indexOf(ready))
      .filter(({ topic }) => topic.startsWith("homie/5/elevator/elevator/"));
    expect(new Set(said.map(({ topic }) => topic.split("/").at(-1)))).toEqual(new Set(Object.keys(properties)));
    const order = ear.all.filter(({ topic }) => topic === "homie/5/hall/$state").map(text);
    expect(order.slice(0, 2)).toEqual(["init", "ready"]);
    for (const one of said) expect(text(one)).toMatch(/^(true|false|-?\d+(\.\d+)?(e-?\d+)?|[\w ]*)$/);

    fleet.building.lines[0]?.line.setFault("half-open", true);
    await ear.until(state("hall", "lost"));
    fleet.building.lines[0]?.line.setFault("half-open", false);
    const again = ear.all.length;
    await ear.until((one) => ear.all.indexOf(one) >= again && state("hall", "ready")(one));
    await fleet[Symbol.asyncDispose]();
    await ear.until(state("elevator", "disconnected"));
    await ear.until(state("hall", "disconnected"));
  }, 60_000);
});

test.skipIf(!mosquittoFound || !haveSub || !protocFound)(
  "every kind is born with every point on a Sparkplug B node",
  async () => {
    await using broker = await startMosquitto();
    await using ear = await listen(broker, "spBv1.0/#");
    await using fleet = await startFleet([{ ...mqtt(broker.url), speaks: "sparkplug", prefix: "park" }]);
    for (const { device: id } of oneOfEach) {
      const born = decoded((await ear.until(({ topic }) => topic === `spBv1.0/park/DBIRTH/hall/${id}`)).payload);
      const names = [...born.matchAll(/name: "([^"]+)"/g)].map(([, name]) => name);
      expect(names.toSorted()).toEqual(
        fleet
          .device(id)
          .profile?.points.map((point) => point.id)
          .toSorted(),
      );
    }
  },
  60_000,
);

test.each([
  ["a manner that nobody has", { payload: "xml" }, /payload/],
  ["a manner on Sparkplug", { speaks: "sparkplug", payload: "homie" }, /payload means nothing on a line of sparkplug/],
  [
    "a manner on Modbus",
    { speaks: "modbus-tcp", broker: undefined, offset: 0, payload: "leaf" },
    /payload means nothing/,
  ],
  ["a keep-alive of nothing", { keepAlive: 0 }, /keepAlive/],
])("a fleet with %s is refused", (_what, more, said) => {
  const parsed = parseFleet(JSON.stringify({ ports: [mqtt("mqtt://127.0.0.1:1", more)] }));
  expect("problems" in parsed ? JSON.stringify(parsed.problems) : "taken").toMatch(said);
});
