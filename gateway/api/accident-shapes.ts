/** The JSON of an accident report. */
import * as z from "zod";
import { type AccidentField, accidentFields } from "#model/accident";

const Time = z.iso.datetime();
const Text = z.object({ zh: z.string(), en: z.string() });
const Fields = z.object(
  Object.fromEntries(accidentFields.map((field) => [field, z.string()])) as Record<AccidentField, z.ZodString>,
);

const AccidentRowShape = z.object({
  id: z.string(),
  ticket: z.string(),
  state: z.enum(["draft", "signed"]),
  drill: z.boolean(),
  simulated: z.boolean(),
  at: Time,
  by: z.string(),
  signedBy: z.object({ name: z.string(), at: Time }).optional(),
});
export const AccidentListShape = z.array(AccidentRowShape);
export type AccidentListBody = z.infer<typeof AccidentListShape>;

export const AccidentShape = AccidentRowShape.extend({
  rev: z.int(),
  fields: Fields,
  /** Fields without which nobody signs. */
  needs: z.array(z.enum(accidentFields)),
  /** Whoever asks may change and sign it now. */
  mayWrite: z.boolean(),
  /** False: names stand as 张*. */
  namesShown: z.boolean(),
  facts: z.object({
    /** When they were read off the ticket: now, or when it was signed. */
    at: Time,
    title: Text,
    className: Text,
    severity: z.string(),
    place: z.string(),
    deviceName: Text.optional(),
    openedAt: Time,
    closedAt: Time.optional(),
    round: z.int(),
    rescueTier: z.int(),
    falseAlarm: z.boolean(),
    policy: z.string(),
    times: z.array(z.object({ name: Text, at: Time.optional() })),
    late: z.array(z.object({ name: Text, dueAt: Time, by: z.number().optional() })),
    people: z.array(z.object({ part: Text, name: z.string(), at: Time.optional() })),
    sop: z.array(z.object({ text: Text, mandatory: z.boolean(), by: z.string().optional(), at: Time.optional() })),
    files: z.array(
      z.object({ id: z.string(), what: z.string(), type: z.string(), bytes: z.int(), by: z.string(), at: Time }),
    ),
  }),
  /** Everything that was recorded about the ticket, up to the signature. */
  timeline: z.array(z.object({ at: Time, recordedAt: Time.optional(), by: z.string(), text: Text })),
});
export type AccidentBody = z.infer<typeof AccidentShape>;
