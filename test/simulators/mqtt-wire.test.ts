/** What simulated devices publish, on Mosquitto, as mosquitto_sub hears it and protoc reads it. */
import { describe, expect, test } from "vitest";
import { mosquittoFound, startMosquitto } from "../drivers/mqtt/mosquitto.ts";
import { decoded, encoded, protocFound } from "../drivers/mqtt/protoc.ts";
import { type Heard, haveSub, json, listen } from "./ear.ts";
import { startFleet } from "./start-fleet.ts";

describe.skipIf(!mosquittoFound || !haveSub)("plain MQTT", () => {
  test("the makers' JSON has their names and codes: a car-top box and GB/T 24476", async () => {
    await using broker = await startMosquitto();
    await using ear = await listen(broker, "#");
    await using fleet = await startFleet([
      {
        name: "boxes",
        speaks: "mqtt",
        broker: broker.url,
        units: [
          { device: "lift-1", kind: "elevator", profile: "cartop-json-mqtt", vars: { topic: "lift/1/state" } },
          { device: "lift-2", kind: "elevator", profile: "gbt24476-mqtt", vars: { topic: "lift/2/realtime" } },
        ],
      },
    ]);
    for (const [point, value] of Object.entries({
      service_mode: 2,
      direction: 1,
      floor_index: -1,
      door_state: 3,
      occupied: 1,
      door_zone: 0,
      main_power: 0,
      power_source: 1,
    }))
      fleet.device("lift-1").setPoint(point, value);
    const box = await ear.until(
      (one) =>
        one.topic === "lift/1/state" &&
        json(one).now_floor === "B1" &&
        json(one).modeStatus === 1 &&
        json(one).power_status === 1,
    );
    // Level is 0 and not level 1; inspection is 1; mains 0 and battery 1, as the payload's makers count.
    expect(json(box)).toMatchObject({
      modeStatus: 1,
      direction: 1,
      floor_status: 1,
      door_status: 3,
      has_people: 1,
      power_status: 1,
      now_floor: "B1",
      now_status: 0,
    });
    fleet.device("lift-2").setPoint("fault_code", 4);
    const items = await ear.until((one) => one.topic === "lift/2/realtime" && json(one).Message_Code[0] === 4);
    expect(Object.keys(json(items)).sort()).toEqual([
      "Car_Direction",
      "Car_Position",
      "Car_Status",
      "Door_Status",
      "Door_Zone",
      "Message_Code",
      "Passenger_Status",
      "Present_Counter_Value",
      "Service_Mode",
      "Total_Running_Time",
    ]);

    fleet.device("lift-1").faults.setFault("silence", true);
    const before = ear.all.length;
    await ear.until((one) => ear.all.indexOf(one) >= before + 3 && one.topic === "lift/2/realtime");
    expect(ear.all.slice(before + 1).filter(({ topic }) => topic === "lift/1/state")).toEqual([]);
  }, 60_000);

  test("other kinds have a retained topic for each point, and the line's status is taken back by its will", async () => {
    await using broker = await startMosquitto();
    const fleet = await startFleet([
      {
        name: "pumps",
        speaks: "mqtt",
        broker: broker.url,
        units: [
          { device: "booster-1", kind: "booster" },
          { device: "gas-1", kind: "gas" },
        ],
      },
    ]);
    try {
      await using ear = await listen(broker, "fm/#");
      fleet.device("booster-1").setPoint("outlet_pressure", 0.55);
      const heard = await ear.until(
        (one) => one.topic === "fm/pumps/water/booster-1/outlet_pressure" && json(one).v === 0.55,
      );
      expect(json(heard)).toMatchObject({
        v: 0.55,
        q: "good",
        ts: expect.stringMatching(/^\d{4}-.*Z$/),
        seq: expect.any(Number),
      });
      await ear.until((one) => one.topic === "fm/pumps/gas/gas-1/level1" && json(one).v === false);
      await ear.until((one) => one.topic === "fm/pumps/$status" && one.payload.toString() === "online");
      await fleet[Symbol.asyncDispose]();
      await ear.until((one) => one.topic === "fm/pumps/$status" && one.payload.toString() === "offline");
    } finally {
      await fleet[Symbol.asyncDispose]();
    }
  }, 60_000);
});

describe.skipIf(!mosquittoFound || !haveSub || !protocFound)("a Sparkplug B edge node", () => {
  test("is born with its devices, tells changes by alias in sequence, is born again on command, and dies by its will", async () => {
    await using broker = await startMosquitto();
    await using ear = await listen(broker, "spBv1.0/#");
    await using fleet = await startFleet([
      {
        name: "node-1",
        speaks: "sparkplug",
        broker: broker.url,
        prefix: "park",
        units: [
          { device: "gas-1", kind: "gas", profile: "gas-sparkplug" },
          { device: "lift-1", kind: "elevator" },
        ],
      },
    ]);
    const of =
      (kind: string, device = "") =>
      (one: Heard) =>
        one.topic === `spBv1.0/park/${kind}/node-1${device && `/${device}`}`;
    const born = decoded((await ear.until(of("NBIRTH"))).payload);
    expect(born).toMatch(/name: "bdSeq"[\s\S]*name: "Node Control\/Rebirth"[\s\S]*boolean_value: false[\s\S]*seq: 0/);
    const gas = decoded((await ear.until(of("DBIRTH", "gas-1"))).payload);
    expect(gas).toMatch(/name: "conc_lel"\s+alias: \d+\s+timestamp: \d+\s+datatype: 10/);
    expect(gas).toContain("seq: 1");
    expect(decoded((await ear.until(of("DBIRTH", "lift-1"))).payload)).toMatch(/name: "floor_index"[\s\S]*seq: 2/);

    fleet.device("gas-1").setPoint("conc_lel", 25);
    const data = decoded(
      (await ear.until((one) => of("DDATA", "gas-1")(one) && decoded(one.payload).includes("double_value: 25")))
        .payload,
    );
    expect(data).not.toContain("name:");

    const sequence = () =>
      ear.all
        .filter(({ topic }) => !topic.includes("NCMD") && !topic.includes("NDEATH"))
        .map(({ payload }) => Number(/^seq: (\d+)/m.exec(decoded(payload))?.[1]));
    expect(sequence()).toEqual(sequence().map((_, index) => index % 256));

    const host = await broker.client();
    const births = ear.all.filter(of("NBIRTH")).length;
    await host.publishAsync(
      "spBv1.0/park/NCMD/node-1",
      encoded('metrics { name: "Node Control/Rebirth" datatype: 11 boolean_value: true }'),
    );
    await ear.until((one) => of("NBIRTH")(one) && ear.all.filter(of("NBIRTH")).indexOf(one) === births);
    await host.publishAsync("spBv1.0/park/NCMD/node-1", Buffer.from("no protobuf at all"));

    fleet.device("gas-1").faults.setFault("reboot", true, 0.5);
    const death = await ear.until(of("DDEATH", "gas-1"));
    await ear.until((one) => of("DBIRTH", "gas-1")(one) && ear.all.indexOf(one) > ear.all.indexOf(death));

    await fleet[Symbol.asyncDispose]();
    const dead = await ear.until(of("NDEATH"));
    expect(decoded(dead.payload)).toMatch(/name: "bdSeq"[\s\S]*long_value: 0/);
    expect(decoded(dead.payload)).not.toMatch(/^seq/m);
  }, 90_000);
});
