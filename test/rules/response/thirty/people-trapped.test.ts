/** Cases 1 to 5 of the thirty: people are trapped at ten, and nobody, somebody or everybody does something about it. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Policy } from "#model/policy";
import { minutes } from "#model/time";
import { at, supervisor, verdict } from "../../../support/building.ts";
import { type Story, startStory, stepsRun, storySite } from "../../../support/story-house.ts";
import { shippedPolicy } from "../shipped-policy.ts";

let policy: Policy;
beforeAll(async () => {
  policy = await shippedPolicy();
});
const people = (to: "active" | "normal") =>
  verdict("elevator.entrapment", "lift-1", to, { ticket: "elevator_entrapment", lifeSafety: true });

async function trapped(zone: "urban" | "other" = "urban") {
  const story = await startStory({ site: storySite(zone === "urban" ? policy : await shippedPolicy(zone)) });
  await story.conditions(people("active"));
  const [ticket] = story.open();
  if (!ticket) throw new Error("no ticket");
  return { story, no: ticket.no };
}
/** Who was told by a step, as stored. */
const toldBy = async (story: Story, no: string, step: string) =>
  (await story.store.messages(no))
    .filter((one) => one.step.split("+").includes(step))
    .map(({ to }) => to.slice(2))
    .sort();
const clock = (story: Story, no: string, kind: string) => story.ticket(no).clocks.find((one) => one.kind === kind);

describe("case 1: people are trapped at 10:00:00 and nobody acknowledges", () => {
  test("told at once, at 10:00:30 the shift leader, at 10:05 the project manager with the second tier of rescue, each once", async () => {
    const { story, no } = await trapped();
    await using _ = story;
    await story.until(at(14));
    expect(stepsRun(await story.journal(`ticket:${no}`))).toEqual([
      "10:00:00 s1-opened",
      "10:00:00 s1-managers",
      "10:00:00 class-opening",
      "10:00:30 s1-not-acknowledged",
      "10:05:00 s1-no-plan",
      "10:05:00 entrapment-not-accepted",
    ]);
    expect(await toldBy(story, no, "s1-opened")).toEqual([
      "control-room-operator",
      "security-lead",
      "technician-on-duty",
    ]);
    expect(await toldBy(story, no, "class-opening")).toEqual(["lift-maintenance"]);
    expect(await toldBy(story, no, "s1-managers")).toEqual(["department-supervisor", "property-manager"]);
    expect(await toldBy(story, no, "s1-not-acknowledged")).toEqual(["shift-leader"]);
    expect(await toldBy(story, no, "s1-no-plan")).toEqual(["duty-executive", "project-manager"]);
    // The managers are to be called by phone, and somebody must write down that they were reached.
    const shown = await story.shown(no);
    expect(shown.calls?.map(({ to, at: when }) => [to, when])).toEqual([
      ["部门主管", undefined],
      ["物业经理", undefined],
    ]);
    expect(shown.told.filter(({ step }) => step === "s1-managers").every(({ phone }) => phone)).toBe(true);
    expect(shown.rescueTier).toBe(2);
    const keys = (await story.store.messages(no)).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

test("case 2: acknowledged at 10:00:10, accepted by nobody: the acknowledge ladder stops, the step at 10:05 comes all the same", async () => {
  const { story, no } = await trapped();
  await using _ = story;
  await story.until(at(0, 10));
  await story.step(no, "acknowledge");
  await story.until(at(9));
  expect(stepsRun(await story.journal(`ticket:${no}`)).slice(3)).toEqual([
    "10:05:00 s1-no-plan",
    "10:05:00 entrapment-not-accepted",
  ]);
  const states = Object.fromEntries(story.ticket(no).clocks.map(({ kind, state }) => [kind, state]));
  expect(states).toMatchObject({
    acknowledge: "met",
    accept: "breached",
    plan: "breached",
    "staff-onsite": "running",
    "rescue-onsite": "running",
    mitigate: "running",
    resolve: "running",
    feedback: "running",
  });
  expect(
    story
      .ticket(no)
      .ladder.filter(({ state }) => state === "cancelled")
      .map(({ step }) => step.id),
  ).toEqual(["s1-not-acknowledged"]);
});

test("case 3: accepted 10:03, staff there 10:16, the lift firm 10:29: only the staff are late, by one minute", async () => {
  const { story, no } = await trapped();
  await using _ = story;
  await story.until(at(3));
  await story.step(no, "accept", { assignee: "维保单位" });
  await story.until(at(16));
  await story.step(no, "arrive", { who: "staff" });
  await story.until(at(29));
  await story.step(no, "arrive", { who: "rescue" });
  expect(clock(story, no, "accept")).toMatchObject({ state: "met", metAt: at(3) });
  const staff = clock(story, no, "staff-onsite");
  expect(staff).toMatchObject({ state: "breached", breachedAt: at(15), metAt: at(16) });
  expect((staff?.metAt ?? 0) - (staff?.breachedAt ?? 0)).toBe(minutes(1));
  expect(clock(story, no, "rescue-onsite")).toMatchObject({ state: "met", metAt: at(29) });
  const breached = (await story.journal(`ticket:${no}`)).filter(({ event }) => event === "clock-breached");
  expect(breached.map(({ data }) => data.clock)).not.toContain("rescue-onsite");
});

test("case 4: outside town the lift firm has an hour: there after 45 minutes is in time, and at 30 the house asks for rescue from outside", async () => {
  const { story, no } = await trapped("other");
  await using _ = story;
  await story.until(at(44, 59));
  const asked = (await story.journal(`ticket:${no}`)).find(({ data }) => data.step === "s1-not-under-control");
  expect(asked).toMatchObject({ occurredAt: at(30), event: "step-run", data: { late: false } });
  expect(await toldBy(story, no, "s1-not-under-control")).toEqual(["management", "task-force"]);
  const [message] = (await story.store.messages(no)).filter(({ step }) => step === "s1-not-under-control");
  expect(message?.text.zh).toContain("是否通知政府部门或外部救援");
  expect(message?.text.en).toContain("outside rescue");
  await story.until(at(45));
  await story.step(no, "arrive", { who: "rescue" });
  expect(clock(story, no, "rescue-onsite")).toMatchObject({ state: "met", metAt: at(45), target: minutes(60) });
});

test("case 5: the button releases itself at 10:04: the ticket stays open, its clocks run, and closing wants the word that the car is empty", async () => {
  const { story, no } = await trapped();
  await using _ = story;
  await story.until(at(4));
  await story.conditions(people("normal"));
  // The alarm is 恢复未确认: normal again, and nobody has acknowledged it.
  expect(story.house.alarms.get("elevator.entrapment@lift-1")).toMatchObject({
    process: "normal",
    acknowledge: "unacknowledged",
  });
  expect(story.ticket(no)).toMatchObject({ state: "dispatched", recovered: true });
  const shown = await story.shown(no);
  expect(shown.events.map(({ line }) => line.zh)).toContain("告警源已恢复，仍需人工确认结论");
  await story.until(at(16));
  expect(stepsRun(await story.journal(`ticket:${no}`))).toContain("10:15:00 s1-not-on-site");
  expect(clock(story, no, "mitigate")).toMatchObject({ state: "running" });
  for (const step of ["accept", "arrive", "mitigate", "repair"] as const) await story.step(no, step);
  const api = await story.api();
  const close = () => api.ask("POST", `/api/tickets/${no}/close`, { as: "operator", body: { commandId: "x" } });
  const refused = await close();
  expect(refused.status).toBe(409);
  expect(refused.body).toMatchObject({ code: "steps-open", detail: { open: expect.arrayContaining(["injuries"]) } });
  expect(story.ticket(no).closedAt).toBeUndefined();
  // Later nothing has closed by itself: this is no lesser fault.
  await story.until(at(60));
  expect(story.ticket(no)).toMatchObject({ state: "repaired" });
  for (const row of story.ticket(no).sop) if (row.mandatory) await story.step(no, "sop", { sop: row.step });
  expect(await story.step(no, "close", {}, supervisor)).toMatchObject({ ok: true });
});
