/**
 * A typhoon from its forecast to the report, over the real door, store, outbox and API: told five days ahead, residents warned three
 * days before, a round missed at 03:00, the gateway's power gone while it rages, over, repaired within 24 h, closed, reported.
 */
import { beforeAll, expect, test } from "vitest";
import type { Policy } from "#model/policy";
import { days, formatInstant, hours, type Instant, later, milliseconds, minutes, type Span } from "#model/time";
import { supervisor } from "../../support/building.ts";
import { on, type Story, startStory, stepsRun, storySite, wall } from "../../support/story-house.ts";
import { noticePolicy } from "./notice-policy.ts";
import { policyUnder } from "./shipped-policy.ts";

const FORECAST = on("2026-11-21", "20:00");
const LANDS = on("2026-11-26", "22:00");
const LATER = on("2026-11-27", "00:30");

let policy: Policy;
beforeAll(async () => {
  policy = { ...(await policyUnder("storm")), notices: await noticePolicy() };
});

/** Quiet days: a beat an hour, and at each instant at which something is due. */
async function pass(story: Story, to: Instant): Promise<void> {
  while (story.clock.now() < to) {
    const now = story.clock.now();
    const due = story.open().map(({ wakeAt }) => wakeAt);
    const next = Math.min(to, now + hours(1), ...due.filter((at) => at > now));
    await story.clock.advance(milliseconds(next - now));
    await story.take({ type: "tick" });
  }
}

test("the watch of a typhoon, from the forecast to the report", async () => {
  const residents = {
    households: 100,
    ways: [{ id: "board", name: { zh: "公告栏", en: "Board" }, households: 100 }],
    channels: [],
    contacts: [],
  };
  await using story = await startStory({ site: storySite(policy, { residents }), start: FORECAST });
  const at = (span: Span): Instant => later(FORECAST, span);
  const crew = { kind: "person", id: "p-technician-on-duty", name: "值班技工", role: "maintainer" } as const;

  // 20:00, five days ahead: by the form of the control room.
  const stand = await story.api();
  const site = await stand.ask("GET", "/api/site", { as: "operator" });
  expect(site.body.plans).toEqual([{ id: "storm", class: "non_urgent", name: { zh: "台风暴雨值守", en: "Storm watch" } }]);
  const opened = await stand.ask("POST", "/api/tickets", {
    as: "operator",
    body: {
      class: "non_urgent",
      plan: "storm",
      description: "台风「海燕」预计周四夜间登陆，橙色预警",
      expected: formatInstant(LANDS),
      commandId: "storm-1",
    },
  });
  expect([opened.status, opened.body.severity, opened.body.plan]).toEqual([201, "S2", "storm"]);
  const { no } = opened.body;
  const due = Object.fromEntries(story.ticket(no).clocks.map(({ kind, dueAt }) => [kind, dueAt]));
  expect(due.plan).toBe(later(LANDS, days(-3)));
  await story.step(no, "dispatch", { assignee: "值班技工" });
  await story.step(no, "accept", {}, crew);

  // Three days before: the notice goes to the residents with the supervisor's word, and the plan is started.
  await pass(story, at(hours(40)));
  await story.command({ do: "draft-notice", ticket: no, back: "unknown" });
  const draft = await (await story.api()).ask("GET", `/api/tickets/${no}/notice`, { as: "operator" });
  const { rev } = draft.body.draft;
  expect(draft.body.draft.preview.zh).toMatch(
    /^【台风暴雨预警】据气象预报，台风暴雨预计11月26日 22:00前后影响.+防汛防台预案。预计持续至：解除时间另行通知。请收好阳台/,
  );
  expect((await story.command({ do: "approve-notice", ticket: no, rev })).refusal?.code).toBe("approval-needed");
  expect((await story.command({ do: "approve-notice", ticket: no, rev }, supervisor)).refusal).toBeUndefined();
  await story.step(no, "plan", {}, crew);
  expect(story.ticket(no).clocks.find(({ kind }) => kind === "plan")).toMatchObject({ state: "met" });

  // On Wednesday it slows down: everything that hangs on it moves, and residents are to hear of it.
  await pass(story, on("2026-11-25", "09:00"));
  await story.step(no, "reschedule", { until: LATER, note: "移速减慢" });
  await pass(story, on("2026-11-25", "09:10"));
  const moved = await (await story.api()).ask("GET", `/api/tickets/${no}/notice`, { as: "operator" });
  expect(moved.body.draft).toMatchObject({ kind: "update", cause: { zh: "预计到达时间有变" } });
  expect(moved.body.draft.what.zh).toContain("预计11月27日 00:30前后");
  const update = { do: "draft-notice", ticket: no, back: "unknown", rev: moved.body.draft.rev } as const;
  await story.command(update, supervisor);
  await story.command({ do: "approve-notice", ticket: no, rev: moved.body.draft.rev + 1 }, supervisor);

  // 22:00, when it was first told for: nobody is called to a round yet.
  await pass(story, on("2026-11-26", "23:59"));
  const before = stepsRun(await story.journal(`ticket:${no}`));
  expect(before.filter((line) => line.endsWith("storm-here"))).toEqual([]);
  await story.step(no, "depart", {}, crew);
  await story.step(no, "arrive", {}, crew);

  // It lands. Rounds at half past one and two; the one that is due at 03:00 is missed and told.
  await story.until(on("2026-11-27", "01:20"));
  expect(stepsRun(await story.journal(`ticket:${no}`))).toContain("00:30:00 storm-here");
  await story.step(no, "feedback", { note: "B2 集水坑正常，天台排水通畅" }, crew);
  await story.until(on("2026-11-27", "02:00"));
  await story.step(no, "feedback", { note: "3 栋天台排水口落叶，已清" }, crew);
  await story.until(on("2026-11-27", "03:01"));
  const missed = (await story.store.messages(no)).filter(({ step }) => step.startsWith("feedback-missed"));
  expect(new Set(missed.map(({ to }) => to))).toEqual(new Set(["p-control-room-operator", "p-shift-leader"]));
  expect(missed[0]?.text.zh).toContain("巡查地下室和天台超时，请立即记录进展");
  const shown = await story.shown(no);
  expect(shown.events.map(({ line }) => line.zh)).toContain("巡查地下室和天台已超时");
  expect(shown.clocks.find(({ kind }) => kind === "feedback")).toMatchObject({
    name: { zh: "巡查地下室和天台", en: "Round of basement and roof" },
    dueAt: formatInstant(on("2026-11-27", "04:00")),
  });
  await story.step(no, "feedback", { note: "补查：B2 排水泵跳闸，已复位" }, crew);

  // The gateway itself loses its power for two hours: one reminder, at its true instant, and the rounds go on.
  await story.until(on("2026-11-27", "03:30"));
  await story.powerCut(on("2026-11-27", "05:30"));
  await story.until(on("2026-11-27", "05:32"));
  const breaches = (await story.journal(`ticket:${no}`)).filter(({ event }) => event === "clock-breached");
  expect(breaches.map(({ data, occurredAt }) => `${data.clock} ${wall(occurredAt)}`)).toEqual([
    "feedback 03:00:00",
    "feedback 04:01:00",
  ]);
  expect(story.ticket(no).clocks.find(({ kind }) => kind === "feedback")?.dueAt).toBe(on("2026-11-27", "06:01"));
  await story.step(no, "feedback", { note: "全部正常" }, crew);

  // It has passed: no more rounds, 24 h for the repairs; residents hear that it is over.
  await story.until(on("2026-11-27", "06:00"));
  expect((await story.step(no, "repair", {}, crew)).refusal?.code).toBe("not-over");
  expect((await story.step(no, "mitigate", { note: "气象台解除预警" }, crew)).refusal).toBeUndefined();
  expect(story.ticket(no).clocks.find(({ kind }) => kind === "resolve")?.dueAt).toBe(on("2026-11-28", "06:00"));
  await pass(story, on("2026-11-27", "06:10"));
  const closing = await (await story.api()).ask("GET", `/api/tickets/${no}/notice`, { as: "operator" });
  expect(closing.body.draft.preview.zh).toMatch(/^【台风暴雨预警·已解除】.+影响已解除/);
  expect(closing.body.draft.preview.en).toContain("[Storm warning – over] The storm is over at");
  await story.command({ do: "approve-notice", ticket: no, rev: closing.body.draft.rev }, supervisor);

  // Repaired the same evening, every step of the list done, closed.
  await pass(story, on("2026-11-27", "19:00"));
  for (const { step } of story.ticket(no).sop) await story.step(no, "sop", { sop: step }, crew);
  expect((await story.step(no, "repair", { note: "排水泵更换接触器，清运落叶 3 车" }, crew)).refusal).toBeUndefined();
  expect((await story.step(no, "close")).refusal).toBeUndefined();
  const done = story.ticket(no);
  expect(done.state).toBe("closed");
  expect(done.clocks.filter(({ breachedAt }) => breachedAt !== undefined).map(({ kind }) => kind)).toEqual(["feedback"]);
  expect(done.clocks.find(({ kind }) => kind === "resolve")).toMatchObject({ state: "met" });
  const after = (await story.journal(`ticket:${no}`)).length;
  await pass(story, on("2026-11-28", "12:00"));
  expect((await story.journal(`ticket:${no}`)).filter(({ event }) => event === "step-run" || event === "clock-breached")).toHaveLength(
    (await story.journal(`ticket:${no}`)).slice(0, after).filter(({ event }) => event === "step-run" || event === "clock-breached").length,
  );

  // Reported among the planned work, its repair in time.
  const report = await (await story.api()).ask(
    "GET",
    `/api/reports/response?from=${formatInstant(FORECAST)}&to=${formatInstant(on("2026-11-28", "12:00"))}`,
    { as: "supervisor" },
  );
  expect(report.status).toBe(200);
  const whole = JSON.stringify(report.body);
  expect(whole).toContain("非紧急事项");
  expect(minutes(1)).toBe(60_000);
}, 120_000);
