import { describe, expect, test } from "vitest";
import { describeApplicability, formatProblem } from "../../../gateway/site/load-site.ts";
import { siteOf, tell, writeSite } from "./written-site.ts";

const device = (more: string): string => `id: lift-1
name: { zh: 一号梯, en: Lift 1 }
profile: small-lift
link: { modbus-tcp: { host: 10.0.0.1 } }
${more}
`;

describe("site.yaml", () => {
  test("what is not told has the value that the documents promise", async () => {
    expect(await siteOf()).toMatchObject({
      id: "park",
      zone: "Asia/Shanghai",
      rescueZone: "urban",
      simulated: false,
      listen: { host: "127.0.0.1", port: 8080 },
      channels: [],
      warnings: [],
    });
    const site = await siteOf();
    expect("simulator" in site || "store" in site).toBe(false);
  });

  test("what is told is kept, and paths are relative to the folder", async () => {
    await using written = await writeSite({
      "site.yaml": `id: park
name: { zh: 园区, en: Park }
zone: Asia/Urumqi
rescueZone: other
listen: { host: 0.0.0.0, port: 80 }
simulated: true
simulator: { fleet: fleet.yaml, control: http://127.0.0.1:8090 }
store: { folder: data }
`,
      "fleet.yaml": "anything: the simulator reads this",
    });
    const result = await written.load();
    expect("site" in result && result.site).toMatchObject({
      zone: "Asia/Urumqi",
      rescueZone: "other",
      listen: { host: "0.0.0.0", port: 80 },
      simulated: true,
      simulator: { fleet: `${written.folder}/fleet.yaml`, control: "http://127.0.0.1:8090" },
      store: { folder: `${written.folder}/data` },
      warnings: [],
    });
  });

  test("the revision changes with any byte of any file, and with nothing else", async () => {
    const { revision } = await siteOf();
    expect(revision).toMatch(/^[0-9a-f]{12}$/);
    expect((await siteOf()).revision).toBe(revision);
    expect((await siteOf({ "response.yaml": "# nothing\n" })).revision).not.toBe(revision);
    expect((await siteOf({ "devices/lifts.yaml": device("") })).revision).not.toBe(revision);
  });
});

describe("devices", () => {
  test("a device has the points of its profile, with the profile's polling and limits", async () => {
    const site = await siteOf();
    expect(site.devices[0]).toMatchObject({
      kind: "elevator",
      unit: 1,
      maxRegisters: 32,
      points: [0, 1, 2, 3],
      params: { floors: 6 },
    });
    expect(site.points.map(({ id, every, staleAfter }) => [id, every, staleAfter])).toEqual([
      ["lift-1.speed", 500, 10_000],
      ["lift-1.door_zone", 500, 10_000],
      ["lift-1.service_mode", 500, 10_000],
      ["lift-1.heartbeat", 5_000, 20_000],
    ]);
    expect(site.points[0]).toMatchObject({
      at: { table: "holding", register: 4, type: "i16" },
      atText: "holding:4:i16",
      scale: 0.01,
      offset: 0,
      unit: "m/s",
      range: [-6, 6],
      notAvailable: [],
      deadband: 0,
      tags: [],
    });
  });

  test("overrides change single fields, own points replace or add", async () => {
    const site = await siteOf({
      "devices/lifts.yaml": device(`overrides:
  speed: { scale: 0.001, every: 4s }
points:
  - { id: heartbeat, name: { zh: 心跳, en: Beat }, type: number, at: "input:9" }
  - { id: machine_temp, name: { zh: 机房温度, en: Machine room }, type: number, unit: Cel, at: "input:3:i16", tags: [room] }
maxRegisters: 16`),
    });
    const point = (key: string) => site.points.find((one) => one.key === key);
    expect(point("speed")).toMatchObject({
      scale: 0.001,
      every: 4_000,
      staleAfter: 12_000,
      range: [-6, 6],
      unit: "m/s",
    });
    expect(point("heartbeat")).toMatchObject({ atText: "input:9", every: 500, name: { en: "Beat" } });
    expect(point("machine_temp")).toMatchObject({ tags: ["room"] });
    expect(site.devices[0]).toMatchObject({ points: [0, 1, 2, 3, 4], maxRegisters: 16 });
  });

  test("words of the device stand for names in braces in an address, and words that it sends for numbers", async () => {
    const site = await siteOf({
      "devices/lifts.yaml": device(`vars: { at: 7 }
points:
  - { id: heartbeat, name: { zh: 心跳, en: Beat }, type: number, at: "input:{at}" }
  - { id: door_closed, name: { zh: 门关, en: Closed }, type: bool, at: "coil:{at}", words: { shut: 1, open: 0 } }`),
    });
    const point = (key: string) => site.points.find((one) => one.key === key);
    expect(point("heartbeat")?.atText).toBe("input:7");
    expect(point("door_closed")).toMatchObject({ atText: "coil:7", words: { shut: 1, open: 0 } });
  });

  test("a device without a profile brings kind and points, polled every second", async () => {
    const site = await siteOf({
      "devices/pump.yaml": `id: pump-1
name: { zh: 泵, en: Pump }
kind: water
place: { building: A, floor: -1, room: 101 }
link: { modbus-tcp: { host: 10.0.0.2 } }
points: [{ id: flow, name: { zh: 流量, en: Flow }, type: number, unit: m3/h, at: "holding:1" }]
`,
    });
    expect(site.devices.find(({ id }) => id === "pump-1")).toMatchObject({
      kind: "water",
      place: { building: "A", floor: "-1", room: "101" },
      points: [4],
      maxRegisters: 125,
    });
    expect(site.points[4]).toMatchObject({ id: "pump-1.flow", every: 1_000, staleAfter: 10_000 });
  });

  test("parameters are converted to the unit of the fact or of the rule's parameter", async () => {
    const site = await siteOf({
      "devices/lifts.yaml": device(
        "params: { ratedSpeed: 2, stillSpeed: 100 mm/s, stopHold: PT45S, rescueDevice: true, floors: 20 }",
      ),
    });
    expect(site.devices[0]?.params).toEqual({
      ratedSpeed: 2,
      stillSpeed: 0.1,
      stopHold: 45_000,
      rescueDevice: true,
      floors: 20,
    });
  });

  test("links with equal settings are shared, however they are written", async () => {
    const lift = (id: string, link: string) => `- id: ${id}
  name: { zh: 梯, en: Lift }
  profile: small-lift
  link: ${link}
`;
    const site = await siteOf({
      "site.yaml": "id: park\nname: { zh: 园区, en: Park }\nlinks:\n  riser: { modbus-tcp: { host: h, port: 1502 } }\n",
      "devices/lifts.yaml": [
        lift("a", "riser"),
        lift("b", "{ modbus-tcp: { port: 1502, host: h }, unit: 2 }"),
        lift("c", "{ modbus-tcp: { host: h, portOffset: 1000 }, unit: 3 }"),
        lift("d", "{ modbus-tcp: { host: other } }"),
        lift("e", '{ modbus-tcp: { host: "::1" } }'),
      ].join(""),
    });
    expect(site.devices.map(({ id, link, unit }) => [id, link, unit])).toEqual([
      ["a", "riser", 1],
      ["b", "riser", 2],
      ["c", "modbus-tcp:h:1502", 3],
      ["d", "modbus-tcp:other:502", 1],
      ["e", "modbus-tcp:[::1]:502", 1],
    ]);
    expect(site.links.map(({ id, driver }) => [id, driver])).toEqual([
      ["modbus-tcp:[::1]:502", "modbus-tcp"],
      ["modbus-tcp:h:1502", "modbus-tcp"],
      ["modbus-tcp:other:502", "modbus-tcp"],
      ["riser", "modbus-tcp"],
    ]);
  });

  test("an inline link is named after where it goes, and no secret can be guessed from its name", async () => {
    const meter = (id: string, more: string) => `- id: ${id}
  name: { zh: 表, en: Meter }
  kind: water
  link: { mqtt: { url: "mqtt://broker:1883"${more} } }
  points: [{ id: flow, name: { zh: 流量, en: Flow }, type: number, at: "${id}/flow" }]
`;
    const namesWith = async (password: string) => {
      const user = `, user: gatehouse, password: ${password}`;
      const site = await siteOf({
        "devices/meters.yaml": [
          meter("a", ""),
          meter("b", user),
          meter("c", `, user: gatehouse, password: other`),
          `- id: d
  name: { zh: 服务器, en: Server }
  kind: gateway
  link: { opcua: { endpoint: "opc.tcp://bms:4840/UA", security: none } }
  points: [{ id: state, name: { zh: 状态, en: State }, type: number, at: "i=2259" }]
`,
        ].join(""),
      });
      return site.devices.map(({ link }) => link).slice(1);
    };
    const names = await namesWith("first");
    expect(names).toEqual([
      "mqtt:broker:1883",
      expect.stringMatching(/^mqtt:broker:1883#[0-9a-f]{8}$/),
      expect.stringMatching(/^mqtt:broker:1883#[0-9a-f]{8}-2$/),
      "opcua:bms:4840/UA",
    ]);
    expect(await namesWith("second")).toEqual(names);
  });

  test("a named link that no device uses is known to tools, and no driver is started for it", async () => {
    const site = await siteOf({
      "site.yaml":
        "id: park\nname: { zh: 园区, en: Park }\nlinks:\n  bms: { opcua: { endpoint: opc.tcp://bms, security: none } }\n",
    });
    expect(site.links.map(({ id }) => id)).not.toContain("bms");
    expect(site.spareLinks).toEqual([
      { id: "bms", driver: "opcua", settings: expect.objectContaining({ endpoint: "opc.tcp://bms:4840" }) },
    ]);
  });
});

describe("rules", () => {
  test("a rule keeps its expressions with their places, and its parameters with units", async () => {
    await using written = await writeSite({
      "rules/own.yaml": `# The site's own.
id: own.rule
kind: elevator
class: life_safety
severity: S2
latch: true
title: { zh: 规则, en: Rule }
optional: [machine_temp]
params:
  fast: { default: 2.0 m/s, source: test }
  hold: { default: 1m, source: test }
  many: { default: 3, source: test }
  loud: { default: false, source: test }
let: { moving: "abs(speed) > fast" }
when: moving && !door_zone
clear: "!moving"
on_delay: hold
off_delay: 2s
levels: [{ when: loud, severity: S1 }]
ticket: general_fault
because: { zh: "{speed}", en: "{speed}" }
advice: { zh: 去看, en: Look }
source: test
`,
    });
    const result = await written.load();
    if ("problems" in result) throw new Error(result.problems.map((p) => tell(p, written.folder)).join("\n"));
    const file = `${written.folder}/rules/own.yaml`;
    const rule = result.site.rules.find(({ id }) => id === "own.rule");
    expect(rule).toMatchObject({
      lifeSafety: true,
      latch: true,
      severity: "S2",
      ticket: "general_fault",
      optional: ["machine_temp"],
      let: { moving: { text: "abs(speed) > fast", file, line: 14, column: 17 } },
      when: { text: "moving && !door_zone", file, line: 15, column: 7 },
      clear: { text: "!moving", file, line: 16, column: 9 },
      onDelay: { text: "hold", line: 17, column: 11 },
      offDelay: { text: "2s", line: 18, column: 12 },
      levels: [{ when: { text: "loud", line: 19, column: 18 }, severity: "S1" }],
      params: {
        fast: { type: "number", default: 2, unit: "m/s" },
        hold: { type: "span", default: 60_000 },
        many: { type: "number", default: 3 },
        loud: { type: "bool", default: false },
      },
      file,
    });
  });

  test("an override changes a library rule and says so in the source of the number", async () => {
    const site = await siteOf({
      "rules/own.yaml": "override: elevator.stopped\nseverity: S1\non_delay: 20s\nparams: { stillSpeed: 80 mm/s }\n",
    });
    const rule = site.rules.find(({ id }) => id === "elevator.stopped");
    expect(rule).toMatchObject({
      onDelay: { text: "20s", line: 3, column: 11 },
      params: { stillSpeed: { default: 0.08, unit: "m/s" } },
    });
    expect(rule?.params.stillSpeed?.source).toMatch(/^rules\/own\.yaml:4:23 /);
  });

  test("a library rule that is switched off is gone, and its parameters may still stand at a device", async () => {
    const site = await siteOf({
      "rules/own.yaml": "override: elevator.stopped\nenabled: false\n",
      "devices/lifts.yaml": device("params: { stopHold: 1m }"),
    });
    expect(site.rules).toEqual([]);
    expect(site.warnings).toHaveLength(1);
  });

  test("which rule watches which device, and why one does not", async () => {
    const site = await siteOf({
      "devices/pump.yaml": `id: bare
name: { zh: 梯, en: Lift }
kind: elevator
link: { modbus-tcp: { host: 10.0.0.2 } }
points: [{ id: speed, name: { zh: 速度, en: Speed }, type: number, unit: m/s, at: "holding:1" }]
`,
    });
    const rows = describeApplicability(site);
    expect(rows.map(({ rule, device: id, applies }) => [rule, id, applies])).toEqual([
      ["elevator.stopped", "bare", false],
      ["elevator.stopped", "lift-1", true],
    ]);
    expect(rows[0]?.because?.en).toContain("door_zone");
  });
});

describe("people", () => {
  test("shifts are minutes of the day on days of the week", async () => {
    const site = await siteOf({
      "people.yaml": `people: [{ id: li, name: 李娜 }, { id: wu, name: 吴敏 }]
teams: [{ id: desk, name: { zh: 值班, en: Desk }, roles: [operator, technician], people: [li, wu] }]
shifts:
  - { team: desk, people: [li], from: "08:00", to: "20:30" }
  - { team: desk, people: [wu], days: [mon, sun], from: "20:30", to: "08:00" }
  - { team: desk, people: [li, wu], from: "00:00", to: "24:00" }
fallback: wu
`,
    });
    expect(site.people.shifts).toEqual([
      { team: "desk", people: ["li"], days: [1, 2, 3, 4, 5, 6, 7], from: 480, to: 1_230 },
      { team: "desk", people: ["wu"], days: [1, 7], from: 1_230, to: 480 },
      { team: "desk", people: ["li", "wu"], days: [1, 2, 3, 4, 5, 6, 7], from: 0, to: 0 },
    ]);
    expect(site.people.fallback).toBe("wu");
    expect(site.warnings).toEqual([]);
  });
});

describe("a problem in words", () => {
  const problem = {
    file: "devices/lifts.yaml",
    line: 3,
    column: 7,
    what: { zh: "出错了", en: "It is wrong" },
    todo: { zh: "请改正。", en: "Correct it." },
    level: "error",
  } as const;
  test("stands in one line: place, what, what to do", () => {
    expect(formatProblem(problem, "en")).toBe("devices/lifts.yaml:3:7  It is wrong  Correct it.");
    expect(formatProblem(problem, "zh")).toBe("devices/lifts.yaml:3:7  出错了  请改正。");
  });
  test("a warning says that it is one", () => {
    expect(formatProblem({ ...problem, level: "warning" }, "en")).toBe(
      "devices/lifts.yaml:3:7  warning: It is wrong  Correct it.",
    );
    expect(formatProblem({ ...problem, level: "warning" }, "zh")).toBe(
      "devices/lifts.yaml:3:7  提醒：出错了  请改正。",
    );
  });
});
