/** The one place where rights are enforced: before any handler, for every route of the router, by the table. */
import type { FastifyRequest } from "fastify";
import type { Actor, Session, Visit } from "#model/account";
import { Refused } from "../net/refused.ts";
import { type Identity, identifySession, identifyToken } from "../people/identify.ts";
import { isForVisits, mayUse } from "../people/permissions.ts";
import { sessionCookie } from "../people/sessions.ts";
import { findVisit, visitCookie } from "../people/ticket-links.ts";
import type { ApiHouse, Server } from "./api-house.ts";
import { roleInChinese } from "./role-names.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks; null on routes that anyone may use and nobody signed in for. */
    identity: Identity | null;
    /** Set on the routes of a visit by a one-ticket link, and on no other. */
    visit: (Session & { readonly visit: Visit }) | null;
  }
}

/** The one address that takes a WebSocket. */
export const LIVE = "/api/live";

/** Guards every route that is registered on `server` or below it, before or after this call. */
export function guard(server: Server, house: ApiHouse): void {
  const cookie = sessionCookie(house.secure).name;
  const demoToken = house.site.simulated ? house.demoToken : undefined;

  function identify(request: FastifyRequest): Identity | undefined {
    const now = house.clock.now();
    const bearer = /^Bearer +([\x21-\x7e]{1,200})$/i.exec(request.headers.authorization ?? "")?.[1];
    if (bearer !== undefined) {
      if (request.headers.origin !== undefined) {
        throw new Refused(
          403,
          "token-in-browser",
          "API 令牌只供程序使用，不能在网页中使用。请登录。",
          "API tokens are for programs, not for pages in a browser. Sign in instead.",
        );
      }
      return identifyToken(house.door.house, bearer, demoToken, now);
    }
    const secret = request.headers.cookie ? server.parseCookie(request.headers.cookie)[cookie] : undefined;
    return secret === undefined ? undefined : identifySession(house.door.house, secret, now);
  }

  function identifyVisit(request: FastifyRequest) {
    const { name } = visitCookie(house.secure);
    const secret = request.headers.cookie ? server.parseCookie(request.headers.cookie)[name] : undefined;
    return secret === undefined ? undefined : findVisit(house.door.house.sessions, secret, house.clock.now());
  }

  server.decorateRequest("identity", null);
  server.decorateRequest("visit", null);
  server.addHook("onRequest", async (request) => {
    const route = request.routeOptions.url ?? "";
    // Before anything else: the body of such a request never ends.
    if (request.ws && route !== LIVE) {
      throw new Refused(404, "no-websocket", "此地址不接受 WebSocket。", "This address takes no WebSocket.");
    }
    if (request.is404) return;
    if (isForVisits(request.method, route)) {
      request.visit = identifyVisit(request) ?? null;
      if (request.visit) return;
    }
    request.identity = identify(request) ?? null;
    const verdict = mayUse(request.method, route, request.identity?.actor.role, house.site.simulated);
    if (verdict === "sign-in") {
      throw new Refused(
        401,
        "sign-in-needed",
        "请先登录，或提供有效的 API 令牌。",
        "Sign in first, or send a valid API token.",
      );
    }
    if (verdict === "no") {
      throw new Refused(
        403,
        "not-your-role",
        `您的角色（${roleInChinese(request.identity?.actor.role)}）无权进行此操作。`,
        `Your role (${request.identity?.actor.role}) may not do this.`,
      );
    }
  });
}

/** The visit of a request that the guard let through to a route for visits. */
export function visitOf(request: FastifyRequest): Session & { readonly visit: Visit } {
  if (!request.visit) throw new Error(`${request.routeOptions.url} has no visit: its permission row is not "visit"`);
  return request.visit;
}

/** The actor of a request that the guard let through to a route that needs one. */
export function actorOf(request: FastifyRequest): Actor {
  if (!request.identity) throw new Error(`${request.routeOptions.url} has no actor: its permission row is "anyone"`);
  return request.identity.actor;
}
