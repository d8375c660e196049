/** The envelope of a rule and the calendars of a site: what may stand there, what becomes of it, and each mistake at its place. */
import { describe, expect, test } from "vitest";
import { describeApplicability } from "../../../gateway/site/load-site.ts";
import { type Files, problemsOf, siteOf } from "./written-site.ts";

const LINK = "link: { modbus-tcp: { host: 10.0.0.1 } }";
const entry = (id: string, more: string, kind = "elevator"): string => `- id: ${id}
  kind: ${kind}
  severity: S3
  title: { zh: 规则, en: Rule }
  because: { zh: "速度 {speed}", en: "Speed {speed}" }
  advice: { zh: 去看, en: Look }
  source: test
${more}
`;
const own = (more: string): Files => ({ "rules/own.yaml": entry("own.rule", more) });
const lifts: Files = {
  "devices/lifts.yaml": `- { id: lift-1, name: { zh: 一, en: One }, profile: small-lift, ${LINK}, place: { building: A, floor: 3 }, tags: [stretcher] }
- { id: lift-2, name: { zh: 二, en: Two }, profile: small-lift, ${LINK}, unit: 2, place: { building: B } }
`,
};
const calendars = (text: string): Files => ({
  "site.yaml": `id: park\nname: { zh: 园区, en: Park }\ncalendars:\n${text}\n`,
});

describe("each", () => {
  test.each([
    ["tag: stretcher", ["lift-1"]],
    ["building: [B, C]", ["lift-2"]],
    ["floor: 3", ["lift-1"]],
    ["device: lift-2", ["lift-2"]],
    ["profile: small-lift", ["lift-1", "lift-2"]],
    ["building: A, tag: stretcher", ["lift-1"]],
  ])("%s", async (each, selected) => {
    const site = await siteOf({ ...lifts, ...own(`  when: speed > 1 m/s\n  each: { ${each} }`) });
    const rows = describeApplicability(site).filter((row) => row.rule === "own.rule");
    expect(rows.filter((row) => row.applies).map((row) => row.device)).toEqual(selected);
    for (const row of rows.filter((r) => !r.applies)) expect(row.because?.en).toContain("each does not select it");
  });

  test("that selects nothing is a warning, an unknown device an error", async () => {
    const with_ = (each: string) => problemsOf({ ...lifts, ...own(`  when: speed > 1 m/s\n  each: ${each}`) });
    expect(await with_("{ tag: strecher }")).toEqual([
      "rules/own.yaml:9:9 warning: each of the rule own.rule selects no elevator device",
    ]);
    expect(await with_("{ device: [lift-3] }")).toEqual(["rules/own.yaml:9:19 there is no device lift-3"]);
    expect(await with_("{ tagg: x }")).toEqual(["rules/own.yaml:9:11 unknown key tagg"]);
    expect(await with_("stretcher")).toHaveLength(1);
  });
});

test("title and advice take no values: they would be shown with their braces", async () => {
  const files = own("  when: speed > 1 m/s");
  const braces = Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, text?.replace("en: Look", 'en: "Look at {speed}"')]),
  );
  expect(await problemsOf({ ...lifts, ...braces })).toEqual([
    expect.stringMatching(/rules\/own.yaml:6:\d+ .*takes no \{…\} placeholder/),
  ]);
});

describe("names of other devices", () => {
  test("the check says for which device a relation is missing", async () => {
    const site = await siteOf({
      ...lifts,
      ...own("  when: speed > 1 m/s && building.utility_power"),
      "devices/power.yaml": `id: mains\nname: { zh: 电, en: Mains }\nkind: power\n${LINK}\nunit: 9\nplace: { building: A }\npoints:\n  - { id: utility_ok, name: { zh: 市电, en: Mains }, type: bool, at: "holding:900" }\n`,
    });
    const rows = describeApplicability(site).filter((row) => row.rule === "own.rule");
    expect(rows.map((row) => [row.device, row.applies, row.because?.en])).toEqual([
      ["lift-1", true, undefined],
      ["lift-2", false, "No device of the site provides building.utility_power for it."],
    ]);
  });

  test("may stand under optional", async () => {
    expect(
      await problemsOf({
        ...lifts,
        ...own("  when: speed > 1 m/s || building.utility_power\n  optional: [building.utility_power]"),
      }),
    ).toEqual([]);
    expect(await problemsOf(own("  when: speed > 1 m/s\n  optional: [building..x]"))).toEqual([
      "rules/own.yaml:9:14 optional[0] is not a point name",
    ]);
  });
});

describe("deadband and on_bad", () => {
  test("become part of the rule", async () => {
    const site = await siteOf(own("  when: speed > 1 m/s\n  deadband: 0.2 m/s\n  on_bad: trouble"));
    const rule = site.rules.find((one) => one.id === "own.rule");
    expect(rule).toMatchObject({ onBad: "trouble", deadband: { text: "0.2 m/s", line: 9, column: 13 } });
  });

  test("mistakes", async () => {
    expect(await problemsOf(own("  when: speed > 1 m/s\n  clear: speed < 1 m/s\n  deadband: 0.2 m/s"))).toEqual([
      "rules/own.yaml:10:13 a rule has either clear or deadband",
    ]);
    expect(await problemsOf(own("  when: speed > 1 m/s\n  deadband: 2 kPa"))).toEqual([
      "rules/own.yaml:9:13 The condition compares nothing in kPa, so this deadband does nothing.",
    ]);
    expect(await problemsOf(own("  when: speed > 1 m/s\n  on_bad: clear"))).toEqual([
      "rules/own.yaml:9:11 on_bad cannot be clear",
    ]);
  });
});

describe("because", () => {
  test("an unknown placeholder is told at its place in each of the sentences", async () => {
    const wrong = entry("own.rule", "  when: speed > 1 m/s")
      .replaceAll("{speed}", "{sped}")
      .replace("Speed {sped}", "{sped} now");
    expect(await problemsOf({ "rules/own.yaml": wrong })).toEqual([
      "rules/own.yaml:5:22 Unknown placeholder {sped} in the because of rule own.rule.",
      "rules/own.yaml:5:36 Unknown placeholder {sped} in the because of rule own.rule.",
    ]);
  });
});

describe("suppress_by", () => {
  const rules = (...texts: string[]): Files => ({ ...lifts, "rules/own.yaml": texts.join("") });
  const when = "  when: speed > 1 m/s\n";

  test("is resolved to rules and where they stand", async () => {
    const site = await siteOf(
      rules(
        entry("own.a", `${when}  suppress_by: [own.b, depends_on.comms_loss, building.own.p, comms_loss]`),
        entry("own.b", when),
        entry("own.p", "  when: utility_ok\n  optional: [utility_ok]", "power").replaceAll("{speed}", ""),
      ),
    );
    expect(site.rules.find((rule) => rule.id === "own.a")?.suppressBy).toEqual([
      { rule: "own.b", where: "same" },
      { rule: "comms_loss", where: "depends_on" },
      { rule: "own.p", where: "building" },
      { rule: "comms_loss", where: "same" },
    ]);
  });

  test("mistakes: an unknown rule, one that never stands there, life safety", async () => {
    expect(
      await problemsOf(rules(entry("own.a", `${when}  suppress_by: [own.c, building.own.aa]`), entry("own.b", when))),
    ).toEqual(["rules/own.yaml:9:17 there is no rule own.c", "rules/own.yaml:9:24 there is no rule building.own.aa"]);
    expect(
      await problemsOf({
        ...rules(
          entry("own.a", `${when}  suppress_by: [own.p]`),
          entry("own.p", "  when: p > 1 bar", "water").replaceAll("{speed}", ""),
        ),
        "devices/pump.yaml": `id: pump\nname: { zh: 泵, en: Pump }\nkind: water\n${LINK}\nunit: 9\npoints:\n  - { id: p, name: { zh: 压, en: P }, type: number, unit: MPa, at: "holding:900" }\n`,
      }),
    ).toEqual(["rules/own.yaml:9:17 own.p is a rule of water devices and never stands on a device of kind elevator"]);
    expect(await problemsOf(rules(entry("own.a", `${when}  class: life_safety\n  suppress_by: [comms_loss]`)))).toEqual(
      ["rules/own.yaml:10:16 the life-safety rule own.a cannot be suppressed"],
    );
  });

  test("a circle is refused, once, with its way", async () => {
    const chain = (id: string, cause: string) => entry(id, `${when}  suppress_by: [${cause}]`);
    expect(
      await problemsOf(
        rules(chain("own.c", "own.a"), chain("own.a", "own.b"), chain("own.b", "own.c"), chain("own.d", "own.a")),
      ),
    ).toEqual(["rules/own.yaml:18:16 rules suppress each other in a circle: own.a → own.b → own.c → own.a"]);
    expect(await problemsOf(rules(chain("own.a", "own.a")))).toEqual([
      "rules/own.yaml:9:16 rules suppress each other in a circle: own.a → own.a",
    ]);
  });
});

describe("calendars", () => {
  test("reach the rules with the zone of the site", async () => {
    const site = await siteOf({
      ...calendars(`  night: { hours: 22:00-06:00 }
  office: { hours: [08:30-12:00, "13:30-18:00"], days: [mon, fri], except: [2026-10-01..2026-10-07, 2026-12-25], zone: Europe/Berlin }
  fair: { dates: 2026-11-21 }`),
      ...own('  when: speed > 1 m/s && in_calendar("night")'),
    });
    const found = site.rules.find((rule) => rule.id === "own.rule")?.calendars;
    const day = (date: string) => Temporal.PlainDate.from("1970-01-01").until(date).days;
    expect(found).toEqual({
      small_hours: {
        zone: "Asia/Shanghai",
        days: [1, 2, 3, 4, 5, 6, 7],
        hours: [{ from: 120, to: 240 }],
        dates: [],
        except: [],
      },
      night: {
        zone: "Asia/Shanghai",
        days: [1, 2, 3, 4, 5, 6, 7],
        hours: [{ from: 1_320, to: 360 }],
        dates: [],
        except: [],
      },
      office: {
        zone: "Europe/Berlin",
        days: [1, 5],
        hours: [
          { from: 510, to: 720 },
          { from: 810, to: 1_080 },
        ],
        dates: [],
        except: [
          { first: day("2026-10-01"), last: day("2026-10-07") },
          { first: day("2026-12-25"), last: day("2026-12-25") },
        ],
      },
      fair: {
        zone: "Asia/Shanghai",
        days: [1, 2, 3, 4, 5, 6, 7],
        hours: [],
        dates: [{ first: day("2026-11-21"), last: day("2026-11-21") }],
        except: [],
      },
    });
  });

  test("mistakes, here and where a rule names them", async () => {
    expect(
      await problemsOf(
        calendars(`  a: { hours: 22-06 }
  b: { days: [monday] }
  c: { dates: 2026-02-30 }
  d: { except: [2026-10-07..2026-10-01] }
  e: { zone: Asia/Shanghia }
  f: { hour: 02:00-04:00 }`),
      ),
    ).toEqual([
      "site.yaml:4:15 hours is not a stretch of the day",
      "site.yaml:5:15 days[0] cannot be monday",
      "site.yaml:6:15 dates is not a date",
      "site.yaml:7:17 except[0] is not a date",
      "site.yaml:8:14 zone is not a time zone",
      "site.yaml:9:8 unknown key hour",
    ]);
    expect(
      await problemsOf({
        ...calendars("  night: { hours: 22:00-06:00 }"),
        ...own('  when: in_calendar("nigth") && speed > 1 m/s'),
      }),
    ).toEqual(['rules/own.yaml:8:21 There is no calendar "nigth".']);
    // Every site has the calendars that rules of the library ask for.
    expect(await problemsOf(own('  when: in_calendar("night") && speed > 1 m/s'))).toEqual([]);
    expect(await problemsOf(own('  when: in_calendar("office") && speed > 1 m/s'))).toEqual([
      'rules/own.yaml:8:21 There is no calendar "office".',
    ]);
    expect(
      await problemsOf(own('  when: speed > baseline_min(speed, "2-4", 14d) || speed > "x" || in_calendar(night)')),
    ).toEqual([
      'rules/own.yaml:8:37 "2-4" is not a stretch of the day.',
      "rules/own.yaml:8:60 A text between quotes cannot stand here.",
      "rules/own.yaml:8:79 This argument of in_calendar must stand between quotes.",
    ]);
  });
});
