/** What requests may bring, strictly: an unknown key is an error, an id is a pattern and never a path. */
import * as z from "zod";
import { roles } from "#model/account";
import { linkageStates, panelStates } from "#model/fire-log";
import { learnables } from "#model/learned";
import { ticketClasses } from "#model/policy";
import type { Text } from "#model/text";
import { cares } from "#model/ticket";
import { days, type Instant, parseInstant, parseSpan, type Span } from "#model/time";
import { TOKEN_DAYS } from "../people/tokens.ts";
import { ticketKinds } from "../reports/response-rounds.ts";
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

export const Instantly = z.iso.datetime({ offset: true }).describe("ISO 8601 with offset or Z");

export const CommandId = z
  .string()
  .regex(/^[\w.:-]{1,128}$/)
  .describe("Chosen by the sender, e.g. a UUID. Sending the same one again within 24 h changes nothing more.");

export const DeviceParams = z.strictObject({ id: id(128) });
export const PointParams = z.strictObject({ id: id(200) });
export const AlarmParams = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9_.]+@[A-Za-z0-9][A-Za-z0-9_.:-]*$/)
    .max(200)
    .describe("<rule>@<device>"),
});
export const TicketParams = z.strictObject({ no: z.string().regex(/^[A-Z]{2}\d{8}-\d{1,12}$/) });
export const UserParams = z.strictObject({ id: id(32) });
export const TokenParams = z.strictObject({ id: z.string().regex(/^[0-9a-f]{8}$/) });

export const LinkParams = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.:#[\]-]*$/)
    .max(300),
});
export const FrameQuery = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .default(0)
    .describe("Only frames after this sequence number."),
});

export const PointQuery = z.strictObject({ device: id(128).optional() });
/** Longest range and most buckets of one trend: ten years, and more columns than a screen has pixels to a side. */
export const TREND = { longest: days(3_660), buckets: 2_000 } as const;
export const HistoryQuery = z
  .strictObject({
    from: Instantly.optional().describe("Without it: an hour before `to`."),
    to: Instantly.optional().describe("Without it: now."),
    buckets: z
      .string()
      .regex(/^[1-9]\d{0,3}$/)
      .transform(Number)
      .pipe(z.int().max(TREND.buckets))
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
export const AlarmQuery = z.strictObject({
  state: z
    .enum(["active", "unacknowledged", "shelved", "suppressed", "out-of-service", "all"])
    .optional()
    .describe("Without it: everything that is on the operator's list."),
});
/** Both ends of a window that is read row by row. */
const ends = { from: Instantly.optional(), to: Instantly.optional() };
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
const Limit = z
  .string()
  .regex(/^[1-9]\d{0,3}$/)
  .transform(Number);
export const TicketQuery = z.strictObject({
  state: z.enum(["open", "closed", "all"]).default("open"),
  limit: Limit.default(200),
});
export const ListQuery = z.strictObject({ limit: Limit.default(50) });
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
export const LiveQuery = z.strictObject({
  since: z
    .string()
    .regex(/^\d{1,16}$/)
    .transform(Number)
    .optional(),
  view: z.enum(["watch", "device", "devices"]).default("watch"),
  /** Comma-separated device ids. */
  ids: z
    .string()
    .max(4_000)
    .transform((text) => text.split(",").filter(Boolean))
    .optional(),
});

export const BacktestRequest = z.strictObject({
  rule: z
    .string()
    .regex(/^[a-z0-9_.]+$/)
    .max(100),
  with: z.string().max(65_536).optional().describe("YAML of a changed copy: a rule of the same id, or `override:`"),
  from: Instantly.optional(),
  to: Instantly.optional(),
});

export const TuningRequest = z.strictObject({ days: z.int().min(1).max(31) });
export const LearnedParams = z.strictObject({ device: id(128), what: z.enum(learnables) });
/** A row of another release may be named by a word that nobody knows any more. */
export const AppliedParams = z.strictObject({ device: id(128), what: z.string().regex(/^[A-Za-z]{1,40}$/) });
export const ApplyLearned = z.strictObject({
  reason: words(500),
  confirm: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional()
    .describe("What the first step answered. Without it nothing is applied."),
  commandId: CommandId,
});
export const TakeBack = z.strictObject({ reason: words(500), commandId: CommandId });
/** Rules as YAML. */
export const RuleText = z.strictObject({ text: z.string().max(32_768) });

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
/** `30m 2h` or ISO 8601 `PT30M`. */
const Duration = z
  .string()
  .max(32)
  .check(
    say((text: string) => parseSpan(text) !== undefined, {
      zh: "时长应写作 30m、2h 或 PT30M",
      en: "a duration is written 30m, 2h or PT30M",
    }),
  );
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

export const Contact = z.strictObject({
  name: words(64),
  phone: z
    .string()
    .trim()
    .regex(/^\+?[\d -]{3,24}$/),
});
export const OpenTicket = z.strictObject({
  class: z.enum(ticketClasses),
  severity: z.enum(["S1", "S2", "S3", "S4"]).optional(),
  device: id(128).optional(),
  description: words(500),
  occurredAt: Instantly.optional().describe("For a back-entry: when it happened."),
  drill: z
    .strictObject({
      overReal: z.boolean().default(false).describe("a real S1 or S2 is open, and it is held all the same"),
    })
    .optional()
    .describe("演练: worked on like a real one, marked everywhere, kept out of the figures; supervisors"),
  place: z
    .strictObject({ building: words(64).optional(), floor: words(64).optional(), room: words(64).optional() })
    .optional()
    .describe("Where it is; what is left out is the device's."),
  reporter: Contact.optional().describe("Who reported it; sealed, and masked from here on."),
  expected: Instantly.optional().describe("By when the reporter would like it done."),
  care: z.array(z.enum(cares)).max(cares.length).optional().describe("Who lives there and needs more care."),
  commandId: CommandId,
});
export const KeepContact = z.strictObject({ commandId: CommandId, ...Contact.shape });
const FileId = z.string().regex(/^[0-9a-f]{32}$/);
export const Step = z.strictObject({
  commandId: CommandId,
  note: words(2_000).optional(),
  occurredAt: Instantly.optional().describe("For a back-entry: when it was done."),
  assignee: words(100).optional().describe("dispatch, assign: who"),
  sop: words(100).optional().describe("sop: which row"),
  skip: z.boolean().optional().describe("sop: the row is left out; note says why"),
  who: z.enum(["staff", "rescue"]).optional().describe("arrive: who came"),
  reason: words(100).optional().describe("hold: one of the policy's reasons"),
  for: Duration.optional().describe("hold: how long; as long as the policy allows when not told"),
  into: words(32).optional().describe("merge: the ticket that goes on"),
  what: z.enum(["arrive", "finish"]).optional().describe("promise: what"),
  until: Instantly.optional().describe("promise: by when"),
  score: z.int().min(1).max(5).optional().describe("rate: 5 is best"),
  how: z.enum(["signature", "phone", "online", "visit"]).optional().describe("rate: whose word it is"),
  signature: FileId.optional().describe("rate: the file with the signature"),
});

export const FileParams = z.strictObject({ no: TicketParams.shape.no, id: FileId });
export const VisitFileParams = z.strictObject({ id: FileId });
/** What stands behind the `#` of a one-ticket link. */
export const OpenVisit = z.strictObject({ link: z.string().min(1).max(400) });
export const VisitStepParams = z.strictObject({ step: z.string().regex(/^[a-z-]{1,20}$/) });
export const VisitStep = Step.pick({
  commandId: true,
  note: true,
  occurredAt: true,
  sop: true,
  skip: true,
  what: true,
  for: true,
  score: true,
  signature: true,
});
export const MakeLink = z.strictObject({ person: id(64).describe("id of a person of people.yaml") });
export const LinkPersonParams = z.strictObject({ no: TicketParams.shape.no, person: id(64) });

export const ReportParams = z.strictObject({ id: z.string().regex(/^BB\d{8}-(?:daily|weekly|monthly)$/) });
export const HandoverParams = z.strictObject({
  id: z
    .string()
    .regex(/^JJ\d{8}-\d{4}-[A-Za-z0-9_.-]{1,64}$/)
    .max(100),
});
export const FireLogParams = z.strictObject({ id: z.string().regex(/^XF\d{8}-\d{4}$/) });
export const FillFireLog = z.strictObject({
  panel: z.enum(panelStates).describe("what the fire panel shows"),
  linkage: z.enum(linkageStates),
  checks: z.record(id(64), z.boolean()).describe("by id: in order or not; all of them"),
  remarks: z
    .union([z.literal(""), words(2_000)])
    .describe("where, why and what was done; needed when anything is out of order"),
  commandId: CommandId,
});
export const OpenHandover = z.strictObject({ team: id(64), commandId: CommandId });
export const FillHandover = z.strictObject({
  notes: z.union([z.literal(""), words(2_000)]).optional(),
  checks: z.record(id(64), z.boolean()).optional().describe("by id: in order or not"),
  commandId: CommandId,
});

const Name = words(64);
/** The account's id: what a person types to sign in. */
export const User = z
  .string()
  .trim()
  .toLowerCase()
  .check(
    say((user: string) => /^[a-z0-9][a-z0-9._-]{1,31}$/.test(user), {
      zh: "账号须为 2 至 32 个字符：小写字母、数字、点、下划线或连字符，以字母或数字开头",
      en: "a user name has 2 to 32 characters: letters, digits, dot, underscore, hyphen; it begins with a letter or digit",
    }),
  );
/** Its rules are checked by `people`; here only that it cannot be a flood. */
const Password = z.string().min(1).max(1_024);

export const SignIn = z.strictObject({ user: z.string().min(1).max(64), password: Password });
export const SignHandover = z.strictObject({
  side: z.enum(["leaving", "coming"]),
  user: z.string().min(1).max(64),
  password: Password,
  commandId: CommandId,
});
export const FirstRun = z.strictObject({
  code: z.string().min(1).max(100),
  user: User,
  name: Name,
  password: Password,
});
export const AddUser = z.strictObject({ user: User, name: Name, role: z.enum(roles), password: Password });
export const ChangeUser = z
  .strictObject({
    role: z.enum(roles).optional(),
    state: z.enum(["active", "disabled"]).optional(),
    name: Name.optional(),
    password: Password.optional(),
  })
  .check(
    say((change: object) => Object.keys(change).length > 0, {
      zh: "请至少填写一项要修改的内容",
      en: "say at least one thing to change",
    }),
  );
export const AddToken = z.strictObject({
  name: Name,
  role: z.enum(roles),
  days: z.int().min(1).max(TOKEN_DAYS.longest).default(TOKEN_DAYS.usual),
});

export const Play = z.strictObject({
  scenario: id(100),
  device: id(128),
  speed: z.number().positive().max(1_000).optional(),
  seed: z.int().min(0).optional(),
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
