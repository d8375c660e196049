/** Problems stand at the right place, say what is wrong in both languages, and hint at what was meant. */
import { describe, expect, test } from "vitest";
import { checkRules } from "../../../rules/language/check.ts";
import { deviceOf, param, pointsOf, type RuleText, rule, spanParam } from "../support/rule-bench.ts";

const POINTS = {
  outlet_pressure: "MPa",
  flow: "m3/h",
  tank_level: "m",
  p1_run: "bool",
  p1_temp: "Cel",
  p2_temp: "Cel",
  mode: "enum",
  note: "text",
  heartbeat: "",
  load: "%",
};
const points = pointsOf("pump", POINTS);
const pump = deviceOf(
  "pump",
  points.map((_, at) => at),
);

const check = (text: RuleText) => checkRules([rule(text)], [pump], points);
/** `line:column what → todo` of every problem. */
const problems = (text: RuleText) =>
  check(text).problems.map((p) => `${p.line}:${p.column} ${p.what.en} → ${p.todo.en}`);
const first = (when: string) => problems({ when })[0];

describe("a good rule", () => {
  test.each([
    "outlet_pressure < 0.5 MPa",
    "outlet_pressure < 5 bar",
    "outlet_pressure < 5.0bar",
    "flow > 2 L/s",
    "tank_level < 30 cm",
    "p1_temp > 95 Cel",
    "p1_temp > 368.15 K",
    "p1_temp - p2_temp > 5 K",
    "p1_run and not (flow > 0)",
    "flow > 0",
    "mode == 3",
    "heartbeat % 2 == 1",
    "load > 80 %",
    "load > 80% || p1_run",
    "rate(tank_level, 60s) > 5 cm/min",
    "rate(outlet_pressure, 30s) < -0.05 MPa/s",
    "flow * 2 > 5 m3/h",
    "flow / 4 m3/h > 2",
    "flow > 150 % * 4 m3/h",
    "since(p1_run) < 1m",
    "since(p1_run) / 1s < 60",
    "held(p1_run, 1h + 30m)",
    "count(rising(p1_run), 1h) > 12",
    "vote(2, p1_run, flow > 0, mode == 1)",
    "min(flow, 8 m3/h) > 5 m3/h",
    "min(flow, 60m) > 1 m3/h",
    "median(flow, 10m, 5s) + 5 m3/h < flow",
    "flat(outlet_pressure, 10m, 1 kPa)",
    "flat(p1_temp, 10m, 0.5 K)",
    "stale(heartbeat, 30s)",
    "is_bad(flow)",
    "default(flow, 0) > 5 m3/h",
    "baseline(flow) * 1.5 < flow",
    "p1_run ? flow < 1 m3/h : flow > 5 m3/h",
    "avg(p1_run, 1h) > 0.9",
    "p1_run == true",
    "changed(mode)",
    "has(p1_run) && p1_run",
    "previous(outlet_pressure, 5s) - outlet_pressure >= 0.025 MPa",
  ])("%s", (when) => {
    expect(problems({ when })).toEqual([]);
    expect(check({ when }).applies).toEqual([{ rule: "test.rule", device: "pump", applies: true }]);
  });
});

describe("mistakes", () => {
  test.each([
    [
      "outlet_presure < 5 bar",
      '10:9 Unknown name "outlet_presure": no point, parameter or let has it. → Did you mean outlet_pressure?',
    ],
    [
      "flow > 5 &&  p1_run && bogus_name_of_nothing",
      "10:9 Different quantities: m3/h and a plain number. → Give the number the unit m3/h, e.g. 5 m3/h.",
    ],
    ["p1_run && flow > 2 bar", "10:19 Different quantities: m3/h and bar. → Both sides must measure the same thing."],
    [
      "p1_temp - p2_temp > 5 Cel",
      "10:9 Different quantities: K and Cel. → Write a difference of temperatures in K, not in Cel.",
    ],
    ["load > 80", "10:9 Different quantities: % and a plain number. → Give the number the unit %, e.g. 5 %."],
    ["avgg(flow, 5m) > 5 m3/h", '10:9 Unknown function "avgg". → Did you mean avg?'],
    [
      "avg(flow) > 5 m3/h",
      "10:13 With one argument avg needs a selection of devices. → For example avg(floor3.temperature); over a stretch of time it is written avg(v, 5m).",
    ],
    ["held(p1_run)", "10:9 held has 1 arguments, which is not right. → It is written held(x, T)."],
    [
      "avg(flow, 5) > 5 m3/h",
      "10:19 The span of avg must be fixed. → Write 30s, 5m, 2h or the name of a span parameter; points are not allowed here.",
    ],
    [
      "avg(flow, flow) > 5 m3/h",
      "10:19 The span of avg must be fixed. → Write 30s, 5m, 2h or the name of a span parameter; points are not allowed here.",
    ],
    [
      "held(p1_run, 0s)",
      "10:22 The span must be more than 0 and at most 31 days. → Write for example 30s, 5m, 2h, 14d.",
    ],
    ["flow > 5 m3/hh", '10:18 Unknown unit "m3/hh". → Did you mean m3/h?'],
    ["flow > 5 Mpa", '10:18 Unknown unit "Mpa". → Did you mean MPa?'],
    [
      "flow",
      "10:9 A yes/no is needed here, but this is m3/h. → Compare it with a limit, e.g. x > 0; negate with parentheses, e.g. !(x > 0).",
    ],
    [
      "!flow > 5 m3/h",
      "10:10 A yes/no is needed here, but this is m3/h. → Compare it with a limit, e.g. x > 0; negate with parentheses, e.g. !(x > 0).",
    ],
    [
      "p1_run == 1",
      "10:9 A number is needed here, but this is yes/no. → Write a yes/no point by its name or !name; it takes no part in arithmetic or comparison with numbers.",
    ],
    ["note == 1", '10:9 "note" is a text point and cannot be used in a rule. → Use an enum or number point.'],
    [
      "flow > ",
      '10:16 The expression ends here, but a name, a number or "(" is missing. → Put a name, a number or "(" here, or take away what is too much.',
    ],
    ["(p1_run", '10:16 The expression ends here, but ")" is missing. → Put ")" here, or take away what is too much.'],
    [
      "p1_run p1_run",
      '10:16 Found "p1_run" where an operator should be. → Put an operator here, or take away what is too much.',
    ],
    ["since(p1_run) > 3", "10:9 Different quantities: ms and a plain number. → Write the span, e.g. 30s, 5m, 2h."],
    ["vote(4, p1_run, flow > 0)", "10:9 vote asks for 4 of 2. → Ask for a whole number from 1 to 2."],
    ["vote(0, p1_run, flow > 0)", "10:9 vote asks for 0 of 2. → Ask for a whole number from 1 to 2."],
    ["vote(1.5, p1_run, flow > 0)", "10:9 vote asks for 1.5 of 2. → Ask for a whole number from 1 to 2."],
    ["vote(0, building.p1_run)", "10:9 vote asks for 0. → Ask for a whole number, 1 or more."],
    [
      "spread(flow) > 1 m3/h",
      "10:9 spread compares several values, and this is one. → For example spread(a, b) or spread(room.temperature).",
    ],
    ["flow > ３ m3/h", '10:16 "３" is not part of the rule language. → Write 3.'],
    ["p1_run ＆＆ p1_run", '10:16 "＆" is not part of the rule language. → Write &&.'],
    ["flow > 3 m³/h", '10:19 "³" is not part of the rule language. → Write 3.'],
    [
      "流量 > 3 m3/h",
      '10:9 "流" is not part of the rule language. → Write a point by its id, such as flow, not by its Chinese name.',
    ],
    ["p1_run & p1_run", '10:16 "&" is not part of the rule language. → Write &&.'],
    ["flow ≥ 5 m3/h", '10:14 "≥" is not part of the rule language. → Write >=.'],
    [
      "p1_run # now",
      '10:16 "#" is not part of the rule language. → Expressions hold point names, numbers with units, operators and parentheses.',
    ],
    [
      "p1_run ? flow : p1_run",
      "10:9 The two branches differ: m3/h and yes/no. → Make both branches yes/no or both numbers.",
    ],
    [
      "stale(flow + flow, 5s)",
      "10:15 The first argument of stale must be the name of a point. → For example stale(heartbeat, 30s).",
    ],
    ["has(p1_rum)", '10:13 Unknown name "p1_rum": no point, parameter or let has it. → Did you mean p1_run?'],
    [
      "",
      '10:9 The expression ends here, but a name, a number or "(" is missing. → Put a name, a number or "(" here, or take away what is too much.',
    ],
  ])("%s", (when, problem) => {
    expect(first(when)).toBe(problem);
    expect(check({ when }).applies[0]?.applies).toBe(false);
  });

  test("all mistakes of a rule are told at once, each at its own expression", () => {
    const found = problems({
      when: "low && hot",
      let: { low: "flow < 5", hot: "p1_temp > 90 bar" },
      clear: "flo > 1 m3/h",
      on: "flow",
      off: "3",
      levels: [["p9_run_", "S1"]],
      because: "{flwo} {held} {low}",
    });
    expect(found.map((line) => line.split(" ")[0])).toEqual(["5:9", "6:9", "11:9", "12:9", "13:9", "14:9", "10:1"]);
    expect(found.at(-1)).toContain("Unknown placeholder {flwo}");
    expect(found.at(-1)).toContain("Did you mean {flow}?");
  });

  test("an expression of several lines is pointed at line by line", () => {
    expect(first("p1_run\n  && flow > 5 bar")).toMatch(/^11:6 /);
  });

  test("a let may use those above it only", () => {
    expect(problems({ when: "a", let: { a: "b", b: "p1_run" } })[0]).toBe(
      '5:9 The let "b" is not defined yet at this place. → A let may use only those above it; change the order.',
    );
    expect(problems({ when: "b", let: { a: "p1_run", b: "!a" } })).toEqual([]);
  });

  test("limits: 4096 characters, 500 parts, 32 windows, 60 levels", () => {
    expect(first(`p1_run${" ".repeat(4_100)}`)).toContain("4096 is the limit");
    expect(first(Array.from({ length: 300 }, () => "p1_run").join("||"))).toContain("more than 500 parts");
    expect(first(Array.from({ length: 33 }, (_, at) => `held(p1_run, ${at + 1}s)`).join("||"))).toContain("33 windows");
    expect(first(`${"(".repeat(100)}p1_run${")".repeat(100)}`)).toContain("60 levels");
  });

  test("lets that double themselves stay small", () => {
    const doubled = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => [`l${n}`, n === 0 ? "flow" : `l${n - 1} + l${n - 1}`]),
    );
    expect(problems({ when: "l39 > 0", let: doubled })).toEqual([]);
  });
});

describe("names that a device may lack", () => {
  const bare = deviceOf("bare", [0]);
  const run = (text: RuleText, devices = [pump, bare]) => checkRules([rule(text)], devices, points);

  test("a library rule does not apply where a required point is missing, and says which", () => {
    expect(run({ when: "outlet_pressure < 1 bar && flow > 0" }).applies).toEqual([
      { rule: "test.rule", device: "pump", applies: true },
      {
        rule: "test.rule",
        device: "bare",
        applies: false,
        because: { zh: "设备缺少 flow", en: "The device lacks flow." },
      },
    ]);
  });

  test("an optional point may be missing", () => {
    const { problems: none, applies } = run({
      when: "outlet_pressure < 1 bar || (has(flow) && flow > 0)",
      optional: ["flow"],
    });
    expect(none).toEqual([]);
    expect(applies.map((a) => a.applies)).toEqual([true, true]);
  });

  test("a rule that can never fire on a device does not apply there", () => {
    expect(run({ when: "has(flow) && flow > 0", optional: ["flow"] }).applies[1]?.because?.en).toBe(
      "The device has none of the points this needs: flow.",
    );
  });

  test("a canonical point that no device has: fine in the library, a mistake in the site's own rules", () => {
    const when = "sump_level > 1.4 m";
    expect(run({ when }).problems).toEqual([]);
    expect(run({ when }).applies.map((a) => a.applies)).toEqual([false, false]);
    expect(run({ when, file: "site/rules/own.yaml" }).problems[0]?.what.en).toContain("Unknown name");
    expect(run({ when, file: "site/rules/own.yaml", optional: ["sump_level"] }).problems).toEqual([]);
  });

  test("a name that is canonical for no kind is a mistake in the library as well", () => {
    expect(run({ when: "sump_lvl > 1.4 m" }).problems[0]?.todo.en).toBe("Did you mean sump_level?");
  });

  test("rules of another kind are checked although no device uses them", () => {
    const { problems: found, applies } = run({ kind: "elevator", when: "abs(speed) < 0.05" });
    expect(found[0]?.todo.en).toContain("m/s");
    expect(applies).toEqual([]);
  });

  test("facts: a missing bool is false, a missing number makes the rule not apply", () => {
    const lift = pointsOf("lift", { speed: "m/s", main_power: "bool" });
    const devices = (params: Record<string, number | boolean>) => [
      deviceOf("lift", [0, 1], { kind: "elevator", params }),
    ];
    const fast = (params: Record<string, number | boolean>, when: string) =>
      checkRules([rule({ kind: "elevator", when, on: "rescueDevice ? 90s : 30s" })], devices(params), lift);
    expect(fast({}, "speed > 1.15 * ratedSpeed").applies[0]?.because?.en).toBe("The device lacks ratedSpeed.");
    expect(fast({ ratedSpeed: 1.75 }, "speed > 1.15 * ratedSpeed")).toEqual({
      problems: [],
      applies: [{ rule: "test.rule", device: "lift", applies: true }],
    });
    expect(fast({}, "has(ratedSpeed) && speed > 1.15 * ratedSpeed || !main_power").applies[0]?.applies).toBe(true);
    expect(fast({}, "!main_power && !rescueDevice").applies[0]?.applies).toBe(true);
  });
});

describe("parameters", () => {
  test("have their unit, and rules of a kind share them", () => {
    const params = { limit: param(0.05, "MPa"), hold: spanParam(30_000), strict: param(true) };
    expect(problems({ when: "held(outlet_pressure < limit, hold) && strict", on: "hold", params })).toEqual([]);
    expect(problems({ when: "flow < limit", params })[0]).toContain("m3/h and MPa");
    const other = rule({ id: "other", when: "outlet_pressure < limit", params: { limit: param(0.5, "bar") } });
    expect(
      checkRules([rule({ when: "outlet_pressure < limit", params }), other], [pump], points).problems[0]?.what.en,
    ).toBe("Parameter limit differs between the rules other and test.rule.");
  });

  test("two rules of one id are told", () => {
    expect(checkRules([rule({ when: "p1_run" }), rule({ when: "!p1_run" })], [pump], points).problems[0]?.what.en).toBe(
      "Two rules have the id test.rule.",
    );
  });
});
