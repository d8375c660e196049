/** Signatures of Standard Webhooks 1.0 (standardwebhooks.com): the receiver knows who sent this, when, and that it is whole. */
import { createHash, createHmac } from "node:crypto";
import { type Instant, seconds } from "#model/time";

/** The bytes of a secret: `whsec_` is followed by base64, as the libraries of the standard write it; any other text is itself. */
function keyOf(secret: string): Buffer {
  return secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret, "utf8");
}

/** An id for what has none of its own: the same content has the same, and no other content has it. */
export const idOfContent = (content: string): string => createHash("sha256").update(content).digest("hex").slice(0, 32);

/** The three headers for one attempt. `id` stays the same over all attempts: receivers drop doubles by it. */
export function signedHeaders(secret: string, id: string, at: Instant, body: string): Record<string, string> {
  const timestamp = String(Math.floor(at / seconds(1)));
  const signature = createHmac("sha256", keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
}
