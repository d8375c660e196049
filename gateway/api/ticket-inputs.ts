/** What requests about tickets may bring, and about the one ticket behind a link. */
import * as z from "zod";
import { ticketClasses } from "#model/policy";
import { sampleVerdicts } from "#model/sampling";
import { cares, sources } from "#model/ticket";
import { CommandId, Duration, Instantly, id, Limit, say, words } from "./inputs.ts";

export const TicketParams = z.strictObject({
  no: z.string().check(
    say((no: string) => /^[A-Z]{2}\d{8}-\d{1,12}$/.test(no), {
      zh: "工单号不对，应形如 GD20261121-000001",
      en: "This is no ticket number; one looks like GD20261121-000001",
    }),
  ),
});
export const TicketQuery = z.strictObject({
  state: z.enum(["open", "closed", "all"]).default("open"),
  limit: Limit.default(200),
});

export const Contact = z.strictObject({
  name: words(64),
  phone: z
    .string()
    .trim()
    .regex(/^\+?[\d -]{3,24}$/),
});
export const OpenTicket = z.strictObject({
  class: z.enum(ticketClasses),
  severity: z.enum(["S1", "S2", "S3", "S4"]).optional(),
  device: id(128).optional(),
  description: words(500),
  occurredAt: Instantly.optional().describe("For a back-entry: when it happened."),
  toldByPhone: z
    .boolean()
    .optional()
    .describe("With `occurredAt`: everybody was told by phone at the time; nothing is sent for what is past."),
  drill: z
    .strictObject({
      overReal: z.boolean().default(false).describe("a real S1 or S2 is open, and it is held all the same"),
    })
    .optional()
    .describe("演练: worked on like a real one, marked everywhere, kept out of the figures; supervisors"),
  place: z
    .strictObject({ building: words(64).optional(), floor: words(64).optional(), room: words(64).optional() })
    .optional()
    .describe("Where it is; what is left out is the device's."),
  reporter: Contact.optional().describe("Who reported it; sealed, and masked from here on."),
  expected: Instantly.optional().describe("By when the reporter would like it done; with `plan`: when it comes."),
  plan: id(64).optional().describe("Opened for something expected, such as `storm`; GET /api/site lists the plans."),
  care: z.array(z.enum(cares)).max(cares.length).optional().describe("Who lives there and needs more care."),
  source: z
    .enum(sources)
    .optional()
    .describe("Where it came from; of an owner (`phone desk app`) name, phone and room are wanted."),
  affected: z.int().min(1).max(100_000).optional().describe("How many households it reaches."),
  project: z
    .literal(true)
    .optional()
    .describe("Complex work that takes weeks: progress is reported weekly (class `non_urgent`)."),
  commandId: CommandId,
});
export const KeepContact = z.strictObject({ commandId: CommandId, ...Contact.shape });
const FileId = z.string().regex(/^[0-9a-f]{32}$/);
export const Step = z.strictObject({
  commandId: CommandId,
  note: words(2_000).optional(),
  occurredAt: Instantly.optional().describe("For a back-entry: when it was done."),
  assignee: words(100).optional().describe("dispatch, assign: who"),
  lead: id(64).optional().describe("review, dispatch, assign: the role that answers for it (主责)"),
  help: z.array(id(64)).max(12).optional().describe("review, dispatch, assign: the roles that help (协作)"),
  sop: words(100).optional().describe("sop: which row"),
  skip: z.boolean().optional().describe("sop: the row is left out; note says why"),
  who: z.enum(["staff", "rescue"]).optional().describe("arrive: who came"),
  reason: words(100).optional().describe("hold: one of the policy's reasons"),
  for: Duration.optional().describe("hold: how long; as long as the policy allows when not told"),
  into: words(32).optional().describe("merge: the ticket that goes on"),
  what: z.enum(["arrive", "finish"]).optional().describe("promise: what"),
  until: Instantly.optional().describe("promise: by when; reschedule: when it comes now"),
  score: z.int().min(1).max(5).optional().describe("rate: 5 is best"),
  how: z.enum(["signature", "phone", "online", "visit"]).optional().describe("rate: whose word it is"),
  signature: FileId.optional().describe("rate: the file with the signature"),
  verdict: z.enum(sampleVerdicts).optional().describe("sample: what the supervisor found; a finding takes a note"),
});

export const FileParams = z.strictObject({ no: TicketParams.shape.no, id: FileId });
export const VisitFileParams = z.strictObject({ id: FileId });
/** What stands behind the `#` of a one-ticket link. */
export const OpenVisit = z.strictObject({ link: z.string().min(1).max(400) });
export const VisitStepParams = z.strictObject({ step: z.string().regex(/^[a-z-]{1,20}$/) });
export const VisitStep = Step.pick({
  commandId: true,
  note: true,
  occurredAt: true,
  sop: true,
  skip: true,
  what: true,
  for: true,
  score: true,
  signature: true,
});
export const MakeLink = z.strictObject({ person: id(64).describe("id of a person of people.yaml") });
export const LinkPersonParams = z.strictObject({ no: TicketParams.shape.no, person: id(64) });
