/** `flood:` of site.yaml and `re_alarm:` of a rule, from the file to what the house does. */
import { describe, expect, test } from "vitest";
import { shownState } from "#model/alarm";
import type { Transition } from "#model/rule";
import type { Site } from "#model/site";
import { type Instant, later, minutes, type Span, seconds } from "#model/time";
import { operator, TEN, verdict } from "../../support/building.ts";
import { createPureHouse, type PureHouse } from "../../support/pure-house.ts";
import { problemsOf, siteOf } from "./written-site.ts";

const park = (more: string) => ({ "site.yaml": `id: park\nname: { zh: 园区, en: Park }\n${more}\n` });
const rule = (more: string) => ({
  "rules/own.yaml": `- id: own.fast
  kind: elevator
  severity: S3
  when: "speed > 3 m/s"
  title: { zh: 偏快, en: Fast }
  because: { zh: 速度偏高, en: The car is fast }
  advice: { zh: 去看, en: Look }
  source: test
${more}
`,
});
const past = (span: Span): Instant => later(TEN, span);

/** Alarms of as many rules, one second apart. */
function alarms(house: PureHouse, count: number, from: Instant): void {
  for (let n = 0; n < count; n += 1) {
    const transitions = [verdict(`r${from}-${n}`, "lift-1", "active", { severity: "S3" })];
    house.take({ type: "conditions", transitions }, later(from, seconds(n)));
  }
}
const flooded = (house: PureHouse) => house.tides.get("site")?.flood !== undefined;

/** The house of the site, with the rule of the file as its verdict says it. */
function underRule(site: Site) {
  const house = createPureHouse(site);
  const definition = site.rules.find((one) => one.id === "own.fast");
  if (!definition) throw new Error("the rule is not in the site");
  const said = verdict("own.fast", "lift-1", "active", { severity: "S3" });
  const active: Transition = { ...said, instance: { ...said.instance, rule: definition } };
  house.take({ type: "conditions", transitions: [active] }, TEN);
  const command = { do: "acknowledge-alarm", alarm: "own.fast@lift-1", occurrence: 1 } as const;
  house.take({ type: "command", id: "ack", actor: operator, command }, past(seconds(10)));
  return () => {
    const alarm = house.alarms.get("own.fast@lift-1");
    return { house, shown: alarm && shownState(alarm) };
  };
}

describe("flood:", () => {
  test("a site that sets its own numbers floods and ebbs by them", async () => {
    const site = await siteOf(park("flood: { enter: 3, leave: 2, within: 2m }"));
    expect(site.flood).toEqual({ enter: 3, leave: 2, within: minutes(2) });
    const house = createPureHouse(site);
    alarms(house, 3, TEN);
    expect(flooded(house)).toBe(false);
    alarms(house, 1, past(seconds(119)));
    expect(flooded(house)).toBe(true);
    house.beat(past(seconds(119)), past(seconds(121)));
    expect(flooded(house)).toBe(true);
    house.beat(past(seconds(121)), past(seconds(122)));
    expect(flooded(house)).toBe(false);
  });

  test("a key that is not told keeps the usual number; without the entry all are the usual ones", async () => {
    expect((await siteOf(park("flood: { enter: 20 }"))).flood).toEqual({ enter: 20, leave: 5, within: minutes(10) });
    const house = createPureHouse(await siteOf());
    alarms(house, 10, TEN);
    expect(flooded(house)).toBe(false);
    alarms(house, 1, past(seconds(20)));
    expect(flooded(house)).toBe(true);
  });

  test.each([
    ["flood: { enter: 4 }", "site.yaml:3:8 flood leave is above enter"],
    ["flood: { leave: 0 }", "site.yaml:3:17 leave is too small"],
    ["flood: { enter: 10.5 }", "site.yaml:3:17 enter must be a whole number"],
    ["flood: { within: 10s }", "site.yaml:3:18 within is shorter than 1m"],
    ["flood: { within: soon }", "site.yaml:3:18 within is not a length of time"],
    ["flood: { entre: 10 }", "site.yaml:3:10 unknown key entre"],
    ["flood: 10", "site.yaml:3:8 flood must be a group"],
    ["flood:", "site.yaml:3:1 flood is empty"],
  ])("%s is told", async (text, told) => {
    expect(await problemsOf(park(text))).toEqual([expect.stringContaining(told)]);
  });
});

describe("re_alarm:", () => {
  test("an acknowledged alarm that is still active asks again after the time of the file", async () => {
    const look = underRule(await siteOf(rule("  re_alarm: 5m")));
    const { house } = look();
    house.beat(TEN, past(seconds(309)));
    expect(look().shown).toBe("acknowledged");
    house.take({ type: "tick" }, past(seconds(310)));
    expect(look().shown).toBe("unacknowledged");
    expect(house.events("alarm:own.fast@lift-1")).toContain("re-alarmed");
  });

  test("a rule without it never asks again", async () => {
    const look = underRule(await siteOf(rule("")));
    look().house.beat(TEN, past(minutes(90)));
    expect(look().shown).toBe("acknowledged");
  });

  test.each([
    ["  re_alarm: 10s", "rules/own.yaml:9:13 re_alarm is shorter than 1m"],
    ["  re_alarm: never", "rules/own.yaml:9:13 re_alarm is not a length of time"],
    ["  re_alarm: 30", "rules/own.yaml:9:13 re_alarm"],
    ["  re_alarm: -5m", "rules/own.yaml:9:13 re_alarm is not a length of time"],
    ["  re_alarm:", "rules/own.yaml:9:3 re_alarm is empty"],
    ["  re-alarm: 5m", "rules/own.yaml:9:3 unknown key re-alarm"],
  ])("%s is told", async (text, told) => {
    expect(await problemsOf(rule(text))).toEqual([expect.stringContaining(told)]);
  });
});
