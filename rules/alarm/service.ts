/**
 * Out of service: an engineer takes an alarm away until a review date (rows 40–42). Life safety takes two people of the desk:
 * who would miss the alarm decides that it may be missing ("Roles × routes" of the security research).
 */
import type { Actor, Role } from "#model/account";
import { type Alarm, isAnnunciated, type Outage, type OutageRequest, stateBeneath } from "#model/alarm";
import type { Command, Plan } from "#model/plan";
import { between, days, formatInstant, hours, later, type Span } from "#model/time";
import { type Draft, refuse } from "../draft.ts";
import { remind } from "./remind.ts";
import type { Changed } from "./shelving.ts";
import { definitionOf, standing, standingOrNew } from "./standing.ts";
import { unseen } from "./unseen.ts";

/** A review further away is none (engineering judgement). */
const FURTHEST_REVIEW = days(90);
/** The second person confirms what the first one has just asked for, and not something from last week. */
const REQUEST_HOLDS = hours(1);
const REMIND_EVERY = days(1);
const REVIEWER = "department-supervisor";

const AUTO_OUT_OF_SERVICE = "auto:out-of-service";

const DESK: ReadonlySet<Role> = new Set(["operator", "supervisor"]);

const refused = (plan: Plan): Changed => ({ refused: plan });

/** On a simulated site the one account there is may do it as well, though never for two. */
function mayTakeOut(draft: Draft, actor: Actor, lifeSafety: boolean): boolean {
  if (actor.role === "admin") return draft.view.site.simulated;
  return lifeSafety ? DESK.has(actor.role) : actor.role === "engineer";
}

const notTheirs = (lifeSafety: boolean): Plan =>
  lifeSafety
    ? refuse(
        403,
        "desk-only",
        "生命安全告警须由值守台两人（值班员或主管）先后确认才能停用，工程师不能代为停用。",
        "Life safety goes out of service by two people of the desk, operators or supervisors, one after the other; an engineer may not do it for them.",
      )
    : refuse(
        403,
        "engineer-only",
        "停用告警须由工程师操作。短时间不需要通知时，可先搁置。",
        "An engineer takes alarms out of service. To be left alone for a while, shelve it.",
      );

/** Row 40. On an alarm that is out already: a new reason and a new review date, by the same rules. */
export function takeOut(draft: Draft, command: Extract<Command, { do: "out-of-service" }>, actor: Actor): Changed {
  const found = standingOrNew(draft, command);
  if ("refused" in found) return found;
  const { alarm } = found;
  const lifeSafety = alarm.lifeSafety || definitionOf(draft.view.site, alarm.id)?.lifeSafety === true;
  if (!mayTakeOut(draft, actor, lifeSafety)) return refused(notTheirs(lifeSafety));
  const ahead = between(draft.now, command.reviewAt);
  if (!(ahead > 0 && ahead <= FURTHEST_REVIEW)) {
    return refused(
      refuse(
        422,
        "review-date",
        "复核日期须在将来，且不超过 90 天。",
        "The review date has to be in the future and at most 90 days away.",
      ),
    );
  }
  const wish: OutageRequest = {
    at: draft.now,
    account: actor.id,
    by: actor.name,
    reason: command.reason,
    reviewAt: command.reviewAt,
  };
  if (!lifeSafety) return { alarm: putOut(draft, alarm, wish) };
  const request = alarm.outageRequest;
  const holds = request !== undefined && between(request.at, draft.now) <= REQUEST_HOLDS;
  if (request && holds && request.account !== actor.id) return { alarm: putOut(draft, alarm, request, actor.name) };
  const asked: Alarm = { ...alarm, outageRequest: wish };
  draft.putAlarm(asked, "out-of-service-requested", {
    reason: wish.reason,
    reviewAt: formatInstant(wish.reviewAt),
  });
  return { alarm: asked };
}

function putOut(draft: Draft, alarm: Alarm, wish: OutageRequest, confirmedBy?: string): Alarm {
  const { outageRequest: _, ...rest } = alarm;
  const outage: Outage = {
    since: alarm.outage?.since ?? draft.now,
    by: wish.by,
    reason: wish.reason,
    reviewAt: wish.reviewAt,
    occurrence: alarm.outage?.occurrence ?? alarm.occurrence,
    ...(confirmedBy === undefined ? {} : { confirmedBy }),
  };
  const out: Alarm = { ...rest, service: "out", outage };
  draft.putAlarm(out, alarm.service === "out" ? "out-of-service-renewed" : "out-of-service", {
    by: wish.by,
    reason: wish.reason,
    reviewAt: formatInstant(wish.reviewAt),
    ...(confirmedBy === undefined ? {} : { confirmedBy }),
  });
  return out;
}

/** Row 41. Back in service, or the open request withdrawn. Still active: a new occurrence, told now. */
export function putIn(draft: Draft, command: Extract<Command, { do: "in-service" }>): Changed {
  const found = standing(draft, command);
  if ("refused" in found) return found;
  const { outage, outageRequest, ...rest } = found.alarm;
  const said = command.comment ? { comment: command.comment } : {};
  if (rest.service === "in") {
    if (!outageRequest) {
      return refused(refuse(409, "not-out-of-service", "该告警没有停用。", "This alarm is not out of service."));
    }
    draft.putAlarm(rest, "out-of-service-withdrawn", { by: outageRequest.by, ...said });
    return { alarm: rest };
  }
  const back: Alarm = { ...rest, service: "in" };
  if (back.process === "active") return { alarm: activeAgain(draft, back, said) };
  const inside = outage !== undefined && back.occurrence > outage.occurrence;
  if (!inside || back.acknowledge === "acknowledged") {
    draft.putAlarm(back, "in-service", said);
    return { alarm: back };
  }
  const seen: Alarm = {
    ...back,
    acknowledge: "acknowledged",
    acknowledgedBy: AUTO_OUT_OF_SERVICE,
    acknowledgedAt: draft.now,
  };
  draft.putAlarm(seen, "in-service", said);
  draft.putAlarm(seen, "auto-acknowledged", { by: AUTO_OUT_OF_SERVICE });
  if (stateBeneath(seen) === "normal") draft.record(`alarm:${seen.id}`, "closed", { occurrence: seen.occurrence });
  return { alarm: seen };
}

/** The rule judges the present values all the time: what is active now is annunciated as if it had just occurred. */
function activeAgain(draft: Draft, alarm: Alarm, said: object): Alarm {
  if (alarm.acknowledge === "unacknowledged") {
    draft.record(`alarm:${alarm.id}`, "superseded", { occurrence: alarm.occurrence });
  }
  const { reAlarms: _, ...rest } = unseen(alarm);
  const active: Alarm = {
    ...rest,
    occurrence: alarm.occurrence + 1,
    activeSince: draft.now,
    count: 1,
  };
  draft.putAlarm(active, "in-service", { ...said });
  draft.putAlarm(active, "activated", {
    severity: active.severity,
    because: active.because,
    inputs: active.inputs,
    ...(isAnnunciated(active) ? {} : { annunciated: false }),
  });
  return active;
}

/** Row 42: once a day from the review date on, the supervisor is reminded. Nothing else happens by itself. */
export function remindOfReviews(draft: Draft): void {
  for (const { id } of draft.view.alarms.values()) {
    const alarm = draft.alarm(id);
    const outage = alarm?.service === "out" ? alarm.outage : undefined;
    if (!alarm || !outage || outage.reviewAt > draft.now) continue;
    if (outage.remindedAt !== undefined && between(outage.remindedAt, draft.now) < REMIND_EVERY) continue;
    draft.putAlarm({ ...alarm, outage: { ...outage, remindedAt: draft.now } }, "review-overdue", {
      reviewAt: formatInstant(outage.reviewAt),
      overdueBy: between(outage.reviewAt, draft.now),
    });
    const date = Temporal.Instant.fromEpochMilliseconds(outage.reviewAt)
      .toZonedDateTimeISO(draft.view.site.zone)
      .toPlainDate()
      .toString();
    remind(draft, alarm, REVIEWER, "review-overdue", {
      zh: `已由${outage.by}停用（${outage.reason}），应于 ${date} 复核。请恢复使用，或由工程师重新设定复核日期。`,
      en: `was taken out of service by ${outage.by} (${outage.reason}); its review was due on ${date}. Put it back in service, or have an engineer set a new date.`,
    });
  }
}

/** The wall clock was moved by `by`. A review date is a date and stays; what counts time from now on moves. */
export function shiftOutages(draft: Draft, by: Span): void {
  for (const { id } of draft.view.alarms.values()) {
    const alarm = draft.alarm(id);
    const { outage, outageRequest } = alarm ?? {};
    if (!alarm || (!outageRequest && outage?.remindedAt === undefined)) continue;
    const moved: Alarm = {
      ...alarm,
      ...(outageRequest ? { outageRequest: { ...outageRequest, at: later(outageRequest.at, by) } } : {}),
      ...(outage?.remindedAt === undefined ? {} : { outage: { ...outage, remindedAt: later(outage.remindedAt, by) } }),
    };
    draft.putAlarm(moved, "clock-step", { by });
  }
}
