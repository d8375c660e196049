/** From the house's rows to the bodies of the wire contract (`shapes.ts`). Pure: routes and the live stream use the same. */
import type { JournalRow } from "#model/journal";
import type { PointColumns, PointDefinition, PointWrite } from "#model/points";
import { BAD, qualities, reasons, reasonText } from "#model/quality";
import type { RuleDefinition } from "#model/rule";
import type { Device, Place, Site } from "#model/site";
import type { Text } from "#model/text";
import { formatInstant, type Instant, instant } from "#model/time";
import type { AlarmBody } from "./alarm-shapes.ts";
import type { RuleBody } from "./rule-shapes.ts";
import type { DeviceBody, JournalBody, PointBody, SiteBody } from "./shapes.ts";

/** A device as the acquisition sees it now. */
export interface DeviceReading {
  readonly device: string;
  readonly state: DeviceBody["state"];
  readonly since: Instant;
  readonly because?: Text;
  readonly lastGood?: Instant;
  /** Polls per second asked for, and achieved in the last minute. */
  readonly pollWanted: number;
  readonly pollAchieved: number;
}

export interface PointTable extends PointColumns {
  readonly definitions: readonly PointDefinition[];
}

export const maybe = <K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } =>
  (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };

export const time = (at: Instant | undefined): string | undefined => (at === undefined ? undefined : formatInstant(at));
export const place = (one: Place): AlarmBody["place"] => ({ ...one });
export const text = (one: Text): Text => ({ zh: one.zh, en: one.en });

export function siteBody(site: Site, at: { version: string; clockTrusted: boolean; now: Instant }): SiteBody {
  const plans = Object.values(site.policy.classes).flatMap((one) =>
    Object.entries(one.plans ?? {}).map(([id, { name }]) => ({ id, class: one.class, name: text(name) })),
  );
  return {
    id: site.id,
    name: text(site.name),
    version: at.version,
    revision: site.revision,
    zone: site.zone,
    simulated: site.simulated,
    clockTrusted: at.clockTrusted,
    now: formatInstant(at.now),
    ...maybe("plans", plans.length > 0 ? plans : undefined),
  };
}

/** `startedAt`: since when nothing is known of a device that the acquisition has not spoken of yet. */
export function deviceBody(
  device: Device,
  reading: DeviceReading | undefined,
  site: Site,
  startedAt: Instant,
): DeviceBody {
  return {
    id: device.id,
    name: text(device.name),
    kind: device.kind,
    place: place(device.place),
    state: reading?.state ?? "unknown",
    since: formatInstant(reading?.since ?? startedAt),
    ...maybe("because", reading?.because),
    ...maybe("lastGood", time(reading?.lastGood)),
    points: device.points.length,
    pollWanted: reading?.pollWanted ?? 0,
    pollAchieved: reading?.pollAchieved ?? 0,
    ...(device.link === "" ? {} : { link: device.link }),
    simulated: site.simulated,
  };
}

/** The point in row `handle`. The value is null whenever it is bad: a bad value is never shown as a value. */
export function pointBody(table: PointTable, handle: number): PointBody {
  const point = table.definitions[handle];
  if (!point) throw new Error(`no point has handle ${handle}`);
  const quality = table.quality[handle] ?? BAD;
  const raw = table.value[handle] ?? Number.NaN;
  const reason = reasons[table.reason[handle] ?? 0] ?? "none";
  const value = quality === BAD ? null : shownValue(point, raw, table.text.get(handle));
  const sourceAt = table.sourceAt[handle] ?? 0;
  const receivedAt = table.receivedAt[handle] ?? 0;
  return {
    id: point.id,
    device: point.device,
    key: point.key,
    name: text(point.name),
    type: point.type,
    ...maybe("unit", point.unit),
    value,
    ...(point.type === "enum" && value !== null ? maybe("label", point.values?.[raw]) : {}),
    quality: qualities[quality] ?? "bad",
    ...(reason === "none" ? {} : { reason, reasonText: reasonText[reason] }),
    ...(point.range ? { range: [point.range[0], point.range[1]] } : {}),
    ...(point.write ? { write: writeBody(point, point.write) } : {}),
    at: sourceAt === 0 ? null : formatInstant(instant(sourceAt)),
    receivedAt: receivedAt === 0 ? null : formatInstant(instant(receivedAt)),
  };
}

function writeBody(point: PointDefinition, { values, who, confirm }: PointWrite): PointBody["write"] {
  const codes = point.type === "enum" ? Object.keys(point.values ?? {}).map(Number) : undefined;
  const allowed = values ?? (point.type === "bool" ? [0, 1] : codes);
  return {
    ...maybe(
      "values",
      allowed?.map((value) => ({ value, ...maybe("label", point.values?.[value]) })),
    ),
    who: [...who],
    ...maybe("confirm", confirm && text(confirm)),
  };
}

function shownValue(point: PointDefinition, raw: number, words: string | undefined): PointBody["value"] {
  if (point.type === "text") return words ?? null;
  if (!Number.isFinite(raw)) return null;
  return point.type === "bool" ? raw !== 0 : raw;
}

export function journalBody(row: JournalRow): JournalBody {
  return {
    seq: row.seq,
    at: formatInstant(row.at),
    occurredAt: formatInstant(row.occurredAt),
    about: row.about,
    event: row.event,
    actor: row.actor,
    data: { ...row.data },
    hash: row.hash,
  };
}

export function ruleBody(rule: RuleDefinition, devices: readonly string[], sentence: Text): RuleBody {
  return {
    id: rule.id,
    kind: rule.kind,
    title: text(rule.title),
    severity: rule.severity,
    lifeSafety: rule.lifeSafety,
    when: rule.when.text,
    sentence: text(sentence),
    ...maybe("onDelay", rule.onDelay?.text),
    ...maybe("ticket", rule.ticket),
    advice: text(rule.advice),
    source: rule.source,
    params: Object.entries(rule.params).map(([name, param]) => ({
      name,
      type: param.type,
      default: param.default,
      ...maybe("unit", param.type === "span" ? "ms" : param.unit),
      source: param.source,
    })),
    devices: [...devices],
  };
}
