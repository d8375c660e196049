/** The JSON of the report about tickets; the console takes its types from here. */
import * as z from "zod";
import { measureNames, ticketKinds } from "../reports/response-rounds.ts";
import { kpiShape } from "./report-shapes.ts";

const Time = z.iso.datetime();
const Text = z.object({ zh: z.string(), en: z.string() });
const Figure = z.number().nullable();
const Measure = z.enum(measureNames as [(typeof measureNames)[number], ...(typeof measureNames)[number][]]);

const TimesShape = z.object({
  count: z.int().describe("clocks that were met or ran out"),
  p50: Figure.describe("ms"),
  p90: Figure.describe("ms"),
  share: Figure.describe("met in time, 0 to 1"),
});
const SliceShape = z.object({ id: z.string(), name: Text, count: z.int(), times: z.record(Measure, TimesShape) });

export const ResponseReportShape = z.object({
  from: Time,
  to: Time,
  month: z.string().optional(),
  /** The period that it is compared with. */
  before: z.object({ from: Time, to: Time }),
  data: z.enum(ticketKinds),
  policy: z.string().describe("version of the policy whose targets are shown"),
  kpis: z.array(kpiShape(["load", "times", "in-time", "quality"]).extend({ before: Figure })),
  measures: z.array(z.object({ id: Measure, name: Text })),
  slices: z.object({
    class: z.array(SliceShape),
    team: z.array(SliceShape),
    building: z.array(SliceShape),
    hour: z.array(SliceShape),
  }),
  top: z.array(z.object({ device: z.string(), name: Text, count: z.int(), repeats: z.int() })),
  late: z.array(
    z.object({
      no: z.string(),
      round: z.int(),
      class: Text,
      device: Text,
      measure: Measure,
      target: z.number().describe("ms"),
      took: Figure.describe("ms; null: it never came"),
      assignee: z.string().describe("masked unless a supervisor asks for names"),
    }),
  ),
  /** Tickets of each kind within the window; only `data` is in the figures. */
  others: z.object({ real: z.int(), drill: z.int(), simulated: z.int(), test: z.int(), maintenance: z.int() }),
});

export type ResponseReportBody = z.infer<typeof ResponseReportShape>;

const AlarmCount = z.object({ alarm: z.string(), count: z.int() });

/** What a written report keeps. */
export interface WrittenBody {
  readonly response: ResponseReportBody;
  readonly alarms: {
    readonly told: number;
    readonly top: readonly { readonly alarm: string; readonly count: number }[];
  };
}

export const WrittenRowShape = z.object({
  id: z.string(),
  period: z.enum(["daily", "weekly", "monthly"]),
  at: Time.describe("when it was due"),
  from: Time,
  to: Time,
  lateBy: z.string().optional().describe("ISO 8601 duration; written later because the house was down"),
  summary: Text,
});
export const WrittenReportShape = WrittenRowShape.extend({
  response: ResponseReportShape,
  alarms: z.object({ told: z.int(), top: z.array(AlarmCount.extend({ name: Text })) }),
});

export type WrittenRowBody = z.infer<typeof WrittenRowShape>;
export type WrittenReportBody = z.infer<typeof WrittenReportShape>;

const DrillRow = z.object({
  no: z.string(),
  title: Text,
  class: Text,
  severity: z.enum(["S1", "S2", "S3", "S4"]),
  startedAt: Time,
  closedAt: Time.optional(),
  overdue: z.int().describe("clocks that were not met"),
  story: z
    .object({ title: Text, device: z.string(), by: z.string(), at: Time, ticketAfter: z.number().describe("ms") })
    .optional()
    .describe("Of a simulated site: what was played, and how long after its start the ticket came."),
});
export const DrillListShape = z.array(DrillRow);
export const DrillReportShape = DrillRow.extend({
  policy: z.string(),
  clocks: z.array(
    z.object({
      kind: z.string(),
      name: Text,
      target: z.number().describe("ms"),
      took: z.number().optional().describe("ms; absent: it never came"),
      verdict: z.enum(["met", "overdue", "open", "dropped"]),
    }),
  ),
  done: z.array(z.object({ after: z.number().describe("ms from the start"), by: z.string(), text: Text })),
});

export type DrillListBody = z.infer<typeof DrillListShape>;
export type DrillReportBody = z.infer<typeof DrillReportShape>;
