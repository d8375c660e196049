/** Random secrets that are handed out once and kept only as their SHA-256. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** 256 bits as 43 characters that fit into a cookie, a header and a URL fragment. */
export const newSecret = (): string => randomBytes(32).toString("base64url");

export const digest = (secret: string): string => createHash("sha256").update(secret, "utf8").digest("hex");

/** Compares digests, so neither length nor content shows in the time it takes. */
export const isSame = (a: string, b: string): boolean =>
  timingSafeEqual(createHash("sha256").update(a, "utf8").digest(), createHash("sha256").update(b, "utf8").digest());
