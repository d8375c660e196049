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
}

export interface Token {
  readonly id: string;
  /** SHA-256 of the token, hex. */
  readonly hash: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly state: "active" | "revoked";
}

/** Who does something: a person, a script, or the house itself. */
export interface Actor {
  readonly kind: "person" | "token" | "system";
  /** Account id, token id, or `gatehouse`. */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}
