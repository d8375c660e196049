/** From the house's rows to the bodies of the wire contract (`shapes.ts`). Pure: routes and the live stream use the same. */
import { type Alarm, shownState } from "#model/alarm";
import { inWindow, type Tide } from "#model/flood";
import type { JournalRow } from "#model/journal";
import type { Message } from "#model/message";
import type { PointColumns, PointDefinition, PointWrite } from "#model/points";
import { BAD, qualities, reasons, reasonText } from "#model/quality";
import type { RuleDefinition } from "#model/rule";
import { type Device, type Place, partName, type Site } from "#model/site";
import type { Text } from "#model/text";
import type { ResponseClock, Ticket } from "#model/ticket";
import { formatInstant, formatSpan, type Instant, instant, milliseconds } from "#model/time";
import { pausedFor } from "../../rules/response/clocks.ts";
import { allowedSteps } from "../../rules/response/possible-steps.ts";
import { clockName } from "../../rules/response/words.ts";
import type {
  AlarmBody,
  ClockBody,
  DeviceBody,
  FloodBody,
  JournalBody,
  PointBody,
  RuleBody,
  SiteBody,
  TicketBody,
  TicketDetailBody,
} from "./shapes.ts";

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

/** What a ticket's body needs beside the ticket. */
export interface TicketView {
  readonly site: Site;
  readonly devices: ReadonlyMap<string, Device>;
}

const maybe = <K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } =>
  (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };

const time = (at: Instant | undefined): string | undefined => (at === undefined ? undefined : formatInstant(at));
const place = (one: Place): AlarmBody["place"] => ({ ...one });
export const text = (one: Text): Text => ({ zh: one.zh, en: one.en });

export function siteBody(site: Site, at: { version: string; clockTrusted: boolean; now: Instant }): SiteBody {
  return {
    id: site.id,
    name: text(site.name),
    version: at.version,
    revision: site.revision,
    zone: site.zone,
    simulated: site.simulated,
    clockTrusted: at.clockTrusted,
    now: formatInstant(at.now),
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

function shelfBody({ shelf }: Alarm): AlarmBody["shelf"] {
  if (shelf.state === "none") return undefined;
  const { state, by, reason, renewals } = shelf;
  return { kind: state, until: formatInstant(shelf.until), since: formatInstant(shelf.since), by, reason, renewals };
}

function serviceBody({ outage, outageRequest }: Alarm): AlarmBody["service"] {
  const told = outageRequest ?? outage;
  if (!told) return undefined;
  return {
    state: outageRequest ? "requested" : "out",
    since: formatInstant("at" in told ? told.at : told.since),
    by: told.by,
    reason: told.reason,
    reviewAt: formatInstant(told.reviewAt),
    ...("confirmedBy" in told ? maybe("confirmedBy", told.confirmedBy) : {}),
  };
}

export function alarmBody(alarm: Alarm, devices: ReadonlyMap<string, Device>): AlarmBody {
  const device = devices.get(alarm.device);
  return {
    id: alarm.id,
    rule: alarm.rule,
    device: alarm.device,
    deviceName: text(partName(device, alarm.device)),
    place: place(device?.place ?? {}),
    title: text(alarm.title),
    advice: text(alarm.advice),
    occurrence: alarm.occurrence,
    severity: alarm.severity,
    lifeSafety: alarm.lifeSafety,
    state: shownState(alarm),
    because: text(alarm.because),
    activeSince: formatInstant(alarm.activeSince),
    ...maybe("onset", time(alarm.onset)),
    ...maybe("follows", alarm.follows),
    ...maybe("reAlarms", alarm.reAlarms),
    ...maybe("returnedAt", time(alarm.returnedAt)),
    ...maybe("acknowledgedBy", alarm.acknowledgedBy),
    ...maybe("acknowledgedAt", time(alarm.acknowledgedAt)),
    ...maybe("comment", alarm.comment),
    count: alarm.count,
    inputs: alarm.inputs.map((input) => ({
      point: input.point,
      value: input.value,
      ...maybe("unit", input.unit),
      quality: input.quality,
      at: formatInstant(instant(input.at)),
    })),
    quality: alarm.quality.state,
    ...(alarm.quality.state === "bad" ? { qualityReason: alarm.quality.reason } : {}),
    ...maybe("ticket", alarm.ticket),
    ...maybe("chatter", alarm.chatter && { since: formatInstant(alarm.chatter.since), times: alarm.chatter.times }),
    ...maybe("suppressedBy", alarm.suppressedBy.length > 0 ? [...alarm.suppressedBy] : undefined),
    ...maybe("shelf", shelfBody(alarm)),
    ...maybe("service", serviceBody(alarm)),
    simulated: alarm.simulated,
  };
}

/** The desks that are flooded, and how high it stands. */
export const floodBodies = (tides: Iterable<Tide>): FloodBody[] =>
  [...tides].flatMap((tide) =>
    tide.flood
      ? [
          {
            position: tide.position,
            since: formatInstant(tide.flood.since),
            told: tide.flood.told,
            peak: tide.flood.peak,
            now: inWindow(tide),
          },
        ]
      : [],
  );

function clockBody(clock: ResponseClock, now: Instant): ClockBody {
  return {
    kind: clock.kind,
    state: clock.state,
    target: formatSpan(clock.target),
    startedAt: formatInstant(clock.startedAt),
    dueAt: formatInstant(clock.dueAt),
    ...maybe("metAt", time(clock.metAt)),
    ...maybe("breachedAt", time(clock.breachedAt)),
    warnAt: formatInstant(clock.warnAt),
    pausedFor: formatSpan(pausedFor(clock, now)),
  };
}

type Next = NonNullable<TicketBody["next"]> & { readonly due: Instant };

/** The next thing that happens by itself: a ladder step, a clock that warns or breaches, an acknowledgement that runs out. */
function nextOf(ticket: Ticket, roleName: (role: string) => Text): TicketBody["next"] {
  if (ticket.closedAt !== undefined) return undefined;
  const coming: Next[] = [];
  const add = (due: Instant, step: string, say: Text, tell: readonly string[] = []) => {
    coming.push({ due, at: formatInstant(due), step, tell: tell.map(roleName), say: text(say) });
  };
  for (const { state, step, dueAt } of ticket.ladder) if (state === "waiting") add(dueAt, step.id, step.say, step.tell);
  for (const { state, kind, warnAt, warnedAt, dueAt } of ticket.clocks) {
    if (state !== "running") continue;
    const name = clockName[kind];
    if (warnedAt === undefined) add(warnAt, `warn-${kind}`, { zh: `${name.zh}时限预警`, en: `${name.en}: warning` });
    else add(dueAt, `breach-${kind}`, { zh: `${name.zh}超时`, en: `${name.en}: overdue` });
  }
  if (ticket.acknowledgeExpiresAt !== undefined) {
    add(ticket.acknowledgeExpiresAt, "acknowledgement-expires", {
      zh: "长时间无新进展，确认失效，继续升级",
      en: "No new entry: the acknowledgement runs out and the escalation goes on",
    });
  }
  const [first] = coming.sort((a, b) => a.due - b.due);
  return first && { at: first.at, step: first.step, tell: first.tell, say: first.say };
}

/** The name of a role of the policy; the role itself when it has none. */
export const roleNamer =
  (site: Site) =>
  (role: string): Text =>
    role === "assignee" ? { zh: "负责人", en: "Assignee" } : (site.policy.roles[role] ?? { zh: role, en: role });

/** Three words for owners, whatever goes on inside (W6). A house that dispatched by itself has not sent anybody by name. */
function publicState({ state, closedAt }: Ticket): Text {
  if (closedAt !== undefined || state === "repaired" || state === "verifying") return { zh: "已完成", en: "Done" };
  return state === "new" ? { zh: "待派单", en: "Waiting" } : { zh: "处理中", en: "In work" };
}

/** The time that counts now. */
function promisedBody({ promised, round }: Ticket): TicketBody["promised"] {
  const last = promised?.at(-1);
  if (!last || last.round !== round) return undefined;
  const { what, by, at, until, note, missed } = last;
  return {
    what,
    by,
    at: formatInstant(at),
    until: formatInstant(until),
    ...maybe("note", note),
    ...maybe("missed", missed),
  };
}

export function ticketBody(ticket: Ticket, view: TicketView, now: Instant): TicketBody {
  const device = ticket.device === undefined ? undefined : view.devices.get(ticket.device);
  const { can, cannotClose } = allowedSteps(ticket, now, view.site.policy.reopen.within);
  const { reasons } = view.site.policy.hold;
  const { hold } = ticket;
  return {
    no: ticket.no,
    class: ticket.class,
    className: text(ticket.policy.name),
    ...maybe("level", ticket.policy.levels?.[ticket.severity]),
    publicState: text(publicState(ticket)),
    severity: ticket.severity,
    state: ticket.state,
    title: text(ticket.title),
    place: place(ticket.place),
    ...maybe("expected", time(ticket.expected)),
    ...maybe("care", ticket.care && [...ticket.care]),
    ...maybe("device", ticket.device),
    ...maybe("deviceName", ticket.device === undefined ? undefined : text(partName(device, ticket.device))),
    alarms: [...ticket.alarms],
    ...maybe("assignee", ticket.assignee),
    ...maybe("acknowledgedBy", ticket.acknowledgedBy),
    openedAt: formatInstant(ticket.openedAt),
    ...maybe("closedAt", time(ticket.closedAt)),
    round: ticket.round,
    ...maybe(
      "hold",
      hold && {
        reason: hold.reason,
        text: text(reasons.find((one) => one.id === hold.reason)?.text ?? { zh: hold.reason, en: hold.reason }),
        by: hold.by,
        since: formatInstant(hold.since),
        until: formatInstant(hold.until),
      },
    ),
    ...maybe("mergedInto", ticket.mergedInto),
    ...maybe("parent", ticket.parent),
    ...maybe("follows", ticket.follows),
    ...maybe("rectifies", ticket.rectifies && [...ticket.rectifies]),
    rescueTier: ticket.rescueTier,
    recovered: ticket.recovered,
    ...maybe("recoversAt", time(ticket.recoversAt)),
    ...maybe("autoRecovered", ticket.autoRecovered),
    ...maybe("accident", ticket.accident),
    falseAlarm: ticket.falseAlarm,
    ...maybe("falseAlarmClaimedBy", ticket.falseAlarm ? undefined : ticket.falseAlarmClaim?.name),
    simulated: ticket.simulated,
    ...maybe("drill", ticket.drill),
    clocks: ticket.clocks.map((clock) => clockBody(clock, now)),
    ...maybe("next", nextOf(ticket, roleNamer(view.site))),
    sop: ticket.sop.map((row) => ({
      step: row.step,
      text: text(row.text),
      mandatory: row.mandatory,
      ...maybe("doneBy", row.doneBy),
      ...maybe("at", time(row.at)),
      ...maybe("skipped", row.skipped),
    })),
    ...maybe("lead", ticket.policy.lead === undefined ? undefined : text(roleNamer(view.site)(ticket.policy.lead))),
    ...maybe(
      "help",
      ticket.policy.help?.map((role) => text(roleNamer(view.site)(role))),
    ),
    ...maybe(
      "offers",
      ticket.offers?.map((offer) => ({
        to: view.site.people.people.find((one) => one.id === offer.person)?.name ?? offer.person,
        person: offer.person,
        state: offer.state,
        at: formatInstant(offer.at),
        until: formatInstant(offer.until),
        round: offer.round,
        ...maybe("because", offer.because),
        ...maybe("why", offer.why && { ...offer.why }),
      })),
    ),
    ...maybe(
      "calls",
      ticket.calls?.map((call) => ({
        to: call.name,
        roleName: text(roleNamer(view.site)(call.role)),
        ...maybe("by", call.by),
        ...maybe("at", time(call.at)),
      })),
    ),
    ...maybe("promised", promisedBody(ticket)),
    ...maybe(
      "ratings",
      ticket.ratings?.map((one) => ({ ...one, at: formatInstant(one.at) })),
    ),
    can: [...can],
    ...maybe(
      "holdReasons",
      can.includes("hold") ? reasons.map((one) => ({ id: one.id, text: text(one.text) })) : undefined,
    ),
    ...maybe("cannotClose", cannotClose),
  };
}

/** Who was told about a ticket. Names, never phone numbers. */
export function toldBody(message: Message, site: Site): TicketDetailBody["told"][number] {
  return {
    role: message.role,
    roleName: roleNamer(site)(message.role),
    to: site.people.people.find((person) => person.id === message.to)?.name ?? message.to,
    channel: message.channel,
    step: message.step,
    phone: message.phone,
    state: message.state,
    at: formatInstant(message.createdAt),
    ...maybe("deliveredAt", time(message.deliveredAt)),
    ...maybe("lateBy", message.lateBy === undefined ? undefined : formatSpan(milliseconds(message.lateBy))),
    text: text(message.text),
  };
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
