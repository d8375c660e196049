import { describe, expect, test } from "vitest";
import type { Account } from "#model/account";
import { days, hours, later, seconds } from "#model/time";
import { identifySession, identifyToken, type Known } from "../../../gateway/people/identify.ts";
import { newSession } from "../../../gateway/people/sessions.ts";
import { newToken } from "../../../gateway/people/tokens.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const now = createManualClock().now();
const wang: Account = { id: "wang", name: "王工", role: "operator", password: "x", state: "active", createdAt: now };

function known(): Known & { accounts: Map<string, Account> } {
  return { accounts: new Map([["wang", wang]]), sessions: new Map(), tokens: new Map() };
}

describe("a session", () => {
  test("holds for twelve hours and ends with its row, its account, or a new role", () => {
    const house = known();
    const { session, secret } = newSession(wang, now);
    const sessions = new Map([[session.id, session]]);
    const identity = identifySession({ ...house, sessions }, secret, now);
    expect(identity?.actor).toEqual({ kind: "person", id: "wang", name: "王工", role: "operator" });
    expect(identity?.holds(later(now, hours(11)))).toBe(true);
    expect(identity?.holds(later(now, hours(12)))).toBe(false);

    house.accounts.set("wang", { ...wang, role: "admin" });
    expect(identity?.holds(now)).toBe(false);
    house.accounts.set("wang", { ...wang, state: "disabled" });
    expect(identity?.holds(now)).toBe(false);
    house.accounts.set("wang", wang);
    expect(identity?.holds(now)).toBe(true);
    sessions.set(session.id, { ...session, state: "ended" });
    expect(identity?.holds(now)).toBe(false);
  });

  test("keeps nothing that could be shown as a cookie", () => {
    const { session, secret } = newSession(wang, now);
    expect(JSON.stringify(session)).not.toContain(secret);
    expect(
      identifySession({ ...known(), sessions: new Map([[session.id, session]]) }, session.id, now),
    ).toBeUndefined();
  });
});

describe("a token", () => {
  test("is found by its id and proven by its digest", () => {
    const { token, secret } = newToken({ name: "export", role: "viewer" }, now);
    const house = { ...known(), tokens: new Map([[token.id, token]]) };
    expect(secret).toMatch(/^gh_[0-9a-f]{8}_[A-Za-z0-9_-]{43}$/);
    expect(JSON.stringify(token)).not.toContain(secret.slice(12));
    expect(identifyToken(house, secret, undefined, now)?.actor).toMatchObject({ kind: "token", role: "viewer" });
    const forged = `${secret.slice(0, -1)}${secret.endsWith("A") ? "B" : "A"}`;
    expect(identifyToken(house, forged, undefined, now)).toBeUndefined();
    expect(identifyToken(house, token.hash, undefined, now)).toBeUndefined();
  });

  test("ends after its days, 365 at most, and never after the token that made it", () => {
    const end = (wish: Parameters<typeof newToken>[0]) => newToken(wish, now).token.expiresAt;
    expect(end({ name: "a", role: "viewer" })).toBe(later(now, days(90)));
    expect(end({ name: "a", role: "viewer", days: 9_999 })).toBe(later(now, days(365)));
    expect(end({ name: "a", role: "viewer", days: 30, notAfter: later(now, seconds(5)) })).toBe(later(now, seconds(5)));
    const { token, secret } = newToken({ name: "a", role: "viewer", days: 1 }, now);
    const house = { ...known(), tokens: new Map([[token.id, token]]) };
    expect(identifyToken(house, secret, undefined, later(now, days(1)))).toBeUndefined();
  });

  test("of the demo is an admin, and only when one was given", () => {
    expect(identifyToken(known(), "letmein", "letmein", now)?.actor.role).toBe("admin");
    expect(identifyToken(known(), "letmein", undefined, now)).toBeUndefined();
    expect(identifyToken(known(), "", "letmein", now)).toBeUndefined();
  });
});
