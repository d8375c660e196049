/** Every fault of the line on the OPC UA server: what a client sees while it is on, or the sentence that refuses it. */
import { connect } from "node:net";
import { type ClientSession, type DataValue, OPCUAClient } from "node-opcua";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fault } from "../../../simulators/control-actions.ts";
import type { FaultName } from "../../../simulators/wire/faults.ts";
import { type RunningFleet, startFleet } from "../start-fleet.ts";

let fleet: RunningFleet;
beforeAll(async () => {
  const lift = (name: string) => ({ device: name, kind: "elevator" });
  fleet = await startFleet([{ name: "ua", speaks: "opcua", offset: 0, units: [lift("lift-1"), lift("lift-2")] }]);
}, 60_000);
afterAll(() => fleet[Symbol.asyncDispose]());

async function newClient() {
  const client = OPCUAClient.create({
    endpointMustExist: true,
    connectionStrategy: { maxRetry: 0 },
    requestedSessionTimeout: 60_000,
  });
  await client.connect(`opc.tcp://127.0.0.1:${fleet.port("ua")}`);
  return client;
}

interface Stage {
  readonly client: OPCUAClient;
  read(point: string): Promise<DataValue>;
  /** Reads until it fits. */
  until(point: string, fits: (value: DataValue) => boolean): Promise<DataValue>;
  set(point: string, value: number): void;
  off(): void;
}

const status = (name: string) => async (stage: Stage) => {
  await stage.until("lift-1.speed", (value) => value.statusCode.name === name);
  // The neighbour on the same server is well.
  expect((await stage.read("lift-2.speed")).statusCode.name).toBe("Good");
};
const number = (value: DataValue) => value.value.value as number;
/** A new value is shown late, with the time at which it was true. */
const late = (least: number) => async (stage: Stage) => {
  const began = Date.now();
  stage.set("speed", 2.5);
  const seen = await stage.until("lift-1.speed", (value) => number(value) === 2.5);
  expect(Date.now() - began).toBeGreaterThanOrEqual(least);
  expect((seen.sourceTimestamp?.getTime() ?? 0) - began).toBeLessThan(Math.max(400, least - 200));
};
const filled = (word: number) => (stage: Stage) => stage.until("lift-1.speed", (value) => number(value) === word);

const cells: Readonly<
  Record<FaultName, "refused" | readonly [number | undefined, (stage: Stage) => Promise<unknown>]>
> = {
  "late-reply": [1.5, late(1_400)],
  "wrong-id": "refused",
  "foreign-reply": "refused",
  "half-open": [
    undefined,
    async (stage) => {
      const unanswered = stage.read("lift-1.speed").then(
        () => "answered",
        () => "broken",
      );
      // Another client can connect and say hello; nobody greets it back.
      const other = connect(fleet.port("ua"), "127.0.0.1");
      const ended = new Promise<string>((done) =>
        other.on("error", () => undefined).once("close", () => done("reset")),
      );
      await new Promise<void>((done) => other.once("connect", () => done()));
      other.write(Buffer.from("48454c46080000000000", "hex"));
      const greeted = new Promise<string>((done) => other.once("data", () => done("greeted")));
      const first = Promise.race([unanswered, ended, greeted]);
      stage.off();
      expect(["broken", "reset"]).toContain(await first);
      expect(await Promise.all([unanswered, ended])).toEqual(["broken", "reset"]);
    },
  ],
  silence: [undefined, status("BadNoCommunication")],
  "old-data": [
    undefined,
    async (stage) => {
      stage.set("floor_index", 7);
      stage.set("speed", 2.5);
      // A value of the neighbour that changes later is seen, the frozen one is not.
      fleet.device("lift-2").setPoint("speed", 3);
      await stage.until("lift-2.speed", (value) => number(value) === 3);
      expect(number(await stage.read("lift-1.speed"))).toBe(1.25);
    },
  ],
  zeros: [undefined, filled(0)],
  ffff: [undefined, filled(65_535)],
  "exception-2": [undefined, status("BadConfigurationError")],
  "exception-4": [undefined, status("BadDeviceFailure")],
  "exception-6": [undefined, status("BadResourceUnavailable")],
  "exception-11": [undefined, status("BadNoCommunication")],
  "drop-idle": [
    0.3,
    async (stage) => {
      await new Promise<void>((done) => stage.client.once("close", () => done()));
      await expect(stage.read("lift-1.speed")).rejects.toThrow();
    },
  ],
  "one-client": [
    undefined,
    async (stage) => {
      await expect(newClient()).rejects.toThrow();
      expect(number(await stage.read("lift-1.speed"))).toBe(1.25);
    },
  ],
  slow: [1.5, late(1_400)],
  jitter: [1, late(0)],
  "heartbeat-freeze": [
    undefined,
    async (stage) => {
      // Once the speed is seen, all that is shown is of the time of the fault.
      const shown = async (heartbeat: number, speed: number) => {
        stage.set("heartbeat", heartbeat);
        stage.set("speed", speed);
        await stage.until("lift-1.speed", (value) => number(value) === speed);
        return number(await stage.read("lift-1.heartbeat"));
      };
      const frozen = await shown(40_000, 2.5);
      expect(frozen).toBeLessThan(40_000);
      expect(await shown(41_000, 2.25)).toBe(frozen);
    },
  ],
  "clock-skew": [
    7_200,
    async (stage) => {
      stage.set("speed", 2.5);
      const seen = await stage.until("lift-1.speed", (value) => number(value) === 2.5);
      expect((seen.sourceTimestamp?.getTime() ?? 0) - Date.now()).toBeGreaterThan(7_190_000);
    },
  ],
  reboot: [
    0.5,
    async (stage) => {
      await stage.until("lift-1.speed", (value) => value.statusCode.name === "BadNoCommunication");
      await stage.until("lift-1.speed", (value) => value.statusCode.name === "Good");
      expect(number(await stage.read("lift-1.heartbeat"))).toBeLessThan(10);
    },
  ],
};

test.each(Object.entries(cells) as [FaultName, (typeof cells)[FaultName]][])(
  "%s",
  async (name, cell) => {
    const lift = fleet.device("lift-1");
    const body = { device: "lift-1", fault: name };
    if (cell === "refused") {
      const reply = fault(fleet.building, body);
      expect(reply).toMatchObject({ status: 400, code: "means_nothing" });
      expect("message" in reply ? reply.message : {}).toMatchObject({
        zh: expect.stringMatching(/无意义：.*OPC UA.*请用/),
        en: expect.stringMatching(/means nothing.*OPC UA.*use /),
      });
      expect([...lift.faults.faults.keys()]).toEqual([]);
      return;
    }
    const [seconds, sees] = cell;
    for (const one of ["lift-1", "lift-2"]) fleet.device(one).setPoint("speed", 1.25);
    const clients: { readonly client: OPCUAClient; readonly session: ClientSession }[] = [];
    const reach = async () => {
      const client = await newClient();
      const session = await client.createSession();
      clients.push({ client, session });
      const index = (await session.readNamespaceArray()).indexOf("urn:gatehouse:simulator");
      const read = (point: string) => session.read({ nodeId: `ns=${index};s=${point}` });
      return {
        client,
        read,
        async until(point: string, fits: (value: DataValue) => boolean) {
          for (;;) {
            const value = await read(point);
            if (fits(value)) return value;
          }
        },
      };
    };
    const stage: Stage = {
      ...(await reach()),
      set: (point, value) => lift.setPoint(point, value),
      off: () => expect(fault(fleet.building, { ...body, on: false }).status).toBe(200),
    };
    await stage.until("lift-1.speed", (value) => number(value) === 1.25);
    expect(fault(fleet.building, { ...body, ...(seconds === undefined ? {} : { seconds }) })).toMatchObject({
      status: 200,
    });
    await sees(stage);
    stage.off();
    lift.setPoint("speed", 1.5);
    const after = ["half-open", "drop-idle"].includes(name) ? await reach() : stage;
    await after.until("lift-1.speed", (value) => value.statusCode.name === "Good" && number(value) === 1.5);
    for (const { client, session } of clients) {
      await session.close().catch(() => undefined);
      await client.disconnect().catch(() => undefined);
    }
    for (const point of ["speed", "floor_index", "heartbeat"]) lift.setPoint(point, undefined);
  },
  60_000,
);

test("what comes late never takes the place of what was seen after it", async () => {
  const client = await newClient();
  const session = await client.createSession();
  const index = (await session.readNamespaceArray()).indexOf("urn:gatehouse:simulator");
  const speed = async (device: string) => number(await session.read({ nodeId: `ns=${index};s=${device}.speed` }));
  const shows = async (device: string, value: number) => {
    while ((await speed(device)) !== value);
  };
  const slow = (device: string, on: boolean) =>
    fault(fleet.building, { device, fault: "slow", ...(on ? { seconds: 1 } : { on }) });
  const [one, other] = [fleet.device("lift-1"), fleet.device("lift-2")];
  slow("lift-1", true);
  one.setPoint("speed", 2.5);
  // The look that shows this has seen the other as well.
  other.setPoint("speed", 3);
  await shows("lift-2", 3);
  slow("lift-1", false);
  one.setPoint("speed", 3.25);
  await shows("lift-1", 3.25);
  // As late, and begun later: by then the first one has come.
  slow("lift-2", true);
  other.setPoint("speed", 3.5);
  await shows("lift-2", 3.5);
  expect(await speed("lift-1")).toBe(3.25);
  slow("lift-2", false);
  for (const device of [one, other]) device.setPoint("speed", undefined);
  await session.close();
  await client.disconnect();
}, 30_000);

test("clients are told of one address, the one that they know", async () => {
  const client = await newClient();
  const endpoints = await client.getEndpoints();
  expect([...new Set(endpoints.map(({ endpointUrl }) => endpointUrl))]).toEqual([
    `opc.tcp://127.0.0.1:${fleet.port("ua")}`,
  ]);
  expect(endpoints.length).toBeGreaterThan(2);
  await client.disconnect();
}, 30_000);
