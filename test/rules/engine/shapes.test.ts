/** Devices that share the layout of their rules share nothing else: each hears what it would hear in an engine of its own. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PointDefinition } from "#model/points";
import { GOOD } from "#model/quality";
import type { Device } from "#model/site";
import { instant, milliseconds } from "#model/time";
import { createEngine } from "../../../rules/engine/create-engine.ts";
import { createShapes } from "../../../rules/engine/shapes.ts";
import { createColumns, deviceOf, param, pointsOf, type RuleText, rule, START } from "../support/rule-bench.ts";

const KEYS = { flow: "m3/h", tank_level: "m", valve_open: "bool" } as const;
const TEXTS: readonly RuleText[] = [
  { id: "high", when: "flow > most", params: { most: param(5, "m3/h") }, because: "{flow} {most} {held}", on: "2s" },
  {
    id: "mean",
    when: "avg(flow, 4s) > 3 m3/h && valve_open",
    clear: "flow < 1 m3/h",
    because: "{mean}",
    let: { mean: "max(flow, 3s)" },
  },
  { id: "still", when: "flat(tank_level, 3s, 0.1 m) || held(!valve_open, 2s)", levels: [["tank_level > 2 m", "S1"]] },
  { id: "edge", when: "count(rising(valve_open), 9s) >= 2 || tank_level - previous(tank_level, 2s) > 1 m" },
];
const RULES = TEXTS.map((text) => rule(text));

/** Of these none is the affair of one device. */
const FURTHER = [
  { id: "mains", when: "!valve_open && building.utility_power", because: "{building.utility_power} {flow}" },
  { id: "feeder", when: "held(depends_on.utility_ok && flow > 2 m3/h, 2s)" },
  { id: "picked", when: "flow > 5 m3/h", each: { tag: ["picked"] } },
  { id: "neighbours", when: "any(building.water.flow > 5 m3/h)", levels: [["flow > 5 m3/h", "S1"]] },
  { id: "called", when: "a.flow > flow" },
].map((text) => rule(text as RuleText));
/** Nothing is shared by rules with a field that the engine does not know. */
const odd = <R extends (typeof FURTHER)[number]>(one: R): R => ({ ...one, odd: true });

interface Site {
  readonly devices: Device[];
  readonly points: PointDefinition[];
}

/** Four of one shape, two that differ by a fact, one with its points in another order, one that lacks a point. */
function site(): Site {
  const points: PointDefinition[] = [];
  const devices: Device[] = [];
  const add = (id: string, texts: Readonly<Record<string, string>>, params: Device["params"] = {}) => {
    const first = points.length;
    points.push(...pointsOf(id, texts));
    devices.push(
      deviceOf(
        id,
        points.slice(first).map((_, at) => first + at),
        { params },
      ),
    );
  };
  for (const id of ["a", "b", "c", "d"]) add(id, KEYS);
  add("e", KEYS, { most: 2 });
  add("f", KEYS, { most: 2 });
  add("g", { valve_open: "bool", tank_level: "m", flow: "m3/h" });
  add("h", { valve_open: "bool", flow: "m3/h" });
  return { devices, points };
}

/** Two buildings with their mains; all five water devices are of one shape. */
function estate(): Site {
  const points: PointDefinition[] = [];
  const devices: Device[] = [];
  const add = (id: string, texts: Readonly<Record<string, string>>, more: Partial<Device>) => {
    const first = points.length;
    points.push(...pointsOf(id, texts));
    const handles = points.slice(first).map((_, at) => first + at);
    devices.push(deviceOf(id, handles, more));
  };
  const [a, b] = [{ building: "A" }, { building: "B" }];
  add("x", { utility_ok: "bool" }, { kind: "power", place: a });
  add("y", { utility_ok: "bool" }, { kind: "power", place: b });
  add("a", KEYS, { place: a, dependsOn: ["x"], tags: ["picked"] });
  add("b", KEYS, { place: a, dependsOn: ["y"] });
  add("c", KEYS, { place: a });
  add("d", KEYS, { place: b, dependsOn: ["x"], tags: ["picked"] });
  add("e", KEYS, { place: b, dependsOn: ["x", "y"] });
  return { devices, points };
}

/** One device by itself, its handles counted from 0. */
function alone({ devices, points }: Site, at: number): Site {
  const device = devices[at] as Device;
  return {
    devices: [{ ...device, points: device.points.map((_, n) => n) }],
    points: device.points.map((handle) => points[handle] as PointDefinition),
  };
}

function open({ devices, points }: Site, rules = RULES) {
  const columns = createColumns(points.length);
  const engine = createEngine({ rules, devices, points, columns, zone: "Asia/Shanghai" });
  return (moves: readonly { handle: number; value: number }[], mono: number): unknown[] => {
    for (const { handle, value } of moves) {
      columns.value[handle] = value;
      columns.quality[handle] = Number.isNaN(value) ? 2 : GOOD;
      columns.reason[handle] = Number.isNaN(value) ? 3 : 0;
      columns.receivedAt[handle] = START + mono;
    }
    const changed = Int32Array.from(moves, ({ handle }) => handle);
    return engine
      .step(changed, changed.length, { now: instant(START + mono), mono: milliseconds(mono) })
      .map(({ instance, ...told }) => JSON.parse(JSON.stringify({ id: instance.id, ...told })));
  };
}

describe("a shape", () => {
  test("is shared by devices with equal points and facts, and by no others", () => {
    const { devices, points } = site();
    const shapes = createShapes(RULES, devices, points);
    expect(shapes.map((shape) => shape.devices.map(({ id }) => id).join("")).sort()).toEqual(["abcd", "ef", "g", "h"]);
  });

  test("a rule that looks further is shared by devices that see the same others, and by nobody who sees itself", () => {
    const { devices, points } = estate();
    const by = (id: string): string[] =>
      createShapes(FURTHER, devices, points)
        .filter((shape) => shape.rules.some((one) => one.rule.id === id))
        .map((shape) => shape.devices.map((device) => device.id).join(""))
        .sort();
    expect(by("mains")).toEqual(["abc", "de"]);
    expect(by("feeder")).toEqual(["ad", "b"]);
    expect(by("picked")).toEqual(["ad"]);
    expect(by("neighbours")).toEqual([..."abcde"]);
    expect(by("called")).toEqual(["a", "bcde"]);
  });

  test("a rule with a field that nobody knows is resolved on each device by itself", () => {
    const { devices, points } = site();
    const shapes = createShapes([TEXTS[2] as RuleText, TEXTS[0] as RuleText].map(rule).map(odd), devices, points);
    expect(shapes.map((shape) => shape.devices.map(({ id }) => id).join()).sort()).toEqual([..."abcdefgh"]);
  });

  test("of devices that see others says what it says to each of them by itself", () => {
    const step = fc.record({
      after: fc.integer({ min: 1, max: 2_500 }),
      moves: fc.array(fc.record({ handle: fc.nat(), value: fc.constantFrom(0, 1, 2.5, 6, Number.NaN) })),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 30 }), (steps) => {
        const whole = estate();
        const [together, apart] = [open(whole, FURTHER), open(whole, FURTHER.map(odd))];
        let mono = 0;
        for (const { after, moves } of steps) {
          mono += after;
          const placed = moves.map(({ handle, value }) => {
            const at = handle % whole.points.length;
            const isBool = whole.points[at]?.type === "bool" && !Number.isNaN(value);
            return { handle: at, value: isBool ? Number(value > 1) : value };
          });
          expect(together(placed, mono)).toEqual(apart(placed, mono));
        }
      }),
      { numRuns: 60 },
    );
  });

  test("keeps its devices apart: each hears what it hears in an engine of its own", () => {
    const move = fc.record({
      device: fc.nat(7),
      key: fc.nat(2),
      value: fc.constantFrom(0, 1, 2.5, 6, Number.NaN),
    });
    const course = fc.array(fc.record({ after: fc.integer({ min: 1, max: 2_500 }), moves: fc.array(move) }), {
      minLength: 5,
      maxLength: 30,
    });
    fc.assert(
      fc.property(course, (steps) => {
        const whole = site();
        const together = open(whole);
        const each = whole.devices.map((_, at) => open(alone(whole, at)));
        let mono = 0;
        for (const { after, moves } of steps) {
          mono += after;
          const placed = moves.flatMap(({ device, key, value }) => {
            const handles = whole.devices[device]?.points ?? [];
            const position = key % handles.length;
            const handle = handles[position] as number;
            const x = whole.points[handle]?.type === "bool" ? (Number.isNaN(value) ? value : Number(value > 1)) : value;
            return [{ device, position, handle, value: x }];
          });
          const found = together(placed, mono);
          const apart = each.flatMap((feed, at) =>
            feed(
              placed.filter(({ device }) => device === at).map(({ position, value }) => ({ handle: position, value })),
              mono,
            ),
          );
          const byId = (list: unknown[]) => list.map((told) => JSON.stringify(told)).sort();
          expect(byId(found)).toEqual(byId(apart));
        }
      }),
      { numRuns: 60 },
    );
  });
});
