/** API tokens for scripts: `gh_<id>_<43 characters>`, shown once, kept as a digest, always with an end. */
import { randomBytes } from "node:crypto";
import type { Role, Token } from "#model/account";
import { days, type Instant, instant, later } from "#model/time";
import { digest, newSecret } from "./secrets.ts";

export const TOKEN_DAYS = { usual: 90, longest: 365 } as const;

const FORM = /^gh_([0-9a-f]{8})_[A-Za-z0-9_-]{43}$/;

/** The id inside a token, or `undefined` when it does not have the form of one. */
export const tokenId = (secret: string): string | undefined => FORM.exec(secret)?.[1];

/** `notAfter`: a token made with a token never outlives it. */
export function newToken(
  wish: {
    readonly name: string;
    readonly role: Role;
    readonly days?: number;
    readonly notAfter?: Instant;
    /** The account that makes it. */
    readonly by?: string;
  },
  now: Instant,
): { token: Token; secret: string } {
  const id = randomBytes(4).toString("hex");
  const secret = `gh_${id}_${newSecret()}`;
  const wished = later(now, days(Math.min(wish.days ?? TOKEN_DAYS.usual, TOKEN_DAYS.longest)));
  return {
    secret,
    token: {
      id,
      hash: digest(secret),
      name: wish.name,
      role: wish.role,
      ...(wish.by === undefined ? {} : { by: wish.by }),
      createdAt: now,
      expiresAt: instant(Math.min(wished, wish.notAfter ?? wished)),
      state: "active",
    },
  };
}
