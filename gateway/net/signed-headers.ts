/** Signatures of Standard Webhooks 1.0 (standardwebhooks.com): the receiver knows who sent this, when, and that it is whole. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { type Instant, minutes, seconds } from "#model/time";

/** The bytes of a secret: `whsec_` is followed by base64, as the libraries of the standard write it; any other text is itself. */
function keyOf(secret: string): Buffer {
  return secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret, "utf8");
}

/** An id for what has none of its own: the same content has the same, and no other content has it. */
export const idOfContent = (content: string): string => createHash("sha256").update(content).digest("hex").slice(0, 32);

/** One secret, or while it is changed several: the new one and those that are still known on the other side. */
export type Secrets = string | readonly string[];
const listOf = (secrets: Secrets): readonly string[] => (typeof secrets === "string" ? [secrets] : secrets);

const signatureBy = (secret: string, id: string, timestamp: string, body: string | Buffer): Buffer =>
  createHmac("sha256", keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest();

/**
 * The three headers for one attempt, signed by each of the secrets. `id` stays the same over all attempts: receivers drop
 * doubles by it.
 */
export function signedHeaders(secrets: Secrets, id: string, at: Instant, body: string): Record<string, string> {
  const timestamp = String(Math.floor(at / seconds(1)));
  const signatures = listOf(secrets).map(
    (secret) => `v1,${signatureBy(secret, id, timestamp, body).toString("base64")}`,
  );
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures.join(" ") };
}

/** How far the sender's clock may be off, both ways: the tolerance of the standard's own libraries. */
const TOLERANCE = minutes(5);

/** What came in with a signature: whole and fresh, or not from whoever holds the secret, or from another time. */
export type Signed = { readonly is: "good"; readonly id: string } | { readonly is: "forged" | "stale" };

/** Judges the raw bytes of a body by the three headers; while a secret is changed a sender writes several signatures. */
export function readSigned(
  secrets: Secrets,
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  body: Buffer,
  now: Instant,
): Signed {
  const [id, timestamp, signatures] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map(
    (name) => headers[name],
  );
  if (typeof id !== "string" || !/^[\w.:-]{1,64}$/.test(id)) return { is: "forged" };
  if (typeof timestamp !== "string" || !/^\d{1,12}$/.test(timestamp) || typeof signatures !== "string") {
    return { is: "forged" };
  }
  const right = listOf(secrets).map((secret) => signatureBy(secret, id, timestamp, body));
  const given = signatures
    .split(" ", 10)
    .filter((one) => one.startsWith("v1,"))
    .map((one) => Buffer.from(one.slice(3), "base64"));
  const fits = (one: Buffer) => right.some((own) => one.length === own.length && timingSafeEqual(one, own));
  if (!given.some(fits)) return { is: "forged" };
  return Math.abs(Number(timestamp) * seconds(1) - now) <= TOLERANCE ? { is: "good", id } : { is: "stale" };
}
