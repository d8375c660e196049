/** The shelf: an alarm that is known and disturbs nobody for a while (rows 28–35 and 52 of the transition table). */
import type { Actor, Role } from "#model/account";
import { type Alarm, isAnnunciated, type Shelved, stateBeneath } from "#model/alarm";
import type { JournalData } from "#model/journal";
import type { Command, Plan } from "#model/plan";
import type { Severity } from "#model/severity";
import { between, formatInstant, hours, later, type Span } from "#model/time";
import { type Draft, refuse } from "../draft.ts";
import { definitionOf, standing, standingOrNew } from "./standing.ts";
import { unseen } from "./unseen.ts";

/** How long a role may shelve at a time, as settled for the product. Roles without a row may not shelve at all. */
const LONGEST: Readonly<Partial<Record<Role, Span>>> = {
  operator: hours(8),
  supervisor: hours(8),
  engineer: hours(24),
  admin: hours(24),
};
/** Row 34: with all its renewals a shelf lasts no longer than this. */
const LONGEST_IN_TOTAL = hours(24);
const MOST_RENEWALS = 3;

export const AUTO_SHELVED = "auto:shelved";

/** Never on a shelf: what is life safety or an emergency, whatever the rule said when it was shelved. */
const breaksShelf = (grave: { readonly lifeSafety: boolean; readonly severity: Severity }): boolean =>
  grave.lifeSafety || grave.severity === "S1";

const onShelf = (alarm: Alarm): Shelved | undefined => (alarm.shelf.state === "none" ? undefined : alarm.shelf);

export type Changed = { readonly alarm: Alarm } | { readonly refused: Plan };

/** Rows 28, 29, 34: puts an alarm on the shelf, or renews the shelf it is on. */
export function shelve(draft: Draft, command: Extract<Command, { do: "shelve" }>, actor: Actor): Changed {
  const found = standingOrNew(draft, command);
  if ("refused" in found) return found;
  const { alarm } = found;
  const definition = definitionOf(draft.view.site, alarm.id);
  const lifeSafety = alarm.lifeSafety || definition?.lifeSafety === true;
  const severity = alarm.process === "active" ? alarm.severity : (definition?.severity ?? alarm.severity);
  const name = alarm.title;
  if (breaksShelf({ lifeSafety, severity })) {
    return {
      refused: refuse(
        422,
        "never-shelved",
        lifeSafety
          ? `“${name.zh}”属于生命安全告警，不能搁置。确需停用时，由工程师提出并经第二人确认。`
          : `“${name.zh}”是紧急告警，不能搁置。请确认并处理；确需停用时由工程师停用。`,
        lifeSafety
          ? `“${name.en}” protects lives and cannot be shelved. If it must be silent, an engineer takes it out of service and a second person confirms.`
          : `“${name.en}” is an emergency and cannot be shelved. Acknowledge and handle it; an engineer may take it out of service.`,
      ),
    };
  }
  if (alarm.service === "out") {
    return {
      refused: refuse(
        409,
        "out-of-service",
        `“${name.zh}”已停用，不能再搁置。请先恢复使用。`,
        `“${name.en}” is out of service; put it back in service before shelving it.`,
      ),
    };
  }
  const longest = LONGEST[actor.role];
  if (longest === undefined) {
    return {
      refused: refuse(403, "may-not-shelve", "您的角色不能搁置告警。", "Your role may not shelve alarms."),
    };
  }
  const before = onShelf(alarm);
  const furthest = before ? later(before.since, LONGEST_IN_TOTAL) : later(draft.now, longest);
  const until =
    command.until ??
    (command.for === undefined ? earlier(furthest, later(draft.now, longest)) : later(draft.now, command.for));
  if (!(until > draft.now)) {
    return {
      refused: refuse(
        422,
        "shelf-already-over",
        "搁置的截止时间已过，请给出将来的时间。",
        "The shelf would already be over: give a time in the future.",
      ),
    };
  }
  if (between(draft.now, until) > longest) {
    return {
      refused: refuse(
        422,
        "shelf-too-long",
        `您的角色一次最多搁置 ${longest / hours(1)} 小时。请缩短时间，或由工程师搁置。`,
        `Your role may shelve for ${longest / hours(1)} h at a time. Choose a shorter time, or ask an engineer.`,
        { longest: `PT${longest / hours(1)}H` },
      ),
    };
  }
  if (before && (before.renewals >= MOST_RENEWALS || until > furthest)) {
    return {
      refused: refuse(
        422,
        "shelf-renewed-enough",
        `该告警自 ${formatInstant(before.since)} 起搁置，最多续期 ${MOST_RENEWALS} 次、总共 24 小时。请处理该告警，或由工程师停用。`,
        `This alarm has been on the shelf since ${formatInstant(before.since)}: ${MOST_RENEWALS} renewals and 24 h in total are the limit. Handle it, or have an engineer take it out of service.`,
        { since: formatInstant(before.since), renewals: before.renewals, furthest: formatInstant(furthest) },
      ),
    };
  }
  const shelf: Shelved = {
    state: command.kind,
    until,
    since: before?.since ?? draft.now,
    renewals: before ? before.renewals + 1 : 0,
    occurrence: before?.occurrence ?? alarm.occurrence,
    by: actor.name,
    reason: command.reason,
  };
  const shelved: Alarm = { ...alarm, shelf };
  draft.putAlarm(shelved, before ? "shelve-extended" : "shelved", {
    kind: shelf.state,
    until: formatInstant(until),
    reason: shelf.reason,
    ...(before ? { renewals: shelf.renewals } : {}),
  });
  return { alarm: shelved };
}

const earlier = <T extends number>(a: T, b: T): T => (a < b ? a : b);

/** Rows 31, 32 by a person's hand. */
export function unshelve(draft: Draft, command: Extract<Command, { do: "unshelve" }>): Changed {
  const found = standing(draft, command);
  if ("refused" in found) return found;
  if (!onShelf(found.alarm)) {
    return {
      refused: refuse(409, "not-shelved", "该告警没有被搁置。", "This alarm is not on the shelf."),
    };
  }
  return {
    alarm: endShelf(draft, found.alarm, { cause: "by-hand", ...(command.comment ? { comment: command.comment } : {}) }),
  };
}

/**
 * Rows 31–33: off the shelf. Still active: it is unacknowledged and told now, with its own start. Returned: what began and
 * ended inside the shelf needs nobody; an occurrence that people had seen before still does.
 */
function endShelf(draft: Draft, alarm: Alarm, data: JournalData & { readonly cause: string }): Alarm {
  const shelf = onShelf(alarm);
  if (!shelf) return alarm;
  const bare: Alarm = { ...alarm, shelf: { state: "none" } };
  if (alarm.process === "active") {
    const told = unseen(bare);
    draft.putAlarm(told, "unshelved", data);
    if (isAnnunciated(told)) draft.putAlarm(told, "annunciated", { activeSince: formatInstant(told.activeSince) });
    return told;
  }
  const nobodyNeeded =
    alarm.acknowledge === "unacknowledged" && (data.cause === "returned" || alarm.occurrence > shelf.occurrence);
  const after: Alarm = nobodyNeeded
    ? { ...bare, acknowledge: "acknowledged", acknowledgedBy: AUTO_SHELVED, acknowledgedAt: draft.now }
    : bare;
  draft.putAlarm(after, "unshelved", data);
  if (nobodyNeeded) {
    draft.putAlarm(after, "auto-acknowledged", { by: AUTO_SHELVED });
    if (stateBeneath(after) === "normal") draft.record(`alarm:${alarm.id}`, "closed", { occurrence: alarm.occurrence });
  }
  return after;
}

/** Row 33: a one-shot shelf has covered its active period. */
export function endOneShot(draft: Draft, alarm: Alarm): Alarm {
  return alarm.shelf.state === "one-shot" ? endShelf(draft, alarm, { cause: "returned" }) : alarm;
}

/** Row 35: what has become an emergency comes off the shelf. */
export function breakShelf(
  draft: Draft,
  alarm: Alarm,
  grave: { readonly lifeSafety: boolean; readonly severity: Severity },
): Alarm {
  return onShelf(alarm) && breaksShelf(grave) ? endShelf(draft, alarm, { cause: "level" }) : alarm;
}

/** Shelves that are over by now. `late`: they ended while the house was down (row 52). Returns what is told now. */
export function endDueShelves(draft: Draft, late: boolean): readonly Alarm[] {
  const told: Alarm[] = [];
  for (const { id } of draft.view.alarms.values()) {
    const alarm = draft.alarm(id);
    const shelf = alarm && onShelf(alarm);
    if (!alarm || !shelf || shelf.until > draft.now) continue;
    const after = endShelf(draft, alarm, {
      cause: "expired",
      until: formatInstant(shelf.until),
      ...(late ? { late: true, lateBy: between(shelf.until, draft.now) } : {}),
    });
    if (after.process === "active" && isAnnunciated(after)) told.push(after);
  }
  return told;
}

/** The wall clock was moved by `by`: an open shelf ends after the time that was meant. */
export function shiftShelves(draft: Draft, by: Span): void {
  for (const { id } of draft.view.alarms.values()) {
    const alarm = draft.alarm(id);
    const shelf = alarm && onShelf(alarm);
    if (!alarm || !shelf) continue;
    const moved: Shelved = { ...shelf, until: later(shelf.until, by), since: later(shelf.since, by) };
    draft.putAlarm({ ...alarm, shelf: moved }, "clock-step", { by });
  }
}
