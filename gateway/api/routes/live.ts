/** `/api/live` as WebSocket and the same frames as server-sent events at `/api/live/events`. */
import type { FastifyRequest } from "fastify";
import type * as WebSocket from "ws";
import { Refused } from "../../net/refused.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { actorOf, LIVE } from "../guard.ts";
import { LiveMessage, LiveQuery } from "../inputs.ts";
import type { Hub, Onlooker } from "../live/seats.ts";

/** Bad message or too many of them, by RFC 6455: policy violation. */
const POLICY = 1008;

export function liveRoutes(server: Server, house: ApiHouse, hub: Hub): void {
  const { clock, limits } = house;

  const roomFor = async (request: FastifyRequest): Promise<void> => {
    if (hub.hasRoom(personOf(request))) return;
    throw new Refused(
      429,
      "too-many-streams",
      `每人最多同时打开 ${limits.socketsPerPerson} 个实时连接，请关闭不用的页面。`,
      `Each person has at most ${limits.socketsPerPerson} live connections. Close pages that you do not use.`,
    );
  };

  /** Still allowed, with the rights it had when it came? */
  const allowed = (request: FastifyRequest) => () => request.identity?.holds(clock.now()) ?? false;

  server.route({
    method: "GET",
    url: LIVE,
    schema: { tags: ["live"], summary: "The live stream, as a WebSocket", querystring: LiveQuery },
    preHandler: roomFor,
    handler() {
      throw new Refused(
        426,
        "websocket-needed",
        "此地址只接受 WebSocket；普通 HTTP 请使用 /api/live/events。",
        "This address takes a WebSocket. Over plain HTTP use /api/live/events.",
      );
    },
    wsHandler(socket, request) {
      const { since, view, ids } = request.query;
      const pings = createPings(house, () => socket.ping());
      socket.on("pong", pings.answered);
      const onlooker: Onlooker = {
        person: personOf(request),
        allowed: allowed(request),
        send: (frame) => socket.send(frame.text),
        unsent: () => socket.bufferedAmount,
        close: (code, reason) => socket.close(code, reason),
        alive: pings.alive,
        doubtful: pings.doubtful,
      };
      const seat = hub.join(onlooker, { since, view, ids: ids ?? [] });
      socket.on("close", seat.leave);

      const spare = createAllowance(house);
      socket.on("message", (data: WebSocket.RawData, isBinary: boolean) => {
        if (!spare()) return socket.close(POLICY, "too many messages");
        const read = isBinary ? undefined : LiveMessage.safeParse(parsed(String(data)));
        if (!read?.success) return socket.close(POLICY, "message not understood");
        if ("sub" in read.data) seat.subscribe(read.data.sub.view, read.data.sub.ids ?? []);
      });
    },
  });

  server.get(
    `${LIVE}/events`,
    {
      schema: { tags: ["live"], summary: "The live stream as server-sent events", querystring: LiveQuery },
      preHandler: roomFor,
    },
    (request, reply) => {
      const { since, view, ids } = request.query;
      const last = request.headers["last-event-id"];
      const resume = since ?? (typeof last === "string" && /^\d{1,16}$/.test(last) ? Number(last) : undefined);
      reply.hijack();
      const { raw } = reply;
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) raw.setHeader(name, value);
      raw.writeHead(200, {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        // Its end is the end of the connection.
        connection: "close",
      });
      const onlooker: Onlooker = {
        person: personOf(request),
        allowed: allowed(request),
        send: (frame) => raw.write(`id: ${frame.seq}\nevent: ${frame.kind}\ndata: ${frame.text}\n\n`),
        unsent: () => raw.writableLength,
        // One that does not read would hold the end back for ever.
        close: () => (raw.writableLength > 0 ? raw.destroy() : raw.end()),
        alive: () => true,
        doubtful: () => false,
      };
      const seat = hub.join(onlooker, { since: resume, view, ids: ids ?? [] });
      raw.on("close", seat.leave);
      // A frame that met a closing connection: `close` follows, nobody is left to tell.
      raw.on("error", () => {});
    },
  );
}

const personOf = (request: FastifyRequest): string => {
  const actor = actorOf(request);
  return `${actor.kind}:${actor.id}`;
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Counts messages within a window; false when there are too many. */
function createAllowance({ clock, limits }: ApiHouse): () => boolean {
  const { count, within } = limits.socketMessages;
  let from = clock.monotonic();
  let used = 0;
  return () => {
    const now = clock.monotonic();
    if (now - from >= within) {
      from = now;
      used = 0;
    }
    used += 1;
    return used <= count;
  };
}

/** A ping every 15 s; two that stay unanswered end the connection. */
function createPings({ clock, limits }: ApiHouse, ping: () => void) {
  let last = clock.monotonic();
  let unanswered = 0;
  return {
    answered: () => {
      unanswered = 0;
    },
    doubtful: () => unanswered > 0,
    alive: (): boolean => {
      if (clock.monotonic() - last < limits.ping) return true;
      last = clock.monotonic();
      if (unanswered >= limits.pingsMissed) return false;
      unanswered += 1;
      ping();
      return true;
    },
  };
}
