/** Accounts and API tokens, for admins. No answer ever holds a hash; a token is shown once. */
import * as z from "zod";
import type { Account, Token } from "#model/account";
import { formatInstant, type Instant } from "#model/time";
import { Refused } from "../../net/refused.ts";
import { addAccount, leavesNoAdmin, tokenCreated, tokenRevoked } from "../../people/accounts.ts";
import { changeWithAccess } from "../../people/offboard.ts";
import type { PasswordHasher } from "../../people/password-hash.ts";
import { newToken } from "../../people/tokens.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { actorOf } from "../guard.ts";
import { answers, created } from "../inputs.ts";
import { AddToken, AddUser, ChangeUser, TokenParams, UserParams } from "../people-inputs.ts";
import { NewTokenShape, TokenShape, UserShape } from "../people-shapes.ts";
import { hashNewPassword } from "./session.ts";

const userBody = (account: Account): z.infer<typeof UserShape> => ({
  id: account.id,
  name: account.name,
  role: account.role,
  state: account.state,
  createdAt: formatInstant(account.createdAt),
});

const tokenBody = (token: Token, now: Instant): z.infer<typeof TokenShape> => ({
  id: token.id,
  name: token.name,
  role: token.role,
  createdAt: formatInstant(token.createdAt),
  expiresAt: formatInstant(token.expiresAt),
  state: token.state === "active" && token.expiresAt <= now ? "expired" : token.state,
});

export function userRoutes(server: Server, house: ApiHouse, hasher: PasswordHasher): void {
  const { accounts, sessions } = house.door.house;

  server.get(
    "/api/users",
    { schema: { tags: ["users"], summary: "Accounts", response: answers(z.array(UserShape)) } },
    async () => [...accounts.values()].map(userBody),
  );

  server.post(
    "/api/users",
    { schema: { tags: ["users"], summary: "Add an account", body: AddUser, response: created(UserShape) } },
    async (request, reply) => {
      const { user, name, role, password } = request.body;
      const hash = await hashNewPassword(house, hasher, password, [user, name]);
      if (accounts.has(user)) {
        throw new Refused(409, "user-exists", `账号 ${user} 已存在。`, `The account ${user} exists already.`);
      }
      const { account, rows } = addAccount(
        { id: user, name, role, password: hash },
        actorOf(request).id,
        house.clock.now(),
      );
      await house.record(rows);
      return reply.code(201).send(userBody(account));
    },
  );

  server.post(
    "/api/users/:id",
    {
      schema: {
        tags: ["users"],
        summary:
          "Change role, state, name or password; all but a new name ends the person's sessions, and a disabled one loses tokens, links and duty as well",
        params: UserParams,
        body: ChangeUser,
        response: answers(UserShape),
      },
    },
    async (request) => {
      const { password, role, state, name } = request.body;
      const { id } = request.params;
      const known = accounts.get(id);
      if (!known) throw new Refused(404, "no-such-user", `没有账号 ${id}。`, `There is no account ${id}.`);
      const hash =
        password === undefined ? undefined : await hashNewPassword(house, hasher, password, [id, known.name]);
      const change = {
        ...(role === undefined ? {} : { role }),
        ...(state === undefined ? {} : { state }),
        ...(name === undefined ? {} : { name }),
        ...(hash === undefined ? {} : { password: hash }),
      };
      // Read again: hashing took a while.
      const before = accounts.get(id) ?? known;
      if (leavesNoAdmin(accounts.values(), before, change)) {
        throw new Refused(
          409,
          "last-admin",
          "这是最后一个可用的管理员账号，不能停用或降级。请先添加另一个管理员。",
          "This is the last admin. Add another one before you disable it or change its role.",
        );
      }
      const { tokens, tickets } = house.door.house;
      const everything = { sessions: sessions.values(), tokens: tokens.values(), tickets: tickets.values() };
      const { account, rows } = changeWithAccess(before, change, everything, actorOf(request).id, house.clock.now());
      await house.record(rows);
      return userBody(account);
    },
  );
}

export function tokenRoutes(server: Server, house: ApiHouse): void {
  const { tokens } = house.door.house;

  server.get(
    "/api/tokens",
    { schema: { tags: ["tokens"], summary: "API tokens", response: answers(z.array(TokenShape)) } },
    async () => [...tokens.values()].map((token) => tokenBody(token, house.clock.now())),
  );

  server.post(
    "/api/tokens",
    {
      schema: {
        tags: ["tokens"],
        summary: "Make an API token; it is shown in this answer and never again",
        body: AddToken,
        response: created(NewTokenShape),
      },
    },
    async (request, reply) => {
      const actor = actorOf(request);
      const notAfter = actor.kind === "token" ? request.identity?.expiresAt : undefined;
      const now = house.clock.now();
      const { token, secret } = newToken(
        {
          ...request.body,
          ...(notAfter === undefined ? {} : { notAfter }),
          ...(actor.kind === "person" ? { by: actor.id } : {}),
        },
        now,
      );
      await house.record(tokenCreated(token, actor.id, now));
      return reply.code(201).send({ ...tokenBody(token, now), token: secret });
    },
  );

  server.delete(
    "/api/tokens/:id",
    { schema: { tags: ["tokens"], summary: "Revoke a token", params: TokenParams, response: answers(TokenShape) } },
    async (request) => {
      const token = tokens.get(request.params.id);
      if (!token) throw new Refused(404, "no-such-token", "没有此令牌。", "There is no such token.");
      const now = house.clock.now();
      await house.record(tokenRevoked(token, actorOf(request).id, now));
      return tokenBody({ ...token, state: "revoked" }, now);
    },
  );
}
