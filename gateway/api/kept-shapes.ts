/** What people leave with a ticket: files, a name and a number, a promise, a rating. Words of `shapes.ts`, which holds the ticket. */
import * as z from "zod";
import { sampleVerdicts } from "#model/sampling";

const Time = z.iso.datetime();

/** A photo, paper or signature of a ticket; its bytes are asked for by id. */
export const FileShape = z.object({
  id: z.string(),
  what: z.enum(["photo", "document", "signature"]),
  type: z.string(),
  bytes: z.int(),
  by: z.string(),
  at: Time,
  /** Its time to be kept is over: the row stays, the bytes are gone. */
  gone: z.boolean().optional(),
});

/** Whoever reported it, masked until somebody asks for it by name. */
export const ContactShape = z.object({
  name: z.string(),
  phone: z.string(),
  /** True: as it was told. */
  clear: z.boolean(),
  /** How long it is kept after the ticket was closed, in days. */
  keptDays: z.int(),
  /** Something was written down, and no key of this house opens it. */
  unreadable: z.literal(true).optional(),
});

/** A time that was promised to the owner; the last one counts. */
export const PromiseShape = z.object({
  what: z.enum(["arrive", "finish"]),
  by: z.string(),
  at: Time,
  until: Time,
  note: z.string().optional(),
  /** It passed before it was kept. */
  missed: z.boolean().optional(),
});

/** 1 to 5, and where the customer's word comes from. */
export const RatingShape = z.object({
  score: z.int(),
  round: z.int(),
  how: z.enum(["signature", "phone", "online", "visit"]),
  by: z.string(),
  at: Time,
  note: z.string().optional(),
  /** Id of the file with the signature. */
  signature: z.string().optional(),
});

/** One drawing of the ticket for a supervisor to look through, and what came of it. */
export const TicketSampleShape = z.object({
  paper: z.string(),
  drawnAt: Time,
  verdict: z.enum(sampleVerdicts).optional(),
  by: z.string().optional(),
  at: Time.optional(),
  note: z.string().optional(),
  correctBy: Time.optional(),
  corrected: z.object({ by: z.string(), at: Time, note: z.string() }).optional(),
  /** Not put right by then. */
  overdue: z.boolean().optional(),
});

export type FileBody = z.infer<typeof FileShape>;
export type ContactBody = z.infer<typeof ContactShape>;
