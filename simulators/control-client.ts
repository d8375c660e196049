/** Asks the control interface of running simulators, for the command line. */
import { request } from "node:http";

export type Answer = { readonly status: number; readonly body: unknown } | { readonly unreachable: true };

/** Answers `unreachable` when nobody listens on 127.0.0.1:`port` or the reply makes no sense. */
export function callControl(
  port: number,
  method: "GET" | "POST",
  path: string,
  body?: unknown,
  token?: string,
): Promise<Answer> {
  return new Promise((resolve) => {
    const unreachable = () => resolve({ unreachable: true });
    const call = request(
      {
        host: "127.0.0.1",
        port,
        method,
        path,
        headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
        signal: AbortSignal.timeout(5_000),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", unreachable);
        response.on("end", () => {
          try {
            resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString("utf8")) });
          } catch {
            unreachable();
          }
        });
      },
    );
    call.on("error", unreachable);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
