/** Talks to the gateway for this page: one try each, and every failure is a value. */
import type { ErrorBody } from "../../../api/shapes.ts";
import type { VisitBody } from "../../../api/visit-shapes.ts";
import { after } from "../shared/browser-clock.ts";

export type Told<Body = VisitBody> =
  | { readonly ok: true; readonly body: Body }
  /** Status 0: nothing came back. */
  | { readonly ok: false; readonly status: number; readonly error?: ErrorBody };

async function ask<Body>(
  method: "GET" | "POST",
  path: string,
  body?: object | FormData,
  wait = 10_000,
): Promise<Told<Body>> {
  const giveUp = new AbortController();
  const patience = after(wait, () => giveUp.abort());
  const form = body instanceof FormData;
  try {
    const response = await fetch(path, {
      method,
      credentials: "same-origin",
      signal: giveUp.signal,
      ...(body ? { body: form ? body : JSON.stringify(body) } : {}),
      ...(body && !form ? { headers: { "content-type": "application/json" } } : {}),
    });
    const answer: unknown = await response.json();
    if (response.ok) return { ok: true, body: answer as Body };
    return { ok: false, status: response.status, error: answer as ErrorBody };
  } catch {
    return { ok: false, status: 0 };
  } finally {
    patience();
  }
}

export const look = (): Promise<Told> => ask("GET", "/api/visit");
export const openLink = (link: string): Promise<Told> => ask("POST", "/api/visit", { link });

/** Milliseconds after which a step counts as without a signal: nobody stands in a shaft and waits for a network. */
const SHORT = 4_000;

/** One try of a step that carries its own id. */
export const sendStep = (step: string, body: object): Promise<Told> => ask("POST", `/api/visit/${step}`, body, SHORT);

/** Photos of phones are 5 to 12 MB: this side is enough to read a type plate, and mobile networks carry it. */
const LONGEST_SIDE = 1_600;

/** A picture made small enough; what the browser cannot read goes as it is, and the gateway judges it. */
export async function small(file: Blob): Promise<Blob> {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return (await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.8))) ?? file;
  } catch {
    return file;
  }
}

export function sendFile(
  file: Blob,
  what: "photo" | "signature",
  words: { readonly commandId: string; readonly occurredAt?: string },
): Promise<Told<{ readonly id: string }>> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ what, ...words })) form.set(name, value);
  form.set("file", file, "file");
  return ask("POST", "/api/visit/files", form, 60_000);
}
