/**
 * A policy as it was when it came into force, kept as a paper for as long as a ticket goes by it: what a ticket is told, by when and
 * by whom never bends under an edit of the policy. Workdays, roles and the people behind them are not frozen: they are how things are.
 */
import * as z from "zod";
import { clockKinds, type Policy } from "./policy.ts";
import type { Instant } from "./time.ts";

/** The parts of a policy that govern a ticket beside what its class froze into it. */
export const governing = [
  "warn",
  "acknowledgeExpires",
  "hold",
  "reopen",
  "recovered",
  "overdue",
  "reach",
  "answeredBy",
  "ladders",
] as const;
export type Governing = Pick<Policy, (typeof governing)[number]>;

export interface KeptPolicy {
  readonly kind: "policy";
  /** `policy:<version>`. */
  readonly id: string;
  /** Closed: no ticket goes by it any more. */
  readonly state: "open" | "closed";
  /** When it came into force. */
  readonly at: Instant;
  readonly version: string;
  /** What opens now goes by it. */
  readonly inForce?: true;
  /** What was kept under this version is lost; this is the policy that was in force when it was missed. */
  readonly standIn?: true;
  readonly policy: Governing;
}

export const keptPolicyId = (version: string): string => `policy:${version}`;

const Words = z.object({ zh: z.string(), en: z.string() });
const Span = z.number().nonnegative();
const Names = z.array(z.string());
const Kinds = z.array(z.enum(clockKinds));
const Steps = z.array(
  z.object({
    id: z.string(),
    after: Span,
    unless: Kinds,
    tell: Names,
    phone: z.boolean(),
    raiseRescueTier: z.boolean(),
    say: Words,
  }),
);
const BySeverity = <S extends z.ZodType>(of: S) => z.object({ S1: of, S2: of, S3: of, S4: of });

/** What must be right of a row for a ticket to go by it; a disk may be damaged, and a ticket without a ladder is a forgotten one. */
const Readable = z.object({
  kind: z.literal("policy"),
  id: z.string(),
  version: z.string().min(1),
  policy: z.object({
    warn: z.object({ share: z.number(), shortShare: z.number(), shortUpTo: Span }),
    acknowledgeExpires: BySeverity(Span),
    hold: z.object({ reasons: z.array(z.object({ id: z.string(), text: Words })), longest: Span }),
    reopen: z.object({ within: Span }),
    recovered: z.object({ S3: Span.optional(), S4: Span.optional() }).optional(),
    overdue: z.object({ tell: Names, of: z.partialRecord(z.enum(clockKinds), Names).optional() }).optional(),
    reach: BySeverity(z.record(z.string(), Span)),
    answeredBy: z.record(z.string(), Kinds),
    ladders: BySeverity(Steps.min(1)),
  }),
});

export const isReadable = (paper: unknown): paper is KeptPolicy => {
  const read = Readable.safeParse(paper);
  return read.success && read.data.id === keptPolicyId(read.data.version);
};
