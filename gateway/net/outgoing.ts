/** The one way out by HTTP: short limits, no redirects, no decoding, no address that the site did not allow. */
import { lookup as resolve } from "node:dns";
import * as http from "node:http";
import * as https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { milliseconds, type Span, seconds } from "#model/time";
import {
  badUrl,
  broken,
  encoded,
  noConnection,
  notAllowed,
  OutgoingTrouble,
  stopped,
  tooLarge,
  tooSlow,
} from "./outgoing-trouble.ts";
import { mayReach, type Neighbourhood } from "./reach.ts";

export const CONNECT_LIMIT = seconds(5);
export const TOTAL_LIMIT = seconds(10);
/** Bytes. */
export const ANSWER_LIMIT = 65_536;

export interface OutgoingRequest {
  readonly method: string;
  /** http or https, without user and password. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Addresses beyond the open internet; link-local and multicast are never reached. */
  readonly allow?: readonly Neighbourhood[];
  readonly signal?: AbortSignal;
  /** PEM text: whom to trust in place of the machine's own list. */
  readonly ca?: string;
  /** Real time, as all limits of sockets. */
  readonly connectWithin?: Span;
  readonly totalWithin?: Span;
}

/** Any status counts as an answer, redirects too: they are never followed. */
export interface OutgoingAnswer {
  readonly status: number;
  readonly body: string;
  /** Media type in small letters, without parameters; empty when the other side names none. */
  readonly type: string;
  /** How long the other side asks to be left alone (Retry-After), in ms. */
  readonly retryAfter?: Span;
}

type Ask = Omit<OutgoingRequest, "method" | "body">;

/** Posts JSON text. */
export const post = (ask: Ask & { readonly body: string }): Promise<OutgoingAnswer> =>
  request({ ...ask, method: "POST", headers: { "content-type": "application/json", ...ask.headers } });

/** Rejects with an OutgoingTrouble whenever there is no whole answer within the limits. */
export async function request(ask: OutgoingRequest): Promise<OutgoingAnswer> {
  const url = parse(ask.url);
  const host = url.host;
  const allow = ask.allow ?? [];
  const address = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(address) && !mayReach(address, allow)) throw notAllowed(host);

  let connected = false;
  const total = AbortSignal.timeout(ask.totalWithin ?? TOTAL_LIMIT);
  const connect = AbortSignal.timeout(ask.connectWithin ?? CONNECT_LIMIT);
  const unconnected = new AbortController();
  connect.addEventListener("abort", () => connected || unconnected.abort());
  const signal = AbortSignal.any([total, unconnected.signal, ...(ask.signal ? [ask.signal] : [])]);

  try {
    const secure = url.protocol === "https:";
    const outgoing = (secure ? https : http).request(url, {
      method: ask.method,
      agent: false,
      signal,
      lookup: lookupWithin(host, allow),
      ...(secure && ask.ca !== undefined ? { ca: ask.ca } : {}),
      headers: {
        "user-agent": "gatehouse",
        "accept-encoding": "identity",
        ...ask.headers,
        ...(ask.body === undefined ? {} : { "content-length": `${Buffer.byteLength(ask.body)}` }),
      },
    });
    outgoing.once("socket", (socket) => {
      socket.once(secure ? "secureConnect" : "connect", () => {
        connected = true;
      });
    });
    const response = await answerTo(outgoing, ask.body);
    const retryAfter = waitAskedFor(response.headers);
    return {
      status: response.statusCode ?? 0,
      body: await read(response, host),
      type: (response.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "",
      ...(retryAfter === undefined ? {} : { retryAfter }),
    };
  } catch (error) {
    if (error instanceof OutgoingTrouble) throw error;
    if (ask.signal?.aborted) throw stopped(host, error);
    if (total.aborted || unconnected.signal.aborted) throw tooSlow(host, connected, error);
    throw connected ? broken(host, error) : noConnection(host, error);
  }
}

function parse(text: string): URL {
  // No cause: the error of URL carries the whole address.
  if (!URL.canParse(text)) throw badUrl();
  const url = new URL(text);
  if ((url.protocol !== "http:" && url.protocol !== "https:") || url.username || url.password) throw badUrl();
  return url;
}

/** Resolves once and hands over only addresses that are allowed, so that the socket goes to what was checked. */
export function lookupWithin(host: string, allow: readonly Neighbourhood[]): LookupFunction {
  return (name, options, done) => {
    resolve(name, { ...options, all: true }, (error, found) => {
      if (error) return done(error, "");
      const allowed = found.filter((candidate) => mayReach(candidate.address, allow));
      const first = allowed[0];
      if (!first) return done(notAllowed(host), "");
      if (options.all) done(null, allowed);
      else done(null, first.address, first.family);
    });
  };
}

/** Retry-After (RFC 9110 10.2.3): seconds, or an instant by the clock of the other side, which its Date tells. */
function waitAskedFor({ "retry-after": after, date }: http.IncomingHttpHeaders): Span | undefined {
  if (after === undefined) return undefined;
  const wait = /^\d{1,9}$/.test(after) ? Number(after) * seconds(1) : Date.parse(after) - Date.parse(date ?? "");
  return wait > 0 ? milliseconds(wait) : undefined;
}

function answerTo(outgoing: http.ClientRequest, body: string | undefined): Promise<http.IncomingMessage> {
  return new Promise((answer, fail) => {
    outgoing.once("response", answer);
    outgoing.on("error", fail);
    // Node neither answers nor fails after a 101 that nobody listens to, not even when the signal comes.
    outgoing.once("upgrade", (_, socket) => {
      socket.destroy();
      fail(new Error("The other side changed the protocol."));
    });
    outgoing.end(body);
  });
}

/** The text of an answer that nobody encoded; a decoder is a door for whoever answers (CVE-2026-111497). */
async function read(response: http.IncomingMessage, host: string): Promise<string> {
  const encoding = response.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") {
    response.destroy();
    throw encoded(host);
  }
  const chunks: Buffer[] = [];
  let bytes = Number(response.headers["content-length"] ?? 0);
  if (bytes <= ANSWER_LIMIT) {
    bytes = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > ANSWER_LIMIT) break;
      chunks.push(chunk);
    }
  }
  if (bytes > ANSWER_LIMIT) {
    response.destroy();
    throw tooLarge(host);
  }
  return Buffer.concat(chunks).toString("utf8");
}
