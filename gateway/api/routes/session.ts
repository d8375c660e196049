/** Signing in and out, the first admin, and who am I. */
import type { FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod";
import type { Account } from "#model/account";
import { formatInstant } from "#model/time";
import { Refused } from "../../net/refused.ts";
import { addAccount, signIn, signOut } from "../../people/accounts.ts";
import type { FirstRun } from "../../people/first-run.ts";
import { isOutdated, type PasswordHasher } from "../../people/password-hash.ts";
import { whyNotPassword } from "../../people/password-rules.ts";
import { sessionCookie } from "../../people/sessions.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { answers } from "../inputs.ts";
import { FirstRun as FirstRunInput, SignIn } from "../people-inputs.ts";
import { SessionShape } from "../people-shapes.ts";
import { type PasswordDesk, tooBusy } from "../prove-password.ts";
import { ErrorShape } from "../shapes.ts";

export interface Reception {
  readonly hasher: PasswordHasher;
  readonly desk: PasswordDesk;
  readonly firstRun: FirstRun;
}

/** The words that no password of this site may hold. */
export const forbiddenWords = (house: ApiHouse, ...more: readonly string[]): readonly string[] => [
  ...more,
  house.site.id,
  house.site.name.zh,
  house.site.name.en,
  "gatehouse",
];

/** The hash of a new password, or the refusal. */
export async function hashNewPassword(
  house: ApiHouse,
  hasher: PasswordHasher,
  password: string,
  words: readonly string[],
): Promise<string> {
  const why = whyNotPassword(password, forbiddenWords(house, ...words));
  if (why) throw new Refused(422, "weak-password", why.zh, why.en);
  const hash = await hasher.hash(password);
  if (hash === "busy") throw tooBusy();
  return hash;
}

export function sessionRoutes(server: Server, house: ApiHouse, { hasher, desk, firstRun }: Reception): void {
  const cookie = sessionCookie(house.secure);
  const { signIns } = house.limits;
  const rateLimit = { max: signIns.count, timeWindow: signIns.within, keyGenerator: (r: FastifyRequest) => r.ip };

  const me = (request: FastifyRequest): z.infer<typeof SessionShape> => {
    const identity = request.identity;
    if (!identity) throw new Error("the guard let a request without identity through");
    const { id, name, role, kind } = identity.actor;
    return {
      id,
      name,
      role,
      kind: kind === "token" ? "token" : "person",
      ...(identity.expiresAt === undefined ? {} : { expiresAt: formatInstant(identity.expiresAt) }),
    };
  };

  /** The new session's rows go through the door with `more`; the answer and the cookie come after the commit. */
  async function welcome(
    request: FastifyRequest,
    reply: FastifyReply,
    account: Account,
    more: { password?: string; rows?: ReturnType<typeof addAccount>["rows"] },
  ): Promise<z.infer<typeof SessionShape>> {
    const replaces = request.identity?.session?.id;
    const { secret, session, rows } = signIn(account, house.door.house, house.clock.now(), {
      ...(replaces === undefined ? {} : { replaces }),
      ...(more.password === undefined ? {} : { password: more.password }),
    });
    await house.record({
      ...rows,
      accounts: [...(more.rows?.accounts ?? []), ...(rows.accounts ?? [])],
      journal: [...(more.rows?.journal ?? []), ...(rows.journal ?? [])],
    });
    reply.setCookie(cookie.name, secret, cookie.options);
    return {
      id: account.id,
      name: account.name,
      role: account.role,
      kind: "person",
      expiresAt: formatInstant(session.expiresAt),
    };
  }

  server.post(
    "/api/session",
    {
      config: { rateLimit },
      schema: {
        tags: ["session"],
        summary: "Sign in; sets the session cookie",
        security: [],
        body: SignIn,
        response: answers(SessionShape),
      },
    },
    async (request, reply) => {
      const { user, password } = request.body;
      const account = await desk.prove(reply, user, password);
      const renewed = isOutdated(account.password) ? await hasher.hash(password) : "busy";
      return welcome(request, reply, account, renewed === "busy" ? {} : { password: renewed });
    },
  );

  server.get(
    "/api/session",
    { schema: { tags: ["session"], summary: "The present session", response: answers(SessionShape) } },
    async (request) => me(request),
  );

  server.get(
    "/api/me",
    { schema: { tags: ["session"], summary: "Who am I", response: answers(SessionShape) } },
    async (request) => me(request),
  );

  server.delete(
    "/api/session",
    { schema: { tags: ["session"], summary: "Sign out", response: { 204: z.null(), "4xx": ErrorShape } } },
    async (request, reply) => {
      const session = request.identity?.session;
      if (session) await house.record(signOut(session, house.clock.now()));
      reply.clearCookie(cookie.name, { path: "/", secure: house.secure, httpOnly: true, sameSite: "strict" });
      return reply.code(204).send(null);
    },
  );

  server.post(
    "/api/first-run",
    {
      config: { rateLimit },
      schema: {
        tags: ["session"],
        summary: "Make the first admin with the code that was printed at the start",
        security: [],
        body: FirstRunInput,
        response: answers(SessionShape),
      },
    },
    async (request, reply) => {
      const { code, user, name, password } = request.body;
      if (!firstRun.claim(code)) {
        throw new Refused(
          410,
          "link-used",
          "此链接已使用、已过期或不正确。若还没有账号，请重启网关以获取新链接。",
          "This link was used, is too old, or is wrong. If there is no account yet, restart the gateway for a new link.",
        );
      }
      try {
        const hash = await hashNewPassword(house, hasher, password, [user, name]);
        const { account, rows } = addAccount(
          { id: user, name, role: "admin", password: hash },
          user,
          house.clock.now(),
        );
        return await welcome(request, reply, account, { rows });
      } catch (error) {
        firstRun.giveBack();
        throw error;
      }
    },
  );
}
