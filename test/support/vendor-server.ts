/**
 * The far side of the group robots and of a text provider, written from the vendors' pages: it checks signatures, times, lengths
 * and rates as they do, and says no inside HTTP 200. It shares no code with the channels.
 */
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";

/** What the server does instead of its own judgement: a code of its kind, a status, or something broken. */
export type Mood =
  | { readonly code: number }
  | { readonly status: number; readonly body?: string }
  | { readonly body: string }
  | "hang"
  | "cut"
  | "honest";

export interface VendorCall {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly raw: string;
  // biome-ignore lint/suspicious/noExplicitAny: bodies of five vendors, looked into by tests
  readonly body: any;
}

export interface VendorServer extends AsyncDisposable {
  readonly base: string;
  readonly calls: VendorCall[];
  mood: Mood;
  next(): Promise<VendorCall>;
}

export interface VendorSecrets {
  readonly secret?: string;
  readonly keyword?: string;
  /** What the vendor's clock says, in ms. */
  readonly now?: () => number;
  readonly tls?: { readonly cert: string; readonly key: string };
}

const HOUR = 3_600_000;

export async function startVendor(
  kind: "wecom" | "dingtalk" | "feishu" | "plain",
  secrets: VendorSecrets = {},
): Promise<VendorServer> {
  const calls: VendorCall[] = [];
  let taken = 0;
  let wake = () => {};
  const server_: { mood: Mood } = { mood: "honest" };
  const now = secrets.now ?? Date.now;

  const judge = ({ url, body, raw }: VendorCall): { status: number; body: string } => {
    const say = (code: number, words: string) =>
      kind === "feishu" ? { code, msg: words, data: {} } : { errcode: code, errmsg: words };
    const codeOf = (): [number, string] => {
      if (kind === "wecom") {
        if (url.searchParams.get("key") !== "right-key") return [93000, "invalid webhook url"];
        if (Buffer.byteLength(body.text?.content ?? "") > 2_048) return [40058, "text.content exceed max length 2048"];
        if (calls.filter((call) => call.url.pathname === url.pathname).length > 20)
          return [45009, "api freq out of limit"];
        return [0, "ok"];
      }
      if (kind === "dingtalk") {
        if (url.searchParams.get("access_token") !== "right-token") return [300005, "token is not exist"];
        if (Buffer.byteLength(raw) > 20_000) return [460101, "message too long"];
        if (secrets.keyword && !String(body.text?.content).includes(secrets.keyword))
          return [310000, "keywords not in content"];
        if (secrets.secret) {
          const timestamp = url.searchParams.get("timestamp") ?? "";
          const right = createHmac("sha256", secrets.secret)
            .update(`${timestamp}\n${secrets.secret}`, "utf8")
            .digest("base64");
          if (Math.abs(Number(timestamp) - now()) > HOUR) return [310000, "invalid timestamp"];
          if (url.searchParams.get("sign") !== right) return [310000, "sign not match"];
        }
        return [0, "ok"];
      }
      if (kind === "feishu") {
        if (!url.pathname.endsWith("/right-hook"))
          return [19001, "param invalid: incoming webhook access token invalid"];
        if (Buffer.byteLength(raw) > 20_480) return [9499, "Bad Request"];
        if (secrets.secret) {
          const right = createHmac("sha256", `${body.timestamp}\n${secrets.secret}`).update("").digest("base64");
          if (Math.abs(Number(body.timestamp) * 1_000 - now()) > HOUR || body.sign !== right)
            return [19021, "sign match fail or timestamp is not within one hour from current time"];
        }
        return [0, "success"];
      }
      return [0, "ok"];
    };
    const [code, words] = codeOf();
    return { status: 200, body: JSON.stringify(kind === "plain" ? { Code: "OK", RequestId: "1" } : say(code, words)) };
  };

  const handler = async (request: IncomingMessage, response: import("node:http").ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const raw = Buffer.concat(chunks).toString("utf8");
    let body: unknown;
    try {
      body = JSON.parse(raw);
    } catch {
      body = undefined;
    }
    const call = {
      method: request.method ?? "",
      url: new URL(request.url ?? "/", "http://vendor"),
      headers: request.headers,
      raw,
      body,
    };
    calls.push(call);
    const { mood } = server_;
    if (mood === "cut") {
      response.writeHead(200, { "content-length": "100" });
      response.write('{"errco', () => response.destroy());
    } else if (mood === "honest") {
      const answer = judge(call);
      response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
    } else if (mood !== "hang") {
      const answer =
        "code" in mood
          ? {
              status: 200,
              body: JSON.stringify(
                kind === "feishu" ? { code: mood.code, msg: "no" } : { errcode: mood.code, errmsg: "no" },
              ),
            }
          : { status: "status" in mood ? mood.status : 200, body: mood.body ?? "" };
      response.writeHead(answer.status).end(answer.body);
    }
    wake();
  };
  const server = secrets.tls ? createSecureServer(secrets.tls, handler) : createServer(handler);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    base: `${secrets.tls ? "https" : "http"}://127.0.0.1:${port}`,
    calls,
    get mood() {
      return server_.mood;
    },
    set mood(mood) {
      server_.mood = mood;
    },
    async next() {
      while (calls.length <= taken) {
        await new Promise<void>((done) => {
          wake = done;
        });
      }
      return calls[taken++]!;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
