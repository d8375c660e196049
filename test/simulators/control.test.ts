/** The control interface over real HTTP: stories, faults, set points, truth; and garbage of every sort. */
import { type IncomingHttpHeaders, request } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Building, openBuilding } from "../../simulators/building.ts";
import { createSystemClock } from "../../simulators/clock.ts";
import { type Control, openControl } from "../../simulators/control.ts";
import { parseFleet } from "../../simulators/fleet.ts";
import { createTruthLog } from "../../simulators/truth.ts";
import { createHandClock, type HandClock } from "./hand-clock.ts";
import { rawClient } from "./wire/raw-client.ts";

const fleetText = `
ports:
  - { name: lifts, offset: 0, units: [ { unit: 1, device: lift-1, kind: elevator }, { unit: 2, device: lift-2, kind: elevator } ] }
  - { name: pumps, offset: 1, units: [ { unit: 1, device: booster-1, kind: booster, params: { day: steady } } ] }
  - { name: doors, offset: 2, units: [ { unit: 1, device: access-1, kind: access, params: { doors: [door-1, door-2], perHour: 0 } } ] }
`;

let hand: HandClock;
let building: Building;
let control: Control;

beforeEach(async () => {
  hand = createHandClock();
  const parsed = parseFleet(fleetText);
  if (!("fleet" in parsed)) throw new Error(JSON.stringify(parsed));
  // Plants move by hand; replies on the wire need the real timers.
  const system = createSystemClock();
  const clock = { ...hand, after: system.after, monotonic: hand.monotonic };
  const truth = createTruthLog(hand.wall);
  building = await openBuilding(parsed.fleet, { host: "127.0.0.1", basePort: 0, hour: 10, clock, truth });
  control = await openControl(building, 0);
});
afterEach(async () => {
  await control.close();
  await building.close();
});

interface Heard {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into JSON of any shape
  body: any;
  headers: IncomingHttpHeaders;
}
function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Heard> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port: control.port, method, path, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text), headers: response.headers }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(typeof body === "string" ? body : body === undefined ? undefined : JSON.stringify(body));
  });
}
const device = async (id: string) =>
  (await call("GET", "/devices")).body.find((one: { device: string }) => one.device === id);

describe("a look around", () => {
  test("lists routes, devices with their place on the wire, scenarios and faults", async () => {
    expect((await call("GET", "/")).body.routes).toContain("GET /devices");
    const lift = await device("lift-2");
    expect(lift).toMatchObject({ kind: "elevator", link: "lifts", unit: 2, playing: null, faults: [], set: {} });
    expect(lift.port).toBe(building.lines[0]?.line.port);
    const scenarios = (await call("GET", "/scenarios")).body;
    expect(scenarios.map((one: { scenario: string }) => one.scenario)).toEqual(
      expect.arrayContaining([
        "elevator-entrapment",
        "elevator-entrapment-at-landing",
        "pump-trip",
        "pumps-all-failed",
        "pipe-burst",
        "pipe-burst-large",
        "fire-confirmed",
        "fire-false-alarm",
        "fire-call-point",
        "fire-loop-open",
        "fire-feedback-missing",
        "door-forced",
        "door-held",
        "door-duress",
        "door-tailgate",
        "door-reader-cut",
        "door-bounce",
        "door-lock-worn",
        "door-probing",
        "door-open-hours",
        "fire-release",
        "access-mains-fail",
        "power-outage",
        "bus-cut",
        "gas-leak",
      ]),
    );
    expect((await call("GET", "/faults")).body).toContainEqual(
      expect.objectContaining({ fault: "late-reply", scope: "unit" }),
    );
  });

  test("what cannot be asked for is told with a sentence in both languages", async () => {
    for (const [method, path, status] of [
      ["GET", "/score", 401],
      ["GET", "/nothing", 404],
      ["GET", "/play", 405],
      ["DELETE", "/devices", 405],
      ["GET", "/truth?since=yesterday-ish", 400],
      ["GET", "/__proto__", 404],
    ] as const) {
      const { status: got, body } = await call(method, path);
      expect([path, got]).toEqual([path, status]);
      expect(body.message.zh).toMatch(/[\u4e00-\u9fff]/);
      expect(body.message.en.length).toBeGreaterThan(10);
    }
  });
});

describe("playing", () => {
  test("starts a story, shows it, writes its truth, and refuses a second one until it is stopped", async () => {
    const { status, body } = await call("POST", "/play", {
      scenario: "elevator-entrapment",
      device: "lift-1",
      seed: 3,
    });
    expect([status, body]).toEqual([
      200,
      {
        play: 1,
        scenario: "elevator-entrapment",
        device: "lift-1",
        speed: 1,
        seed: 3,
        parameters: { persons: 2, pressSeconds: 4, rescueAfter: 840 },
        title: { zh: expect.stringContaining("困人"), en: expect.stringContaining("trapped") },
        concerns: ["lift-1", "lifts"],
      },
    ]);
    const again = await call("POST", "/play", { scenario: "elevator-entrapment", device: "lift-1" });
    expect([again.status, again.body.code]).toEqual([409, "already_playing"]);
    hand.advance(8000);
    expect((await device("lift-1")).playing).toMatchObject({ scenario: "elevator-entrapment", phase: "running" });
    const truth = (await call("GET", "/truth")).body;
    expect(truth.map(({ kind }: { kind: string }) => kind).slice(0, 3)).toEqual(["play", "start", "mark"]);
    expect(truth[1].mustFollow[0]).toHaveProperty("by");
    expect((await call("GET", "/truth?since=2")).body[0].seq).toBe(3);
    expect((await call("GET", `/truth?since=${truth[1].at}`)).body[0].seq).toBe(2);
    expect((await call("POST", "/stop")).body).toEqual({
      stopped: [{ device: "lift-1", scenario: "elevator-entrapment" }],
    });
    expect((await device("lift-1")).playing).toBeNull();
    expect((await call("POST", "/play", { scenario: "elevator-entrapment", device: "lift-1" })).status).toBe(200);
  });

  test.each([
    ["no JSON", "{scenario", 400, "not_json"],
    ["no body", undefined, 400, "bad_request"],
    ["a number", 42, 400, "bad_request"],
    ["null", null, 400, "bad_request"],
    ["a list", [], 400, "bad_request"],
    ["a missing device", { scenario: "pump-trip" }, 400, "bad_request"],
    ["an unknown key", { scenario: "pump-trip", device: "booster-1", loud: true }, 400, "bad_request"],
    ["a speed of nothing", { scenario: "pump-trip", device: "booster-1", speed: 0 }, 400, "bad_request"],
    ["a speed in words", { scenario: "pump-trip", device: "booster-1", speed: "fast" }, 400, "bad_request"],
    ["an unknown scenario", { scenario: "earthquake", device: "lift-1" }, 404, "unknown_scenario"],
    ["an unknown device", { scenario: "pump-trip", device: "lift-99" }, 404, "unknown_device"],
    ["a story for another kind", { scenario: "pump-trip", device: "lift-1" }, 400, "wrong_kind"],
    [
      "a strange parameter",
      { scenario: "pump-trip", device: "booster-1", params: { size: 1 } },
      400,
      "unknown_parameter",
    ],
    [
      "an inherited name",
      { scenario: "pump-trip", device: "booster-1", params: { toString: 1 } },
      400,
      "unknown_parameter",
    ],
    [
      "a parameter out of range",
      { scenario: "pipe-burst", device: "booster-1", params: { hole: 500 } },
      400,
      "parameter_out_of_range",
    ],
    [
      "half a person",
      { scenario: "elevator-entrapment", device: "lift-1", params: { persons: 1.5 } },
      400,
      "not_whole",
    ],
    ["a body without end", `"${"x".repeat(100_000)}"`, 413, "too_large"],
  ])("%s is refused with a sentence", async (_what, body, status, code) => {
    const heard = await call("POST", "/play", body);
    expect([heard.status, heard.body.code]).toEqual([status, code]);
    expect(heard.body.message.zh).toMatch(/[\u4e00-\u9fff]/);
    expect(heard.body.message.en.length).toBeGreaterThan(10);
    expect((await call("GET", "/truth")).body).toEqual([]);
  });
});

describe("faults", () => {
  test("of a device hit only its unit, live on an open connection", async () => {
    const client = await rawClient(building.lines[0]?.line.port ?? 0);
    try {
      const body = { device: "lift-1", fault: "exception-4", on: true };
      expect((await call("POST", "/faults", body)).body).toMatchObject({ link: "lifts", devices: ["lift-1"] });
      expect((await client.read(1, 1, 3, 0, 1))[7]).toBe(0x83);
      expect((await client.read(2, 2, 3, 0, 1))[7]).toBe(0x03);
      expect((await device("lift-1")).faults).toEqual(["exception-4"]);
      await call("POST", "/faults", { ...body, on: false });
      expect((await client.read(3, 1, 3, 0, 1))[7]).toBe(0x03);
    } finally {
      client.socket.destroy();
    }
  });

  test("of a link hit all its devices; so do faults of the line itself when a device is named", async () => {
    const all = await call("POST", "/faults", { link: "lifts", fault: "silence" });
    expect(all.body.devices).toEqual(["lift-1", "lift-2"]);
    const port = building.lines[1]?.line.port;
    expect((await call("POST", "/faults", { link: port, fault: "zeros" })).body.devices).toEqual(["booster-1"]);
    const line = await call("POST", "/faults", { device: "lift-2", fault: "one-client" });
    expect(line.body.devices).toEqual(["lift-1", "lift-2"]);
    await call("POST", "/stop");
    for (const id of ["lift-1", "lift-2", "booster-1"]) expect((await device(id)).faults).toEqual([]);
    expect((await call("GET", "/truth")).body.length).toBeGreaterThan(5);
  });

  test.each([
    [{ device: "lift-1", fault: "gremlins" }, 400],
    [{ fault: "silence" }, 400],
    [{ device: "lift-1", link: "lifts", fault: "silence" }, 400],
    [{ device: "lift-9", fault: "silence" }, 404],
    [{ link: "cellar", fault: "silence" }, 404],
    [{ device: "lift-1", fault: "late-reply", seconds: 1e9 }, 400],
    [{ device: "lift-1", fault: "silence", seconds: 1 }, 400],
    [{ device: "lift-1", fault: "silence", on: "yes" }, 400],
    [{ device: "lift-1", fault: "constructor" }, 400],
  ])("%j is refused", async (body, status) => {
    expect((await call("POST", "/faults", body)).status).toBe(status);
  });
});

describe("points set by hand", () => {
  test("stand on the wire until they are given back, and the truth keeps the true value", async () => {
    expect((await call("POST", "/set", { device: "lift-1", point: "fault_code", value: 9 })).status).toBe(200);
    const client = await rawClient(building.lines[0]?.line.port ?? 0);
    try {
      expect((await client.read(1, 1, 3, 6, 1)).readUInt16BE(9)).toBe(9);
      expect((await call("GET", "/truth")).body.at(-1)).toMatchObject({ kind: "set", values: { fault_code: 0 } });
      await call("POST", "/set", { device: "lift-1", point: "fault_code", value: null });
      expect((await client.read(2, 1, 3, 6, 1)).readUInt16BE(9)).toBe(0);
    } finally {
      client.socket.destroy();
    }
  });

  test.each([
    [{ device: "lift-1", point: "wings", value: 1 }, 404],
    [{ device: "lift-1", point: "speed", value: 1e6 }, 400],
    [{ device: "lift-1", point: "speed", value: "fast" }, 400],
    [{ device: "nobody", point: "speed", value: 1 }, 404],
    [{ device: "lift-1", point: "__proto__", value: 1 }, 404],
  ])("%j is refused", async (body, status) => {
    expect((await call("POST", "/set", body)).status).toBe(status);
  });
});

describe("strangers", () => {
  test("another Host header is refused, loopback names are served", async () => {
    for (const host of ["building.example", "10.0.0.5:8090", "127.0.0.1.evil.example"]) {
      const { status, body } = await call("POST", "/stop", undefined, { host });
      expect([host, status, body.code]).toEqual([host, 403, "loopback_only"]);
    }
    for (const host of ["127.0.0.1:8090", "localhost:8090", "LOCALHOST", "[::1]:8090"]) {
      expect([host, (await call("GET", "/devices", undefined, { host })).status]).toEqual([host, 200]);
    }
  });

  test("a page of another web site is refused", async () => {
    const refused = await call("POST", "/stop", undefined, { origin: "https://evil.example" });
    expect(refused.status).toBe(403);
    expect((await call("POST", "/stop", undefined, { origin: "null" })).status).toBe(403);
    expect((await call("POST", "/stop", undefined, { origin: "http://localhost:8080" })).status).toBe(200);
    expect(refused.headers["access-control-allow-origin"]).toBeUndefined();
  });
});

describe("a door of a controller", () => {
  test("goes by its own name: stories, points set by hand, and what must follow", async () => {
    const played = await call("POST", "/play", { scenario: "door-forced", device: "door-2" });
    expect([played.status, played.body.device, played.body.parameters.door]).toEqual([200, "access-1", 2]);
    // At 60 times the pace until the door has been calm for 12 s.
    hand.advance(2_000);
    const truth = await call("GET", "/truth");
    const start = truth.body.find((record: { kind: string }) => record.kind === "start");
    expect(start.mustFollow.map(({ alarm }: { alarm: string }) => alarm)).toEqual(["access.forced@door-2"]);
    const set = await call("POST", "/set", { device: "door-1", point: "duress", value: true });
    expect([set.status, set.body.point]).toEqual([200, "d1_duress"]);
    expect((await call("POST", "/stop", { device: "door-1" })).body.stopped).toHaveLength(1);
  });

  test("is refused when the parameter contradicts the name, or the controller has no such door", async () => {
    const refused = async (body: object) => (await call("POST", "/play", { scenario: "door-held", ...body })).status;
    expect(await refused({ device: "door-2", params: { door: 1 } })).toBe(400);
    expect(await refused({ device: "access-1", params: { door: 4 } })).toBe(400);
    expect(await refused({ device: "door-9" })).toBe(404);
    expect(await refused({ device: "lift-1" })).toBe(400);
  });
});
