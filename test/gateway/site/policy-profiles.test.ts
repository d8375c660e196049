/** Profiles of the shipped policy: one line in a site's response.yaml, laid in order, under the site's own numbers. */
import { expect, test } from "vitest";
import type { Policy, TicketClass } from "#model/policy";
import type { Severity } from "#model/severity";
import { formatSpan, minutes } from "#model/time";
import { createProblemList } from "../../../gateway/site/problems.ts";
import { readYaml } from "../../../gateway/site/read-yaml.ts";
import { overridePolicy } from "../../../gateway/site/response-file.ts";
import { siteSchema } from "../../../gateway/site/schema.ts";
import { targets } from "../../../rules/response/clocks.ts";
import { shippedPolicy } from "../../rules/response/shipped-policy.ts";

async function under(text: string, zone: "urban" | "other" = "urban") {
  const problems = createProblemList();
  const file = readYaml("response.yaml", new TextEncoder().encode(text), problems);
  const policy = overridePolicy(await shippedPolicy(zone), file, zone, "rev", problems);
  return { policy, problems: problems.list() };
}
const clocks = (policy: Policy, name: TicketClass, severity: Severity): Record<string, string> => {
  const one = policy.classes[name];
  if (!one) throw new Error(name);
  return Object.fromEntries(
    targets(one, severity).map(({ kind, target, workdays }) => [
      kind,
      workdays ? `${target / 86_400_000}wd` : formatSpan(target),
    ]),
  );
};
const stepAt = (policy: Policy, id: string): string | undefined => {
  const all = Object.values(policy.classes).flatMap((one) => [...(one.ladder ?? []), ...one.extraSteps]);
  const step = [...Object.values(policy.ladders).flat(), ...all].find((one) => one.id === id);
  return step && formatSpan(step.after);
};

test("the shelf holds the readings of the texts, and none is in force until a site names it", async () => {
  const policy = await shippedPolicy();
  expect(Object.keys(policy.profiles ?? {})).toEqual([
    "relaxed-000",
    "hz-draft",
    "medical",
    "complaint-003",
    "complaint-004",
    "fire_room_log",
    "storm",
  ]);
  for (const { name } of Object.values(policy.profiles ?? {})) {
    expect(name.zh).toMatch(/[\u4e00-\u9fff]/);
    expect(name.en).toMatch(/^[\x20-\x7e]+$/);
  }
  expect(policy.profilesInForce).toBeUndefined();
  expect((await under("profiles: []\n")).policy).toEqual(policy);
});

test("relaxed-000: on site within 30 minutes at S1, two hours for a general fault; a fire stays at five minutes", async () => {
  const { policy, problems } = await under("profiles: [relaxed-000]\n");
  expect(problems).toEqual([]);
  expect(clocks(policy, "elevator_entrapment", "S1")).toMatchObject({
    "staff-onsite": "PT30M",
    "rescue-onsite": "PT30M",
  });
  expect(clocks(policy, "gas_leak", "S1").onsite).toBe("PT30M");
  expect(clocks(policy, "pipe_burst", "S1").onsite).toBe("PT30M");
  expect(clocks(policy, "pipe_burst", "S2").onsite).toBe("PT15M");
  expect(clocks(policy, "comms_loss", "S1").onsite).toBe("PT30M");
  expect(clocks(policy, "general_fault", "S1").onsite).toBe("PT30M");
  expect(clocks(policy, "general_fault", "S3").onsite).toBe("PT2H");
  expect(clocks(policy, "fire_alarm", "S1").onsite).toBe("PT5M");
  expect(clocks(policy, "complaint", "S1").onsite).toBeUndefined();
  expect(stepAt(policy, "s1-not-on-site")).toBe("PT30M");
  expect(policy.ladders.S1.find(({ id }) => id === "s1-not-on-site")?.say.zh).toBe("30 分钟内无人到场");
});

test("hz-draft: plan in 3 minutes, the lift firm answers in 1, and is there in 15 in town and in 30 elsewhere", async () => {
  const town = (await under("profiles: [hz-draft]\n")).policy;
  expect(clocks(town, "elevator_entrapment", "S1")).toMatchObject({
    acknowledge: "PT30S",
    plan: "PT3M",
    accept: "PT1M",
    "rescue-onsite": "PT15M",
    "staff-onsite": "PT15M",
    mitigate: "PT2H",
  });
  expect(clocks(town, "gas_leak", "S1")).toMatchObject({ plan: "PT3M", accept: "PT5M" });
  // A complaint's own ladder gives its crisis 15 minutes to be answered, and no emergency's 30 seconds.
  expect(clocks(town, "complaint", "S1").acknowledge).toBe("PT15M");
  expect(["s1-no-plan", "entrapment-not-accepted", "entrapment-rescue-late"].map((id) => stepAt(town, id))).toEqual([
    "PT3M",
    "PT1M",
    "PT15M",
  ]);
  const country = (await under("profiles: [hz-draft]\n", "other")).policy;
  expect(clocks(country, "elevator_entrapment", "S1")["rescue-onsite"]).toBe("PT30M");
  expect(stepAt(country, "entrapment-rescue-late")).toBe("PT30M");
});

test("medical: every S1 is reached within five minutes, and the step that calls for it comes then", async () => {
  const { policy } = await under("profiles: [medical]\n");
  expect(clocks(policy, "elevator_entrapment", "S1")["staff-onsite"]).toBe("PT5M");
  expect(clocks(policy, "general_fault", "S1").onsite).toBe("PT5M");
  expect(clocks(policy, "general_fault", "S3").onsite).toBe("PT2H");
  expect(stepAt(policy, "s1-not-on-site")).toBe("PT5M");
});

test("complaint-004 counts workdays at every level; complaint-003 is the shipped reading, and undoes it when it lies above", async () => {
  const { policy } = await under("profiles: [complaint-004]\n");
  for (const severity of ["S1", "S2", "S3", "S4"] as const) {
    expect(clocks(policy, "complaint", severity)).toMatchObject({
      acknowledge: "PT1H",
      resolve: "2wd",
      accept: "PT2H",
    });
  }
  // Three workdays are for work of several departments alone (T28).
  const day = 86_400_000;
  expect(policy.classes.complaint?.crossDepartment).toEqual([
    { kind: "accept", target: 3 * day, workdays: true },
    { kind: "resolve", target: 7 * day },
  ]);
  expect(clocks(policy, "complaint", "S1").feedback).toBe("PT1H");
  expect(stepAt(policy, "complaint-not-answered")).toBe("PT1H");
  const shipped = await shippedPolicy();
  for (const text of ["profiles: [complaint-003]\n", "profiles: [complaint-004, complaint-003]\n"]) {
    const { policy: levels } = await under(text);
    for (const severity of ["S1", "S2", "S3", "S4"] as const) {
      expect(clocks(levels, "complaint", severity)).toEqual(clocks(shipped, "complaint", severity));
    }
    expect(levels.classes.complaint?.ladder).toEqual(shipped.classes.complaint?.ladder);
  }
});

test("fire_room_log asks for an entry every two hours and at each handover, two people and shifts of eight hours at most", async () => {
  const { policy } = await under("profiles: [fire_room_log]\n");
  const asked = { every: minutes(120), atHandover: true, atLeast: 2, longestShift: minutes(480) };
  expect(policy.fireLog).toMatchObject(asked);
  const shipped = (await shippedPolicy()).fireLog;
  expect([shipped?.every, shipped?.atHandover, shipped?.atLeast]).toEqual([minutes(120), undefined, undefined]);
  expect((await under("fireLog: { atHandover: true }\n")).policy.fireLog?.atHandover).toBe(true);
  expect((await under("profiles: [fire_room_log]\nfireLog: { atHandover: false }\n")).policy.fireLog?.atHandover).toBe(
    false,
  );
  // The site's own interval lies above the profile's.
  expect((await under("profiles: [fire_room_log]\nfireLog: { every: 1h }\n")).policy.fireLog?.every).toBe(minutes(60));
});

test("the later profile lies over the earlier one, and the site's own numbers over both, in whatever order the file has them", async () => {
  const relaxedLast = (await under("profiles: [medical, relaxed-000]\n")).policy;
  const medicalLast = (await under("profiles: [relaxed-000, medical]\n")).policy;
  expect(clocks(relaxedLast, "gas_leak", "S1").onsite).toBe("PT30M");
  expect(clocks(medicalLast, "gas_leak", "S1").onsite).toBe("PT5M");
  const own = "classes:\n  gas_leak: { clocks: { onsite: 7m } }\nprofiles: [relaxed-000, medical]\n";
  const { policy } = await under(own);
  expect(clocks(policy, "gas_leak", "S1").onsite).toBe("PT7M");
  expect(clocks(policy, "elevator_entrapment", "S1")["staff-onsite"]).toBe("PT5M");
  expect(policy.profilesInForce).toEqual(["relaxed-000", "medical"]);
  expect(policy.version).toBe(`${(await shippedPolicy()).version}+rev`);
});

test("an unknown name is told with its place and the nearest one, and what else stands there is still laid", async () => {
  const { policy, problems } = await under("profiles:\n  - hz-drft\n  - medical\n  - medical\n");
  expect(problems.map(({ line, column, what, todo }) => [line, column, what.en, todo.en])).toEqual([
    [2, 5, "the policy has no profile hz-drft", expect.stringContaining("hz-draft")],
    [4, 5, "the profile medical stands here twice", expect.any(String)],
  ]);
  expect(problems[0]?.what.zh).toBe("响应策略里没有方案 hz-drft");
  expect(policy.profilesInForce).toEqual(["medical"]);
});

test("editors know the line", () => {
  const schema = siteSchema("response") as { properties: Record<string, unknown> };
  expect(schema.properties.profiles).toMatchObject({ type: "array", items: { type: "string" } });
});
