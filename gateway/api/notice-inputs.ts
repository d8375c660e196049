/** What requests about notices may bring; as long as fits into a text message beside the time and the name of the site. */
import * as z from "zod";
import { CommandId, Instantly, id, say, words } from "./inputs.ts";

const Said = z.strictObject({ zh: words(120), en: words(300) });
const Rev = z.int().min(1).max(1_000_000);
const Households = z.int().min(0).max(100_000);

export const DraftNotice = z
  .strictObject({
    commandId: CommandId,
    kind: z.enum(["update", "closing"]).optional().describe("Only after one was sent; without it what is due."),
    what: Said.optional().describe("What happened."),
    todo: Said.optional().describe("What to do."),
    backAt: Instantly.optional().describe("When it will be back."),
    backUnknown: z.literal(true).optional().describe("It is not known when it will be back."),
    rev: Rev.optional().describe("The draft that is changed; refused when it was changed meanwhile."),
  })
  .check(
    say(({ backAt, backUnknown }: { backAt?: unknown; backUnknown?: unknown }) => !backAt || !backUnknown, {
      zh: "预计恢复时间与“时间待定”只能选一种",
      en: "give the time, or say that it is not known, and not both",
    }),
  );
export const ApproveNotice = z.strictObject({ commandId: CommandId, rev: Rev.describe("The draft that was read.") });
const Edition = z.int().min(1).max(1_000);
export const WithdrawNotice = z.strictObject({ commandId: CommandId, edition: Edition, reason: words(200) });
export const ReportReach = z
  .strictObject({
    commandId: CommandId,
    edition: Edition,
    way: id(64),
    delivered: Households.optional(),
    read: Households.optional(),
  })
  .check(
    say(
      ({ delivered, read }: { delivered?: unknown; read?: unknown }) => delivered !== undefined || read !== undefined,
      { zh: "请填写送达或已读户数", en: "say how many were delivered or read" },
    ),
  );
