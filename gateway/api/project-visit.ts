/** A ticket as somebody sees it who came by a link: their own work, or that it is not theirs. */
import type { Alarm } from "#model/alarm";
import type { Person } from "#model/site";
import type { Ticket } from "#model/ticket";
import { formatInstant, type Instant } from "#model/time";
import { calledOut, leftFor, STEPS_BY_LINK } from "../../rules/response/called-out.ts";
import { fileBodies } from "./project-kept.ts";
import { type TicketView, ticketBody } from "./project-ticket.ts";
import type { VisitBody } from "./visit-shapes.ts";

/** The times that a crew works against; the others are the desk's. */
const CREW_CLOCKS: ReadonlySet<string> = new Set([
  "accept",
  "onsite",
  "staff-onsite",
  "rescue-onsite",
  "mitigate",
  "resolve",
  "feedback",
]);
/** Before the work is theirs. */
const BEFORE: ReadonlySet<string> = new Set(["accept", "decline"]);

type Work = NonNullable<VisitBody["work"]>;

/** `gone`: ids of files that were erased; `alarms`: those that are not closed, by id. */
export function visitBody(
  ticket: Ticket,
  person: Person,
  view: TicketView,
  now: Instant,
  gone: ReadonlySet<string>,
  alarms: ReadonlyMap<string, Alarm>,
): VisitBody {
  const standing = calledOut(ticket, person, now);
  const whole = { person: person.name, no: ticket.no, standing, now: formatInstant(now), zone: view.site.zone };
  if (standing !== "mine" && standing !== "offered") {
    const emergency = standing === "taken" ? leftFor(ticket, person) : undefined;
    return { ...whole, ...(emergency === undefined ? {} : { leftFor: emergency }) };
  }
  return { ...whole, work: workOf(ticket, person, view, now, standing === "mine", gone, alarms) };
}

function workOf(
  ticket: Ticket,
  person: Person,
  view: TicketView,
  now: Instant,
  mine: boolean,
  gone: ReadonlySet<string>,
  alarms: ReadonlyMap<string, Alarm>,
): Work {
  const body = ticketBody(ticket, view, now);
  const offer = ticket.offers?.findLast((one) => one.person === person.id && one.state === "open");
  const may = (step: string) =>
    STEPS_BY_LINK.has(step as never) && (mine || BEFORE.has(step)) && ticket.closedAt === undefined;
  return {
    class: body.class,
    className: body.className,
    severity: body.severity,
    state: body.state,
    title: body.title,
    because: ticket.alarms.flatMap((id) => alarms.get(id)?.because ?? []).map((because) => ({ ...because })),
    ...(ticket.alarms.length > 0 ? { recovered: body.recovered } : {}),
    place: body.place,
    ...(body.expected ? { expected: body.expected } : {}),
    ...(body.plan ? { plan: body.plan } : {}),
    ...(body.stepNames ? { stepNames: body.stepNames } : {}),
    ...(body.care ? { care: body.care } : {}),
    ...(body.deviceName ? { deviceName: body.deviceName } : {}),
    openedAt: body.openedAt,
    ...(body.closedAt ? { closedAt: body.closedAt } : {}),
    simulated: body.simulated,
    ...(body.drill ? { drill: true } : {}),
    round: body.round,
    ...(offer ? { until: formatInstant(offer.until) } : {}),
    clocks: body.clocks.filter(({ kind }) => CREW_CLOCKS.has(kind)),
    can: body.can.filter(may),
    // Also before: whoever accepts where there is no signal works by it. Who did what of it is theirs to see who work on it.
    sop: mine
      ? body.sop
      : body.sop.map(({ step, text, mandatory, at }) => ({ step, text, mandatory, ...(at ? { at } : {}) })),
    promised: (ticket.promised ?? [])
      .filter((one) => mine && one.round === ticket.round)
      .map(({ what, until }) => ({ what, until: formatInstant(until) })),
    ...(body.hold ? { hold: body.hold.text } : {}),
    files: mine ? fileBodies(ticket, gone) : [],
  };
}
