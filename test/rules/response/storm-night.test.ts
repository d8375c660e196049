/**
 * A typhoon from its forecast to the report, over the real door, store, outbox and API: told five days ahead, residents warned three
 * days before, a round missed at 03:00, the gateway's power gone while it rages, over, repaired within 24 h, closed, reported.
 */
import { beforeAll, expect, test } from "vitest";
import { noticeId } from "#model/notice";
import type { Policy } from "#model/policy";
import { days, formatInstant, hours, type Instant, later, milliseconds, type Span } from "#model/time";
import type { Reply } from "../../../gateway/door.ts";
import { noticeText } from "../../../rules/response/notice-words.ts";
import { supervisor } from "../../support/building.ts";
import { on, type Story, startStory, stepsRun, storySite, wall } from "../../support/story-house.ts";
import { policyUnder, shippedNotices } from "./shipped-policy.ts";

const FORECAST = on("2026-11-21", "20:00");
const LANDS = on("2026-11-26", "22:00");
const LATER = on("2026-11-27", "00:30");

let policy: Policy;
beforeAll(async () => {
  policy = { ...(await policyUnder("storm")), notices: await shippedNotices() };
});

/** The notice that waits for a word, and how it reads now. */
function waiting(story: Story, no: string) {
  const notice = story.house.papers.get(noticeId(no));
  if (notice?.kind !== "notice" || !notice.draft) throw new Error("no draft");
  return { ...notice.draft, text: noticeText(storySite(policy), notice.draft, story.clock.now()) };
}

const code = (reply: Reply): string | undefined => (reply.ok ? undefined : reply.refusal.code);

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

  // 20:00, five days ahead.
  const opened = await story.command({
    do: "open-ticket",
    class: "non_urgent",
    plan: "storm",
    description: "台风「海燕」预计周四夜间登陆，橙色预警",
    expected: LANDS,
  });
  const no = opened.ok ? (opened.ticket ?? "") : "";
  expect(story.ticket(no)).toMatchObject({ severity: "S2", plan: "storm" });
  const due = Object.fromEntries(story.ticket(no).clocks.map(({ kind, dueAt }) => [kind, dueAt]));
  expect(due.plan).toBe(later(LANDS, days(-3)));
  await story.step(no, "dispatch", { assignee: "值班技工" });
  await story.step(no, "accept", {}, crew);

  // Three days before: the notice goes to the residents with the supervisor's word, and the plan is started.
  await pass(story, at(hours(40)));
  await story.command({ do: "draft-notice", ticket: no, back: "unknown" });
  const { rev, text } = waiting(story, no);
  expect(text.zh).toMatch(
    /^【台风暴雨预警】据气象预报，台风暴雨预计11月26日 22:00前后影响.+防汛防台预案。预计持续至：解除时间另行通知。请收好阳台/,
  );
  expect(code(await story.command({ do: "approve-notice", ticket: no, rev }))).toBe("approval-needed");
  expect(code(await story.command({ do: "approve-notice", ticket: no, rev }, supervisor))).toBeUndefined();
  await story.step(no, "plan", {}, crew);
  expect(story.ticket(no).clocks.find(({ kind }) => kind === "plan")).toMatchObject({ state: "met" });

  // On Wednesday it slows down: everything that hangs on it moves, and residents are to hear of it.
  await pass(story, on("2026-11-25", "09:00"));
  await story.step(no, "reschedule", { until: LATER, note: "移速减慢" });
  await pass(story, on("2026-11-25", "09:10"));
  const moved = waiting(story, no);
  expect(moved).toMatchObject({ kind: "update", cause: "moved" });
  expect(moved.what.zh).toContain("预计11月27日 00:30前后");
  await story.command({ do: "draft-notice", ticket: no, back: "unknown", rev: moved.rev }, supervisor);
  await story.command({ do: "approve-notice", ticket: no, rev: moved.rev + 1 }, supervisor);

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
  expect(missed[0]?.text.zh).toContain("每小时巡查超时，请立即记录进展");
  const shown = await story.shown(no);
  expect(shown.events.map(({ line }) => line.zh)).toContain("每小时巡查已超时");
  expect(shown.clocks.find(({ kind }) => kind === "feedback")).toMatchObject({
    name: { zh: "每小时巡查", en: "Hourly round" },
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
  expect(code(await story.step(no, "repair", {}, crew))).toBe("not-over");
  expect(code(await story.step(no, "mitigate", { note: "气象台解除预警" }, crew))).toBeUndefined();
  expect(story.ticket(no).clocks.find(({ kind }) => kind === "resolve")?.dueAt).toBe(on("2026-11-28", "06:00"));
  await pass(story, on("2026-11-27", "06:10"));
  const closing = waiting(story, no);
  expect(closing.text.zh).toMatch(/^【台风暴雨预警·已解除】.+影响已解除/);
  expect(closing.text.en).toContain("[Storm warning – over] The storm is over at");
  await story.command({ do: "approve-notice", ticket: no, rev: closing.rev }, supervisor);

  // Repaired the same evening, every step of the list done, closed.
  await pass(story, on("2026-11-27", "19:00"));
  for (const { step } of story.ticket(no).sop) await story.step(no, "sop", { sop: step }, crew);
  expect(code(await story.step(no, "repair", { note: "排水泵更换接触器，清运落叶 3 车" }, crew))).toBeUndefined();
  expect(code(await story.step(no, "close"))).toBeUndefined();
  const done = story.ticket(no);
  expect(done.state).toBe("closed");
  expect(done.clocks.filter(({ breachedAt }) => breachedAt !== undefined).map(({ kind }) => kind)).toEqual([
    "feedback",
  ]);
  expect(done.clocks.find(({ kind }) => kind === "resolve")).toMatchObject({ state: "met" });
  const said = async () =>
    (await story.journal(`ticket:${no}`)).filter(({ event }) => event === "step-run" || event === "clock-breached");
  const heard = await said();
  await pass(story, on("2026-11-28", "12:00"));
  expect(await said()).toEqual(heard);

  // Reported: one ticket of planned work, its repair in time.
  const span = `from=${formatInstant(FORECAST)}&to=${formatInstant(on("2026-11-28", "12:00"))}`;
  const report = await (await story.api()).ask("GET", `/api/reports/response?${span}`, { as: "supervisor" });
  expect(report.status).toBe(200);
  const kpi = (id: string) => report.body.kpis.find((one: { id: string }) => one.id === id)?.value;
  expect([kpi("tickets"), kpi("closed"), kpi("resolve-p50")]).toEqual([1, 1, hours(13)]);
});
