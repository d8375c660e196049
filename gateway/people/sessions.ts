/** A session: a random cookie whose digest is kept, twelve hours long (a shift and what follows it). */
import type { Account, Session } from "#model/account";
import { hours, type Instant, later } from "#model/time";
import { digest, newSecret } from "./secrets.ts";

const LASTS = hours(12);

export function newSession(account: Account, now: Instant): { session: Session; secret: string } {
  const secret = newSecret();
  return {
    secret,
    session: { id: digest(secret), account: account.id, createdAt: now, expiresAt: later(now, LASTS), state: "active" },
  };
}

/** The rows that end these sessions: at sign-out, disable, a new role or a new password. */
export const endSessions = (sessions: Iterable<Session>, which: (session: Session) => boolean): readonly Session[] =>
  [...sessions]
    .filter((session) => session.state === "active" && which(session))
    .map((session) => ({ ...session, state: "ended" }));

export interface SessionCookie {
  readonly name: string;
  readonly options: {
    readonly httpOnly: true;
    readonly sameSite: "strict";
    readonly path: "/";
    readonly secure: boolean;
    readonly maxAge: number;
  };
}

/** `__Host-` binds the cookie to this very host; browsers take the prefix only over TLS. */
export const sessionCookie = (secure: boolean): SessionCookie => ({
  name: secure ? "__Host-gh" : "gh",
  options: { httpOnly: true, sameSite: "strict", path: "/", secure, maxAge: LASTS / 1_000 },
});
