/** Who is asking? A cookie or a bearer token becomes an actor; rights are read anew each time and never remembered. */
import type { Account, Actor, Session, Token } from "#model/account";
import type { Instant } from "#model/time";
import { digest, isSame } from "./secrets.ts";
import { tokenId } from "./tokens.ts";

export interface Known {
  readonly accounts: ReadonlyMap<string, Account>;
  readonly sessions: ReadonlyMap<string, Session>;
  readonly tokens: ReadonlyMap<string, Token>;
}

export interface Identity {
  readonly actor: Actor;
  /** Until when this credential holds; the demo token has no end. */
  readonly expiresAt?: Instant;
  /** Set when a cookie was shown: the session's row. */
  readonly session?: Session;
  /** What rate limits count by: the session or the token. */
  readonly key: string;
  /** Still good, with the same role? Asked every second for open streams. */
  holds(now: Instant): boolean;
}

export function identifySession(known: Known, secret: string, now: Instant): Identity | undefined {
  const id = digest(secret);
  const session = known.sessions.get(id);
  const account = session ? known.accounts.get(session.account) : undefined;
  if (!session || !account) return undefined;
  const { role } = account;
  const holds = (at: Instant): boolean => {
    const s = known.sessions.get(id);
    const a = known.accounts.get(account.id);
    return s?.state === "active" && at < s.expiresAt && a?.state === "active" && a.role === role;
  };
  if (!holds(now)) return undefined;
  return {
    actor: { kind: "person", id: account.id, name: account.name, role },
    expiresAt: session.expiresAt,
    session,
    key: `session:${id}`,
    holds,
  };
}

/** `demoToken`: the admin token of a simulated site, from the environment; never given for a real one. */
export function identifyToken(
  known: Known,
  secret: string,
  demoToken: string | undefined,
  now: Instant,
): Identity | undefined {
  if (demoToken !== undefined && isSame(secret, demoToken)) {
    return {
      actor: { kind: "token", id: "demo", name: "demo", role: "admin" },
      key: "token:demo",
      holds: () => true,
    };
  }
  const id = tokenId(secret);
  const token = id === undefined ? undefined : known.tokens.get(id);
  if (!token || !isSame(digest(secret), token.hash)) return undefined;
  const holds = (at: Instant): boolean => {
    const t = known.tokens.get(token.id);
    return t?.state === "active" && at < t.expiresAt && t.role === token.role;
  };
  if (!holds(now)) return undefined;
  return {
    actor: { kind: "token", id: token.id, name: token.name, role: token.role },
    expiresAt: token.expiresAt,
    key: `token:${token.id}`,
    holds,
  };
}
