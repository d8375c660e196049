/** One-ticket links: what they open, for whom, how long, and everything that they do not. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Ticket } from "#model/ticket";
import { days, hours, later, minutes, seconds } from "#model/time";
import { VisitShape } from "../../../gateway/api/visit-shapes.ts";
import { linkOfMessage, writeLink } from "../../../gateway/people/ticket-links.ts";
import { people } from "../../support/building.ts";
import { letDecide } from "../../support/deciding-door.ts";
import { type Answer, alarm, exchange, START, type Stand, startStand, testSite, ticket } from "./stand.ts";

const NO = "GD20261121-000001";
const OTHER = "GD20261121-000002";
const site = testSite({
  publicUrl: "https://gate.example.cn",
  people: {
    ...people,
    people: [
      ...people.people,
      { id: "firm", name: "维保公司", phone: "00010000008", contractor: true },
      { id: "other", name: "别家公司", phone: "00010000009", contractor: true },
    ],
  },
});
const offer = (person: string, more = {}) => ({
  person,
  round: 1,
  state: "open" as const,
  at: START,
  until: later(START, minutes(5)),
  ...more,
});

let stand: Stand;
let n = 0;
const commandId = () => `v-${++n}`;
beforeEach(async () => {
  stand = await startStand({ site });
  letDecide(stand.door, site, () => stand.clock.now());
  const { tickets } = stand.door.house;
  tickets.set(NO, ticket(NO, { offers: [offer("firm"), offer("other")] }));
  tickets.set(OTHER, ticket(OTHER, { device: "lift-2", title: { zh: "别处的事", en: "elsewhere" } }));
});
afterEach(async () => stand[Symbol.asyncDispose]());

const of = (no = NO): Ticket => (stand.door.house.tickets.get(no) ?? stand.door.house.lately.get(no)) as Ticket;
const send = (method: string, path: string, cookie?: string, body?: unknown) =>
  exchange(
    stand.port,
    method,
    path,
    { ...(body ? { "content-type": "application/json" } : {}), ...(cookie ? { cookie } : {}) },
    body === undefined ? undefined : JSON.stringify(body),
  );
const makeLink = async (person = "firm"): Promise<string> => {
  const made = await stand.ask("POST", `/api/tickets/${NO}/links`, { as: "operator", body: { person } });
  expect(made.status).toBe(201);
  return made.body.path.split("#")[1];
};
const open = (link: string) => send("POST", "/api/visit", undefined, { link });
const cookieOf = (answer: Answer) => String(answer.headers["set-cookie"]).split(";")[0] ?? "";
const visit = async (person = "firm") => cookieOf(await open(await makeLink(person)));
const step = (cookie: string, name: string, more = {}) =>
  send("POST", `/api/visit/${name}`, cookie, { commandId: commandId(), ...more });

describe("a contractor with a link", () => {
  test("sees the work, takes it, comes, reports, and has it done: every step stands in the journal under their name", async () => {
    const why = { zh: "轿厢停在 13 层附近，轿内有人", en: "the car stands near floor 13 with people in it" };
    const [id = ""] = of().alarms;
    stand.door.house.alarms.set(id, alarm(id, { because: why }));
    const opened = await open(await makeLink());
    expect(opened.status).toBe(200);
    expect(opened.body.work.because).toEqual([why]);
    expect(opened.body.work.recovered).toBe(false);
    stand.door.house.alarms.delete(id);
    const cookie = cookieOf(opened);
    expect(opened.body).toMatchObject({
      person: "维保公司",
      no: NO,
      standing: "offered",
      work: { can: ["accept", "decline"] },
    });

    expect((await step(cookie, "accept")).body).toMatchObject({ standing: "mine", work: { state: "accepted" } });
    expect(of()).toMatchObject({ assignee: "维保公司", state: "accepted" });
    expect((await step(cookie, "arrive")).body.work.state).toBe("on-site");
    for (const [name, more] of [
      ["promise", { what: "finish", for: "60m" }],
      ["note", { note: "制动器抱死" }],
      ["sop", { sop: "talk" }],
      ["mitigate", { note: "人已救出" }],
      ["repair", {}],
    ] as const) {
      const done = await step(cookie, name, more);
      expect([name, done.status]).toEqual([name, 200]);
      expect(VisitShape.strict().safeParse(done.body).success).toBe(true);
    }
    expect(of()).toMatchObject({
      state: "repaired",
      sop: [{ doneBy: "维保公司" }],
      promised: [{ by: "维保公司", kept: true }],
    });
    const mine = stand.door.journal.filter((row) => row.event.startsWith("ticket-"));
    expect(mine.map((row) => row.event)).toEqual([
      "ticket-accept",
      "ticket-arrive",
      "ticket-promise",
      "ticket-note",
      "ticket-sop",
      "ticket-mitigate",
      "ticket-repair",
    ]);
    expect(mine.every((row) => row.actor === "firm" && row.data.through === "link")).toBe(true);
    expect(mine.find((row) => row.event === "ticket-arrive")?.data.who).toBe("rescue");
  });

  test("declines with a reason, which the desk reads, and sees the work no more", async () => {
    const cookie = await visit();
    expect((await step(cookie, "decline")).body.code).toBe("note-needed");
    expect((await step(cookie, "decline", { note: "人都在外面" })).body).toEqual(
      expect.objectContaining({ standing: "declined", no: NO }),
    );
    expect(of().offers?.[0]).toMatchObject({ person: "firm", state: "declined", because: "人都在外面" });
    expect((await send("GET", "/api/visit", cookie)).body.work).toBeUndefined();
  });

  test("who was slower hears who has it, and sees nothing of it", async () => {
    const slow = await visit("other");
    const quick = await visit("firm");
    await step(quick, "accept");
    const late = await step(slow, "accept");
    expect(late).toMatchObject({ status: 409, body: { code: "already-accepted" } });
    expect((await send("GET", "/api/visit", slow)).text).not.toContain("困人");
    expect((await step(slow, "arrive")).status).toBe(403);
    expect((await step(slow, "note", { note: "x" })).status).toBe(403);
    expect(of().assignee).toBe("维保公司");
  });

  test("takes the work before doing anything on it", async () => {
    const cookie = await visit();
    for (const name of ["arrive", "mitigate", "repair", "sop", "feedback"]) {
      expect((await step(cookie, name, { note: "x", sop: "talk" })).status, name).toBe(409);
    }
    expect(of().state).toBe("dispatched");
  });

  test("the work goes on in the same visit for days, until two hours after its end", async () => {
    const cookie = await visit();
    await step(cookie, "accept");
    await stand.clock.advance(days(2));
    expect((await send("GET", "/api/visit", cookie)).body.standing).toBe("mine");
    stand.door.house.tickets.delete(NO);
    stand.door.house.lately.set(NO, ticket(NO, { assignee: "维保公司", state: "closed", closedAt: stand.clock.now() }));
    expect((await send("GET", "/api/visit", cookie)).body).toMatchObject({ standing: "mine", work: { can: [] } });
    await stand.clock.advance(hours(2));
    expect((await send("GET", "/api/visit", cookie)).body).toMatchObject({ standing: "over" });
    expect((await send("GET", "/api/visit", cookie)).body.work).toBeUndefined();
    await stand.clock.advance(days(6));
    expect((await send("GET", "/api/visit", cookie)).status).toBe(401);
  });
});

describe("a link", () => {
  test("is good once: looking at the page does not use it up, a second opening is refused", async () => {
    const link = await makeLink();
    for (let i = 0; i < 20; i++) await send("GET", "/t");
    const both = await Promise.all([open(link), open(link)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 410]);
    expect((await open(link)).body).toMatchObject({
      code: "link-used",
      message: { zh: expect.stringContaining("监控中心") },
    });
  });

  test("ends after fifteen minutes when nobody opens it", async () => {
    const link = await makeLink();
    await stand.clock.advance(minutes(15));
    expect(await open(link)).toMatchObject({ status: 410, body: { code: "link-over" } });
  });

  test("is revoked by the desk, with every visit that came by one; a new one opens again", async () => {
    const [unused, cookie] = [await makeLink(), await visit()];
    await stand.clock.advance(seconds(1));
    const gone = await stand.ask("DELETE", `/api/tickets/${NO}/links/firm`, { as: "operator" });
    expect(gone.status).toBe(204);
    expect((await open(unused)).body.code).toBe("link-revoked");
    expect((await send("GET", "/api/visit", cookie)).status).toBe(401);
    expect((await step(cookie, "accept")).status).toBe(401);
    await stand.clock.advance(seconds(1));
    expect((await open(await makeLink())).status).toBe(200);
    expect(stand.door.journal.map((row) => row.event)).toContain("link-revoked");
  });

  test("is made only for somebody whom the work is with, and only by the desk", async () => {
    const post = (person: string, as: "operator" | "maintainer" | "viewer") =>
      stand.ask("POST", `/api/tickets/${NO}/links`, { as, body: { person } });
    expect((await post("p-last", "operator")).body.code).toBe("not-sent");
    expect((await post("nobody", "operator")).status).toBe(404);
    expect((await post("firm", "maintainer")).status).toBe(403);
    expect((await post("firm", "viewer")).status).toBe(403);
  });

  test("cannot be guessed, bent, or signed by another house", async () => {
    const link = await makeLink();
    const [claim = "", tag = ""] = link.split(".");
    const bend = (text: string) => Buffer.from(text).toString("base64url");
    const parts = Buffer.from(claim, "base64url").toString().split("\n");
    const forged = [
      `${bend([OTHER, ...parts.slice(1)].join("\n"))}.${tag}`,
      `${bend([parts[0], "other", ...parts.slice(2)].join("\n"))}.${tag}`,
      `${bend([...parts.slice(0, 4), "zzzzzzzzz"].join("\n"))}.${tag}`,
      `${claim}.${"A".repeat(22)}`,
      `${claim}.`,
      claim,
      `${link}.`,
      `${link}A`,
      writeLink(Buffer.alloc(32), {
        ticket: NO,
        person: "firm",
        nonce: "x",
        madeAt: START,
        until: later(START, days(1)),
      }),
    ];
    for (const wrong of forged) expect([wrong, (await open(wrong)).status]).toEqual([wrong, 404]);
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, maxLength: 300, unit: "binary" }), async (text) =>
        [400, 404].includes((await open(text)).status),
      ),
      { numRuns: 100 },
    );
    for (const body of [{}, { link: 1 }, { link: "" }, { link, more: 1 }]) {
      expect((await send("POST", "/api/visit", undefined, body)).status).toBe(400);
    }
    expect(stand.door.house.sessions.size).toBe(0);
    expect((await open(link)).status).toBe(200);
  });

  test("leaves no secret behind: not in the rows, not in the journal, not in the log", async () => {
    const link = await makeLink();
    const cookie = cookieOf(await open(link));
    const secret = cookie.split("=")[1] ?? "-";
    const all = JSON.stringify([[...stand.door.house.sessions.values()], stand.door.journal, stand.logged]);
    expect(all).not.toContain(secret);
    expect(all).not.toContain(link.split(".")[1]);
  });

  test("opens nothing else: no other ticket, no list, no route of people with accounts", async () => {
    const cookie = await visit();
    await step(cookie, "accept");
    const secret = cookie.split("=")[1];
    for (const { method, url } of stand.api.routes) {
      if (url.startsWith("/api/visit") || ["/healthz", "/*", "/api/session", "/api/first-run"].includes(url)) continue;
      const path = url.replace(":no", OTHER).replace("/:id", "/lift-1").replace(":person", "firm");
      for (const shown of [cookie, `gh=${secret}`]) {
        expect([url, (await send(method, path, shown, method === "POST" ? {} : undefined)).status]).toEqual([url, 401]);
      }
      const bearer = await exchange(stand.port, method, path, { authorization: `Bearer ${secret}` });
      expect([url, bearer.status]).toEqual([url, 401]);
    }
    const seen = await send("GET", "/api/visit", cookie);
    expect(seen.text).not.toContain("别处的事");
    expect(seen.text).not.toMatch(/0001000|别家公司|ladder|"told"|"events"/);
    for (const wish of ["close", "dispatch", "reopen", "false-alarm", "assign", "hold", "escalate", "nonsense"]) {
      expect([wish, (await step(cookie, wish, { note: "x" })).status]).toEqual([wish, 404]);
    }
  });

  test("an account's cookie and a token are no visit", async () => {
    for (const as of ["operator", "supervisor", "admin"] as const) {
      expect((await stand.ask("GET", "/api/visit", { as })).status).toBe(403);
      expect((await stand.ask("POST", "/api/visit/accept", { as, body: { commandId: commandId() } })).status).toBe(403);
    }
    expect((await send("GET", "/api/visit")).status).toBe(401);
    expect((await send("GET", "/api/visit", `gh-visit=${"A".repeat(43)}`)).status).toBe(401);
  });
});

describe("the link that goes out with a message", () => {
  const message = { key: `${NO}/1/sent/0/firm/sms`, to: "firm", createdAt: START };
  test("is the same however often it is sent, and another one by another way", () => {
    const link = linkOfMessage(message, of(), false, START);
    expect(link).toMatchObject({ ticket: NO, person: "firm", until: later(START, minutes(15)) });
    expect(linkOfMessage(message, of(), false, later(START, seconds(30)))?.nonce).toBe(link?.nonce);
    expect(linkOfMessage({ ...message, key: `${message.key}2` }, of(), false, START)?.nonce).not.toBe(link?.nonce);
  });

  test("holds as long as the offer does, and there is none for whom the work is not", () => {
    const long = ticket(NO, { offers: [offer("firm", { until: later(START, hours(8)) })] });
    expect(linkOfMessage(message, long, false, START)?.until).toBe(later(START, hours(8)));
    expect(linkOfMessage({ ...message, to: "p-last" }, of(), false, START)).toBeUndefined();
    expect(
      linkOfMessage(message, ticket(NO, { offers: [offer("firm", { state: "expired" })] }), false, START),
    ).toBeUndefined();
    expect(linkOfMessage(message, ticket(NO, { closedAt: START }), true, START)).toBeUndefined();
    expect(linkOfMessage(message, ticket(NO), true, START)).toBeDefined();
  });
});
