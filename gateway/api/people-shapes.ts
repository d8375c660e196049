/** The JSON about people and the house itself: beside `shapes.ts`, which is what the screens live on. */
import * as z from "zod";
import { roles } from "#model/account";
import { AlarmShape } from "./alarm-shapes.ts";
import { MeShape } from "./shapes.ts";
import { TicketShape } from "./ticket-shapes.ts";

const Time = z.iso.datetime();
const Text = z.object({ zh: z.string(), en: z.string() });

export const SessionShape = MeShape.extend({
  kind: z.enum(["person", "token"]),
  /** When to sign in again; absent for the demo token. */
  expiresAt: Time.optional(),
});

export const UserShape = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(roles),
  state: z.enum(["active", "disabled"]),
  createdAt: Time,
});

export const TokenShape = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(roles),
  createdAt: Time,
  expiresAt: Time,
  state: z.enum(["active", "revoked", "expired"]),
});

export const NewTokenShape = TokenShape.extend({ token: z.string().describe("Shown this once.") });

export const HealthShape = z.object({ status: z.literal("ok") });

export const ReadyShape = z.object({
  ready: z.boolean(),
  state: z.enum(["active", "standby", "away"]),
  parts: z.array(z.object({ part: z.string(), ok: z.boolean(), says: Text })),
});

/** Set when it had been done before: by whom. */
const already = z.string().optional();
export const AlarmAnswer = AlarmShape.extend({ already });
export const TicketAnswer = TicketShape.extend({ already });

/** Names and teams; contacts never leave the house this way. */
export const PersonShape = z.object({
  id: z.string(),
  name: z.string(),
  teams: z.array(z.object({ id: z.string(), name: Text })),
});

/** A team and who of it answers now. */
export const ShiftShape = z.object({
  team: z.string(),
  name: Text,
  roles: z.array(z.object({ id: z.string(), name: Text })),
  onDuty: z.array(z.object({ id: z.string(), name: z.string() })),
  /** When the next shift begins; absent for a team that works without shifts. */
  until: Time.optional(),
  /** Whoever answers from then on. */
  next: z.array(z.object({ id: z.string(), name: z.string() })).optional(),
});

export const VerdictShape = z.object({
  ok: z.boolean(),
  rows: z.int(),
  brokenAt: z.int().optional(),
  because: z.string().optional(),
});

const StoryShape = z.object({
  scenario: z.string(),
  title: Text,
  device: z.string(),
  by: z.string(),
  at: Time,
  tickets: z.array(z.object({ no: z.string(), title: Text, severity: z.enum(["S1", "S2", "S3", "S4"]) })),
});
export const SimulatorShape = z.object({
  devices: z.unknown(),
  scenarios: z.unknown(),
  stories: z.array(StoryShape).describe("What was played from the board, newest first, with the tickets that came."),
});
export type StoryBody = z.infer<typeof StoryShape>;

export type UserBody = z.infer<typeof UserShape>;
/** A way out for messages. `unused`: nothing was sent since the start. */
export const ChannelShape = z.object({
  id: z.string(),
  kind: z.string(),
  health: z.enum(["unused", "works", "fails"]),
  /** Since when it fails, and why. */
  since: z.string().optional(),
  because: z.string().optional(),
});

/** How a test message went: `accepted` means that somebody in between has it. */
export const TriedShape = z.object({
  outcome: z.enum(["delivered", "accepted", "try-later", "refused"]),
  because: z.string().optional(),
});

export type PersonBody = z.infer<typeof PersonShape>;
export type ShiftBody = z.infer<typeof ShiftShape>;
export type ChannelBody = z.infer<typeof ChannelShape>;
export type TriedBody = z.infer<typeof TriedShape>;
