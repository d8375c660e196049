/** The hash chain of the journal: each row's hash covers the row before it, so nothing can be changed in the middle. */
import { hash } from "node:crypto";

/** The newest row of the journal. */
export interface Head {
  readonly seq: number;
  /** SHA-256, 64 hex digits. */
  readonly hash: string;
}

/** Before the first row. */
export const genesis: Head = { seq: 0, hash: "0".repeat(64) };

/** SHA-256 of the previous hash, the sequence number, and the row's canonical JSON, as hex. */
export function link(previous: string, seq: number, body: string): string {
  return hash("sha256", `${previous}${seq}${body}`);
}

/** The head after appending `bodies` one by one. */
export function extend(head: Head, bodies: readonly string[]): Head {
  let { seq, hash: last } = head;
  for (const body of bodies) last = link(last, ++seq, body);
  return { seq, hash: last };
}

export const formatHead = (head: Head): string => `${head.seq} ${head.hash}`;

/** `undefined` when the text was not written by `formatHead`. */
export function parseHead(text: string): Head | undefined {
  const match = /^(\d{1,15}) ([0-9a-f]{64})$/.exec(text);
  return match ? { seq: Number(match[1]), hash: match[2]! } : undefined;
}
