/** Accounts and what happens to them, as rows for the door. Nothing here touches the store or holds a password in clear. */
import type { Account, Actor, Role, Session, Token } from "#model/account";
import type { JournalEntry } from "#model/journal";
import type { Plan } from "#model/plan";
import type { Instant } from "#model/time";
import type { Known } from "./identify.ts";
import { endSessions, newSession } from "./sessions.ts";

type Rows = Partial<Plan>;

const entry = (
  now: Instant,
  about: string,
  event: string,
  actor: string,
  data: JournalEntry["data"] = {},
): JournalEntry => ({ at: now, occurredAt: now, about, event, actor, data });

/** A new account. `password` is the argon2id hash. */
export function addAccount(
  wish: { readonly id: string; readonly name: string; readonly role: Role; readonly password: string },
  by: string,
  now: Instant,
): { account: Account; rows: Rows } {
  const account: Account = { ...wish, state: "active", createdAt: now };
  return {
    account,
    rows: {
      accounts: [account],
      journal: [entry(now, `account:${account.id}`, "account-created", by, { name: account.name, role: account.role })],
    },
  };
}

export interface AccountChange {
  readonly role?: Role;
  readonly state?: Account["state"];
  /** The argon2id hash of the new password. */
  readonly password?: string;
  readonly name?: string;
}

/** Everything but a new name ends the person's sessions: what they may do has changed. */
export function changeAccount(
  before: Account,
  change: AccountChange,
  sessions: Iterable<Session>,
  by: string,
  now: Instant,
): { account: Account; rows: Rows } {
  const account: Account = { ...before, ...change };
  const ends = change.password !== undefined || account.role !== before.role || account.state !== before.state;
  return {
    account,
    rows: {
      accounts: [account],
      sessions: ends ? endSessions(sessions, (session) => session.account === account.id) : [],
      journal: [
        entry(now, `account:${account.id}`, "account-changed", by, {
          ...(change.role === undefined ? {} : { role: change.role }),
          ...(change.state === undefined ? {} : { state: change.state }),
          ...(change.name === undefined ? {} : { name: change.name }),
          ...(change.password === undefined ? {} : { password: "changed" }),
        }),
      ],
    },
  };
}

/** True when the change would leave nobody who can manage accounts. */
export function leavesNoAdmin(accounts: Iterable<Account>, before: Account, change: AccountChange): boolean {
  const after = { ...before, ...change };
  if (before.role !== "admin" || before.state !== "active") return false;
  if (after.role === "admin" && after.state === "active") return false;
  return ![...accounts].some((one) => one.id !== before.id && one.role === "admin" && one.state === "active");
}

/** A sign-in: a new session; sessions of this account that ran out are put away with it, and the one it replaces. */
export function signIn(
  account: Account,
  known: Known,
  now: Instant,
  more: { readonly replaces?: string; readonly password?: string } = {},
): { secret: string; session: Session; rows: Rows } {
  const { session, secret } = newSession(account, now);
  const over = endSessions(
    known.sessions.values(),
    (one) => (one.account === account.id && one.expiresAt <= now) || one.id === more.replaces,
  );
  return {
    secret,
    session,
    rows: {
      sessions: [...over, session],
      // A hash with today's parameters replaces an older one while the password is at hand.
      accounts: more.password === undefined ? [] : [{ ...account, password: more.password }],
      journal: [entry(now, `account:${account.id}`, "signed-in", account.id)],
    },
  };
}

export const signOut = (session: Session, now: Instant): Rows => ({
  sessions: [{ ...session, state: "ended" }],
  journal: [entry(now, `account:${session.account}`, "signed-out", session.account)],
});

/** Journalled for accounts that exist; slowing keeps the number of rows small. */
export const signInFailed = (account: Account, now: Instant): Rows => ({
  journal: [entry(now, `account:${account.id}`, "sign-in-failed", "gatehouse")],
});

export const tokenCreated = (token: Token, by: Actor["id"], now: Instant): Rows => ({
  tokens: [token],
  journal: [entry(now, `token:${token.id}`, "token-created", by, { name: token.name, role: token.role })],
});

export const tokenRevoked = (token: Token, by: Actor["id"], now: Instant): Rows => ({
  tokens: [{ ...token, state: "revoked" }],
  journal: [entry(now, `token:${token.id}`, "token-revoked", by, { name: token.name })],
});
