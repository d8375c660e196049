/** The HTTP listener with its limits. Nothing reaches a route before it passed here: sizes, times, Host, origin, JSON. */
import type { Socket } from "node:net";
import helmet from "@fastify/helmet";
import websocket from "@fastify/websocket";
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Limits } from "./limits.ts";
import { comesFromElsewhere, type Hosts, ourHosts } from "./origin.ts";
import { readJson } from "./read-json.ts";
import { bodyOfStatus, Refused, refusalBody } from "./refused.ts";

export interface Listen {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** More names that this gateway is called by, e.g. its name in the site's DNS. */
  readonly names?: readonly string[];
  /** The address under which a proxy or a mapped port shows this gateway to phones, e.g. `https://gate.example.cn`. */
  readonly outside?: string;
  readonly tls?: { readonly key: string; readonly cert: string };
}

export interface FrontDoor {
  readonly server: FastifyInstance;
  /** Starts to listen; the address people open. Rejects with a sentence that names host, port and what to do. */
  open(): Promise<string>;
}

/** Says what broke inside, to the log and to nobody else. */
export type TellOfError = (error: unknown, route: string) => void;

/** A listener that is taken is a person's mistake, so it gets a person's sentence in both languages. */
export class CannotListen extends Error {
  readonly text: { readonly zh: string; readonly en: string };
  /** `portFrom`: what chooses the port, a variable of the environment or a key of the site. */
  constructor(listen: Pick<Listen, "host" | "port">, cause: unknown, portFrom = "GATEHOUSE_PORT") {
    const where = `${listen.host}:${listen.port}`;
    const taken = (cause as { code?: string } | null)?.code === "EADDRINUSE";
    const settings = portFrom === "GATEHOUSE_PORT" ? ["GATEHOUSE_HOST 与 ", "GATEHOUSE_HOST and "] : ["", ""];
    const zh = taken
      ? `端口已被占用：${where}。请停止占用它的程序，或用 ${portFrom} 指定其他端口。`
      : `无法监听 ${where}。请检查 ${settings[0]}${portFrom}。`;
    const en = taken
      ? `${where} is taken by another program. Stop that program, or choose another port with ${portFrom}.`
      : `Cannot listen on ${where}. Check ${settings[1]}${portFrom}.`;
    super(`${zh} ${en}`, { cause });
    this.name = "CannotListen";
    this.text = { zh, en };
  }
}

/** For answers that are written before any hook has run. */
const BARE = { "x-content-type-options": "nosniff", "cache-control": "no-store" };
const CHANGES = new Set(["POST", "PUT", "PATCH", "DELETE"]);

/** A server that refuses by itself whatever breaks a limit. Routes and plugins are added by the caller before `open`. */
export function createFrontDoor(listen: Listen, limits: Limits, tellOfError: TellOfError): FrontDoor {
  const secure = listen.tls !== undefined;
  let hosts: Hosts = ourHosts({ ...listen, secure });

  const parser = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersWithin,
    // How often the two time limits are looked at; Node's own 30 s would make 10 s up to 40.
    connectionsCheckingInterval: Math.min(1_000, limits.headersWithin),
  };
  const server = Fastify({
    logger: false,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestWithin,
    keepAliveTimeout: limits.keepAlive,
    forceCloseConnections: true,
    trustProxy: false,
    routerOptions: { maxParamLength: 200 },
    http: parser,
    ...(listen.tls ? { https: { ...listen.tls, ...parser, minVersion: "TLSv1.2" } } : {}),
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      // A path that is none never met the hooks below.
      const status = error.statusCode !== undefined && error.statusCode < 500 ? error.statusCode : 400;
      if (request.headers.upgrade !== undefined) reply.raw.once("finish", () => request.raw.destroy());
      void reply.code(status).headers(BARE).send(bodyOfStatus(status));
    },
    clientErrorHandler,
  }) as unknown as FastifyInstance;

  // One more than allowed, so that the surplus is seen and refused instead of silently dropped.
  server.server.maxHeadersCount = limits.headers + 1;
  server.server.maxConnections = limits.connections;
  limitPerAddress(server, limits.connectionsPerAddress);

  // Both first: what is refused below carries the headers, and a refused handshake gives its socket back.
  server.register(helmet, securityHeaders(secure));
  server.register(websocket, {
    options: { maxPayload: limits.socketMessageBytes, perMessageDeflate: false },
    // A broken frame or a vanished peer is the peer's affair; whoever holds the socket hears of it by `close`.
    errorHandler: (_error, socket) => socket.terminate(),
    preClose(done) {
      for (const socket of server.websocketServer.clients) {
        socket.close(1001, "the gateway stops");
        // The close frame is on its way; who does not read it would hold the stop back.
        setImmediate(() => socket.terminate());
      }
      done();
    },
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    "application/json",
    { parseAs: "string", bodyLimit: limits.jsonBytes },
    (_request: FastifyRequest, body: string, done) => {
      if (body === "") return done(null, undefined);
      const read = readJson(body, limits);
      if (read.ok) return done(null, read.value);
      const { what, line, column } = read;
      done(
        new Refused(
          400,
          "bad-json",
          `请求正文不是可用的 JSON：第 ${line} 行第 ${column} 列，${what.zh}。`,
          `The body is not usable JSON: line ${line}, column ${column}: ${what.en}.`,
          { line, column },
        ),
      );
    },
  );

  server.addHook("onSend", async (request, reply) => {
    if (request.url.startsWith("/api")) reply.header("cache-control", "no-store");
  });
  server.addHook("onRequest", async (request) => {
    if (request.raw.rawHeaders.length > limits.headers * 2) {
      throw new Refused(
        431,
        "too-many-headers",
        `请求头不得超过 ${limits.headers} 个。`,
        `At most ${limits.headers} headers are taken.`,
      );
    }
    if (!hosts.isOurs(request.headers.host)) {
      throw new Refused(
        421,
        "wrong-host",
        "该请求的主机名不是本网关。请用网关启动时显示的地址访问。",
        "The Host header does not name this gateway. Use the address that the gateway printed at its start.",
      );
    }
    const upgrade = request.headers.upgrade !== undefined;
    if ((CHANGES.has(request.method) || upgrade) && comesFromElsewhere(senderOf(request), secure, listen.outside)) {
      throw new Refused(
        403,
        "foreign-origin",
        "拒绝来自其他网站页面的请求。",
        "Requests from pages of another site are refused.",
      );
    }
  });

  server.setErrorHandler((error, request, reply) => {
    if (error instanceof Refused) {
      return reply.code(error.statusCode).send(refusalBody(error.code, error.text, error.detail));
    }
    const told = (error as FastifyError).statusCode;
    const status = told !== undefined && told >= 400 && told < 500 ? told : told === 503 ? 503 : 500;
    if (status === 500) tellOfError(error, `${request.method} ${request.routeOptions.url ?? ""}`);
    return reply.code(status).send(bodyOfStatus(status));
  });

  return {
    server,
    async open() {
      try {
        await server.listen({ host: listen.host, port: listen.port });
      } catch (cause) {
        await server.close();
        throw new CannotListen(listen, cause);
      }
      const bound = server.server.address();
      const port = typeof bound === "object" && bound ? bound.port : listen.port;
      hosts = ourHosts({ ...listen, port, secure });
      return addressOf(listen.host, port, secure);
    },
  };
}

/** Nothing inline, nothing from elsewhere, in nobody's frame. */
const securityHeaders = (secure: boolean) => ({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", "data:"],
      fontSrc: ["'self'"],
      mediaSrc: ["'self'"],
      connectSrc: ["'self'"],
      manifestSrc: ["'self'"],
      workerSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  frameguard: { action: "deny" as const },
  referrerPolicy: { policy: "no-referrer" as const },
  crossOriginEmbedderPolicy: false,
  // Only once the site's own certificate is trusted; a browser would remember it for a year.
  hsts: false,
  // On plain HTTP the browser would ignore it and complain.
  crossOriginOpenerPolicy: secure ? { policy: "same-origin" as const } : (false as const),
  originAgentCluster: secure,
});

function senderOf(request: FastifyRequest) {
  const site = request.headers["sec-fetch-site"];
  return {
    host: request.headers.host,
    origin: request.headers.origin,
    fetchSite: Array.isArray(site) ? site[0] : site,
  };
}

/** What a person types into a browser: a listener on all interfaces is reached by loopback. */
function addressOf(host: string, port: number, secure: boolean): string {
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return `${secure ? "https" : "http"}://${name}:${port}`;
}

function limitPerAddress(server: FastifyInstance, limit: number): void {
  const perAddress = new Map<string, number>();
  server.server.on("connection", (socket: Socket) => {
    const address = socket.remoteAddress ?? "";
    const count = (perAddress.get(address) ?? 0) + 1;
    perAddress.set(address, count);
    socket.once("close", () => {
      const left = (perAddress.get(address) ?? 1) - 1;
      if (left === 0) perAddress.delete(address);
      else perAddress.set(address, left);
    });
    if (count > limit) socket.destroy();
  });
}

/** What the HTTP parser itself refuses. The request never became one, so the answer is written by hand. */
function clientErrorHandler(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed) return;
  if (!socket.writable) return void socket.destroy(error);
  const status = error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : error.code === "HPE_HEADER_OVERFLOW" ? 431 : 400;
  const body = JSON.stringify(bodyOfStatus(status));
  const reason = { 400: "Bad Request", 408: "Request Timeout", 431: "Request Header Fields Too Large" }[status];
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\ncontent-type: application/json; charset=utf-8\r\nx-content-type-options: nosniff\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
