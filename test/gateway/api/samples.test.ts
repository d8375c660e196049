/** 每日抽查 over the real routes: who sees what was drawn, the verdict on the ticket, and what a script or garbage gets. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Role, roles } from "#model/account";
import type { Ticket } from "#model/ticket";
import { days, hours, later, minutes } from "#model/time";
import { DaySampleShape } from "../../../gateway/api/paper-shapes.ts";
import { digest, newSecret } from "../../../gateway/people/secrets.ts";
import { sessionCookie } from "../../../gateway/people/sessions.ts";
import { policy } from "../../support/building.ts";
import { letDecide } from "../../support/deciding-door.ts";
import { START, type Stand, startStand, testSite, ticket } from "./stand.ts";

const site = testSite({
  policy: {
    ...policy,
    sampling: { at: 8 * 60, correctWithin: hours(24), tell: ["department-supervisor", "team-lead"] },
  },
});
let stand: Stand;
let beat: () => Promise<void>;
let n = 0;
const signedIn = new Map<string, Record<string, string>>();

function signIn(id: string, name: string, role: Role): void {
  const { accounts, sessions } = stand.door.house;
  const secret = newSecret();
  accounts.set(id, { id, name, role, password: "-", state: "active", createdAt: START });
  const session = { id: digest(secret), account: id, createdAt: START, expiresAt: later(START, days(9)) };
  sessions.set(session.id, { ...session, state: "active" });
  signedIn.set(id, { cookie: `${sessionCookie(false).name}=${secret}`, origin: stand.url });
}
const say = (as: string, no: string, step: string, words: object) =>
  stand.ask("POST", `/api/tickets/${no}/${step}`, {
    headers: signedIn.get(as) ?? {},
    body: { commandId: `s-${++n}`, ...words },
  });
const list = async () =>
  DaySampleShape.array().parse((await stand.ask("GET", "/api/samples", { headers: signedIn.get("li") ?? {} })).body);

beforeAll(async () => {
  stand = await startStand({ site });
  const door = letDecide(stand.door, site, () => stand.clock.now());
  beat = () => door.tick();
  signIn("li", "李主管", "supervisor");
  signIn("wang", "王工", "operator");
  // START is 16:00 of a Saturday in Shanghai; eleven were closed in that moment.
  for (let one = 1; one <= 11; one += 1) {
    const no = `GD20261121-${String(one).padStart(6, "0")}`;
    const closed = ticket(no, { severity: "S3", state: "closed", closedAt: START, alarms: [], workedBy: ["wang"] });
    stand.door.house.lately.set(no, closed);
    stand.stored.set(no, closed);
  }
  await stand.clock.advance(days(1));
  await beat();
});
afterAll(async () => stand[Symbol.asyncDispose]());

const drawnNumbers = async () => (await list())[0]?.rows.map(({ no }) => no) ?? [];

describe("today's sample", () => {
  test.each(roles)("is for those who lead: %s", async (role) => {
    const answer = await stand.ask("GET", "/api/samples", { as: role });
    expect(answer.status).toBe(role === "supervisor" || role === "admin" ? 200 : 403);
  });

  test("names what was drawn, without the words of the title", async () => {
    const [day] = await list();
    expect(day).toMatchObject({
      id: "CC20261122",
      state: "open",
      at: "2026-11-22T00:00:00.000Z",
      from: "2026-11-20T16:00:00.000Z",
      to: "2026-11-21T16:00:00.000Z",
      records: 11,
    });
    expect(day?.rows).toHaveLength(3);
    for (const row of day?.rows ?? [])
      expect(row).toEqual({
        no: expect.stringMatching(/^GD20261121-/),
        class: { zh: "电梯困人", en: "Entrapment" },
        device: { zh: "lift-1 号", en: "lift-1" },
        severity: "S3",
        overdue: false,
      });
  });

  test("is the same when it is asked for again, after another beat, and out of the store", async () => {
    const before = await drawnNumbers();
    await beat();
    expect(await drawnNumbers()).toEqual(before);
    for (const no of before) {
      const { body } = await stand.ask("GET", `/api/tickets/${no}`, { as: "operator" });
      expect(body.can).toContain("sample");
      expect(body.samples).toEqual([{ paper: "CC20261122", drawnAt: "2026-11-22T08:00:00.000Z" }]);
    }
    const all = [...stand.door.house.lately.keys()].filter((no) => !before.includes(no));
    const { body } = await stand.ask("GET", `/api/tickets/${all[0]}`, { as: "operator" });
    expect(body.can).not.toContain("sample");
  });

  test.each([{ limit: "0" }, { limit: "all" }, { from: "yesterday" }])("is refused garbage: %o", async (query) => {
    const answer = await stand.ask("GET", `/api/samples?${new URLSearchParams(query as never)}`, { as: "supervisor" });
    expect(answer.status).toBe(400);
    expect(answer.body.message.zh).toMatch(/\p{Script=Han}/u);
  });
});

describe("the verdict", () => {
  test.each([
    [{ verdict: "fine" }, 400],
    [{ verdict: 1 }, 400],
    [{ verdict: ["in-order"] }, 400],
    [{ verdict: "finding", note: "x".repeat(2_001) }, 400],
    [{}, 422],
    [{ verdict: "finding" }, 422],
  ])("of garbage is refused in both languages: %o", async (words, status) => {
    const [no = ""] = await drawnNumbers();
    const answer = await say("li", no, "sample", words);
    expect(answer.status).toBe(status);
    expect(answer.body.message).toEqual({
      zh: expect.stringMatching(/\p{Script=Han}/u),
      en: expect.stringMatching(/\w/),
    });
    expect((stand.door.house.lately.get(no) as Ticket).samples?.[0]?.verdict).toBeUndefined();
  });

  test("two at once: one counts, the other hears who was first; the same command twice counts once", async () => {
    const [no = ""] = await drawnNumbers();
    signIn("zhou", "周主管", "supervisor");
    const [first, second] = await Promise.all([
      say("li", no, "sample", { verdict: "in-order" }),
      say("zhou", no, "sample", { verdict: "finding", note: "缺签字" }),
    ]);
    expect([first.status, second.status].sort()).toEqual([200, 409]);
    const refused = first.status === 409 ? first : second;
    expect(refused.body).toMatchObject({ code: "already-sampled" });
    const [, other = ""] = await drawnNumbers();
    const words = { commandId: "twice", verdict: "in-order", note: "完整" };
    const again = () =>
      stand.ask("POST", `/api/tickets/${other}/sample`, { headers: signedIn.get("li") ?? {}, body: words });
    expect((await again()).status).toBe(200);
    expect((await again()).status).toBe(200);
    expect(
      stand.door.journal.filter((row) => row.about === `ticket:${other}` && row.event === "ticket-sample"),
    ).toHaveLength(1);
  });

  test("a finding stands on the ticket and in the list with its time, is overdue when it ran out, and is put right", async () => {
    const [, , no = ""] = await drawnNumbers();
    const found = await say("li", no, "sample", { verdict: "finding", note: "未记录到场时间" });
    expect(found).toMatchObject({
      status: 200,
      body: {
        state: "closed",
        samples: [{ verdict: "finding", by: "李主管", note: "未记录到场时间", correctBy: "2026-11-23T08:00:00.000Z" }],
      },
    });
    expect(found.body.can).toContain("correct");
    const row = async () => (await list()).flatMap(({ rows }) => rows).find((one) => one.no === no);
    expect(await row()).toMatchObject({ verdict: "finding", by: "李主管", overdue: false });
    await stand.clock.advance(hours(25));
    await beat();
    expect(await row()).toMatchObject({ overdue: true });
    const told = [...stand.door.house.outbox.values()].filter((one) => one.step === "sample-overdue");
    expect(told.map(({ to }) => to)).toEqual(["p-department-supervisor", "p-team-lead"]);
    expect(told.every(({ text }) => text.zh.includes(no))).toBe(true);
    await stand.clock.advance(minutes(5));
    const done = await say("wang", no, "correct", { note: "已补录" });
    expect(done).toMatchObject({ status: 200, body: { samples: [{ overdue: true, corrected: { by: "王工" } }] } });
    expect(await row()).toMatchObject({ correctedAt: "2026-11-23T09:05:00.000Z", overdue: true });
    expect((await list()).find(({ id }) => id === "CC20261122")?.state).toBe("closed");
    const { body } = await stand.ask("GET", "/api/reports/response?window=7d", { as: "viewer" });
    const value = (id: string) => body.kpis.find((one: { id: string }) => one.id === id)?.value;
    expect(value("sampled")).toBeCloseTo(3 / 11, 9);
    expect(value("sample-corrected")).toBe(0);
  });
});
