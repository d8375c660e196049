import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { newSession } from "../../../gateway/people/sessions.ts";
import { exchange, type Stand, startStand, ticket } from "./stand.ts";

let stand: Stand;
beforeEach(async () => {
  stand = await startStand();
});
afterEach(async () => stand[Symbol.asyncDispose]());

const PASSWORD = "correct horse 7!";
const admin = (method: string, path: string, body?: object) =>
  stand.ask(method, path, { as: "admin", ...(body ? { body } : {}) });

describe("accounts", () => {
  test("are added, listed without their hash, and never twice", async () => {
    const body = { user: "Li", name: "李主管", role: "supervisor", password: PASSWORD };
    expect(await admin("POST", "/api/users", body)).toMatchObject({
      status: 201,
      body: { id: "li", role: "supervisor", state: "active" },
    });
    expect(await admin("POST", "/api/users", body)).toMatchObject({ status: 409, body: { code: "user-exists" } });
    const list = await admin("GET", "/api/users");
    expect(list.body).toEqual([
      { id: "li", name: "李主管", role: "supervisor", state: "active", createdAt: "2026-11-21T08:00:00.000Z" },
    ]);
    expect(stand.door.journal.at(-1)).toMatchObject({
      about: "account:li",
      event: "account-created",
      data: { role: "supervisor" },
    });
    expect(JSON.stringify(stand.door.journal)).not.toMatch(/argon2|correct horse/);
  });

  test.each([
    ["disabled", { state: "disabled" }],
    ["given another role", { role: "viewer" }],
  ])("a person who is %s is out at once, everywhere", async (_what, change) => {
    const account = {
      id: "li",
      name: "李",
      role: "operator" as const,
      password: "x",
      state: "active" as const,
      createdAt: stand.clock.now(),
    };
    stand.door.house.accounts.set("li", account);
    const cookies = [0, 1].map(() => {
      const { session, secret } = newSession(account, stand.clock.now());
      stand.door.house.sessions.set(session.id, session);
      return { cookie: `gh=${secret}` };
    });
    for (const headers of cookies) expect((await exchange(stand.port, "GET", "/api/me", headers)).status).toBe(200);
    expect((await admin("POST", "/api/users/li", change)).status).toBe(200);
    for (const headers of cookies) expect((await exchange(stand.port, "GET", "/api/me", headers)).status).toBe(401);
    expect([...stand.door.house.sessions.values()].map((session) => session.state)).toEqual(["ended", "ended"]);
  });

  test("somebody who leaves takes the tokens they made, their links and their duty along; tokens of others stay", async () => {
    const { house } = stand.door;
    const li = {
      id: "p-control-room-operator",
      name: "control-room-operator",
      role: "admin",
      password: "x",
      state: "active",
    } as const;
    for (const id of [li.id, "chief"]) house.accounts.set(id, { ...li, id, createdAt: stand.clock.now() });
    const { session, secret } = newSession({ ...li, createdAt: stand.clock.now() }, stand.clock.now());
    house.sessions.set(session.id, session);
    const cookie = { cookie: `gh=${secret}`, "content-type": "application/json", "x-requested-with": "gatehouse" };
    const make = await exchange(
      stand.port,
      "POST",
      "/api/tokens",
      { ...cookie, origin: stand.url },
      JSON.stringify({ name: "their script", role: "viewer" }),
    );
    expect(make.status).toBe(201);
    const theirs = { authorization: `Bearer ${make.body.token}` };
    expect((await exchange(stand.port, "GET", "/api/me", theirs)).status).toBe(200);
    const NO = "GD20261121-000009";
    house.tickets.set(NO, ticket(NO, { assignee: li.name }));
    const link = await stand.ask("POST", `/api/tickets/${NO}/links`, { as: "operator", body: { person: li.id } });
    expect(link.status).toBe(201);
    const onDuty = async () =>
      (await admin("GET", "/api/shifts")).body.find(({ team }: { team: string }) => team === "control-room-operator")
        .onDuty;
    expect(await onDuty()).toHaveLength(1);

    expect((await admin("POST", `/api/users/${li.id}`, { state: "disabled" })).status).toBe(200);
    expect((await exchange(stand.port, "GET", "/api/me", theirs)).status).toBe(401);
    expect([...house.tokens.values()].filter(({ state }) => state === "revoked").map(({ name }) => name)).toEqual([
      "their script",
    ]);
    expect(await onDuty()).toEqual([]);
    expect(stand.door.journal.map(({ event }) => event).slice(-3)).toEqual([
      "account-changed",
      "token-revoked",
      "link-revoked",
    ]);
    const opened = await stand.ask("POST", "/api/visit", { body: { link: link.body.path.split("#")[1] } });
    expect(opened).toMatchObject({ status: 410, body: { code: "link-revoked" } });
    // Who comes back is on duty again; what was revoked stays so.
    expect((await admin("POST", `/api/users/${li.id}`, { state: "active" })).status).toBe(200);
    expect(await onDuty()).toHaveLength(1);
    expect((await exchange(stand.port, "GET", "/api/me", theirs)).status).toBe(401);
  });

  test("the last admin cannot be disabled or demoted", async () => {
    await admin("POST", "/api/users", { user: "chief", name: "C", role: "admin", password: PASSWORD });
    expect(await admin("POST", "/api/users/chief", { state: "disabled" })).toMatchObject({
      status: 409,
      body: { code: "last-admin" },
    });
    expect((await admin("POST", "/api/users/chief", { role: "viewer" })).status).toBe(409);
    expect((await admin("POST", "/api/users/chief", { name: "Chief" })).status).toBe(200);
  });

  test("unknown ones, empty changes and unknown keys are refused", async () => {
    expect((await admin("POST", "/api/users/nobody", { state: "disabled" })).status).toBe(404);
    expect((await admin("POST", "/api/users/nobody", {})).body.message.zh).toContain("至少填写一项");
    const short = await admin("POST", "/api/users", { user: "王", name: "W", role: "viewer", password: PASSWORD });
    expect(short.body.message).toMatchObject({
      zh: expect.stringContaining("2 至 32"),
      en: expect.stringContaining("2 to 32"),
    });
    const odd = await admin("POST", "/api/users", {
      user: "li",
      name: "L",
      role: "admin",
      password: PASSWORD,
      createdAt: 0,
    });
    expect(odd.status).toBe(400);
    expect(odd.body.detail[0].message.en).toContain("createdAt");
    const named = await admin("POST", "/api/users", { user: "王 工", name: "L", role: "admin", password: PASSWORD });
    expect(named.status).toBe(400);
    // A person reads it: what a name must be like, and no field of a program.
    expect(named.body.message.zh).toMatch(/^请求有误：账号须为/);
    expect(named.body.message.en).not.toContain("body.");
    expect(
      (await admin("POST", "/api/users", { user: "../li", name: "L", role: "admin", password: PASSWORD })).status,
    ).toBe(400);
    expect(
      (await admin("POST", "/api/users", { user: "li", name: "L\u202e", role: "admin", password: PASSWORD })).status,
    ).toBe(400);
    expect(
      (await admin("POST", "/api/users", { user: "li", name: "L", role: "root", password: PASSWORD })).status,
    ).toBe(400);
  });
});

describe("API tokens", () => {
  test("are shown once, work with their role, and stop when revoked", async () => {
    const made = await admin("POST", "/api/tokens", { name: "报表", role: "viewer", days: 30 });
    expect(made).toMatchObject({
      status: 201,
      body: { role: "viewer", state: "active", expiresAt: "2026-12-21T08:00:00.000Z" },
    });
    const { id, token } = made.body;
    expect(token).toMatch(new RegExp(`^gh_${id}_[A-Za-z0-9_-]{43}$`));
    const headers = { authorization: `Bearer ${token}` };
    expect((await exchange(stand.port, "GET", "/api/site", headers)).status).toBe(200);
    expect((await exchange(stand.port, "GET", "/api/users", headers)).status).toBe(403);

    const list = await admin("GET", "/api/tokens");
    expect(list.text).not.toContain(token.slice(12));
    expect(JSON.stringify(stand.door.taken)).not.toContain(token.slice(12));

    expect((await admin("DELETE", `/api/tokens/${id}`)).body).toMatchObject({ id, state: "revoked" });
    expect((await exchange(stand.port, "GET", "/api/site", headers)).status).toBe(401);
    expect((await admin("DELETE", "/api/tokens/ffffffff")).status).toBe(404);
  });

  test("made with a token never outlive it", async () => {
    const made = await admin("POST", "/api/tokens", { name: "long", role: "viewer", days: 365 });
    // The test's admin token lasts the usual ninety days.
    expect(made.body.expiresAt).toBe("2027-02-19T08:00:00.000Z");
  });
});
