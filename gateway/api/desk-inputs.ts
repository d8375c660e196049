/** What requests about the papers of a shift may bring: handover and the log of the fire control room. */
import * as z from "zod";
import { linkageStates, panelStates } from "#model/fire-log";
import { CommandId, id, words } from "./inputs.ts";
import { Password } from "./people-inputs.ts";

export const HandoverParams = z.strictObject({
  id: z
    .string()
    .regex(/^JJ\d{8}-\d{4}-[A-Za-z0-9_.-]{1,64}$/)
    .max(100),
});
export const FireLogParams = z.strictObject({ id: z.string().regex(/^XF\d{8}-\d{4}$/) });
export const FillFireLog = z.strictObject({
  panel: z.enum(panelStates).describe("what the fire panel shows"),
  linkage: z.enum(linkageStates),
  checks: z.record(id(64), z.boolean()).describe("by id: in order or not; all of them"),
  remarks: z
    .union([z.literal(""), words(2_000)])
    .describe("where, why and what was done; needed when anything is out of order"),
  commandId: CommandId,
});
export const OpenHandover = z.strictObject({ team: id(64), commandId: CommandId });
export const FillHandover = z.strictObject({
  notes: z.union([z.literal(""), words(2_000)]).optional(),
  checks: z.record(id(64), z.boolean()).optional().describe("by id: in order or not"),
  commandId: CommandId,
});
export const SignHandover = z.strictObject({
  side: z.enum(["leaving", "coming"]),
  user: z.string().min(1).max(64),
  password: Password,
  commandId: CommandId,
});
