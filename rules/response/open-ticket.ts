/** Opening a ticket: its policy frozen into it, its first state, and what it explains taken in. */
import type { Alarm } from "#model/alarm";
import type { ClassPolicy, LadderStep, Policy, SopStep, TicketClass } from "#model/policy";
import { graver, type Severity } from "#model/severity";
import type { Place } from "#model/site";
import type { Text } from "#model/text";
import type { Care, Source, Ticket } from "#model/ticket";
import { type Instant, milliseconds } from "#model/time";
import type { Draft } from "../draft.ts";
import { asOpened } from "./as-opened.ts";
import { asOf } from "./by-morning.ts";
import { meet, wakeOfTicket } from "./clocks.ts";
import { linkToFire } from "./during-a-fire.ts";
import { versionInForce } from "./frozen-policy.ts";
import { ladderRows, runDueSteps } from "./ladder.ts";
import { closedAbout } from "./lately.ts";
import { mergeInto } from "./merge.ts";
import { offerNext } from "./offer.ts";
import { expectedOf, openClocks } from "./open-clocks.ts";
import { planPolicy } from "./planned.ts";
import { releasePreempted } from "./preempt.ts";
import { toldByPhone } from "./told-by-phone.ts";

/**
 * Classes whose alarms on the same device follow from a graver one: they join its ticket instead of opening their own,
 * and one that is already open is merged into it. A lift that stops with people inside has, a moment earlier, a broken
 * safety circuit; a burst empties the tank and floods the sump; a fire is a prealarm first, burns cables and loses its mains.
 * Engineering judgement.
 */
const EXPLAINS: Readonly<Partial<Record<TicketClass, readonly TicketClass[]>>> = {
  elevator_entrapment: ["general_fault"],
  fire_alarm: ["general_fault"],
  pipe_burst: ["pump_fault"],
};

/** Whether alarms of class `consequence` follow from an emergency of class `cause` on the same device. */
export const explains = (cause: TicketClass, consequence: TicketClass): boolean =>
  EXPLAINS[cause]?.includes(consequence) ?? false;

/** `GD20261121-000123`: the site's date and a number that never repeats. */
function ticketNumber(serial: number, now: Instant, zone: string): string {
  const date = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDate();
  return `GD${date.toString().replaceAll("-", "")}-${String(serial).padStart(6, "0")}`;
}

/** What a ticket needs to open, whether an alarm or a person asks for it. */
export interface Opening {
  readonly class: TicketClass;
  readonly severity?: Severity;
  readonly device?: string;
  readonly place: Place;
  readonly title: Text;
  readonly alarm?: Alarm;
  readonly openedAt: Instant;
  readonly simulated: boolean;
  readonly rectifies?: readonly string[];
  /** Rows of its list beside those of its class, before them. */
  readonly sop?: readonly SopStep[];
  readonly storm?: true;
  readonly drill?: true;
  readonly expected?: Instant;
  /** Id of a plan of the class. */
  readonly plan?: string;
  readonly care?: readonly Care[];
  readonly source?: Source;
  readonly affected?: number;
  readonly project?: true;
  /** Entered later: what was due by now was told by phone. */
  readonly toldByPhone?: boolean;
}

/** A class without a policy of its own is handled as a general fault. Its plans are left out: a ticket goes by one of them or none. */
export function classPolicy(draft: Draft, wanted: TicketClass): ClassPolicy | undefined {
  const { classes } = draft.view.site.policy;
  const found = classes[wanted] ?? classes.general_fault;
  if (!found?.plans) return found;
  const { plans: _, ...usual } = found;
  return usual;
}

/** The step that a class adds for those whom it tells at the opening. */
export const CLASS_OPENING = "class-opening";

/** The ladder of a severity, as `whole` has it, with what the class adds. */
export function ladderOf(
  whole: Pick<Policy, "ladders">,
  policy: ClassPolicy,
  severity: Severity,
): readonly LadderStep[] {
  const ladder = policy.ladder ?? whole.ladders[severity];
  const extra: LadderStep[] =
    policy.tellAtOpening.length === 0
      ? []
      : [
          {
            id: CLASS_OPENING,
            after: milliseconds(0),
            unless: [],
            tell: policy.tellAtOpening,
            phone: false,
            raiseRescueTier: false,
            say: { zh: `${policy.name.zh}，请立即处理`, en: `${policy.name.en}: act at once` },
          },
        ];
  return [...ladder, ...extra, ...policy.extraSteps];
}

/** How every round of a ticket begins: its clocks from `at`, its ladder, its list of steps. */
export function firstState(
  draft: Draft,
  policy: ClassPolicy,
  severity: Severity,
  at: Instant,
  expected?: Instant,
): Pick<Ticket, "state" | "clocks" | "ladder" | "sop" | "rescueTier"> {
  const clocks = openClocks(policy, severity, at, draft.view.site.policy, expected);
  // A dispatch target of zero means that the house dispatches: the steps due at opening go to those on duty at once.
  const dispatchesItself = clocks.some((clock) => clock.kind === "dispatch" && clock.target === 0);
  return {
    state: dispatchesItself ? "dispatched" : "new",
    clocks: clocks.map((clock) => (clock.kind === "dispatch" && clock.target === 0 ? meet(clock, at) : clock)),
    ladder: ladderRows(ladderOf(draft.view.site.policy, policy, severity), at, 0, expected),
    sop: policy.sop.map((row) => ({
      step: row.id,
      text: row.text,
      mandatory: row.mandatory,
      ...(row.words ? { words: row.words } : {}),
    })),
    rescueTier: 1,
  };
}

/** What a class is at least: of some it depends on how many are without water or power (C13). */
const leastSeverity = ({ severity, byHouseholds }: ClassPolicy, affected: number | undefined): Severity =>
  byHouseholds === undefined || affected === undefined ? severity : affected > 1 ? byHouseholds.many : byHouseholds.one;

export function openTicket(draft: Draft, opening: Opening): Ticket | undefined {
  const usual =
    opening.plan === undefined
      ? classPolicy(draft, opening.class)
      : planPolicy(draft.view.site.policy.classes[opening.class], opening.plan);
  if (!usual) return undefined;
  // Frozen into the ticket, so that its next round asks for the same.
  const asked = opening.sop ? { ...usual, sop: [...opening.sop, ...usual.sop] } : usual;
  const policy = asOf(asOpened(asked, opening, draft.view.site), opening.openedAt, draft.view.site.zone);
  const least = leastSeverity(policy, opening.affected);
  const severity = opening.severity ? graver(opening.severity, least) : least;
  const version = versionInForce(draft);
  const follows =
    opening.rectifies || opening.drill || opening.device === undefined
      ? undefined
      : closedAbout(draft, opening.device, opening.class)[0];
  let ticket: Ticket = {
    no: ticketNumber(draft.nextTicketNumber(), draft.now, draft.view.site.zone),
    class: opening.class,
    severity,
    ...firstState(draft, policy, severity, opening.openedAt, expectedOf(opening)),
    title: opening.title,
    ...(opening.device === undefined ? {} : { device: opening.device }),
    place: opening.place,
    alarms: opening.alarm ? [opening.alarm.id] : [],
    openedAt: opening.openedAt,
    round: 1,
    ...(follows ? { follows: follows.no } : {}),
    ...(opening.rectifies ? { rectifies: opening.rectifies } : {}),
    ...(opening.storm ? { storm: true } : {}),
    ...(opening.drill ? { drill: true } : {}),
    ...(opening.expected === undefined ? {} : { expected: opening.expected }),
    ...(opening.plan === undefined ? {} : { plan: opening.plan }),
    ...(opening.care?.length ? { care: opening.care } : {}),
    ...(opening.source === undefined ? {} : { source: opening.source }),
    ...(opening.affected === undefined ? {} : { affected: opening.affected }),
    ...(opening.project ? { project: true } : {}),
    policyVersion: version,
    policy,
    recovered: false,
    falseAlarm: false,
    simulated: opening.simulated,
    wakeAt: opening.openedAt,
  };
  draft.putTicket(
    ticket,
    "ticket-opened",
    {
      class: ticket.class,
      severity,
      alarm: opening.alarm?.id ?? null,
      policy: version,
      title: opening.title,
      ...(opening.plan === undefined ? {} : { plan: opening.plan, expected: opening.expected }),
    },
    opening.openedAt,
  );
  ticket = absorb(draft, ticket);
  ticket = linkToFire(draft, ticket);
  if (opening.toldByPhone) ticket = toldByPhone(draft, ticket);
  ticket = runDueSteps(draft, ticket);
  // The house itself sends somebody where the class says that it does not wait for a person to do it.
  if (ticket.state === "dispatched") ticket = offerNext(draft, ticket);
  ticket = { ...ticket, wakeAt: wakeOfTicket(ticket) };
  draft.amendTicket(ticket);
  return ticket;
}

/** Merges open tickets on the same device that the new one explains. */
function absorb(draft: Draft, ticket: Ticket): Ticket {
  // A drill takes nothing real over, and nothing real vanishes in a drill.
  if (ticket.drill) return ticket;
  let merged = ticket;
  for (const other of draft.openTickets()) {
    if (other.no === ticket.no || other.device === undefined || other.device !== ticket.device) continue;
    if (!explains(ticket.class, other.class) || other.rectifies !== undefined || other.drill) continue;
    merged = mergeInto(draft, other, merged);
    releasePreempted(draft, other.no);
  }
  return merged;
}
