/** `site.yaml`: who the site is, where it listens, its shared links and its ways out. */

import * as z from "zod";
import type { BrokerSettings } from "#model/broker";
import { WebAddress } from "#model/channel-settings";
import { usualFlood } from "#model/flood";
import type { ChannelSetting, Residents } from "#model/site";
import { hours, minutes, parseSpan } from "#model/time";
import { nearest } from "../../rules/language/nearest.ts";
import { BrokerFile, finishBroker } from "./broker-file.ts";
import { calendarEntry } from "./calendars.ts";
import { readChannels } from "./channel-file.ts";
import { NorthFile } from "./north-file.ts";
import { type Part, parsePart, part, placeOf, whole } from "./parse-part.ts";
import type { ProblemList } from "./problems.ts";
import { finishResidents, ResidentsFile } from "./residents-file.ts";
import { complain, Id, Name, Size, spanFrom, TextPair } from "./vocabulary.ts";
import type { YamlFile } from "./yaml-file.ts";

const Zone = z.string().superRefine((zone, context) => {
  if (isZone(zone)) return;
  const near = nearest(zone, Intl.supportedValuesOf("timeZone"));
  complain(
    context,
    { zh: "不是时区", en: "is not a time zone" },
    near === undefined
      ? { zh: "写 IANA 时区名，例如 Asia/Shanghai。", en: "Write an IANA zone, e.g. Asia/Shanghai." }
      : { zh: `是否应为 ${near}？`, en: `Did you mean ${near}?` },
  );
});

function isZone(zone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return true;
  } catch {
    return false;
  }
}

const Port = z.int().min(0).max(65_535);

/** At least an hour: the newest hour is what aggregates are made from. */
const Kept = z.string().transform((text, context) => {
  const span = parseSpan(text);
  if (span !== undefined && span >= hours(2)) return span;
  complain(
    context,
    { zh: "不是保存时长", en: "is not a time to keep" },
    { zh: "写成 48h、14d 或 365d，至少 2h。", en: "Write 48h, 14d or 365d; 2h at least." },
  );
  return z.NEVER;
});
const History = z.strictObject({
  raw: Kept.optional(),
  minutes: Kept.optional(),
  hours: Kept.optional(),
  cap: Size.optional(),
  reserve: Size.optional(),
});

/** When the alarms are too many for the people at a desk; leaving below entering, or it would come and go. */
const FloodFile = z
  .strictObject({
    enter: z.int().min(1).default(usualFlood.enter),
    leave: z.int().min(1).default(usualFlood.leave),
    within: spanFrom(minutes(1), "1m").default(usualFlood.within),
  })
  .superRefine(({ enter, leave }, context) => {
    if (leave <= enter) return;
    complain(
      context,
      { zh: "leave 大于 enter", en: "leave is above enter" },
      {
        zh: "leave 不得大于 enter，例如 enter: 10、leave: 5。",
        en: "Keep leave at or below enter, e.g. enter: 10, leave: 5.",
      },
    );
  });

/** Where phones reach the gateway: no path, so that `/t` can stand behind it. */
const PublicUrl = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.pathname === "/" && !url.search && !url.hash && !url.username) {
    return url.origin;
  }
  complain(
    context,
    { zh: "不是手机访问网关的地址", en: "is not the address under which phones reach the gateway" },
    {
      zh: "写成 https://gate.example.cn，不带路径。",
      en: "Write https://gate.example.cn, without a path.",
    },
  );
  return z.NEVER;
});

export const SiteFile = z.strictObject({
  id: Id,
  name: TextPair,
  zone: Zone.default("Asia/Shanghai"),
  rescueZone: z.enum(["urban", "other"]).default("urban"),
  listen: z.strictObject({ host: z.string().min(1).default("127.0.0.1"), port: Port.default(8080) }).optional(),
  simulated: z.boolean().default(false),
  simulator: z.strictObject({ fleet: z.string().min(1), control: WebAddress }).optional(),
  links: z.record(Id, z.unknown()).default({}),
  channels: z.array(z.unknown()).default([]),
  residents: ResidentsFile.optional(),
  store: z.strictObject({ folder: z.string().min(1) }).optional(),
  calendars: z.record(Name, calendarEntry(Zone)).default({}),
  broker: BrokerFile.optional(),
  history: History.optional(),
  north: NorthFile.optional(),
  flood: FloodFile.optional(),
  publicUrl: PublicUrl.optional(),
});
export type SiteFile = z.output<typeof SiteFile>;

export interface SiteSettings {
  readonly settings: SiteFile;
  readonly channels: readonly ChannelSetting[];
  readonly residents?: Residents;
  readonly broker?: BrokerSettings;
  /** Shared links by id, still to be parsed by their drivers. */
  readonly links: ReadonlyMap<string, Part>;
}

/** `undefined` when id or name are missing or the file as a whole is unusable. */
export function parseSiteFile(file: YamlFile, problems: ProblemList): SiteSettings | undefined {
  const root = whole(file);
  const settings = parsePart(root, SiteFile, problems).value;
  if (!settings) return undefined;
  if (settings.simulator && !settings.simulated) {
    problems.error(
      placeOf(root, "simulator"),
      {
        zh: "只有 simulated: true 的站点才能带 simulator",
        en: "only a site with simulated: true may have a simulator",
      },
      { zh: "删除 simulator，或加上 simulated: true。", en: "Remove simulator, or add simulated: true." },
    );
  }
  const channels = readChannels(part(root, "channels"), problems);
  const links = new Map(Object.keys(settings.links).map((id) => [id, part(root, "links", id)]));
  const broker = settings.broker && finishBroker(part(root, "broker"), settings.broker, problems);
  const residents =
    settings.residents && finishResidents(part(root, "residents"), settings.residents, channels, problems);
  return { settings, channels, links, ...(residents ? { residents } : {}), ...(broker ? { broker } : {}) };
}
