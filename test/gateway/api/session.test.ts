import { afterEach, describe, expect, test } from "vitest";
import { days, hours, minutes, seconds } from "#model/time";
import { createPasswordHasher } from "../../../gateway/people/password-hash.ts";
import { sessionCookie } from "../../../gateway/people/sessions.ts";
import { type Answer, exchange, type Stand, startStand, testSite } from "./stand.ts";

const PASSWORD = "correct horse 7!";
let stand: Stand;
afterEach(async () => stand[Symbol.asyncDispose]());

const cookieOf = (answer: Answer): string => {
  const [first] = [answer.headers["set-cookie"]].flat();
  return first?.split(";")[0] ?? "";
};
const codeOf = (link: string | undefined): string => new URL(link ?? "").hash.replace("#first=", "");
const firstRun = (code: string, more: object = {}) =>
  stand.ask("POST", "/api/first-run", { body: { code, user: "wang", name: "王工", password: PASSWORD, ...more } });
const signIn = (user: string, password: string) => stand.ask("POST", "/api/session", { body: { user, password } });

describe("the first run", () => {
  test("makes the one admin, once, and signs that person in", async () => {
    stand = await startStand();
    const code = codeOf(stand.api.firstRunLink);
    expect(stand.api.firstRunLink).toBe(`${stand.url}/#first=${code}`);
    expect((await signIn("admin", "admin")).status).toBe(401);

    expect(await firstRun("A".repeat(43))).toMatchObject({ status: 410, body: { code: "link-used" } });
    expect(await firstRun(code, { password: "too short" })).toMatchObject({
      status: 422,
      body: { code: "weak-password" },
    });
    expect(await firstRun(code, { password: "wang-Harbour-77" })).toMatchObject({ status: 422 });
    expect(stand.door.house.accounts.size).toBe(0);

    const made = await firstRun(code);
    expect(made).toMatchObject({ status: 200, body: { id: "wang", name: "王工", role: "admin", kind: "person" } });
    const cookie = cookieOf(made);
    expect([made.headers["set-cookie"]].flat()[0]).toMatch(
      /^gh=[A-Za-z0-9_-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect((await stand.ask("GET", "/api/me", { headers: { cookie } })).body).toMatchObject({
      id: "wang",
      role: "admin",
    });

    expect((await firstRun(code, { user: "second" })).status).toBe(410);
    expect([...stand.door.house.accounts.keys()]).toEqual(["wang"]);
    expect(stand.door.journal.map((entry) => entry.event)).toEqual(["account-created", "signed-in"]);
    expect(JSON.stringify([stand.door.taken, stand.logged])).not.toMatch(new RegExp(`${code}|${PASSWORD}`));
    expect(JSON.stringify(stand.door.taken)).not.toContain(cookie.slice(3));
  });

  test("is over after fifteen minutes", async () => {
    stand = await startStand();
    await stand.clock.advance(minutes(15));
    expect((await firstRun(codeOf(stand.api.firstRunLink))).status).toBe(410);
  });

  test("used by two at once makes one admin", async () => {
    stand = await startStand();
    const code = codeOf(stand.api.firstRunLink);
    const both = await Promise.all([firstRun(code), firstRun(code, { user: "mallory" })]);
    expect(both.map((one) => one.status).sort()).toEqual([200, 410]);
    expect(stand.door.house.accounts.size).toBe(1);
  });
});

describe("signing in", () => {
  async function withWang(more: Parameters<typeof startStand>[0] = {}) {
    stand = await startStand(more);
    const password = await createPasswordHasher().hash(PASSWORD);
    const wang = {
      id: "wang",
      name: "王工",
      role: "operator" as const,
      password,
      state: "active" as const,
      createdAt: stand.clock.now(),
    };
    stand.door.house.accounts.set("wang", wang);
    return wang;
  }

  test("gives a session for twelve hours, which sign-out ends at once", async () => {
    await withWang();
    const answer = await signIn(" Wang ", PASSWORD);
    expect(answer).toMatchObject({
      status: 200,
      body: { id: "wang", role: "operator", expiresAt: "2026-11-21T20:00:00.000Z" },
    });
    const headers = { cookie: cookieOf(answer) };
    expect((await stand.ask("GET", "/api/session", { headers })).status).toBe(200);

    const out = await stand.ask("DELETE", "/api/session", { headers });
    expect(out.status).toBe(204);
    expect([out.headers["set-cookie"]].flat()[0]).toMatch(/^gh=; Max-Age=0;/);
    expect((await stand.ask("GET", "/api/me", { headers })).status).toBe(401);

    const again = { cookie: cookieOf(await signIn("wang", PASSWORD)) };
    expect(again.cookie).not.toBe(headers.cookie);
    stand.clock.stepWall(hours(12));
    expect((await stand.ask("GET", "/api/me", { headers: again })).status).toBe(401);
  });

  test("a new sign-in ends the session it replaces", async () => {
    await withWang();
    const old = { cookie: cookieOf(await signIn("wang", PASSWORD)) };
    await stand.ask("POST", "/api/session", { headers: old, body: { user: "wang", password: PASSWORD } });
    expect((await stand.ask("GET", "/api/me", { headers: old })).status).toBe(401);
  });

  test("wrong password, unknown and disabled user get the same words", async () => {
    const wang = await withWang();
    stand.door.house.accounts.set("li", { ...wang, id: "li", state: "disabled" });
    const answers = [await signIn("wang", "wrong"), await signIn("nobody", "wrong"), await signIn("li", PASSWORD)];
    for (const answer of answers) expect(answer).toMatchObject({ status: 401, body: { code: "wrong-credentials" } });
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    expect(stand.door.journal.map((entry) => [entry.about, entry.event])).toEqual([
      ["account:wang", "sign-in-failed"],
      ["account:li", "sign-in-failed"],
    ]);
  });

  test("guessing is slowed for known and unknown names alike, many at once are no way round, and the right one works after the wait", async () => {
    await withWang();
    for (const user of ["wang", "nobody"]) {
      const answers = await Promise.all(Array.from({ length: 8 }, () => signIn(user, "wrong")));
      expect(answers.filter((answer) => answer.status === 401)).toHaveLength(5);
      const slowed = answers.filter((answer) => answer.status === 429);
      expect(slowed).toHaveLength(3);
      expect(slowed[0]).toMatchObject({
        body: { code: "too-many-tries", detail: { retryAfter: 1 } },
        headers: { "retry-after": "1" },
      });
    }
    expect((await signIn("wang", PASSWORD)).status).toBe(429);
    await stand.clock.advance(seconds(1));
    expect((await signIn("wang", PASSWORD)).status).toBe(200);
  });

  test("an address has twenty tries a minute", async () => {
    await withWang({ limits: { signIns: { count: 20, within: minutes(1) } } });
    const answers: Answer[] = [];
    for (let i = 0; i < 21; i += 1) answers.push(await stand.ask("POST", "/api/session", { body: { user: 1 } }));
    expect(answers.slice(0, 20).every((answer) => answer.status === 400)).toBe(true);
    expect(answers[20]).toMatchObject({ status: 429, body: { code: "too-many-requests" } });
    expect(Number(answers[20]?.headers["retry-after"])).toBeGreaterThan(0);
  });

  test("an old hash is renewed at sign-in", async () => {
    const wang = await withWang();
    const old = "$argon2id$v=19$m=8192,t=1,p=1$BwcHBwcHBwcHBwcHBwcHBw$";
    const { argon2Sync } = await import("node:crypto");
    const tag = argon2Sync("argon2id", {
      message: PASSWORD,
      nonce: Buffer.alloc(16, 7),
      parallelism: 1,
      tagLength: 32,
      memory: 8_192,
      passes: 1,
    });
    stand.door.house.accounts.set("wang", { ...wang, password: old + tag.toString("base64").replace(/=+$/, "") });
    expect((await signIn("wang", PASSWORD)).status).toBe(200);
    expect(stand.door.house.accounts.get("wang")?.password).toMatch(/^\$argon2id\$v=19\$m=65536,t=2,p=1\$/);
  });
});

describe("a token", () => {
  test("is no browser's: with an Origin it is refused", async () => {
    stand = await startStand();
    const headers = { origin: stand.url };
    expect(await stand.ask("GET", "/api/site", { as: "viewer", headers })).toMatchObject({
      status: 403,
      body: { code: "token-in-browser" },
    });
  });

  test("of the demo is heard on a simulated site only", async () => {
    stand = await startStand({ demoToken: "letmein", site: testSite({ simulated: true }) });
    const headers = { authorization: "Bearer letmein" };
    expect((await stand.ask("GET", "/api/me", { headers })).body).toMatchObject({ role: "admin", kind: "token" });
    await stand[Symbol.asyncDispose]();
    stand = await startStand({ demoToken: "letmein" });
    expect((await stand.ask("GET", "/api/me", { headers })).status).toBe(401);
  });

  test("ends when its days are over", async () => {
    stand = await startStand();
    stand.clock.stepWall(days(90));
    expect((await stand.ask("GET", "/api/me", { as: "viewer" })).status).toBe(401);
  });
});

test("the cookie is bound to the host and sent over TLS alone, as soon as there is TLS", () => {
  expect(sessionCookie(true)).toMatchObject({
    name: "__Host-gh",
    options: { secure: true, path: "/", httpOnly: true, sameSite: "strict" },
  });
  expect(sessionCookie(false)).toMatchObject({ name: "gh", options: { secure: false } });
});

test("a cookie of nonsense is no credential and no error", async () => {
  stand = await startStand();
  for (const cookie of [
    "gh=",
    "gh=%",
    `gh=${"A".repeat(43)}`,
    "gh=a; gh=b",
    "=;;;",
    "gh=\u00e9",
    `gh=${"x".repeat(5_000)}`,
  ]) {
    const answer = await exchange(stand.port, "GET", "/api/me", { cookie });
    expect(answer.status, cookie).toBe(401);
  }
});
