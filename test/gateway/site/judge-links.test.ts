/** What the whole of a link cannot carry is said where the link is written. */
import { describe, expect, test } from "vitest";
import { type Files, problemsOf, siteOf, writeSite } from "./written-site.ts";

/** `count` meters on one serial line, each with 50 registers every second, or as told. */
const meters = (count: number, link: string, every = "1s"): Files => ({
  "site.yaml": `id: park\nname: { zh: 园区, en: Park }\nlinks:\n  bus: ${link}\n`,
  "devices/meters.yaml": Array.from(
    { length: count },
    (_, i) => `- id: meter-${i}
  name: { zh: 电表, en: Meter }
  kind: water
  link: bus
  unit: ${i + 1}
  points:
    - { id: first, type: number, name: { zh: 首, en: First }, at: "holding:0", every: ${every} }
    - { id: last, type: number, name: { zh: 末, en: Last }, at: "holding:10", every: ${every} }
`,
  ).join(""),
});
const slow = "{ modbus-rtu: { path: /dev/ttyUSB0, baudRate: 9600, parity: none } }";
const busWords = (told: readonly string[]) => told.filter((line) => line.includes("serial line"));

describe("the baud budget of a serial line", () => {
  test("few polls are fine", async () => {
    expect(busWords(await problemsOf(meters(3, slow)))).toEqual([]);
  });

  test("more than the line's time is an error with the figure, at the link", async () => {
    const [told = ""] = busWords(await problemsOf(meters(20, slow)));
    expect(told).toMatch(
      /^site\.yaml:4:\d+ the polls wanted on the serial line bus take 1\d\d % of its time at 9600 baud/,
    );
    await using site = await writeSite(meters(20, slow));
    const loaded = await site.load();
    if (!("problems" in loaded)) throw new Error("The site was accepted");
    expect(loaded.problems.filter(({ level }) => level === "error").map(({ what }) => what.zh)).toEqual([
      expect.stringMatching(/串行总线 bus .*读不过来/),
    ]);
  });

  test("between 70 and 100 % it is a warning, and the site runs", async () => {
    const site = await siteOf(meters(11, slow));
    const warned = site.warnings.filter(({ what }) => what.en.includes("serial line"));
    expect(warned).toMatchObject([{ level: "warning", what: { en: expect.stringMatching(/take (7|8|9)\d %/) } }]);
    expect(site.links.map(({ id }) => id)).toContain("bus");
  });

  test("a faster line or longer periods carry the same devices, and TCP has no such limit", async () => {
    const faster = slow.replace("9600", "57600");
    const server = "{ modbus-rtu-over-tcp: { host: 10.0.0.9, port: 4001 } }";
    expect(busWords(await problemsOf(meters(20, faster)))).toEqual([]);
    expect(busWords(await problemsOf(meters(20, slow, "5s")))).toEqual([]);
    expect(busWords(await problemsOf(meters(20, server)))).toHaveLength(1);
    expect(busWords(await problemsOf(meters(20, "{ modbus-tcp: { host: 10.0.0.9 } }")))).toEqual([]);
  });
});

test("a serial port with two sets of settings is an error, since a port can be opened only once", async () => {
  const other = slow.replace("9600", "19200");
  const device = (id: string, link: string) =>
    `- { id: ${id}, name: { zh: 表, en: M }, kind: water, link: ${link}, points: [{ id: a, type: number, name: { zh: 一, en: A }, at: "holding:0" }] }\n`;
  const told = await problemsOf({ "devices/meters.yaml": device("m-1", slow) + device("m-2", other) });
  expect(told.filter((line) => line.includes("serial port"))).toEqual([
    expect.stringMatching(/^devices\/meters\.yaml:2:\d+ .*meters\.yaml:1:\d+ opens the serial port \/dev\/ttyUSB0/),
  ]);
  expect(await problemsOf({ "devices/meters.yaml": device("m-1", slow) + device("m-2", slow) })).toEqual([]);
});
