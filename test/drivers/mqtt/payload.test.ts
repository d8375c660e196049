/** What a payload says about a point: vendors' messages as they are in the field, and whatever else may come. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PointType } from "#model/points";
import { mqtt } from "../../../drivers/mqtt/driver.ts";
import { openPayload, type Reading, readPoint } from "../../../drivers/mqtt/payload.ts";

function read(
  payload: string | Uint8Array,
  at: string,
  type: PointType = "number",
  words?: Record<string, number>,
): Reading {
  const address = mqtt.address.parse(at);
  if (address.kind !== "topic") throw new Error("not a topic");
  const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
  const reading = readPoint(openPayload(bytes), { address, type, ...(words && { words }) });
  if (!reading) throw new Error("not of the point's kind");
  return reading;
}
const number = (reading: Reading) => (reading.kind === "number" ? reading.raw : reading);

describe("values", () => {
  test.each([
    ["12.5", "t", 12.5],
    [" 12 \n", "t", 12],
    ["-1e3", "t", -1_000],
    ["true", "t", 1],
    ["false", "t", 0],
    ['{"v":3}', "t#/v", 3],
    ['{"v":"3.50"}', "t#/v", 3.5],
    ['{"v":true}', "t#/v", 1],
    ['{"a":{"b":[1,{"c":7}]}}', "t#/a/b/1/c", 7],
    ['{"a/b":{"m~n":2}}', "t#/a~1b/m~0n", 2],
    ['{"data":[{"name":"speed","value":1.5},{"name":"floor","value":8}]}', "t#/data/[name=floor]/value", 8],
    ['[{"id":3,"v":9}]', "t#/[id=3]/v", 9],
    ['{"status":515}', "t#/status ; bit=1", 1],
    ['{"status":515}', "t#/status ; bit=2", 0],
  ])("%s at %s is %d", (payload, at, expected) => {
    expect(number(read(payload, at))).toBe(expected);
  });

  test("words stand for numbers, of a key as of a whole payload", () => {
    const direction = { up: 1, down: 2, static: 0 };
    expect(number(read('{"direction":"down"}', "t#/direction", "enum", direction))).toBe(2);
    expect(number(read("ON", "t", "bool", { ON: 1, OFF: 0 }))).toBe(1);
    // A JSON number is looked up as it is written, so that one code of several can mean true.
    const door = { 0: 0, 1: 1, 2: 0, 3: 0 };
    const door_status = (code: unknown) => read(JSON.stringify({ door_status: code }), "t#/door_status", "bool", door);
    expect([0, 1, 2, 3].map((code) => number(door_status(code)))).toEqual([0, 1, 0, 0]);
    expect(number(door_status("2"))).toBe(0);
    expect(read("constructor", "t", "enum", direction)).toMatchObject({ kind: "bad", reason: "decode" });
  });

  test("a floor label stays text, since a basement is no number", () => {
    expect(read('{"floor":"B1"}', "t#/floor", "text")).toMatchObject({ kind: "text", value: "B1" });
    expect(read('{"floor":12}', "t#/floor", "text")).toMatchObject({ kind: "text", value: "12" });
  });
});

// Payloads of devices.md 1.4: field names and codes as the makers send them.
describe("payloads of lift makers", () => {
  const carTop = JSON.stringify({
    now_status: 3,
    direction: 1,
    floor_status: 1,
    speed: 1.52,
    door_status: 0,
    has_people: 1,
    power_status: 0,
    now_floor: 7,
    modeStatus: 1,
    battery: 88,
  });
  test.each([
    ["/now_status", 3],
    ["/floor_status", 1],
    ["/speed", 1.52],
    ["/has_people", 1],
    ["/modeStatus", 1],
    ["/battery", 88],
  ])("a car-top monitor tells %s", (pointer, expected) => {
    expect(number(read(carTop, `lift/7/state#${pointer}`))).toBe(expected);
  });

  test("a lift camera tells its direction in words, and 0 for what is not enabled", () => {
    const camera =
      '{"speed":0,"direction":"static","floor":1,"customFloorName":"B1","alarmButtonStat":2,"doorStat":2,"personStat":0}';
    const ask = (at: string, words?: Record<string, number>) => number(read(camera, `ys/1#${at}`, "enum", words));
    expect(ask("/direction", { static: 0, up: 1, down: 2 })).toBe(0);
    expect(ask("/alarmButtonStat")).toBe(2);
    expect(ask("/personStat")).toBe(0);
    expect(read(camera, "ys/1#/customFloorName", "text")).toMatchObject({ value: "B1" });
  });

  test("a GB/T 24476 message tells its service mode, its codes and its own time", () => {
    const message = '{"Service_Mode":2,"Car_Status":0,"Message_Code":[43],"timestamp":"2026-11-21 16:00:00"}';
    const mode = read(message, "gb/1#/Service_Mode ; time=/timestamp:+08:00");
    expect(mode).toMatchObject({ raw: 2, sourceAt: Date.UTC(2026, 10, 21, 8) });
    expect(number(read(message, "gb/1#/Message_Code/0"))).toBe(43);
  });
});

// Devices.md section 4: four booleans per door in vendors' tables, and codes that mean something only as a pair.
describe("payloads of door controllers", () => {
  test("a table of doors is read by the number of the door", () => {
    const doors =
      '{"doors":[{"id":1,"Opened":false,"OpenedTimeout":false,"Broken":false},{"id":2,"Opened":true,"OpenedTimeout":true,"Broken":false}]}';
    expect(number(read(doors, "acs/1#/doors/[id=2]/Opened", "bool"))).toBe(1);
    expect(number(read(doors, "acs/1#/doors/[id=1]/OpenedTimeout", "bool"))).toBe(0);
    expect(read(doors, "acs/1#/doors/[id=3]/Opened", "bool")).toMatchObject({ kind: "bad" });
  });

  test("a minor code counts under its own major code only, and other messages leave the point alone", () => {
    const at = "acs/1/event#/minor ; when=/major:5";
    expect(number(read('{"major":5,"minor":1024}', at))).toBe(1_024);
    for (const other of ['{"major":2,"minor":1024}', '{"minor":1024}', '{"major":{}}', "garbage"])
      expect(() => read(other, at)).toThrow("not of the point's kind");
  });
});

describe("times", () => {
  const at = Date.UTC(2026, 10, 21, 8, 0, 0, 500);
  test.each([
    [`{"v":1,"ts":${at}}`, "time=/ts:ms"],
    [`{"v":1,"ts":${at / 1_000}}`, "time=/ts:s"],
    [`{"v":1,"ts":"${at}"}`, "time=/ts:ms"],
    [`{"v":1,"ts":${at * 1_000}}`, "time=/ts:us"],
    ['{"v":1,"ts":"2026-11-21T08:00:00.500Z"}', "time=/ts"],
    ['{"v":1,"ts":"2026-11-21T16:00:00.5+08:00"}', "time=/ts:iso"],
    ['{"v":1,"ts":"2026/11/21 16:00:00.5"}', "time=/ts:+08:00"],
  ])("%s by %s", (payload, option) => {
    expect(read(payload, `t#/v ; ${option}`)).toMatchObject({ kind: "number", sourceAt: at });
  });

  test.each([
    '{"v":1}',
    '{"v":1,"ts":0}',
    '{"v":1,"ts":"now"}',
    '{"v":1,"ts":null}',
    '{"v":1,"ts":true}',
    '{"v":1,"ts":17e99}',
  ])("%s has no usable time, so its value is none", (payload) => {
    expect(read(payload, "t#/v ; time=/ts:ms")).toMatchObject({ kind: "bad", reason: "decode" });
  });

  test("quality that the payload tells is taken over", () => {
    const ask = (quality: string) => read(`{"v":1,"q":${quality}}`, "t#/v ; quality=/q");
    expect(ask('"good"')).toMatchObject({ kind: "number", uncertain: false });
    expect(ask('"uncertain"')).toMatchObject({ kind: "number", uncertain: true });
    expect(ask('"bad"')).toMatchObject({ kind: "bad", reason: "not-available" });
    expect(ask("null")).toMatchObject({ kind: "number", uncertain: true });
  });
});

describe("whatever does not fit", () => {
  test.each([
    ["", "t"],
    ["on", "t"],
    ["0x10", "t"],
    ["Infinity", "t"],
    ["NaN", "t"],
    ["9007199254740993", "t"],
    ["1e999", "t"],
    ["{", "t#/v"],
    ["{}", "t#/v"],
    ['{"v":{}}', "t#/v"],
    ['{"v":[1]}', "t#/v"],
    ['{"v":1}', "t#/constructor"],
    ['{"v":1}', "t#/__proto__"],
    ['{"v":[1]}', "t#/v/length"],
    ['{"v":1.5}', "t#/v ; bit=0"],
    ['{"v":-1}', "t#/v ; bit=0"],
    [Uint8Array.of(0xff, 0xfe), "t"],
  ])("%j at %s turns the point bad with a sentence", (payload, at) => {
    const reading = read(payload, at);
    expect(reading).toMatchObject({ kind: "bad", reason: "decode" });
    if (reading.kind !== "bad") return;
    expect(reading.because.zh).toMatch(/\p{Script=Han}/u);
    expect(reading.because.en.length).toBeLessThan(300);
  });

  test("null is the device's own word for no value", () => {
    expect(read('{"v":null}', "t#/v")).toMatchObject({ kind: "bad", reason: "not-available" });
  });

  test("nothing throws, and a number is always finite", () => {
    const addresses = [
      "t",
      "t#/v",
      "t#/a/[name=x]/value",
      "t#/v ; time=/ts:ms ; quality=/q",
      "t#/v ; bit=3",
      "t#/v ; when=/q:1",
    ];
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.string({ unit: "binary", maxLength: 200 }).map((text) => Buffer.from(text)),
      fc.json({ maxDepth: 5 }).map((text) => Buffer.from(text)),
      fc
        .record({
          v: fc.jsonValue(),
          ts: fc.jsonValue(),
          q: fc.jsonValue(),
          a: fc.array(fc.record({ name: fc.constant("x"), value: fc.jsonValue() })),
        })
        .map((value) => Buffer.from(JSON.stringify(value))),
    );
    fc.assert(
      fc.property(
        payload,
        fc.constantFrom(...addresses),
        fc.constantFrom<PointType>("number", "bool", "text"),
        (bytes, at, type) => {
          const address = mqtt.address.parse(at);
          if (address.kind !== "topic") return;
          const reading = readPoint(openPayload(bytes), { address, type });
          if (!reading) return;
          if (reading.kind === "number") expect(Number.isFinite(reading.raw)).toBe(true);
          if (reading.kind === "bad") expect(reading.because.zh).not.toBe("");
        },
      ),
      { numRuns: 1_500 },
    );
  });

  test("nesting without end is no way to stop the reader", () => {
    expect(read("[".repeat(200_000), "t#/v")).toMatchObject({ kind: "bad" });
    expect(read(`${"[".repeat(100_000)}${"]".repeat(100_000)}`, "t#/v")).toMatchObject({ kind: "bad" });
  });
});
