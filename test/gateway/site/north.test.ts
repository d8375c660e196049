/** `north:` of a site: what it becomes, and every mistake in it with its place. */
import { describe, expect, test } from "vitest";
import { usualQueue } from "#model/north";
import { days } from "#model/time";
import { type Files, problemsOf, siteOf } from "./written-site.ts";

const site = (north: string): Files => ({
  "site.yaml": `id: park\nname: { zh: 园区, en: Park }\nnorth:\n${north}\n`,
});
const environment = { SECRET: "a-long-secret" };
const problems = (north: string) => problemsOf(site(north), { environment });
const influx = (more: string) => `  influx: { url: "http://10.0.0.5:8086", database: park, allow: [private]${more} }`;
const mqtt = (more: string) => `  mqtt: { broker: { url: "mqtt://10.0.0.6" }${more} }`;

test("a site without it sends nothing, and one with little of it sends everything", async () => {
  expect((await siteOf()).north).toBeUndefined();
  const { north } = await siteOf(site(`${influx("")}\n${mqtt("")}`));
  expect(north?.influx).toEqual({
    url: "http://10.0.0.5:8086",
    database: "park",
    allow: ["private"],
    points: {},
    queue: usualQueue,
  });
  expect(north?.mqtt).toMatchObject({
    broker: { url: "mqtt://10.0.0.6", version: 5 },
    commands: [],
    queue: usualQueue,
  });
});

test("points, caps and secrets are taken as they are written", async () => {
  const { north } = await siteOf(
    site(influx(`, username: g, password: "\${SECRET}", cap: 500MB, keep: 3d, points: { devices: [lift-1] }`)),
    { environment },
  );
  expect(north?.influx).toMatchObject({
    username: "g",
    password: "a-long-secret",
    points: { devices: ["lift-1"] },
    queue: { cap: 500e6, keep: days(3) },
  });
});

test("Sparkplug takes nothing away from orders: the points that may be written stay, on their plain topics", async () => {
  const pump = `id: pump-1
name: { zh: 一号泵, en: Pump 1 }
kind: water
link: { modbus-tcp: { host: 10.0.0.2 } }
points:
  - { id: setpoint, name: { zh: 设定, en: Setpoint }, type: number, unit: bar, at: "holding:1", range: [0, 9], write: { who: [engineer] } }
`;
  const north = mqtt(", sparkplug: { group: park, node: gate }, commands: [pump-1.setpoint]");
  expect((await siteOf({ ...site(north), "devices/pumps.yaml": pump })).north?.mqtt).toMatchObject({
    sparkplug: { group: "park", node: "gate" },
    commands: ["pump-1.setpoint"],
  });
});

describe("is refused, with its place", () => {
  test.each([
    ["a key that it does not know", influx(", db: x"), ["site.yaml:4:76 unknown key db"]],
    [
      "a database that is missing",
      '  influx: { url: "https://influx.example" }',
      ["site.yaml:4:11 database is missing"],
    ],
    ["an address that is none", "  influx: { url: influx, database: x }", ["site.yaml:4:18 url is not a web address"]],
    [
      "a password in the address",
      '  influx: { url: "https://a:b@influx.example", database: x }',
      ["site.yaml:4:18 warning: url holds a secret in clear", "site.yaml:4:18 url may not carry a user and password"],
    ],
    [
      "an address of our own network that nobody allowed",
      '  influx: { url: "http://192.168.1.5:8086", database: x }',
      ["site.yaml:4:18 192.168.1.5 is a private address, which is not allowed"],
    ],
    [
      "token and password together",
      influx(`, token: "\${SECRET}", username: g, password: "\${SECRET}"`),
      ["site.yaml:4:83 token excludes username and password"],
    ],
    [
      "a password of nobody",
      influx(`, password: "\${SECRET}"`),
      ["site.yaml:4:86 there is a password without a username"],
    ],
    ["a certificate that is none", influx(", ca: nonsense"), ["site.yaml:4:80 ca is no certificate in PEM form"]],
    ["a cap below all use", influx(", cap: 1MB"), ["site.yaml:4:81 cap is not a size"]],
    ["a time that is too short", influx(", keep: 5m"), ["site.yaml:4:82 keep is shorter than 1h"]],
    [
      "a device that is not there",
      influx(", points: { devices: [lift-9] }"),
      ["site.yaml:4:96 there is no device lift-9"],
    ],
    ["a kind that is none", influx(", points: { kinds: [lift] }"), ["site.yaml:4:94 kinds[0] cannot be lift"]],
    [
      "a broker with wrong settings",
      '  mqtt: { broker: { url: "http://x" } }',
      [expect.stringMatching(/^site.yaml:4:26 Write url as mqtt:/)],
    ],
    [
      "the gateway's own broker",
      "  mqtt: { broker: { url: embedded } }",
      ["site.yaml:4:26 the gateway's own broker is no target in the north"],
    ],
    [
      "an order for no point",
      mqtt(", commands: [lift-1.nothing]"),
      ["site.yaml:4:58 there is no point lift-1.nothing"],
    ],
    [
      "a Sparkplug name that is no level",
      mqtt(", sparkplug: { group: a/b, node: n }"),
      ["site.yaml:4:67 group is no name to be used here"],
    ],
  ])("%s", async (_what, north, told) => {
    expect([...(await problems(north))].sort()).toEqual([...told].sort());
  });
});

test("a choice that chooses nothing is warned of", async () => {
  expect(await problems(influx(", points: { tags: [nowhere] }"))).toEqual([
    "site.yaml:4:84 warning: points chooses no point at all",
  ]);
});
