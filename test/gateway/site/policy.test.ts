import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import type { ClassPolicy, Policy, TicketClass } from "#model/policy";
import { days, formatSpan } from "#model/time";
import { readPolicy, rolesTold } from "../../../gateway/site/policy.ts";
import { createProblemList } from "../../../gateway/site/problems.ts";
import { readYaml } from "../../../gateway/site/read-yaml.ts";
import { overridePolicy } from "../../../gateway/site/response-file.ts";
import { problemsOf, shipped, siteOf } from "./written-site.ts";

async function shippedPolicy(zone: "urban" | "other"): Promise<Policy> {
  const problems = createProblemList();
  const policy = readPolicy(readYaml("policy.yaml", await readFile(shipped.policy), problems), zone, problems);
  expect(problems.list()).toEqual([]);
  if (!policy) throw new Error("the policy must be readable");
  return policy;
}

const written = (clocks: ClassPolicy["clocks"]): Record<string, string> =>
  Object.fromEntries(clocks.map(({ kind, target }) => [kind, formatSpan(target)]));

describe("the default policy", () => {
  let policy: Policy;
  beforeAll(async () => {
    policy = await shippedPolicy("urban");
  });
  const clocksOf = (id: TicketClass) => written(policy.classes[id]?.clocks ?? []);

  test("an entrapment keeps ten clocks, the strictest of the texts and the law's 30 minutes in town", () => {
    expect(clocksOf("elevator_entrapment")).toEqual({
      acknowledge: "PT30S",
      dispatch: "PT0S",
      plan: "PT5M",
      accept: "PT5M",
      "staff-onsite": "PT15M",
      "rescue-onsite": "PT30M",
      mitigate: "PT2H",
      resolve: "P1D",
      feedback: "PT10M",
      followup: "P1D",
    });
    expect(policy.classes.elevator_entrapment?.severity).toBe("S1");
  });

  test("outside of town the rescuers have an hour", async () => {
    const other = await shippedPolicy("other");
    expect(written(other.classes.elevator_entrapment?.clocks ?? [])["rescue-onsite"]).toBe("PT1H");
  });

  test("burst, pump, communication and general fault", () => {
    expect(clocksOf("pipe_burst")).toEqual({
      acknowledge: "PT30S",
      dispatch: "PT0S",
      plan: "PT5M",
      accept: "PT15M",
      onsite: "PT15M",
      mitigate: "PT2H",
      resolve: "P1D",
      feedback: "PT1H",
      followup: "P1D",
    });
    expect(clocksOf("pump_fault")).toEqual({
      acknowledge: "PT30S",
      dispatch: "PT0S",
      accept: "PT15M",
      onsite: "PT30M",
      mitigate: "PT2H",
      resolve: "P1D",
      feedback: "PT1H",
      followup: "P1D",
    });
    expect(clocksOf("comms_loss")).toEqual({
      acknowledge: "PT30S",
      accept: "PT15M",
      onsite: "PT2H",
      mitigate: "PT2H",
      resolve: "P1D",
      feedback: "PT4H",
    });
    expect(clocksOf("general_fault")).toEqual({
      dispatch: "PT10M",
      accept: "PT15M",
      onsite: "PT2H",
      resolve: "P1D",
      feedback: "PT4H",
      followup: "P1D",
    });
  });

  test("fire, gas, power, doors and planned work", () => {
    const desk = { acknowledge: "PT30S" };
    const atOnce = { ...desk, dispatch: "PT0S" };
    const repaired = { mitigate: "PT2H", resolve: "P1D" };
    expect(clocksOf("fire_alarm")).toEqual({
      ...{ ...desk, verify: "PT5M", plan: "PT5M", onsite: "PT5M" },
      ...{ feedback: "PT10M", resolve: "P1D", followup: "P1D" },
    });
    // resolve stands beside the table: after the gas company's word somebody still repairs (T5).
    expect(clocksOf("gas_leak")).toEqual({
      ...{ ...atOnce, plan: "PT5M", accept: "PT5M", onsite: "PT15M", ...repaired },
      ...{ feedback: "PT10M", followup: "P1D" },
    });
    expect(clocksOf("power_outage")).toEqual({
      ...{ ...atOnce, plan: "PT5M", accept: "PT15M", onsite: "PT30M", ...repaired },
      ...{ feedback: "PT1H", followup: "P1D" },
    });
    expect(clocksOf("forced_door")).toEqual({
      ...{ ...atOnce, accept: "PT15M", onsite: "PT15M", ...repaired },
      feedback: "PT1H",
    });
    expect(clocksOf("non_urgent")).toEqual({
      ...{ dispatch: "PT15M", accept: "P1D", resolve: "P3D", feedback: "P1D", followup: "P2D" },
    });
    const severities = Object.entries(policy.classes).map(([id, one]) => [id, one.severity]);
    expect(Object.fromEntries(severities)).toMatchObject({
      ...{ elevator_entrapment: "S1", fire_alarm: "S1", gas_leak: "S1", pipe_burst: "S2", power_outage: "S2" },
      ...{ forced_door: "S2", pump_fault: "S3", comms_loss: "S3", general_fault: "S3", non_urgent: "S4" },
    });
    expect([policy.hold.longest, policy.reopen.within, policy.repeat.within].map(formatSpan)).toEqual([
      "P2D",
      "P7D",
      "P7D",
    ]);
    expect(policy.hold.reasons.map(({ text }) => text.zh)).toEqual([
      "等待配件",
      "等待外部单位",
      "无法入户",
      "停工待批",
    ]);
    expect(policy.kpi).toMatchObject({
      satisfaction: { alarm: 0.9, target: 0.95 },
      firstFix: 0.85,
      rectify: 1,
      sampleDaily: 0.2,
      repeatDrop: 0.2,
      complaints: 0.02,
    });
    expect(policy.sampling).toEqual({ at: 480, correctWithin: days(1), tell: ["department-supervisor", "team-lead"] });
  });

  test("a blind lift or fire panel is answered as S2: on site in 15 minutes, progress every hour", () => {
    expect(written(policy.classes.comms_loss?.bySeverity.S2 ?? [])).toEqual({
      acknowledge: "PT30S",
      accept: "PT15M",
      onsite: "PT15M",
      mitigate: "PT2H",
      resolve: "P1D",
      feedback: "PT1H",
    });
  });

  test("the S1 ladder climbs from the desk to the management", () => {
    expect(
      policy.ladders.S1.map(({ after, unless, tell, phone, raiseRescueTier }) => [
        formatSpan(after),
        unless,
        tell,
        phone,
        raiseRescueTier,
      ]),
    ).toEqual([
      ["PT0S", [], ["control-room-operator", "technician-on-duty", "security-lead"], false, false],
      ["PT0S", [], ["department-supervisor", "property-manager"], true, false],
      ["PT30S", ["acknowledge"], ["shift-leader"], false, false],
      ["PT5M", ["plan", "accept"], ["project-manager", "duty-executive"], false, true],
      ["PT15M", ["onsite", "staff-onsite"], ["project-manager", "duty-executive"], true, false],
      ["PT30M", ["mitigate"], ["management", "task-force"], false, false],
      ["PT2H", ["mitigate"], ["management"], false, false],
    ]);
  });

  test("the other ladders have the steps of the texts", () => {
    const steps = (severity: "S2" | "S3" | "S4") =>
      policy.ladders[severity].map(
        ({ after, unless, tell }) => `${formatSpan(after)} ${unless.join("/")} → ${tell.join(" ")}`,
      );
    expect(steps("S2")).toEqual([
      "PT0S  → control-room-operator technician-on-duty",
      "PT0S  → department-supervisor",
      "PT15M accept/onsite → team-lead",
      "PT30M onsite → department-supervisor property-manager",
      "PT2H mitigate → project-manager",
      "P2D resolve → project-manager",
    ]);
    expect(steps("S3")).toEqual([
      "PT0S  → technician-on-duty",
      "PT10M dispatch → control-room-operator",
      "PT15M accept → team-lead",
      "PT2H onsite → department-supervisor",
      "P1D resolve → team-lead department-supervisor",
      "P2D resolve → project-manager",
    ]);
    expect(steps("S4")).toEqual([
      "PT15M dispatch → control-room-operator",
      "P1D accept → team-lead",
      "P3D resolve → department-supervisor",
      "P7D resolve → project-manager",
    ]);
  });

  test("warnings come at 75 %, for clocks up to 15 minutes at half, and acknowledgements expire", () => {
    expect(policy.warn).toEqual({ share: 0.75, shortShare: 0.5, shortUpTo: 900_000 });
    expect(Object.values(policy.acknowledgeExpires).map(formatSpan)).toEqual(["PT10M", "PT1H", "PT4H", "P1D"]);
  });

  test("every role has a name, and every class has steps in both languages", () => {
    for (const role of rolesTold(policy)) expect(Object.keys(policy.roles)).toContain(role);
    for (const one of Object.values(policy.classes)) {
      expect(one.sop.length).toBeGreaterThan(4);
      for (const { text } of one.sop) expect(text.zh).toMatch(/[\u4e00-\u9fff]/);
    }
  });

  test("each number stands in a line with its trace", async () => {
    const lines = (await readFile(shipped.policy, "utf8")).split("\n");
    const numbers = lines.filter(
      (line) => /^\s+([a-z-]+|S[1-4]): (\{ urban: )?\d+[smhd]\b/.test(line) && !line.includes("after: 0s"),
    );
    expect(numbers.length).toBeGreaterThan(60);
    expect(
      numbers.filter(
        (line) =>
          !/# .*(\[(TSG|J|iTop|96333|12345|GB25201|HZ)\]|\b[TFEC]\d+)/.test(line) &&
          !line.includes("feedback: 1h # F3"),
      ),
    ).toEqual([]);
  });
});

describe("a site's response.yaml", () => {
  test("changes severities and clocks of a class, for every severity, and marks the version", async () => {
    const plain = await siteOf();
    const site = await siteOf({
      "response.yaml": "classes:\n  general_fault: { severity: S2, clocks: { onsite: 20m, plan: PT5M } }\n",
    });
    expect(site.policy.classes.general_fault?.severity).toBe("S2");
    expect(written(site.policy.classes.general_fault?.clocks ?? [])).toEqual({
      dispatch: "PT10M",
      onsite: "PT20M",
      plan: "PT5M",
    });
    expect(written(site.policy.classes.general_fault?.bySeverity.S2 ?? [])).toEqual({
      dispatch: "PT10M",
      onsite: "PT20M",
      plan: "PT5M",
      feedback: "PT1H",
    });
    expect(site.policy.classes.elevator_entrapment).toEqual(plain.policy.classes.elevator_entrapment);
    expect(site.policy.version).toMatch(/^test\.1\+[0-9a-f]{8}$/);
  });

  test("changes ladders, expiries, warnings and waits, each alone, and marks the version", async () => {
    const plain = await siteOf();
    const ladder = "[{ id: ours, after: 2m, unless: [acknowledge], tell: [operator], say: { zh: 请处理, en: Act } }]";
    const changes = {
      [`ladders: { S1: ${ladder} }`]: (policy: Policy) =>
        expect(policy.ladders.S1.map(({ id, after }) => [id, after])).toEqual([["ours", 120_000]]),
      "acknowledgeExpires: { S1: 4m }": ({ acknowledgeExpires }: Policy) =>
        expect(acknowledgeExpires).toEqual({ ...plain.policy.acknowledgeExpires, S1: 240_000 }),
      "warn: { share: 0.6 }": ({ warn }: Policy) => expect(warn).toEqual({ ...plain.policy.warn, share: 0.6 }),
      "hold: { longest: 12h }": ({ hold }: Policy) =>
        expect(hold).toEqual({ ...plain.policy.hold, longest: 12 * 3_600_000 }),
      "reopen: { within: 3d }": ({ reopen }: Policy) => expect(reopen).toEqual({ within: 3 * 86_400_000 }),
    };
    for (const [text, holds] of Object.entries(changes)) {
      const { policy } = await siteOf({ "response.yaml": `${text}\n` });
      holds(policy);
      expect(policy.version).toMatch(/^test\.1\+[0-9a-f]{8}$/);
      expect(policy.classes).toEqual(plain.policy.classes);
    }
  });

  test("with a ladder that is empty, tells nobody known or names a step twice is refused at its place", async () => {
    const step = (id: string, tell: string) =>
      `    - { id: ${id}, after: 1m, tell: [${tell}], say: { zh: 请处理, en: Act } }\n`;
    expect(await problemsOf({ "response.yaml": "ladders: { S1: [] }\n" })).toHaveLength(1);
    expect(await problemsOf({ "response.yaml": `ladders:\n  S1:\n${step("a", "operatr")}` })).toContain(
      "response.yaml:3:34 there is no role operatr",
    );
    const twice = step("a", "operator") + step("a", "operator");
    expect(await problemsOf({ "response.yaml": `ladders:\n  S1:\n${twice}` })).toEqual([
      expect.stringContaining("the step a already stands in line 3"),
    ]);
  });

  test("an empty one changes nothing", async () => {
    const plain = await siteOf();
    for (const text of ["", "# nothing\n", "classes: {}\n"]) {
      expect((await siteOf({ "response.yaml": text })).policy).toEqual(plain.policy);
    }
  });

  test("a target may differ by rescue zone", async () => {
    const text = "classes:\n  elevator_entrapment: { clocks: { rescue-onsite: { urban: 15m, other: 30m } } }\n";
    const site = await siteOf({ "response.yaml": text });
    expect(written(site.policy.classes.elevator_entrapment?.clocks ?? [])["rescue-onsite"]).toBe("PT15M");
  });
});

describe("a torn policy file", () => {
  test("is told at its place", async () => {
    const text = (await readFile(shipped.policy, "utf8"))
      .replace("tell: [shift-leader]", "tell: [shift-leadr]")
      .replace("id: s4-seven-days", "id: s4-three-days");
    const problems = createProblemList();
    readPolicy(readYaml("policy.yaml", new TextEncoder().encode(text), problems), "urban", problems);
    const line = (part: string) => text.split("\n").findIndex((one) => one.includes(part)) + 1;
    expect(problems.list().map((problem) => `${problem.line}:${problem.column} ${problem.what.en}`)).toEqual([
      `${line("shift-leadr")}:10 there is no role shift-leadr`,
      expect.stringContaining(":11 the step s4-three-days already stands in line"),
    ]);
  });

  test("garbage never throws", async () => {
    for (const text of ["", "[]", "1", "version: 1\nclasses: x\n", "classes: { fire: {} }\n"]) {
      const problems = createProblemList();
      const file = readYaml("policy.yaml", new TextEncoder().encode(text), problems);
      expect(readPolicy(file, "urban", problems)).toBeUndefined();
      expect(problems.list().length).toBeGreaterThan(0);
    }
  });

  test("one that is missing says what to do", async () => {
    expect(await problemsOf({}, { policy: "/nowhere/policy.yaml" })).toEqual([
      "/nowhere/policy.yaml:1:1 the default response policy is missing",
    ]);
  });

  test("an override over nothing leaves the policy alone", async () => {
    const policy = await shippedPolicy("urban");
    const problems = createProblemList();
    const file = readYaml("response.yaml", new TextEncoder().encode("- 1\n"), problems);
    expect(overridePolicy(policy, file, "urban", "x", problems)).toBe(policy);
    expect(problems.list()).toHaveLength(1);
  });
});
