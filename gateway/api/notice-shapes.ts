/** The JSON of a notice to residents: its template, its draft, what was sent, and whom it reached. */
import * as z from "zod";
import { roles } from "#model/account";

const Time = z.iso.datetime();
const Text = z.object({ zh: z.string(), en: z.string() });

const WayShape = z.object({ id: z.string(), name: Text, households: z.int(), byHand: z.boolean().optional() });

/** Counted in households. `accepted`: somebody in between has it, such as the provider. */
const ReachShape = WayShape.extend({
  waiting: z.int(),
  accepted: z.int(),
  delivered: z.int(),
  failed: z.int(),
  /** Only where the way tells it, or somebody has counted. */
  read: z.int().optional(),
  /** Who wrote it down, where somebody did. */
  reportedBy: z.string().optional(),
  because: z.string().optional(),
});

const DraftShape = z.object({
  kind: z.enum(["first", "update", "closing"]),
  rev: z.int(),
  cause: Text,
  title: Text,
  what: Text,
  todo: Text,
  backAt: Time.optional(),
  backUnknown: z.boolean().optional(),
  by: z.string(),
  at: Time,
  /** As it would go out now. */
  preview: Text,
});

const EditionShape = z.object({
  n: z.int(),
  kind: z.enum(["first", "update", "closing", "withdrawal"]),
  text: Text,
  backAt: Time.optional(),
  draftedBy: z.string(),
  approvedBy: z.string(),
  at: Time,
  held: z.enum(["drill", "simulated"]).optional(),
  reach: z.array(ReachShape),
  /** Households that have it for certain: ways overlap, so it is what the best of them has. */
  reached: z.int(),
});

export const NoticeDeskShape = z.object({
  /** The class has words for residents. */
  possible: z.boolean(),
  /** Whoever asks may approve. */
  mayApprove: z.boolean(),
  /** Roles that may. */
  approve: z.array(z.enum(roles)),
  households: z.int(),
  /** Share of the households that it should reach. */
  target: z.number(),
  ways: z.array(WayShape),
  /** Nothing of this ticket goes to residents. */
  held: z.enum(["drill", "simulated"]).optional(),
  id: z.string().optional(),
  state: z.enum(["open", "closed"]).optional(),
  /** Residents were told and have not heard the end of it. */
  live: z.boolean(),
  draft: DraftShape.optional(),
  /** Newest first. */
  editions: z.array(EditionShape),
});

export type NoticeDeskBody = z.infer<typeof NoticeDeskShape>;
export type EditionBody = NoticeDeskBody["editions"][number];
export type ReachBody = EditionBody["reach"][number];
