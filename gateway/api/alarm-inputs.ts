/** What requests about alarms may bring. */
import * as z from "zod";
import { CommandId, Duration, Instantly, say, words } from "./inputs.ts";

export const AlarmParams = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9_.]+@[A-Za-z0-9][A-Za-z0-9_.:-]*$/)
    .max(200)
    .describe("<rule>@<device>"),
});
export const AlarmQuery = z.strictObject({
  state: z
    .enum(["active", "unacknowledged", "shelved", "suppressed", "out-of-service", "all"])
    .optional()
    .describe("Without it: everything that is on the operator's list."),
});

export const Acknowledge = z.strictObject({
  occurrence: z.int().min(1),
  reason: z.enum(["real", "false", "test", "maintenance"]).optional().describe("属实 误报 测试 维保"),
  comment: words(500).optional(),
  commandId: CommandId,
});
/** What the screen showed: each occurrence once, and no more than a person can have looked at. */
export const AcknowledgeSeen = z.strictObject({
  seen: z
    .array(z.strictObject({ id: z.string().min(3).max(160), occurrence: z.int().min(1) }))
    .min(1)
    .max(200)
    .check(
      say((seen: readonly { id: string }[]) => new Set(seen.map((one) => one.id)).size === seen.length, {
        zh: "同一告警只能列出一次",
        en: "each alarm is listed once",
      }),
    ),
  reason: z.enum(["real", "false", "test", "maintenance"]).optional().describe("Needed for emergencies among them."),
  comment: words(500).optional(),
  commandId: CommandId,
});
export const Comment = z.strictObject({ occurrence: z.int().min(1), comment: words(500), commandId: CommandId });

const Occurrence = z.int().min(0).optional().describe("What was seen; 409 when it is not the present one.");
export const Shelve = z
  .strictObject({
    kind: z.enum(["timed", "one-shot"]).default("timed").describe("one-shot: the present or the next active period"),
    for: Duration.optional(),
    until: Instantly.optional(),
    reason: words(500),
    occurrence: Occurrence,
    commandId: CommandId,
  })
  .check(
    say(
      (body: { kind: string; for?: string | undefined; until?: string | undefined }) => {
        const ends = [body.for, body.until].filter((end) => end !== undefined).length;
        return ends === 1 || (ends === 0 && body.kind === "one-shot");
      },
      {
        zh: "请给出搁置时长 for 或截止时间 until（二选一；单次搁置可以都不填）",
        en: "give either for or until; a one-shot may go without both",
      },
    ),
  );
/** With the occurrence that was seen, and words about it if the person likes. */
export const AboutAlarm = z.strictObject({
  occurrence: Occurrence,
  comment: words(500).optional(),
  commandId: CommandId,
});
export const Unacknowledge = z.strictObject({ occurrence: Occurrence, reason: words(500), commandId: CommandId });
export const OutOfService = z.strictObject({
  occurrence: Occurrence,
  reason: words(500),
  reviewAt: Instantly.describe("From then on the supervisor is reminded once a day; at most 90 days ahead."),
  commandId: CommandId,
});
