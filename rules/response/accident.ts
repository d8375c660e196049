/** 事故报告: drafted by a step of the ladder or by hand, completed and signed by a supervisor. */
import {
  type AccidentFacts,
  type AccidentReport,
  type AccidentTime,
  accidentFields,
  accidentId,
  accidentNeeds,
} from "#model/accident";
import type { Actor, Role } from "#model/account";
import type { Command, Plan } from "#model/plan";
import type { ClockKind } from "#model/policy";
import type { ResponseClock, Ticket } from "#model/ticket";
import { between, type Instant } from "#model/time";
import { type Draft, refuse } from "../draft.ts";
import { CONTROLLED } from "./possible-steps.ts";

type Fill = Extract<Command, { do: "fill-accident" }>;
type Sign = Extract<Command, { do: "sign-accident" }>;

const MAY_WRITE: ReadonlySet<Role> = new Set(["supervisor", "admin"]);
const EMPTY = Object.fromEntries(accidentFields.map((field) => [field, ""])) as AccidentReport["fields"];

const TIMES: readonly (readonly [AccidentTime["what"], readonly ClockKind[]])[] = [
  ["acknowledged", ["acknowledge"]],
  ["sent", ["dispatch"]],
  ["accepted", ["accept"]],
  ["staff", ["staff-onsite", "onsite"]],
  ["rescue", ["rescue-onsite"]],
  ["controlled", ["mitigate"]],
  ["restored", ["resolve"]],
];

/** What the ticket tells of itself at `now`; of a ticket that was opened again, what its first round tells counts as well. */
export function accidentFacts(ticket: Ticket, now: Instant): AccidentFacts {
  const rounds: readonly (readonly ResponseClock[])[] = [
    ...(ticket.past ?? []).map(({ clocks }) => clocks),
    ticket.clocks,
  ];
  const all = rounds.flat();
  const metAt = (kinds: readonly ClockKind[]): Instant | undefined =>
    all.find((clock) => kinds.includes(clock.kind) && clock.metAt !== undefined)?.metAt;
  return {
    at: now,
    title: ticket.title,
    class: ticket.class,
    className: ticket.policy.name,
    severity: ticket.severity,
    place: ticket.place,
    ...(ticket.device === undefined ? {} : { device: ticket.device }),
    openedAt: ticket.openedAt,
    ...(ticket.closedAt === undefined ? {} : { closedAt: ticket.closedAt }),
    round: ticket.round,
    rescueTier: ticket.rescueTier,
    falseAlarm: ticket.falseAlarm,
    policy: ticket.policyVersion,
    times: [
      { what: "reported", at: ticket.openedAt },
      ...TIMES.filter(([, kinds]) => all.some(({ kind }) => kinds.includes(kind))).map(
        ([what, kinds]): AccidentTime => {
          const at = metAt(kinds);
          return at === undefined ? { what } : { what, at };
        },
      ),
    ],
    late: all
      .filter(({ breachedAt }) => breachedAt !== undefined)
      .map(({ kind, dueAt, metAt: met }) => ({
        kind,
        dueAt,
        ...(met === undefined ? {} : { by: between(dueAt, met) }),
      })),
    people: [
      ...(ticket.acknowledgedBy === undefined ? [] : [{ part: "acknowledged" as const, name: ticket.acknowledgedBy }]),
      ...(ticket.assignee === undefined ? [] : [{ part: "assigned" as const, name: ticket.assignee }]),
      ...(ticket.calls ?? [])
        .filter((call) => call.at !== undefined)
        .map(({ name, at }) => ({ part: "called" as const, name, ...(at === undefined ? {} : { at }) })),
    ],
    sop: [...(ticket.past ?? []).flatMap(({ sop }) => sop), ...ticket.sop].map(({ text, mandatory, doneBy, at }) => ({
      text,
      mandatory,
      ...(doneBy === undefined ? {} : { by: doneBy }),
      ...(at === undefined ? {} : { at }),
    })),
    files: (ticket.files ?? []).map(({ id, what, type, bytes, by, at }) => ({ id, what, type, bytes, by, at })),
  };
}

/** The ticket with a report about it begun; one that is there already, signed or not, stays the only one. */
export function draftAccident(draft: Draft, ticket: Ticket, by: string): Ticket {
  if (ticket.accident) return ticket;
  const report: AccidentReport = {
    kind: "accident",
    id: accidentId(ticket.no),
    state: "open",
    at: draft.now,
    ticket: ticket.no,
    by,
    rev: 1,
    fields: EMPTY,
    ...(ticket.drill ? { drill: true } : {}),
    ...(ticket.simulated ? { simulated: true } : {}),
  };
  draft.putPaper(report, "accident-drafted", { ticket: ticket.no });
  const after: Ticket = { ...ticket, accident: true };
  draft.putTicket(after, "accident-drafted", { report: report.id });
  return after;
}

/** By hand, for any ticket: that somebody was hurt is no class of its own. */
export function draftAccidentByHand(draft: Draft, no: string, actor: Actor): Plan {
  const ticket = draft.ticket(no) ?? draft.view.lately.get(no);
  if (!ticket || ticket.state === "merged") {
    return refuse(
      404,
      "no-such-ticket",
      `没有可写事故报告的工单 ${no}（已并入其他工单，或关闭已久）。`,
      `There is no ticket ${no} to report on: it went into another one, or was closed long ago.`,
    );
  }
  const refused = whyNotWrite(actor);
  if (refused) return refused;
  draftAccident(draft, ticket, actor.name);
  return draft.finish({ paper: accidentId(no) });
}

const whyNotWrite = (actor: Actor): Plan | undefined =>
  MAY_WRITE.has(actor.role)
    ? undefined
    : refuse(
        403,
        "approval-needed",
        "事故报告由主管填写和签字。",
        "A supervisor writes and signs the accident report.",
      );

function find(draft: Draft, no: string, rev: number, actor: Actor): AccidentReport | { readonly refused: Plan } {
  const refused = whyNotWrite(actor);
  if (refused) return { refused };
  const report = draft.paper(accidentId(no));
  if (report?.kind !== "accident") {
    return {
      refused: refuse(404, "no-such-report", `工单 ${no} 没有事故报告。`, `Ticket ${no} has no accident report.`),
    };
  }
  if (report.state === "closed") {
    return {
      refused: refuse(
        409,
        "report-signed",
        `事故报告 ${report.id} 已由 ${report.signedBy?.name ?? ""} 签字，不能再改。`,
        `The accident report ${report.id} was signed by ${report.signedBy?.name ?? ""} and stays as it is.`,
      ),
    };
  }
  if (report.rev !== rev) {
    return {
      refused: refuse(
        409,
        "changed-meanwhile",
        "草稿已被他人修改，请重新打开后再改。",
        "Somebody changed the draft meanwhile: open it again first.",
        { rev: report.rev },
      ),
    };
  }
  return report;
}

export function fillAccident(draft: Draft, command: Fill, actor: Actor): Plan {
  const report = find(draft, command.ticket, command.rev, actor);
  if ("refused" in report) return report.refused;
  const fields = { ...report.fields, ...command.fields };
  const changed = accidentFields.filter((field) => fields[field] !== report.fields[field]);
  if (changed.length === 0) return draft.finish({ paper: report.id });
  draft.putPaper({ ...report, rev: report.rev + 1, fields }, "accident-filled", {
    fields: changed,
    // What it said before stays on record.
    before: Object.fromEntries(changed.map((field) => [field, report.fields[field]])),
  });
  return draft.finish({ paper: report.id });
}

export function signAccident(draft: Draft, command: Sign, actor: Actor): Plan {
  const report = find(draft, command.ticket, command.rev, actor);
  if ("refused" in report) return report.refused;
  const ticket = draft.ticket(report.ticket) ?? draft.view.lately.get(report.ticket);
  if (!ticket || !CONTROLLED.has(ticket.state)) {
    return refuse(
      409,
      "not-over",
      ticket ? `工单 ${ticket.no} 尚未得到控制，报告还不能签字。` : `工单 ${report.ticket} 已不在案头，不能再签字。`,
      ticket
        ? `Ticket ${ticket.no} is not under control yet: the report cannot be signed.`
        : `Ticket ${report.ticket} is no longer at hand: the report cannot be signed any more.`,
    );
  }
  const open = accidentNeeds.filter((field) => report.fields[field].trim() === "");
  if (open.length > 0) {
    return refuse(
      422,
      "fields-open",
      "签字前请填写：事故经过、人员伤亡、原因、已采取的措施（没有的写“无”）。",
      'Before signing write what happened, casualties, cause and measures ("none" where there are none).',
      { open },
    );
  }
  const signedBy = { account: actor.id, name: actor.name, at: draft.now };
  draft.putPaper({ ...report, state: "closed", signedBy, facts: accidentFacts(ticket, draft.now) }, "accident-signed", {
    ticket: ticket.no,
    rev: report.rev,
  });
  return draft.finish({ paper: report.id });
}
