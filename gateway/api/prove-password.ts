/** A person proves with a password who they are: when signing in, and when putting a name under something. */
import type { FastifyReply } from "fastify";
import type { Account } from "#model/account";
import type { Span } from "#model/time";
import { Refused } from "../net/refused.ts";
import { signInFailed } from "../people/accounts.ts";
import type { PasswordHasher } from "../people/password-hash.ts";
import { digest } from "../people/secrets.ts";
import { createSlowing } from "../people/slowing.ts";
import type { ApiHouse } from "./api-house.ts";

export interface PasswordDesk {
  /** The account whose password this is. Throws the refusal: wrong, too many tries, too busy. */
  prove(reply: FastifyReply, user: string, password: string): Promise<Account>;
}

export const tooBusy = () =>
  new Refused(
    429,
    "too-many-sign-ins",
    "同时登录的人太多，请几秒后重试。",
    "Too many people sign in at once. Try again in a few seconds.",
    { retryAfter: 2 },
  );

/** One for the whole API, so that wrong tries count together wherever they are made. */
export function createPasswordDesk(house: ApiHouse, hasher: PasswordHasher): PasswordDesk {
  const { accounts } = house.door.house;
  const slowing = createSlowing(house.clock);
  return {
    async prove(reply, typed, password) {
      const user = typed.trim().toLowerCase();
      // By digest: what people type into the wrong field is not kept in memory.
      const name = digest(user);
      const wait = slowing.wait(name);
      if (wait > 0) throw tooSoon(reply, wait);
      slowing.began(name);
      const account = accounts.get(user);
      const right = await hasher.verify(password, account?.password);
      if (right === "busy") {
        slowing.dropped(name);
        reply.header("retry-after", 2);
        throw tooBusy();
      }
      if (!right || !account || accounts.get(user)?.state !== "active") {
        // Not waited for: the answer takes as long as for a user that does not exist.
        if (account) void house.record(signInFailed(account, house.clock.now()));
        throw new Refused(
          401,
          "wrong-credentials",
          "账号或密码不正确。",
          "The user name or the password is not right.",
        );
      }
      slowing.succeeded(name);
      return account;
    },
  };
}

function tooSoon(reply: FastifyReply, wait: Span): Refused {
  const retryAfter = Math.ceil(wait / 1_000);
  reply.header("retry-after", retryAfter);
  return new Refused(
    429,
    "too-many-tries",
    `密码多次输入错误，请在 ${retryAfter} 秒后再试。`,
    `Too many wrong tries. Try again in ${retryAfter} s.`,
    { retryAfter },
  );
}
