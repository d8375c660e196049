/** The JSON of reports and of the three suppressed lists; the console takes its types from here. */
import * as z from "zod";
import { AlarmShape } from "./alarm-shapes.ts";

const Time = z.iso.datetime();
const Text = z.object({ zh: z.string(), en: z.string() });
const Severity = z.enum(["S1", "S2", "S3", "S4"]);
/** null: nothing to divide by. */
const Figure = z.number().nullable();
const Counted = z.object({ alarm: z.string(), name: Text, count: z.int() });

/** One figure of any report. */
export const kpiShape = <const G extends readonly string[]>(groups: G) =>
  z.object({
    id: z.string(),
    group: z.enum(groups),
    name: Text,
    formula: Text,
    unit: z.enum(["count", "share", "span"]).describe("share: 0 to 1; span: milliseconds"),
    value: Figure,
    target: z.string().describe("empty: none"),
    source: Text.describe("where the target comes from"),
    verdict: z.enum(["good", "over", "none"]),
  });

export const AlarmReportShape = z.object({
  from: Time.describe("Start of the window, or of the journal when that is later"),
  to: Time,
  position: z.string(),
  positions: z.array(z.object({ id: z.string(), name: Text })),
  data: z.enum(["real", "simulated", "test", "maintenance"]),
  kpis: z.array(kpiShape(["load", "flood", "nuisance", "priority", "response", "suppression", "quality", "now"])),
  top: z.array(Counted.extend({ share: z.number() })),
  chattering: z.array(Counted),
  fleeting: z.array(Counted.extend({ suggestedDelay: z.number().describe("ms of an on-delay") })),
  stale: z.array(z.object({ alarm: z.string(), name: Text, age: z.number().describe("ms") })),
  floods: z.array(z.object({ from: Time, to: Time, alarms: z.int(), peak: z.int(), firstUp: z.string(), name: Text })),
  priorities: z.array(
    z.object({
      severity: Severity,
      count: z.int(),
      configured: z.int().describe("rules of this severity"),
      acknowledged: z.int(),
      p50: Figure,
      p90: Figure,
      inTime: Figure,
      within: z.number().describe("ms"),
    }),
  ),
  suppressedBy: z.array(Counted),
  pairs: z.array(z.object({ first: Text, second: Text, count: z.int(), share: z.number() })),
  badQuality: z
    .array(
      z.object({
        device: z.string(),
        name: Text,
        bad: z.number().describe("ms with any of its points bad"),
        silent: z.number().describe("ms of these with all of them bad"),
      }),
    )
    .describe("The longest first; none when every point was good"),
  cancelledDelays: z
    .array(Counted)
    .describe("Conditions that ended before their delay was over, the most frequent first"),
  neverFired: z.array(z.object({ rule: z.string(), title: Text })),
  /** How many alarms of each kind of data there were; only `data` is in the figures. */
  others: z.object({ real: z.int(), simulated: z.int(), test: z.int(), maintenance: z.int() }),
});

export const SuppressedShape = z.object({
  list: z.enum(["shelved", "suppressed", "out-of-service"]),
  since: Time,
  by: z.string().optional(),
  confirmedBy: z.string().optional(),
  why: Text,
  until: Time.optional(),
  overdue: z.boolean(),
  requested: z.boolean(),
  occurrences: z.int().describe("since then, of which nobody was told"),
  alarm: AlarmShape,
});

export type AlarmReportBody = z.infer<typeof AlarmReportShape>;
export type SuppressedBody = z.infer<typeof SuppressedShape>;
