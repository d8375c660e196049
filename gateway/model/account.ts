/** People who sign in, their sessions, and tokens for scripts. Secrets are stored only as hashes. */
import type { Instant } from "./time.ts";

export const roles = ["viewer", "operator", "maintainer", "supervisor", "engineer", "admin"] as const;
export type Role = (typeof roles)[number];

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** argon2id in PHC form. */
  readonly password: string;
  readonly state: "active" | "disabled";
  readonly createdAt: Instant;
}

export interface Session {
  /** SHA-256 of the cookie, hex. */
  readonly id: string;
  readonly account: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly state: "active" | "ended";
  /** Of a visit by a one-ticket link: it opens this ticket as this person and nothing else. */
  readonly visit?: Visit;
}

export interface Visit {
  readonly ticket: string;
  /** Person id of people.yaml. */
  readonly person: string;
  /** Tells links of the same ticket and person apart: each is good once. */
  readonly nonce: string;
  /** When the link was made; what was made before a revocation is dead. */
  readonly madeAt: Instant;
  /** No visit at all, but the end of all that were made before. */
  readonly revoked?: true;
}

export interface Token {
  readonly id: string;
  /** SHA-256 of the token, hex. */
  readonly hash: string;
  readonly name: string;
  readonly role: Role;
  /** The account that made it, and knows it; absent of tokens made on the command line. */
  readonly by?: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly state: "active" | "revoked";
}

/** Who does something: a person, a script, or the house itself. */
export interface Actor {
  /** `link`: a person of people.yaml who came by a one-ticket link and has no account. */
  readonly kind: "person" | "token" | "link" | "system";
  /** Account id, token id, person id, or `gatehouse`. */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}
