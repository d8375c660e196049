/** R9 and T28: work of several departments has one that answers for it (主责) and some that help (协作), named on the very ticket. */
import { describe, expect, test } from "vitest";
import type { Policy } from "#model/policy";
import { hours, later } from "#model/time";
import { part, whole } from "../../../gateway/site/parse-part.ts";
import { layProfiles } from "../../../gateway/site/policy-profiles.ts";
import { createProblemList } from "../../../gateway/site/problems.ts";
import { readYaml } from "../../../gateway/site/read-yaml.ts";
import { on, type Story, startStory, storySite } from "../../support/story-house.ts";
import { shippedPolicy } from "./shipped-policy.ts";

const THURSDAY = on("2026-11-19", "10:00");

async function under(...names: string[]): Promise<Policy> {
  const problems = createProblemList();
  const file = readYaml("response.yaml", new TextEncoder().encode(`profiles: [${names.join(", ")}]\n`), problems);
  const policy = layProfiles(await shippedPolicy(), part(whole(file), "profiles"), problems);
  expect(problems.list()).toEqual([]);
  return { ...policy, workdays: { zone: "Asia/Shanghai", years: policy.workdays?.years ?? {} } };
}

async function complaint(policy: Policy) {
  const story = await startStory({ site: storySite(policy), start: THURSDAY, delivers: false });
  const ask = async (path: string, body: object) =>
    (await story.api()).ask("POST", path, { as: "supervisor", body: { commandId: `c${++n}`, ...body } });
  let n = 0;
  const opened = await ask("/api/tickets", { class: "complaint", description: "楼道脏，垃圾没人清" });
  const { no } = opened.body as { no: string };
  const due = (kind: string) => story.ticket(no).clocks.find((one) => one.kind === kind)?.dueAt;
  return { story, no, due, step: (step: string, body: object = {}) => ask(`/api/tickets/${no}/${step}`, body) };
}
const SHARED = { lead: "property-manager", help: ["security-lead", "technician-on-duty"] };
const helpers = (story: Story, no: string) =>
  [...story.house.outbox.values()].filter((one) => one.ticket === no && one.step.startsWith("help-"));

describe("a complaint by workdays (complaint-004)", () => {
  test("of one department: somebody takes it within two hours, and it is settled in two workdays", async () => {
    const { story, due, step } = await complaint(await under("complaint-004"));
    await using _ = story;
    expect((await step("review")).status).toBe(200);
    expect([due("accept"), due("resolve")]).toEqual([on("2026-11-19", "12:00"), on("2026-11-23", "10:00")]);
  });

  test("of several: three workdays to say who answers for it, and seven days in all, counted from its opening", async () => {
    const { story, no, due, step } = await complaint(await under("complaint-004"));
    await using _ = story;
    await step("acknowledge");
    const answered = story.ticket(no).clocks.find(({ kind }) => kind === "acknowledge");
    await story.until(later(THURSDAY, hours(1)));
    const { status, body } = await step("review", SHARED);
    expect(status).toBe(200);
    expect(body).toMatchObject({ lead: { zh: "物业经理" }, help: [{ zh: "保安领班" }, { zh: "值班技工" }] });
    expect([due("accept"), due("resolve")]).toEqual([on("2026-11-24", "10:00"), on("2026-11-26", "10:00")]);
    // What was met stays as it was, and the desk is still asked after two hours (E4).
    expect(story.ticket(no).clocks.find(({ kind }) => kind === "acknowledge")).toEqual(answered);
    await story.until(later(THURSDAY, hours(2.1)));
    expect((await story.shown(no)).told.map((one) => one.step)).toContain("complaint-not-accepted");
    // A power cut does not forget whose work it is.
    await story.powerCut(later(THURSDAY, hours(3)), { delivers: false });
    expect(story.ticket(no)).toMatchObject(SHARED);
    expect(due("accept")).toBe(on("2026-11-24", "10:00"));
  });
});

test("those who are called in hear of it once, with whoever answers for it; the time line says both in both languages", async () => {
  const { story, no, step } = await complaint(await under());
  await using _ = story;
  await step("review", SHARED);
  const told = helpers(story, no);
  expect([...new Set(told.map(({ role }) => role))].sort()).toEqual(["security-lead", "technician-on-duty"]);
  expect(told[0]?.text.zh).toContain("请协作，主责：物业经理");
  expect(told[0]?.text.en).toContain("please help; Property manager answers for it");
  const lines = (await story.shown(no)).events.filter(({ event }) => event === "ticket-departments");
  expect(lines.map(({ line }) => line)).toEqual([
    {
      zh: expect.stringContaining("主责：物业经理；协作：保安领班、值班技工"),
      en: expect.stringContaining("Property manager answers for it; Security lead, Technician on duty helps"),
    },
  ]);
  // Sent on with the same ones and one more: only the new one hears.
  await step("dispatch", { assignee: "值班技工", help: [...SHARED.help, "team-lead"] });
  expect([...new Set(helpers(story, no).map(({ role }) => role))]).toHaveLength(3);
  expect(helpers(story, no).filter(({ role }) => role === "security-lead")).toHaveLength(
    told.filter(({ role }) => role === "security-lead").length,
  );
  // Without the profile the times of the level stay.
  expect(story.ticket(no).clocks.find(({ kind }) => kind === "resolve")?.dueAt).toBe(later(THURSDAY, hours(48)));
});

test.each([
  [{ lead: "cleaning" }, 422, "no-such-role", /没有岗位 cleaning/],
  [{ help: ["security-lead", "nobody"] }, 422, "no-such-role", /没有岗位 nobody/],
  [{ lead: "constructor" }, 422, "no-such-role", /没有岗位/],
  [{ help: ["security-lead"] }, 422, "lead-needed", /先明确主责/],
  [{ lead: "team-lead", help: ["team-lead"] }, 422, "lead-helps", /不能同时/],
  [{ lead: "" }, 400, undefined, undefined],
  [{ help: "security-lead" }, 400, undefined, undefined],
  [{ help: Array(13).fill("team-lead") }, 400, undefined, undefined],
])("named as %j is refused, and nothing is changed", async (wrong, expected, code, said) => {
  const { story, no, step } = await complaint(await under("complaint-004"));
  await using _ = story;
  const before = story.ticket(no);
  const { status, body } = await step("review", wrong);
  expect([status, status === 422 ? body.code : undefined]).toEqual([expected, code]);
  if (said) expect(body.message.zh).toMatch(said);
  expect(story.ticket(no)).toEqual(before);
});
