/** What requests may bring, strictly: an unknown key is an error, an id is a pattern and never a path. */
import * as z from "zod";
import type { Text } from "#model/text";
import { days, type Instant, parseInstant, parseSpan, type Span } from "#model/time";
import { ErrorShape } from "./shapes.ts";

/** Readable text: line breaks and tabs are fine; other control characters, and those that turn writing round, are not. */
export const words = (longest: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .regex(/^(?:[\n\r\t]|[^\p{Cc}\u2028-\u202e\u2066-\u2069])*$/u);

export const id = (longest: number) =>
  z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]*$/)
    .max(longest);

/** A check whose words are ours, in both languages; `validate.ts` reads them back. */
export const say = <T>(fits: (value: T) => boolean, what: Text) =>
  z.check<T>((context) => {
    if (!fits(context.value)) context.issues.push({ code: "custom", input: context.value, params: { what } });
  });

/** A whole number as a query brings it; `name` is what the sender calls it. */
export const counted = (name: string, least: number, most: number) =>
  z
    .string()
    .max(20)
    .check(
      say((text: string) => /^\d{1,16}$/.test(text) && Number(text) >= least && Number(text) <= most, {
        zh: `${name} 应为 ${least} 至 ${most} 的整数`,
        en: `${name} must be a whole number from ${least} to ${most}`,
      }),
    )
    .transform(Number);

export const Instantly = z.iso.datetime({ offset: true }).describe("ISO 8601 with offset or Z");

/** `30m 2h` or ISO 8601 `PT30M`. */
export const Duration = z
  .string()
  .max(32)
  .check(
    say((text: string) => parseSpan(text) !== undefined, {
      zh: "时长应写作 30m、2h 或 PT30M",
      en: "a duration is written 30m, 2h or PT30M",
    }),
  );

export const CommandId = z
  .string()
  .regex(/^[\w.:-]{1,128}$/)
  .describe("Chosen by the sender, e.g. a UUID. Sending the same one again within 24 h changes nothing more.");

export const DeviceParams = z.strictObject({ id: id(128) });
export const PointParams = z.strictObject({ id: id(200) });

export const LinkParams = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.:#[\]-]*$/)
    .max(300),
});
export const FrameQuery = z.strictObject({
  after: counted("after", 0, Number.MAX_SAFE_INTEGER).default(0).describe("Only frames after this sequence number."),
});

export const PointQuery = z.strictObject({ device: id(128).optional() });
/** Longest range and most buckets of one trend: ten years, and more columns than a screen has pixels to a side. */
export const TREND = { longest: days(3_660), buckets: 2_000 } as const;
export const HistoryQuery = z
  .strictObject({
    from: Instantly.optional().describe("Without it: an hour before `to`."),
    to: Instantly.optional().describe("Without it: now."),
    buckets: counted("buckets", 1, TREND.buckets)
      .default(300)
      .describe(
        "At most 2000. There may be fewer in the answer: where only aggregates are left, none is finer than they are.",
      ),
  })
  .check(
    say(
      ({ from, to }: { from?: string | undefined; to?: string | undefined }) =>
        from === undefined ||
        to === undefined ||
        (toInstant(from) < toInstant(to) && toInstant(to) - toInstant(from) <= TREND.longest),
      { zh: "from 应早于 to，范围不超过十年", en: "from must lie before to, at most ten years" },
    ),
  );
export const Limit = counted("limit", 1, 9_999);
export const ListQuery = z.strictObject({ limit: Limit.default(50) });
export const LiveQuery = z.strictObject({
  since: counted("since", 0, Number.MAX_SAFE_INTEGER).optional(),
  view: z.enum(["watch", "device", "devices"]).default("watch"),
  /** Comma-separated device ids. */
  ids: z
    .string()
    .max(4_000)
    .transform((text) => text.split(",").filter(Boolean))
    .optional(),
});

export const WritePoint = z.strictObject({
  value: z.union([z.number(), z.boolean()]).describe("As people see it: after scale and offset."),
  confirm: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional()
    .describe("The answer of the first step; without it nothing is written."),
  commandId: CommandId.optional().describe("Needed in the second step."),
});

export const ChannelParams = z.strictObject({ id: id(64) });
export const TryChannel = z.strictObject({
  to: id(64).describe("id of a person of people.yaml, whose phone or address is used"),
});

export const Play = z.strictObject({
  scenario: id(100),
  device: id(128),
  speed: z.number().positive().max(1_000).optional(),
  seed: z.int().min(0).optional(),
  params: z
    .record(id(40), z.number())
    .refine((given) => Object.keys(given).length <= 20, { error: "at most 20 parameters" })
    .optional(),
  overReal: z.boolean().default(false).describe("An emergency that no drill explains is open, and this is known."),
});

/** What a client says on the live stream. */
export const LiveMessage = z.union([
  z.strictObject({
    sub: z.strictObject({
      view: z.enum(["watch", "device", "devices"]),
      ids: z.array(z.string().max(128)).max(200).optional(),
    }),
  }),
  z.strictObject({
    alive: z.union([
      z.boolean(),
      z.strictObject({
        visible: z.boolean().optional(),
        audioRunning: z.boolean().optional(),
        lastSeq: z.number().optional(),
      }),
    ]),
  }),
]);

/** A span that a schema above has already checked. */
export function toSpan(text: string): Span {
  const span = parseSpan(text);
  if (span === undefined) throw new Error(`${text} passed the schema but is no duration`);
  return span;
}

/** An instant that a schema above has already checked. */
export function toInstant(text: string): Instant {
  const at = parseInstant(text);
  if (at === undefined) throw new Error(`${text} passed the schema but is no instant`);
  return at;
}

/** Answers of a route for the OpenAPI text: one good shape, and the errors of all. */
export const answers = <S extends z.ZodType>(shape: S) => ({ 200: shape, "4xx": ErrorShape });
export const created = <S extends z.ZodType>(shape: S) => ({ 201: shape, "4xx": ErrorShape });
