/** The one place that talks HTTP to the gateway: JSON both ways, and every failure is a sentence in both languages. */
import type { ErrorBody } from "../../../api/shapes.ts";
import { after } from "./browser-clock.ts";
import { commandId } from "./command-id.ts";
import { en } from "./words/en.ts";
import { zh } from "./words/zh.ts";

/** `status` 0: nothing came back, so nobody knows whether the gateway heard it. */
export type Answer<Body> =
  | { readonly ok: true; readonly body: Body }
  | { readonly ok: false; readonly status: number; readonly error: ErrorBody };

/** The gateway's answers take milliseconds; a commit on a full disk may take a few seconds. */
const PATIENCE = 8_000;

let signedOut: () => void = () => {};

/** `listener` is called whenever any answer says that nobody is signed in. */
export function onSignedOut(listener: () => void): void {
  signedOut = listener;
}

const own = (status: number, code: string, say: (words: typeof zh) => string): Answer<never> => ({
  ok: false,
  status,
  error: { code, message: { zh: say(zh), en: say(en) } },
});

const isText = (text: unknown): text is { zh: string; en: string } =>
  typeof text === "object" &&
  text !== null &&
  "zh" in text &&
  typeof text.zh === "string" &&
  "en" in text &&
  typeof text.en === "string";

function isError(body: unknown): body is ErrorBody {
  return typeof body === "object" && body !== null && "message" in body && isText(body.message);
}

/**
 * Asks the gateway. `path` starts with `/api`. Never throws.
 * @param quiet true: a 401 is an answer like any other and does not lead to the sign-in page.
 * @param wait milliseconds until the gateway is taken for silent; a report over a month takes longer than a command.
 */
export async function ask<Body>(
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: object,
  quiet = false,
  wait = PATIENCE,
): Promise<Answer<Body>> {
  const giveUp = new AbortController();
  const patience = after(wait, () => giveUp.abort());
  try {
    const response = await fetch(path, {
      method,
      credentials: "same-origin",
      signal: giveUp.signal,
      // A form names its own boundary.
      headers:
        body && !(body instanceof FormData)
          ? { accept: "application/json", "content-type": "application/json" }
          : { accept: "application/json" },
      ...(body ? { body: body instanceof FormData ? body : JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    let parsed: unknown;
    try {
      parsed = text === "" ? undefined : JSON.parse(text);
    } catch {
      return own(response.status, "no-json", (words) => words.problem.notUnderstood(response.status));
    }
    if (response.ok) return { ok: true, body: parsed as Body };
    if (response.status === 401 && !quiet) signedOut();
    if (isError(parsed)) return { ok: false, status: response.status, error: parsed };
    return own(response.status, "unknown", (words) => words.problem.notUnderstood(response.status));
  } catch {
    return own(0, "no-answer", (words) => words.problem.noAnswer);
  } finally {
    patience();
  }
}

/**
 * Sends a command. It carries an id, so when no answer came it is sent once more: the gateway does it at most once.
 */
export async function command<Body>(path: string, body: object): Promise<Answer<Body>> {
  const whole = { ...body, commandId: commandId() };
  const first = await ask<Body>("POST", path, whole);
  if (first.ok || first.status !== 0) return first;
  return ask<Body>("POST", path, whole);
}
