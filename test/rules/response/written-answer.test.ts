/** T29: an individual question (装修申请、宠物管理) is answered in writing within three workdays, and not by a tick. */
import { beforeAll, expect, test } from "vitest";
import type { Policy } from "#model/policy";
import { between, hours, type Instant, later } from "#model/time";
import type { Answer } from "../../gateway/api/stand.ts";
import { operator } from "../../support/building.ts";
import { on, type Story, startStory, storySite } from "../../support/story-house.ts";
import { shippedPolicy } from "./shipped-policy.ts";

const FRIDAY = on("2026-11-20", "16:00");
let policy: Policy;
beforeAll(async () => {
  const shipped = await shippedPolicy();
  policy = { ...shipped, workdays: { zone: "Asia/Shanghai", years: shipped.workdays?.years ?? {} } };
});

/** A question of Friday afternoon that somebody took, as the desk asks and answers it. */
async function asked(): Promise<{ story: Story; no: string; answer: (words?: object) => Promise<Answer> }> {
  const story = await startStory({ site: storySite(policy), start: FRIDAY, delivers: false });
  const stand = await story.api();
  const ask = (path: string, body: object) => stand.ask("POST", path, { as: "operator", body });
  const opened = await ask("/api/tickets", { class: "consult", description: "1202 装修申请", commandId: "q" });
  const { no } = opened.body as { no: string };
  await ask(`/api/tickets/${no}/accept`, { commandId: "a" });
  let n = 0;
  const answer = (words: object = {}) => ask(`/api/tickets/${no}/repair`, { commandId: `r${++n}`, ...words });
  return { story, no, answer };
}
const resolve = (story: Story, no: string) => story.ticket(no).clocks.find(({ kind }) => kind === "resolve");
const WORDS = "您的装修申请已通过，请在工作日 8:00–18:00 施工。";

test.each([{}, { note: "" }, { note: "   \n" }])(
  "without an answer in it (%j) it is not done, and the clock of three workdays runs on",
  async (words) => {
    const { story, no, answer } = await asked();
    await using _ = story;
    expect(resolve(story, no)).toMatchObject({ dueAt: on("2026-11-25", "16:00"), state: "running" });
    const { status, body } = await answer(words);
    expect([400, 422]).toContain(status);
    if (status === 422) {
      expect(body).toMatchObject({
        code: "written-answer-needed",
        message: {
          zh: `咨询工单 ${no} 须书面答复：请填写答复内容，或先附上答复文件。`,
          en: `Ticket ${no} is answered in writing: write down the answer, or attach the paper first.`,
        },
      });
    }
    expect(story.ticket(no).state).toBe("accepted");
    expect(resolve(story, no)?.state).toBe("running");
  },
);

test("the words are the answer: they stand in the time line, and in the journal on the disk", async () => {
  const { story, no, answer } = await asked();
  await using _ = story;
  await story.until(later(FRIDAY, hours(1)));
  expect((await answer({ note: WORDS })).status).toBe(200);
  expect(resolve(story, no)).toMatchObject({ state: "met", metAt: later(FRIDAY, hours(1)) });
  const lines = (await story.shown(no)).events.filter(({ event }) => event === "ticket-repair");
  expect(lines.map(({ line }) => line.zh).join()).toContain(WORDS);
  await story.powerCut(later(FRIDAY, hours(2)));
  expect(await story.journal(`ticket:${no}`)).toContainEqual(
    expect.objectContaining({ event: "ticket-repair", data: expect.objectContaining({ note: WORDS }) }),
  );
});

test("the paper itself is an answer as well; a photo is none, and last round's paper does not answer this one's question", async () => {
  const { story, no, answer } = await asked();
  await using _ = story;
  const attach = (id: string, what: "document" | "photo") =>
    story.command({
      do: "attach-file",
      ticket: no,
      file: {
        id: id.repeat(32),
        what,
        type: what === "photo" ? "image/png" : "application/pdf",
        bytes: 9,
        sha256: "0",
      },
    });
  await attach("a", "photo");
  expect((await answer()).status).toBe(422);
  await attach("b", "document");
  expect((await answer()).status).toBe(200);
  await story.step(no, "sop", { sop: "answer" });
  expect((await story.step(no, "close")).ok).toBe(true);
  await story.until(later(FRIDAY, hours(1)));
  await story.step(no, "reopen", { note: "业主说没有收到" });
  await story.step(no, "accept", {}, operator);
  expect((await answer()).status).toBe(422);
  expect((await answer({ note: WORDS })).status).toBe(200);
});

test("not answered by Wednesday afternoon: team lead and supervisor hear of it then, once, and nobody because of the weekend", async () => {
  const { story, no } = await asked();
  await using _ = story;
  const pass = async (to: Instant) => {
    await story.clock.advance(between(story.clock.now(), to));
    await story.take({ type: "tick" });
  };
  const told = async () => {
    const { told } = await story.shown(no);
    return told.filter(({ step }) => step.startsWith("overdue-resolve")).map(({ role, at }) => `${role} ${at}`);
  };
  // Every hour over the weekend, and the last second before.
  for (let now = FRIDAY; now < on("2026-11-25", "15:00"); now = later(now, hours(1))) await pass(now);
  await pass(on("2026-11-25", "15:59:59"));
  expect(await told()).toEqual([]);
  for (const time of ["16:00:00", "16:00:01", "18:00:00"]) await pass(on("2026-11-25", time));
  expect([...new Set(await told())].sort()).toEqual([
    "department-supervisor 2026-11-25T08:00:00.000Z",
    "team-lead 2026-11-25T08:00:00.000Z",
  ]);
});

test("no other class asks for it", async () => {
  const written = Object.values(policy.classes).filter(({ writtenAnswer }) => writtenAnswer);
  expect(written.map((one) => one.class)).toEqual(["consult"]);
});
