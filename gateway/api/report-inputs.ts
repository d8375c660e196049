/** What requests for reports and exports may bring. */
import * as z from "zod";
import { days, parseSpan } from "#model/time";
import { ticketKinds } from "../reports/response-rounds.ts";
import { Instantly, id, Limit, say } from "./inputs.ts";

/** Both ends of a window that is read row by row. */
export const ends = { from: Instantly.optional(), to: Instantly.optional() };
export const AlarmReportQuery = z
  .strictObject({
    ...ends,
    window: z.enum(["24h", "7d", "30d"]).optional().describe("Ends now. Without it and without from: 24h."),
    position: z
      .string()
      .max(200)
      .regex(/^(?:site|building:[^\p{Cc}\u2028-\u202e\u2066-\u2069]+)$/u)
      .default("site")
      .describe("site: the desk that sees every alarm; building:<name>: a position that sees those of one building"),
    data: z
      .enum(["real", "simulated", "test", "maintenance"])
      .optional()
      .describe("Never mixed. Without it: simulated on a simulated site, otherwise real."),
    format: z.enum(["json", "csv"]).default("json"),
    lang: z.enum(["zh", "en"]).default("zh").describe("Of the CSV."),
  })
  .check(
    say(({ window, from, to }: { window?: unknown; from?: unknown; to?: unknown }) => !window || (!from && !to), {
      zh: "window 与 from/to 只能选一种",
      en: "give either window or from and to",
    }),
  );
export const ResponseReportQuery = z
  .strictObject({
    ...ends,
    window: z.enum(["24h", "7d", "30d"]).optional().describe("Ends now. Without it, a month or from: 30d."),
    month: z
      .string()
      .regex(/^(?:19|20|21)\d{2}-(?:0[1-9]|1[0-2])$/)
      .optional()
      .describe("2026-11: a month of the site's calendar, compared with the one before"),
    data: z
      .enum(ticketKinds)
      .optional()
      .describe("Never mixed. Without it: simulated on a simulated site, otherwise real."),
    format: z.enum(["json", "csv"]).default("json").describe("csv: for supervisors"),
    lang: z.enum(["zh", "en"]).default("zh").describe("Of the CSV."),
    persons: z.enum(["masked", "full"]).default("masked").describe("full: names of people, for supervisors only"),
  })
  .check(
    say(
      (query: { window?: unknown; month?: unknown; from?: unknown; to?: unknown }) =>
        [query.window, query.month, query.from ?? query.to].filter((one) => one !== undefined).length <= 1,
      { zh: "window、month 与 from/to 只能选一种", en: "give one of window, month, or from and to" },
    ),
  );
const CsvQuery = { lang: z.enum(["zh", "en"]).default("zh") };
export const SuppressedQuery = z.strictObject({ format: z.enum(["json", "csv"]).default("json"), ...CsvQuery });
const Persons = {
  persons: z.enum(["masked", "full"]).default("masked").describe("full: names of people, for supervisors only"),
};
export const AlarmExport = z.strictObject({ ...ends, ...CsvQuery, ...Persons });
export const TicketExport = z.strictObject({ ...ends, ...CsvQuery, ...Persons });
export const PointExport = z.strictObject({ device: id(128).optional(), ...CsvQuery });
export const PointHistoryExport = z.strictObject({
  from: Instantly,
  to: Instantly,
  points: z
    .string()
    .max(8_000)
    .transform((text) => [...new Set(text.split(","))])
    .pipe(z.array(id(200)).min(1).max(50))
    .describe("Ids of points, with commas between; at most 50"),
  every: z
    .string()
    .max(20)
    .check(
      say((text: string) => (parseSpan(text) ?? 0) >= 1_000 && (parseSpan(text) ?? 0) <= days(1), {
        zh: "every 须在 1s 与 1d 之间，例如 1m、PT15M",
        en: "every has to lie between 1s and 1d, e.g. 1m or PT15M",
      }),
    )
    .default("1m")
    .describe("Length of a row: its least, largest, mean and last value"),
  ...CsvQuery,
});
export const JournalQuery = z.strictObject({
  from: Instantly.optional(),
  to: Instantly.optional(),
  about: z
    .string()
    .regex(/^(?:site|(?:alarm|ticket|device|account|token|paper):[A-Za-z0-9@_.:-]{1,200})$/)
    .optional(),
  limit: Limit.default(200),
});
const About = JournalQuery.shape.about;
export const JournalExport = z.strictObject({ ...ends, about: About, ...CsvQuery, ...Persons });

export const ReportParams = z.strictObject({ id: z.string().regex(/^BB\d{8}-(?:daily|weekly|monthly)$/) });
