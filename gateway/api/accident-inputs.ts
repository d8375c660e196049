/** What requests about an accident report may bring. */
import * as z from "zod";
import { type AccidentField, accidentFields } from "#model/accident";
import { CommandId, words } from "./inputs.ts";

const Rev = z.int().min(1).max(1_000_000);
const Said = words(4_000).or(z.literal("")).optional();
export const BeginAccident = z.strictObject({ commandId: CommandId });
export const FillAccident = z.strictObject({
  commandId: CommandId,
  rev: Rev.describe("The draft that is changed; refused when it was changed meanwhile."),
  fields: z.strictObject(
    Object.fromEntries(accidentFields.map((field) => [field, Said])) as Record<AccidentField, typeof Said>,
  ),
});
export const SignAccident = z.strictObject({ commandId: CommandId, rev: Rev.describe("The draft that was read.") });
