/** Names that reach other devices: by what a device depends on, by place, kind, tag and id. */
import { describe, expect, test } from "vitest";
import type { Device } from "#model/site";
import { checkRules } from "../../../rules/language/check.ts";
import { bench, deviceOf, type Other, type PointTexts, pointsOf, type RuleText, rule } from "../support/rule-bench.ts";

const LIFT: PointTexts = { speed: "m/s", main_power: "bool", machine_temp: "Cel" };
const place = (building: string, floor?: string, room?: string): Device["place"] => ({
  building,
  ...(floor !== undefined && { floor }),
  ...(room !== undefined && { room }),
});
const lift = (building: string, dependsOn: string[] = []): Partial<Device> => ({
  kind: "elevator",
  place: place(building, "3"),
  dependsOn,
});
const power = (id: string, building: string): Other => ({
  id,
  points: { utility_ok: "bool", voltage_l1: "V" },
  more: { kind: "power", place: place(building) },
});
const fire = (id: string, floor: string, more: Partial<Device> = {}): Other => ({
  id,
  points: { smoke: "bool", enabled: "bool", room_temp: "Cel" },
  more: { kind: "fire", place: place("A", floor), ...more },
});

describe("a relation to one device", () => {
  test("building.utility_power is the power supply of the same building", () => {
    const b = bench(LIFT, "!main_power && building.utility_power", lift("A"), [
      power("mains-a", "A"),
      power("mains-b", "B"),
    ]);
    b.set({ main_power: 0, "mains-a.utility_ok": 0, "mains-b.utility_ok": 1 });
    expect(b.to(1)).toEqual([]);
    // The other device alone makes the rule run.
    expect(b.set({ "mains-a.utility_ok": 1 })).toEqual(["1.0 active S2"]);
    expect(b.set({ "mains-a.utility_ok": null })).toEqual(["1.0 unknown S2"]);
  });

  test.each([
    ["depends_on.voltage_l1 < 200 V"],
    ["building.power.voltage_l1 < 0.2 kV"],
    ["mains_a.voltage_l1 < 200 V"],
    ["buildingA.voltage_l1 < 200 V"],
    ["site.feeder.voltage_l1 < 200 V"],
    ["depends_on.*.voltage_l1 < 200 V"],
  ])("%s", (when) => {
    const mains = power("mains-a", "A");
    const b = bench(LIFT, when, lift("A", ["mains-a"]), [
      { ...mains, more: { ...mains.more, tags: ["feeder"] } },
      power("mains-b", "B"),
    ]);
    expect(b.set({ "mains-a.voltage_l1": 190, "mains-b.voltage_l1": 230 })).toEqual(["0.0 active S2"]);
    expect(b.set({ "mains-a.voltage_l1": 230, "mains-b.voltage_l1": 190 })).toEqual(["0.0 normal S2"]);
  });

  test("windows, staleness and rates of another device's points are its own", () => {
    const others = [
      power("mains-a", "A"),
      { id: "feed", points: { energy: "kWh" }, more: { kind: "power" as const, place: place("A") } },
    ];
    const b = bench(
      LIFT,
      [
        { when: "held(!building.utility_power, 5s)" },
        { when: "stale(building.voltage_l1, 10s)" },
        { when: "rate(building.energy, 10s) < 0" },
      ],
      lift("A"),
      others,
    );
    b.set({ "mains-a.utility_ok": 0, "mains-a.voltage_l1": 230, "feed.energy": 100 });
    const lines = b.at(6, { "feed.energy": 3 });
    expect(lines).toEqual(["r0 5.0 active S2"]);
    // A counter of another device that drops is a reset, not a negative rate.
    expect(b.to(20).filter((line) => line.startsWith("r2"))).toEqual([]);
    expect(b.to(20)).toEqual([]);
    expect(b.now()).toBe(20_000);
  });

  test("the sentence shows the value of the other device", () => {
    const b = bench(LIFT, [{ when: "building.voltage_l1 < 200 V", because: "{building.voltage_l1}" }], lift("A"), [
      power("mains-a", "A"),
    ]);
    b.set({ "mains-a.voltage_l1": 187 });
    expect(b.last[0]?.because.zh).toBe("187 V");
    expect(b.last[0]?.inputs.map((input) => input.point)).toEqual(["mains-a.voltage_l1"]);
  });
});

const lifts = pointsOf("lift", LIFT);
const mains = pointsOf("mains", { utility_ok: "bool" }, 10);
const mains2 = pointsOf("mains2", { utility_ok: "bool" }, 20);
const points = [...lifts, ...mains, ...mains2];

/** How a rule stands on a lift in building A, with power supplies in the buildings named. */
function stands(text: RuleText, buildings: readonly string[]) {
  const devices = [
    deviceOf("lift", [0, 1, 2], { kind: "elevator", place: { building: "A" } }),
    ...buildings.map((building, at) =>
      deviceOf(["mains", "mains2"][at] ?? "", [3 + at], { kind: "power", place: { building } }),
    ),
  ];
  const { problems, applies } = checkRules([rule({ kind: "elevator", ...text })], devices, points);
  return { problems: problems.map((p) => `${p.line}:${p.column} ${p.what.en} ${p.todo.en}`), ...applies[0] };
}

describe("a relation that is not there", () => {
  const when = "!main_power && building.utility_power";

  test("the rule does not apply, and the check says which name is missing", () => {
    expect(stands({ when }, ["A"])).toMatchObject({ problems: [], applies: true });
    expect(stands({ when }, ["B"])).toMatchObject({
      problems: [],
      applies: false,
      because: {
        en: "No device of the site provides building.utility_power for it.",
        zh: "没有设备提供 building.utility_power",
      },
    });
  });

  test("under optional, or asked for by has(), it reads missing", () => {
    const optional = { when: "!main_power || building.utility_power", optional: ["building.utility_power"] };
    expect(stands(optional, [])).toMatchObject({ problems: [], applies: true });
    const asked = { when: "!main_power && (!has(building.utility_power) || building.utility_power)" };
    expect(stands(asked, [])).toMatchObject({ problems: [], applies: true });
    // Over no device at all nothing is known.
    expect(stands({ when: "all(building.utility_power)", optional: ["building.utility_power"] }, [])).toMatchObject({
      applies: false,
    });
  });

  test("several devices where one is meant: the rule does not apply and says what to write", () => {
    expect(stands({ when }, ["A", "A"])).toMatchObject({
      problems: [],
      applies: false,
      because: { en: "building.utility_power means 2 devices here; say how with any(…), all(…) or the like." },
    });
    expect(stands({ when: "!main_power && all(building.utility_power)" }, ["A", "A"])).toMatchObject({ applies: true });
  });

  test.each([
    ["bilding.utility_power", '10:9 "bilding" is neither a relation nor the id of a device. Did you mean building?'],
    [
      "building.utilty_power",
      '10:9 Unknown name "building.utilty_power": no point, parameter or let has it. Did you mean building.utility_power?',
    ],
    ["building.a.b.c", '10:9 "building.a.b.c" is not written right.'],
    ["building.*", '10:9 "building.*" is not written right.'],
    ["building.speed > 1 V", "10:9 Different quantities: m/s and V."],
    ["any(building.speed > 1 V)", "10:13 Different quantities: m/s and V."],
    ["any(building.main_power && floor.main_power)", "10:13 One argument can select one group of devices only."],
    ["sum(building.machine_temp) > 0", "10:9 Different quantities: Cel and Cel."],
    ["min(speed) > 0", "10:13 With one argument min needs a selection of devices."],
  ])("%s", (text, problem) => {
    expect(stands({ when: text }, ["A"]).problems[0]).toContain(problem);
  });
});

describe("aggregates over a selection", () => {
  const floor = [fire("f1", "3"), fire("f2", "3"), fire("f3", "3", { tags: ["kitchen"] }), fire("g1", "B1")];
  const open = (when: string) => bench(LIFT, when, lift("A"), floor);

  test("any and all decide as soon as the unknown ones cannot change it", () => {
    const b = bench(
      LIFT,
      [{ when: "any(floor3.smoke)" }, { when: "!any(floor3.smoke)" }, { when: "all(floor3.smoke)" }],
      lift("A"),
      floor,
    );
    expect(b.set({ "f1.smoke": 0, "f2.smoke": 1 })).toEqual(["r0 0.0 active S2"]);
    expect(b.set({ "f2.smoke": 0 })).toEqual(["r0 0.0 unknown S2"]);
    expect(b.set({ "f3.smoke": 0 })).toEqual(["r0 0.0 known S2", "r0 0.0 normal S2", "r1 0.0 active S2"]);
    expect(b.set({ "f1.smoke": 1, "f2.smoke": 1, "f3.smoke": 1 })).toEqual([
      "r0 0.0 active S2",
      "r1 0.0 normal S2",
      "r2 0.0 active S2",
    ]);
    // The fourth detector stands on another floor.
    expect(b.set({ "g1.smoke": 0 })).toEqual([]);
  });

  test("vote and count_of take the devices of a selection", () => {
    const b = open("vote(2, floor3.smoke)");
    b.set({ "f1.smoke": 0, "f2.smoke": 0, "f3.smoke": 0 });
    expect(b.set({ "f1.smoke": 1 })).toEqual([]);
    expect(b.set({ "f3.smoke": 1 })).toEqual(["0.0 active S2"]);
    const c = open("count_of(floor3.smoke) >= 2");
    expect(c.set({ "f1.smoke": 1, "f2.smoke": 1 })).toEqual(["0.0 active S2"]);
    const d = open("count_of(floor3.smoke) == 1");
    expect(d.set({ "f1.smoke": 1, "f2.smoke": 0 })).toEqual([]);
    expect(d.set({ "f3.smoke": 0 })).toEqual(["0.0 active S2"]);
  });

  test("all names of an argument that begin alike mean one device", () => {
    const b = open("any(floor3.smoke && floor3.enabled)");
    b.set({ "f1.smoke": 1, "f1.enabled": 0, "f2.smoke": 0, "f2.enabled": 1, "f3.smoke": 0, "f3.enabled": 0 });
    expect(b.to(1)).toEqual([]);
    expect(b.set({ "f1.enabled": 1 })).toEqual(["1.0 active S2"]);
  });

  test("numbers: sum, spread, min, max, avg, each device against the others", () => {
    const b = bench(
      LIFT,
      [
        { when: "spread(floor3.room_temp) > 10 K" },
        { when: "max(floor3.room_temp) >= 40 Cel" },
        { when: "min(floor3.room_temp) < 0 Cel" },
        { when: "avg(floor3.room_temp) == 30 Cel" },
        { when: "any(floor3.room_temp > avg(floor3.room_temp) + 5 K)" },
      ],
      lift("A"),
      floor,
    );
    expect(b.set({ "f1.room_temp": 20, "f2.room_temp": 30 })).toEqual([]);
    expect(b.set({ "f3.room_temp": 40 })).toEqual([
      "r0 0.0 active S2",
      "r1 0.0 active S2",
      "r3 0.0 active S2",
      "r4 0.0 active S2",
    ]);
    const pumps = ["p1", "p2"].map((id) => ({
      id,
      points: { flow: id === "p1" ? "m3/h" : "L/s" },
      more: { tags: ["riser"] },
    }));
    const c = bench({ total: "m3/h" }, "sum(site.riser.flow) > total + 1 m3/h", {}, pumps);
    c.set({ total: 8, "p1.flow": 5, "p2.flow": 1 });
    // 5 m3/h and 1 L/s are 8.6 m3/h; 5 and 1.5 L/s are 10.4.
    expect(c.to(1)).toEqual([]);
    expect(c.set({ "p2.flow": 1.5 })).toEqual(["1.0 active S2"]);
  });

  test("a kind or a tag between place and point narrows the selection", () => {
    expect(open("any(floor3.kitchen.smoke)").set({ "f1.smoke": 1, "f3.smoke": 0 })).toEqual([]);
    expect(open("any(floor3.kitchen.smoke)").set({ "f3.smoke": 1 })).toEqual(["0.0 active S2"]);
    expect(open("any(floorB1.fire.smoke)").set({ "g1.smoke": 1 })).toEqual(["0.0 active S2"]);
  });

  test("plain arguments work without any selection", () => {
    const b = bench({ a: "", b: "", c: "" }, [
      { when: "spread(a, b, c) > 2" },
      { when: "any(a > 5, b > 5)" },
      { when: "all(a > 0, b > 0, c > 0)" },
    ]);
    expect(b.set({ a: 1, b: 2 })).toEqual([]);
    expect(b.set({ c: 3.1 })).toEqual(["r0 0.0 active S2", "r2 0.0 active S2"]);
    expect(b.set({ b: 9 })).toEqual(["r1 0.0 active S2"]);
  });

  test("600 detectors are not too large a rule", () => {
    const many = Array.from({ length: 600 }, (_, n) => fire(`f${n}`, "3"));
    const b = bench(LIFT, "any(floor3.smoke) || spread(floor3.room_temp) > 50 K", lift("A"), many);
    expect(b.set({ "f599.smoke": 1 })).toEqual(["0.0 active S2"]);
  });
});
