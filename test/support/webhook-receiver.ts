/** A receiver of webhooks, written from the Standard Webhooks text: checks signatures, answers as told, knows doubles by id. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A status, or a whole answer; `hang`: never answer; `cut`: begin an answer and close the socket. */
export type Behaviour =
  | number
  | "hang"
  | "cut"
  | {
      readonly status: number;
      readonly type?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    };

export interface Call {
  readonly id: string;
  readonly timestamp: number;
  readonly body: { readonly type: string; readonly timestamp: string; readonly data: Record<string, unknown> };
  /** One of the signatures is right. */
  readonly signed: boolean;
  readonly signatures: number;
}

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  /** Every call, in order of arrival. */
  readonly calls: Call[];
  /** What the receiver made of them: one message per id. */
  readonly messages: Map<string, Call>;
  /** The next call that nobody has taken yet. */
  next(): Promise<Call>;
}

/** Answers the calls by `behaviours` in turn, the last one for ever after. `key`: the bytes of the secret. */
export async function startReceiver(key: Buffer | string, behaviours: readonly Behaviour[] = [204]): Promise<Receiver> {
  const calls: Call[] = [];
  const messages = new Map<string, Call>();
  let taken = 0;
  let wake = () => {};

  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    const header = (name: string) => String(request.headers[name] ?? "");
    const id = header("webhook-id");
    const timestamp = header("webhook-timestamp");
    const right = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest();
    const signatures = header("webhook-signature").split(" ");
    const signed = signatures.some((one) => {
      const given = Buffer.from(one.replace(/^v1,/, ""), "base64");
      return given.length === right.length && timingSafeEqual(given, right);
    });
    const call = { id, timestamp: Number(timestamp), body: JSON.parse(body), signed, signatures: signatures.length };
    const behaviour = behaviours[Math.min(calls.length, behaviours.length - 1)]!;
    calls.push(call);
    const status = typeof behaviour === "object" ? behaviour.status : behaviour;
    if (typeof status === "number" && status < 300) messages.set(id, call);
    answer(response, behaviour);
    wake();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=very-secret`,
    calls,
    messages,
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

function answer(response: ServerResponse, behaviour: Behaviour): void {
  if (behaviour === "hang") return;
  if (behaviour === "cut") {
    response.writeHead(200, { "content-length": "100" });
    response.write("half of it", () => response.destroy());
    return;
  }
  if (typeof behaviour === "number") {
    response.writeHead(behaviour).end();
    return;
  }
  const { status, type, headers = {}, body = "" } = behaviour;
  response.writeHead(status, { ...headers, ...(type ? { "content-type": type } : {}) }).end(body);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
