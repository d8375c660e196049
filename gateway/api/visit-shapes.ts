/** What the page behind a one-ticket link is told: the work, and nothing about anybody else. */
import * as z from "zod";
import { FileShape } from "./kept-shapes.ts";
import { ClockShape, SopShape, TicketShape } from "./ticket-shapes.ts";

const Time = z.iso.datetime();
const { title: Text, severity, place, expected, plan, stepNames, care } = TicketShape.shape;

/** `work` is there while it is theirs, or still to be had. */
export const VisitShape = z.object({
  person: z.string(),
  no: z.string(),
  standing: z.enum(["mine", "offered", "declined", "taken", "over"]),
  /** The emergency for which this person left the work; it is not theirs any more. */
  leftFor: z.string().optional(),
  now: Time,
  zone: z.string(),
  work: z
    .object({
      class: z.string(),
      className: Text,
      severity,
      state: z.string(),
      title: Text,
      /** What its alarms say that happened, and where: the floor a car stands at, the detector of a fire. */
      because: z.array(Text),
      /** Whether what its alarms say is over; absent where there is no alarm. */
      recovered: z.boolean().optional(),
      place,
      expected,
      plan,
      stepNames,
      care,
      deviceName: Text.optional(),
      openedAt: Time,
      closedAt: Time.optional(),
      simulated: z.boolean(),
      drill: z.literal(true).optional(),
      round: z.int(),
      /** Until when it is offered. */
      until: Time.optional(),
      clocks: z.array(ClockShape),
      can: z.array(z.string()),
      sop: z.array(SopShape),
      /** What was promised in this round: another time of the same takes a reason. */
      promised: z.array(z.object({ what: z.enum(["arrive", "finish"]), until: Time })),
      hold: Text.optional(),
      files: z.array(FileShape),
    })
    .optional(),
});

/** A link that the desk hands on by its own means; it is told this once. */
export const NewLinkShape = z.object({
  /** Behind the address of the gateway. */
  path: z.string(),
  /** The whole address, where the site says how phones reach it. */
  url: z.string().optional(),
  until: Time,
});

export type VisitBody = z.infer<typeof VisitShape>;
export type NewLinkBody = z.infer<typeof NewLinkShape>;
