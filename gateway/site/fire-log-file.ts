/** How the policy writes what the log of the fire control room asks for. */
import * as z from "zod";
import { days, minutes } from "#model/time";
import { Id, SpanText, TextPair } from "./vocabulary.ts";

export const FireLogFile = z.strictObject({
  // Counted from midnight: an interval that does not divide a day would fall on other hours every day.
  every: SpanText.refine((every) => every >= minutes(15) && days(1) % every === 0 && every % minutes(1) === 0, {
    params: {
      what: { zh: "不能整除 24 小时或短于 15 分钟", en: "does not divide a day, or is shorter than 15 minutes" },
      todo: { zh: "写 1h、2h、4h 等。", en: "Write 1h, 2h, 4h and the like." },
    },
  }),
  atHandover: z.boolean().optional(),
  grace: SpanText,
  roles: z.array(z.string()).min(1),
  tell: z.array(z.string()).min(1),
  checks: z.array(z.strictObject({ id: Id, text: TextPair })),
  atLeast: z.int().min(1).max(20).optional(),
  longestShift: SpanText.refine((span) => span > 0 && span <= days(1), {
    params: {
      what: { zh: "班次不能长于 24 小时", en: "a shift is no longer than a day" },
      todo: { zh: "写 8h 等。", en: "Write 8h and the like." },
    },
  }).optional(),
});
/** What a site may say otherwise. */
export const FireLogChange = FireLogFile.pick({ every: true, atHandover: true, grace: true }).partial();
/** What a profile of the policy says of it. */
export const FireLogProfile = FireLogFile.pick({
  every: true,
  atHandover: true,
  atLeast: true,
  longestShift: true,
}).partial();
