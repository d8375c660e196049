import { describe, expect, test } from "vitest";
import { type Files, problemsOf } from "./written-site.ts";

const NAME = "name: { zh: 一号梯, en: Lift 1 }";
const LINK = "link: { modbus-tcp: { host: 10.0.0.1 } }";
const site = (more: string): Files => ({ "site.yaml": `id: park\nname: { zh: 园区, en: Park }\n${more}\n` });
const lift = (more: string): Files => ({
  "devices/lifts.yaml": `id: lift-1\n${NAME}\nprofile: small-lift\n${LINK}\n${more}\n`,
});
/** A water device whose one point is written by the test. */
const point = (fields: string): Files => ({
  "devices/pumps.yaml": `id: pump-1\n${NAME}\nkind: water\n${LINK}\npoints:\n  - { ${fields} }\n`,
});
const text = "name: { zh: 流量, en: Flow }";
const rule = (more: string): Files => ({
  "rules/own.yaml": `- id: own.rule
  kind: elevator
  severity: S3
  title: { zh: 规则, en: Rule }
  because: { zh: 因为, en: Because }
  advice: { zh: 去看, en: Look }
  source: test
${more}
`,
});
const people = (
  more: string,
  from = "people: [{ id: li, name: 李娜 }]\nteams: [{ id: desk, name: { zh: 值班, en: Desk }, roles: [operator, technician], people: [li] }]\n",
): Files => ({
  "people.yaml": `${from}${more}\n`,
});

const cases: Readonly<Record<string, readonly (readonly [name: string, files: Files, told: readonly string[]])[]>> = {
  "site.yaml": [
    ["missing", { "site.yaml": undefined }, ["site.yaml:1:1 site.yaml is missing"]],
    ["empty", { "site.yaml": "" }, ["site.yaml:1:1 this entry must be a group of `key: value`"]],
    ["a key that it does not know", site("zoen: x"), ["site.yaml:3:1 unknown key zoen"]],
    ["a zone that nobody knows", site("zone: Asia/Shanghia"), ["site.yaml:3:7 zone is not a time zone"]],
    ["a port beyond all ports", site("listen: { port: 70000 }"), ["site.yaml:3:17 port is too large"]],
    ["a word that is no zone for rescue", site("rescueZone: town"), ["site.yaml:3:13 rescueZone cannot be town"]],
    ["a key without a value", site("zone:"), ["site.yaml:3:1 zone is empty"]],
    [
      "a simulator beside a real building",
      { ...site("simulator: { fleet: fleet.yaml, control: http://127.0.0.1:8090 }"), "fleet.yaml": "" },
      ["site.yaml:3:12 only a site with simulated: true may have a simulator"],
    ],
    [
      "a fleet file that is not there",
      site("simulated: true\nsimulator: { fleet: flet.yaml, control: http://127.0.0.1:8090 }"),
      ["site.yaml:4:21 there is no file flet.yaml"],
    ],
    [
      "channels of an unknown kind, with a bad address, twice the same id",
      site(
        "channels:\n  - { id: a, kind: webhok, url: http://x, secret: 'file:s' }\n  - { id: b, kind: webhook, url: ftp://x, secret: 'file:s' }\n  - { id: c, kind: webhook, url: http://x, secret: 'file:s' }\n  - { id: c, kind: webhook, url: http://x, secret: 'file:s' }",
      ),
      [
        "site.yaml:4:20 kind cannot be webhok",
        "site.yaml:4:51 the file s cannot be read",
        "site.yaml:5:34 url is not a web address",
        "site.yaml:5:51 the file s cannot be read",
        "site.yaml:6:52 the file s cannot be read",
        "site.yaml:7:52 the file s cannot be read",
      ],
    ],
    [
      "a shared link that nobody uses",
      site("links:\n  riser: { modbus-tcp: { host: 10.0.0.9 } }"),
      ["site.yaml:4:3 warning: no device uses the link riser"],
    ],
    [
      "a shared link with a unit, and one of two protocols",
      site("links:\n  a: { modbus-tcp: { host: h }, unit: 2 }\n  b: { modbus-tcp: { host: h }, modbus-tpc: {} }"),
      [
        "site.yaml:4:3 warning: no device uses the link a",
        "site.yaml:4:33 a shared link has no unit",
        "site.yaml:5:33 unknown protocol modbus-tpc",
      ],
    ],
  ],
  "devices/*.yaml": [
    ["not there at all", { "devices/lifts.yaml": undefined }, ["devices:1:1 warning: the site has no devices"]],
    [
      "one that lacks everything",
      { "devices/lifts.yaml": "- {}\n" },
      [
        "devices/lifts.yaml:1:3 id is missing",
        "devices/lifts.yaml:1:3 link is missing",
        "devices/lifts.yaml:1:3 name is missing",
        "devices/lifts.yaml:1:3 the device unnamed has no kind",
        "devices/lifts.yaml:1:3 the device unnamed has no points",
      ],
    ],
    [
      "an id with a dot",
      { "devices/lifts.yaml": `id: lift.1\n${NAME}\nprofile: small-lift\n${LINK}\n` },
      ["devices/lifts.yaml:1:5 id is not an id"],
    ],
    [
      "one id in two files",
      { "devices/more.yaml": `- id: lift-1\n  ${NAME}\n  profile: small-lift\n  ${LINK}\n` },
      ["devices/more.yaml:1:7 the device id lift-1 already stands at devices/lifts.yaml:1:5"],
    ],
    [
      "a profile that does not exist",
      { "devices/lifts.yaml": `id: lift-1\n${NAME}\nprofile: smal-lift\n${LINK}\n` },
      ["devices/lifts.yaml:3:10 there is no profile smal-lift"],
    ],
    [
      "a kind that is not the profile's",
      lift("kind: water"),
      ["devices/lifts.yaml:5:7 the kind is water, but the profile small-lift is of kind elevator"],
    ],
    [
      "a link of another protocol than the profile's, told once and not for each address",
      { "devices/lifts.yaml": `id: lift-1\n${NAME}\nprofile: broker-lift\n${LINK}\nvars: { sn: 7 }\n` },
      ["devices/lifts.yaml:4:7 the profile broker-lift is for mqtt, but the link is modbus-tcp"],
    ],
    [
      "a link that site.yaml does not have",
      { "devices/lifts.yaml": `id: lift-1\n${NAME}\nprofile: small-lift\nlink: riser\n` },
      ["devices/lifts.yaml:4:7 site.yaml has no link riser"],
    ],
    [
      "a protocol that nobody speaks",
      { "devices/lifts.yaml": `id: lift-1\n${NAME}\nprofile: small-lift\nlink: { modbus-tpc: { host: h } }\n` },
      ["devices/lifts.yaml:4:9 unknown protocol modbus-tpc"],
    ],
    [
      "settings that the driver refuses",
      { "devices/lifts.yaml": `id: lift-1\n${NAME}\nprofile: small-lift\nlink: { modbus-tcp: { prot: 502 } }\n` },
      ["devices/lifts.yaml:4:21 host is missing", "devices/lifts.yaml:4:23 unknown key prot"],
    ],
    [
      "a unit given twice, differently, and one out of range",
      {
        "devices/lifts.yaml": `- id: a\n  ${NAME}\n  profile: small-lift\n  link: { modbus-tcp: { host: h }, unit: 3 }\n  unit: 4\n- id: b\n  ${NAME}\n  profile: small-lift\n  link: { modbus-tcp: { host: h }, unit: 300 }\n`,
      },
      [
        "devices/lifts.yaml:5:3 the unit is given twice: 4 and 3",
        "devices/lifts.yaml:9:42 the unit must be a whole number from 0 to 255",
      ],
    ],
    [
      "two connections to one address with different settings",
      {
        "devices/more.yaml": `id: lift-2\n${NAME}\nprofile: small-lift\nlink: { modbus-tcp: { host: 10.0.0.1, maxInFlight: 4 } }\n`,
      },
      [
        "devices/more.yaml:4:7 warning: devices/lifts.yaml:4:7 connects to 10.0.0.1:502 with other settings, so two connections are made",
      ],
    ],
    ["a dependency on nobody", lift("dependsOn: [lift-2]"), ["devices/lifts.yaml:5:13 there is no device lift-2"]],
    [
      "dependencies in a circle, told once",
      {
        "devices/lifts.yaml": ["a", "b", "c"]
          .map(
            (id, i) =>
              `- id: ${id}\n  ${NAME}\n  profile: small-lift\n  ${LINK}\n  unit: ${i}\n  dependsOn: [${"bca"[i]}]\n`,
          )
          .join(""),
      },
      ["devices/lifts.yaml:6:15 devices depend on each other in a circle: a → b → c → a"],
    ],
    [
      "parameters: unknown, of another unit, of another type",
      lift("params: { ratedSped: 1, stillSpeed: 2 bar, stopHold: 5, rescueDevice: 1, floors: 2 m, ratedSpeed: x }"),
      [
        "devices/lifts.yaml:5:11 unknown parameter ratedSped",
        "devices/lifts.yaml:5:37 the parameter stillSpeed must be a number in a unit that converts to m/s, such as 1 m/s",
        "devices/lifts.yaml:5:54 the parameter stopHold must be a length of time such as 45s",
        "devices/lifts.yaml:5:71 the parameter rescueDevice must be true or false",
        "devices/lifts.yaml:5:82 the parameter floors must be a number without a unit",
        "devices/lifts.yaml:5:99 the parameter ratedSpeed is not a value",
      ],
    ],
    [
      "overrides of points: unknown, and with a bad field",
      lift("overrides:\n  sped: { scale: 2 }\n  speed: { range: [2, 1], evry: 1s }"),
      [
        "devices/lifts.yaml:6:3 there is no point sped to override",
        "devices/lifts.yaml:7:19 the point speed has a range whose low end is not below its high end",
        "devices/lifts.yaml:7:27 unknown key evry",
      ],
    ],
  ],
  points: [
    [
      "a word for its address that the device does not tell",
      lift('points: [{ id: beat, name: { zh: 心跳, en: Beat }, type: number, at: "input:{at}" }]'),
      ["devices/lifts.yaml:5:68 the device lift-1 does not tell at, which the address of the point beat needs"],
    ],
    [
      "without an address",
      point(`id: flow, ${text}, type: number, unit: m3/h`),
      ["devices/pumps.yaml:6:5 at is missing"],
    ],
    [
      "with an address that the driver does not understand",
      point(`id: flow, ${text}, type: number, at: "holdng:1"`),
      [
        'devices/pumps.yaml:6:63 the address of the point flow is wrong: The address "holdng:1" must begin with holding:, input:, coil: or discrete:, then a number that counts from 0; 40002 in a manual is holding:1.',
      ],
    ],
    [
      "with a range upside down",
      point(`id: flow, ${text}, type: number, at: "holding:1", range: [5, 5]`),
      ["devices/pumps.yaml:6:83 the point flow has a range whose low end is not below its high end"],
    ],
    [
      "an enum without its values",
      point(`id: mode, ${text}, type: enum, at: "holding:1"`),
      ["devices/pumps.yaml:6:51 the point mode is an enum without values"],
    ],
    [
      "values by words instead of codes",
      point(`id: mode, ${text}, type: enum, at: "holding:1", values: { on: { zh: 开, en: On } }`),
      ["devices/pumps.yaml:6:82 values has the code on, which is not a whole number"],
    ],
    [
      "a unit that nobody knows",
      point(`id: flow, ${text}, type: number, unit: m3/hour, at: "holding:1"`),
      ["devices/pumps.yaml:6:65 the point flow has the unknown unit m3/hour"],
    ],
    [
      "a unit of a bool",
      point(`id: leak, ${text}, type: bool, unit: m, at: "coil:1"`),
      ["devices/pumps.yaml:6:63 the point leak is of type bool, which takes no unit"],
    ],
    [
      "polled faster than every 50 ms, or without a unit of time",
      point(`id: flow, ${text}, type: number, at: "holding:1", every: 20ms, staleAfter: 5`),
      [
        "devices/pumps.yaml:6:83 every is shorter than 50ms",
        "devices/pumps.yaml:6:101 staleAfter is not a length of time",
      ],
    ],
    [
      "stale before it is polled again",
      point(`id: flow, ${text}, type: number, at: "holding:1", every: 10s, staleAfter: 5s`),
      ["devices/pumps.yaml:6:100 the point flow goes stale before it is polled again"],
    ],
    [
      "a factor of zero",
      point(`id: flow, ${text}, type: number, at: "holding:1", scale: 0`),
      ["devices/pumps.yaml:6:83 scale cannot be 0"],
    ],
    [
      "the same point twice",
      {
        "devices/pumps.yaml": `id: pump-1\n${NAME}\nkind: water\n${LINK}\npoints:\n  - { id: flow, ${text}, type: number, at: "holding:1" }\n  - { id: flow, ${text}, type: number, at: "holding:2" }\n`,
      },
      ["devices/pumps.yaml:7:11 the point flow already stands in line 6"],
    ],
    [
      "two points of a profile that contradict each other, told once for all devices of the profile",
      {
        "devices/pumps.yaml": ["pump-1", "pump-2"]
          .map((id) => `- id: ${id}\n  ${NAME}\n  profile: torn\n  ${LINK}\n`)
          .join(""),
      },
      [
        "profiles/torn.yaml:9:88 the points inlet_pressure and flow (line 8) contradict each other: holding:10:f32 and holding:11:i16 share registers but differ in type, start or order; they cannot both be right.",
      ],
    ],
    [
      "an own point that contradicts one of the profile",
      lift(
        `points:\n  - { id: position, name: { zh: 位置, en: Position }, type: number, unit: m, at: "holding:4:u32" }`,
      ),
      [
        "devices/lifts.yaml:6:80 the points position and speed (profiles/small-lift.yaml:11:76) contradict each other: holding:4:i16 and holding:4:u32 share registers but differ in type, start or order; they cannot both be right.",
      ],
    ],
  ],
  "rules/*.yaml": [
    ["a rule without a condition", rule(""), ["rules/own.yaml:1:3 when is missing"]],
    [
      "a name that no point has, at its place in the line",
      rule("  when: sped > 1 m/s"),
      ['rules/own.yaml:8:9 Unknown name "sped": no point, parameter or let has it.'],
    ],
    [
      "an override of nothing",
      { "rules/own.yaml": "- override: elevator.stoped\n" },
      ["rules/own.yaml:1:13 the library has no rule elevator.stoped to override"],
    ],
    [
      "an override of an unknown parameter, and one that does not fit",
      { "rules/own.yaml": "- override: elevator.stopped\n  params: { stilSpeed: 1, stopHold: 3 bar }\n" },
      [
        "rules/own.yaml:2:13 unknown parameter stilSpeed",
        "rules/own.yaml:2:37 the parameter stopHold must be a length of time such as 45s",
      ],
    ],
    [
      "two overrides of one rule",
      { "rules/own.yaml": "- override: elevator.stopped\n  on_delay: 20s\n- override: elevator.stopped\n" },
      ["rules/own.yaml:3:13 elevator.stopped is already overridden at rules/own.yaml:1:13"],
    ],
    [
      "a life-safety rule switched off",
      { "rules/own.yaml": "override: elevator.stopped\nenabled: false\n" },
      ["rules/own.yaml:2:10 warning: the life-safety rule elevator.stopped is switched off"],
    ],
    [
      "a life-safety rule made less grave",
      { "rules/own.yaml": "override: elevator.stopped\nseverity: S3\n" },
      ["rules/own.yaml:2:11 warning: the life-safety rule elevator.stopped is made less grave"],
    ],
    [
      "a rule with the id of a library rule",
      { "rules/own.yaml": (rule("  when: door_zone")["rules/own.yaml"] ?? "").replace("own.rule", "elevator.stopped") },
      ["rules/own.yaml:1:7 the rule elevator.stopped already stands at rules/library/elevator.yaml:1:7"],
    ],
    [
      "a ticket class that the policy does not have",
      rule("  when: door_zone\n  ticket: pump_fault"),
      ["rules/own.yaml:9:11 the response policy has no ticket class pump_fault"],
    ],
    [
      "parameters: without a source, of an unknown unit, and at odds with the same name elsewhere",
      rule(
        "  when: door_zone\n  params:\n    a: { default: 1 }\n    b: { default: 2 furlong, source: test }\n    stopHold: { default: 40s, source: test }",
      ),
      [
        "rules/own.yaml:10:8 source is missing",
        "rules/own.yaml:11:19 unknown unit furlong",
        "rules/own.yaml:12:26 the parameter stopHold differs from the one of the same name at rules/library/elevator.yaml:8:26",
      ],
    ],
  ],
  "response.yaml": [
    [
      "a class, a clock and a span that do not exist",
      {
        "response.yaml":
          "classes:\n  elevator_entrapmnt: {}\n  general_fault: { clocks: { onsit: 5m, dispatch: 5 } }\n",
      },
      [
        "response.yaml:2:3 the policy has no ticket class elevator_entrapmnt",
        "response.yaml:3:30 unknown key onsit",
        "response.yaml:3:51 dispatch is not a length of time",
      ],
    ],
    [
      "rescue later than the law allows",
      { "response.yaml": "classes:\n  elevator_entrapment: { clocks: { rescue-onsite: 45m } }\n" },
      ["response.yaml:2:51 warning: rescue-onsite is longer than the law allows"],
    ],
  ],
  "people.yaml": [
    ["missing", { "people.yaml": undefined }, ["people.yaml:1:1 people.yaml is missing"]],
    ["without a fallback", people(""), ["people.yaml:1:1 fallback is missing"]],
    ["a fallback that nobody is", people("fallback: lee"), ["people.yaml:3:11 there is no person lee"]],
    [
      "a role that no team holds, so that nobody would be told",
      people(
        "fallback: li",
        "people: [{ id: li, name: 李娜 }]\nteams: [{ id: desk, name: { zh: 值班, en: Desk }, roles: [operator, tecnician], people: [li] }]\n",
      ),
      [
        "people.yaml:2:8 no team holds the role technician (Technician), so nobody would be told",
        "people.yaml:2:67 the response policy has no role tecnician",
      ],
    ],
    [
      "people and teams that nobody knows, and ids that come twice",
      people(
        'fallback: li\nshifts:\n  - { team: dsk, people: [li], from: "08:00", to: "20:00" }\n  - { team: desk, people: [wu, ma], from: "00:00", to: "00:00" }',
        "people: [{ id: li, name: 李娜 }, { id: li, name: 李四 }, { id: wu, name: 吴 }]\nteams: [{ id: desk, name: { zh: 值班, en: Desk }, roles: [operator, technician], people: [li, lu] }]\n",
      ),
      [
        "people.yaml:1:38 the person li already stands in line 1",
        "people.yaml:2:93 there is no person lu",
        "people.yaml:5:13 there is no team dsk",
        "people.yaml:6:28 wu is not in the team desk (people.yaml:2:88)",
        "people.yaml:6:32 there is no person ma",
      ],
    ],
    [
      "times and days that do not exist, and a number that would lose its zero",
      people('fallback: li\nshifts:\n  - { team: desk, people: [li], days: [mon, tus], from: "25:00", to: 8 }'),
      [
        "people.yaml:5:45 days[1] cannot be tus",
        "people.yaml:5:57 from is not a time of day",
        "people.yaml:5:70 to must be text, not 8",
      ],
    ],
    [
      "hours that nobody covers",
      people('fallback: li\nshifts:\n  - { team: desk, people: [li], from: "08:00", to: "20:00" }'),
      [
        "people.yaml:5:13 warning: the team desk has nobody on duty at Monday 20:00–Tuesday 08:00, Tuesday 20:00–Wednesday 08:00, Wednesday 20:00–Thursday 08:00 …",
      ],
    ],
  ],
  "the folder": [
    [
      "files that nobody reads",
      {
        "device.yaml": "",
        "devices/old.yml": "",
        "rules/x.yml": "",
        "devices/.hidden.yaml": "torn: [",
        "notes.txt": "",
      },
      [
        "device.yaml:1:1 warning: device.yaml is not read",
        "devices/old.yml:1:1 warning: old.yml is not read",
        "rules/x.yml:1:1 warning: x.yml is not read",
      ],
    ],
    ["a folder where a file should be", { "devices/x.yaml/y": "" }, ["devices/x.yaml:1:1 this is not a plain file"]],
  ],
};

for (const [file, list] of Object.entries(cases)) {
  describe(file, () => {
    test.each(list)("%s", async (_, files, told) => {
      expect(await problemsOf(files)).toEqual(told);
    });
  });
}

test("the problems of all files come together, sorted by file and line", async () => {
  const told = await problemsOf({
    ...site("zoen: x"),
    ...lift("params: { floor: 2 }"),
    ...people("fallback: lee"),
    ...rule("  when: door_zone &&"),
    "response.yaml": "clases: {}\n",
    "devices/torn.yaml": "- [\n",
  });
  expect(told.map((line) => line.split(" ")[0])).toEqual([
    "devices/lifts.yaml:5:11",
    "devices/torn.yaml:1:4",
    "people.yaml:3:11",
    "response.yaml:1:1",
    "rules/own.yaml:8:21",
    "site.yaml:3:1",
  ]);
});

test("a folder that does not exist is one problem", async () => {
  const told = await problemsOf({}, { folder: "/nowhere/at/all" });
  expect(told).toEqual(["/nowhere/at/all:1:1 there is no such site folder"]);
});
