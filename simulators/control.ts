/** The control interface of the simulators: plain HTTP on the loopback address, for drills only. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Building } from "./building.ts";
import { fault, play, set, stop } from "./control-actions.ts";
import type { Reply } from "./control-reply.ts";
import { storm } from "./control-storm.ts";
import { index, showDevices, showFaults, showScenarios } from "./control-views.ts";
import { readGateway } from "./gateway-alarms.ts";
import { PortRefused } from "./open-line.ts";
import { score } from "./score.ts";
import type { Text } from "./text.ts";

const largestBody = 16 * 1024;
const loopback = "127.0.0.1";
const loopbackNames = new Set(["127.0.0.1", "localhost", "[::1]"]);

const views: Readonly<Record<string, (building: Building) => unknown>> = {
  "/": () => index,
  "/devices": showDevices,
  "/scenarios": showScenarios,
  "/faults": showFaults,
};
const actions: Readonly<Record<string, (building: Building, body: unknown) => Reply>> = {
  "/play": play,
  "/faults": fault,
  "/set": set,
  "/stop": stop,
  "/storm": storm,
};

export interface Control {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1; port 0 takes a free one. Rejects with `PortRefused`. */
export async function openControl(building: Building, port: number): Promise<Control> {
  const server: Server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
    serve(building, request, response).catch((cause: unknown) => {
      // A bug or a full disk: the caller hears of it, and so does the terminal.
      console.error(cause);
      if (!response.headersSent) {
        refuse(response, 500, "internal", { zh: "模拟器内部错误", en: `The simulators failed: ${cause}` });
      }
    });
  });
  server.maxConnections = 64;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => reject(new PortRefused(port, "GATEHOUSE_SIM_PORT", cause)));
    server.listen({ port, host: loopback }, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : port,
    async close() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(building: Building, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const guard = refuseStrangers(request);
  if (guard) return refuse(response, 403, "loopback_only", guard);
  const url = URL.parse(request.url ?? "/", "http://control");
  if (!url) return refuse(response, 400, "bad_request", { zh: "请求地址有误", en: "The address makes no sense" });
  const path = url.pathname;
  const view = Object.hasOwn(views, path) ? views[path] : undefined;
  const action = Object.hasOwn(actions, path) ? actions[path] : undefined;
  if (request.method === "GET" && view) return send(response, 200, view(building));
  if (request.method === "GET" && path === "/truth") {
    const records = truthSince(building, url.searchParams.get("since"));
    if (records) return send(response, 200, records);
    return refuse(response, 400, "bad_request", {
      zh: "since 应为序号或 ISO 8601 时间",
      en: "since is a sequence number or an ISO 8601 time",
    });
  }
  if (request.method === "POST" && action) {
    const body = await readJson(request);
    if ("code" in body) return refuse(response, body.status, body.code, body.message);
    const reply = action(building, body.value);
    if (reply.status === 200) return send(response, 200, reply.body);
    return refuse(response, reply.status, reply.code, reply.message);
  }
  if (request.method === "GET" && path === "/score") return serveScore(building, url, request, response);
  if (view || action || path === "/truth" || path === "/score") {
    return refuse(response, 405, "wrong_method", {
      zh: `${path} 不支持 ${request.method}，见 GET /`,
      en: `${path} does not take ${request.method}; see GET /`,
    });
  }
  refuse(response, 404, "unknown_route", { zh: `没有 ${path}，见 GET /`, en: `There is no ${path}; see GET /` });
}

/**
 * Compares the truth with what a gateway of this machine has told; the caller's token is handed on to it. Without
 * `gateway` the usual one at 127.0.0.1:8080 is asked.
 */
async function serveScore(building: Building, url: URL, request: IncomingMessage, response: ServerResponse) {
  const gateway = URL.parse(url.searchParams.get("gateway") ?? "http://127.0.0.1:8080");
  if (gateway?.protocol !== "http:" || !loopbackNames.has(gateway.hostname)) {
    return refuse(response, 400, "bad_request", {
      zh: "gateway 应为本机网关地址，例如 http://127.0.0.1:8080",
      en: "gateway is the address of a gateway on this machine, e.g. http://127.0.0.1:8080",
    });
  }
  const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (token === undefined) {
    return refuse(response, 401, "token_needed", {
      zh: "请在 Authorization: Bearer 中给出网关的 API 令牌",
      en: "Give an API token of the gateway as Authorization: Bearer",
    });
  }
  const alarms = await readGateway(gateway, token);
  if ("wrong" in alarms) return refuse(response, 502, "gateway_unreachable", alarms.wrong);
  send(response, 200, score(building.truth.after(0), alarms, building.now()));
}

/** A web page must not play with the building: only loopback names as host, only loopback pages as origin. */
function refuseStrangers(request: IncomingMessage): Text | undefined {
  const host = (request.headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
  if (!loopbackNames.has(host)) {
    return { zh: "只接受发往本机地址的请求", en: "Only requests to the loopback address are served" };
  }
  const { origin } = request.headers;
  if (origin !== undefined && !loopbackNames.has(URL.parse(origin)?.hostname ?? "")) {
    return { zh: "不接受其他网站发来的请求", en: "Requests from other web sites are not served" };
  }
  return undefined;
}

type Body = { readonly value: unknown } | { readonly status: 400 | 413; readonly code: string; readonly message: Text };

async function readJson(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > largestBody) {
      return {
        status: 413,
        code: "too_large",
        message: { zh: "请求内容超过 16 KiB", en: "The request is larger than 16 KiB" },
      };
    }
    chunks.push(chunk);
  }
  if (size === 0) return { value: undefined };
  try {
    return { value: JSON.parse(Buffer.concat(chunks).toString("utf8")) };
  } catch {
    return {
      status: 400,
      code: "not_json",
      message: { zh: "请求内容不是有效的 JSON", en: "The request is no valid JSON" },
    };
  }
}

/** Records after a sequence number or from an ISO time on; undefined when `since` is neither. */
function truthSince(building: Building, since: string | null) {
  if (since === null || since === "") return building.truth.after(0);
  if (/^\d{1,15}$/.test(since)) return building.truth.after(Number(since));
  const instant = Date.parse(since);
  return Number.isNaN(instant) ? undefined : building.truth.from(instant);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" });
  response.end(`${JSON.stringify(body)}\n`);
}

function refuse(response: ServerResponse, status: number, code: string, message: Text): void {
  // The rest of a body that was not read would otherwise be taken for the next request.
  if (status === 413) response.setHeader("connection", "close");
  send(response, status, { code, message });
}
