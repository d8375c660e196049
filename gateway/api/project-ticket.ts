/** From a ticket to its body on the wire: clocks, what comes next, what may be done. Pure: routes and the live stream use the same. */
import type { Message } from "#model/message";
import type { Paper } from "#model/paper";
import { type Device, partName, type Site } from "#model/site";
import type { Text } from "#model/text";
import type { ResponseClock, Ticket } from "#model/ticket";
import { formatInstant, formatSpan, type Instant, milliseconds } from "#model/time";
import { pausedFor } from "../../rules/response/clocks.ts";
import { policyOf } from "../../rules/response/frozen-policy.ts";
import { allowedSteps } from "../../rules/response/possible-steps.ts";
import { clockName, preemptedText } from "../../rules/response/words.ts";
import { maybe, place, text, time } from "./project.ts";
import { ticketSampleBody } from "./project-sample.ts";
import type { ClockBody, TicketBody, TicketDetailBody } from "./ticket-shapes.ts";

/** What a ticket's body needs beside the ticket. */
export interface TicketView {
  readonly site: Site;
  readonly papers: ReadonlyMap<string, Paper>;
  readonly devices: ReadonlyMap<string, Device>;
}

function clockBody(clock: ResponseClock, now: Instant, name: Text | undefined): ClockBody {
  return {
    kind: clock.kind,
    ...maybe("name", name && text(name)),
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
    const name = ticket.policy.words?.clocks[kind] ?? clockName[kind];
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

/** Screens that have room for one word show this one: on a wall a drill must not pass for an emergency. */
const className = ({ drill, policy }: Ticket): Text =>
  drill ? { zh: `【演练】${policy.name.zh}`, en: `[DRILL] ${policy.name.en}` } : text(policy.name);

export function ticketBody(ticket: Ticket, view: TicketView, now: Instant): TicketBody {
  const device = ticket.device === undefined ? undefined : view.devices.get(ticket.device);
  const policy = policyOf(view, ticket);
  const { can, cannotClose } = allowedSteps(ticket, now, policy.reopen.within);
  const { reasons } = policy.hold;
  const { hold } = ticket;
  const { words } = ticket.policy;
  const lead = ticket.lead ?? ticket.policy.lead;
  return {
    no: ticket.no,
    class: ticket.class,
    className: className(ticket),
    ...maybe("level", ticket.policy.levels?.[ticket.severity]),
    publicState: text(publicState(ticket)),
    severity: ticket.severity,
    state: ticket.state,
    title: text(ticket.title),
    place: place(ticket.place),
    ...maybe("expected", time(ticket.expected)),
    ...maybe("plan", ticket.plan),
    ...maybe("calledOff", ticket.calledOff),
    ...maybe(
      "stepNames",
      words && Object.fromEntries(Object.entries(words.steps).map(([step, name]) => [step, text(name)])),
    ),
    ...maybe("care", ticket.care && [...ticket.care]),
    ...maybe("source", ticket.source),
    ...maybe("affected", ticket.affected),
    ...maybe("project", ticket.project),
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
        text: text(
          hold.emergency !== undefined
            ? preemptedText
            : (reasons.find((one) => one.id === hold.reason)?.text ?? { zh: hold.reason, en: hold.reason }),
        ),
        by: hold.by,
        since: formatInstant(hold.since),
        until: formatInstant(hold.until),
        ...maybe("emergency", hold.emergency),
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
    clocks: ticket.clocks.map((clock) => clockBody(clock, now, words?.clocks[clock.kind])),
    ...maybe("next", nextOf(ticket, roleNamer(view.site))),
    sop: ticket.sop.map((row) => ({
      step: row.step,
      text: text(row.text),
      mandatory: row.mandatory,
      ...maybe("words", row.words),
      ...maybe("said", row.said),
      ...maybe("doneBy", row.doneBy),
      ...maybe("at", time(row.at)),
      ...maybe("skipped", row.skipped),
    })),
    ...maybe("lead", lead === undefined ? undefined : text(roleNamer(view.site)(lead))),
    ...maybe(
      "help",
      (ticket.help ?? ticket.policy.help)?.map((role) => text(roleNamer(view.site)(role))),
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
    ...maybe("writtenAnswer", ticket.policy.writtenAnswer),
    ...maybe("promised", promisedBody(ticket)),
    ...maybe(
      "ratings",
      ticket.ratings?.map((one) => ({ ...one, at: formatInstant(one.at) })),
    ),
    ...maybe(
      "samples",
      ticket.samples?.map((one) => ticketSampleBody(one, now)),
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
