/** One emergency, one ticket: what turns out to be the same goes into the ticket that goes on. */
import type { Command, Plan, TicketStep } from "#model/plan";
import type { TicketClass } from "#model/policy";
import { graver } from "#model/severity";
import type { LadderRow, Ticket } from "#model/ticket";
import { type Draft, refuse } from "../draft.ts";
import { wakeOfTicket } from "./clocks.ts";
import { withoutHold } from "./hold.ts";
import { withdrawOffers } from "./offer.ts";

type StepCommand = Extract<Command, { do: "ticket-step" }> & { readonly step: TicketStep };

/** Never folded into anything else: each has a ladder of its own (response.md 2.6). */
const STANDS_ALONE: ReadonlySet<TicketClass> = new Set(["elevator_entrapment", "fire_alarm", "gas_leak"]);

/** `other` ends inside `into`, which takes its alarms; by the house itself, or by a person with a word about it. */
export function mergeInto(draft: Draft, other: Ticket, into: Ticket, by?: { readonly note?: string }): Ticket {
  const merged: Ticket = withdrawOffers({
    ...withoutHold(other, draft.now),
    state: "merged",
    mergedInto: into.no,
    closedAt: draft.now,
    ladder: other.ladder.map((row): LadderRow => (row.state === "waiting" ? { ...row, state: "cancelled" } : row)),
  });
  draft.putTicket(merged, by ? "ticket-merge" : "ticket-merged", { into: into.no, ...by });
  draft.cancelMessages(other.no);
  const after: Ticket = {
    ...into,
    alarms: [...into.alarms, ...other.alarms.filter((id) => !into.alarms.includes(id))],
    recovered: into.recovered && other.recovered,
  };
  draft.putTicket(after, "ticket-absorbed", { from: other.no, alarms: other.alarms });
  for (const id of other.alarms) {
    const alarm = draft.alarm(id);
    if (alarm?.ticket === other.no) draft.putAlarm({ ...alarm, ticket: into.no }, "alarm-joined", { ticket: into.no });
  }
  return after;
}

export function whyNotMerge(draft: Draft, ticket: Ticket, command: StepCommand): Plan | undefined {
  const into = command.into === undefined ? undefined : draft.ticket(command.into);
  if (!into || into.closedAt !== undefined || into.no === ticket.no) {
    return refuse(422, "no-such-ticket", "请选择另一个未关闭的工单。", "Choose another open ticket.");
  }
  if (into.drill !== ticket.drill) {
    return refuse(409, "drills-apart", "演练工单与真实工单不能合并。", "Drills and real tickets stay apart.");
  }
  if (into.simulated !== ticket.simulated) {
    return refuse(409, "simulated-apart", "模拟工单与真实工单不能合并。", "Simulated and real tickets stay apart.");
  }
  if (ticket.plan !== undefined) {
    return refuse(
      409,
      "planned",
      `${ticket.policy.name.zh}工单不能并入其他工单；不再需要时请取消。`,
      `A ticket of the plan "${ticket.policy.name.en}" goes into no other one: call it off when it is not needed.`,
    );
  }
  if (STANDS_ALONE.has(ticket.class) && into.class !== ticket.class) {
    return refuse(
      409,
      "stands-alone",
      "困人、火警、燃气工单不能并入其他类别的工单。",
      "A ticket about trapped people, fire or gas goes into no other kind of ticket.",
    );
  }
  if (graver(ticket.severity, into.severity) !== into.severity) {
    return refuse(
      409,
      "graver",
      `工单 ${ticket.no} 比 ${into.no} 严重，请反过来合并。`,
      `Ticket ${ticket.no} is graver than ${into.no}: merge the other way round.`,
    );
  }
  return undefined;
}

/** By hand; the caller has asked `whyNotMerge`. The answer is the ticket that goes on. */
export function mergeByHand(draft: Draft, ticket: Ticket, command: StepCommand): Ticket {
  const into = draft.ticket(command.into ?? "");
  if (!into) throw new Error("whyNotMerge was not asked");
  const after = mergeInto(draft, ticket, into, command.note ? { note: command.note } : {});
  const result = { ...after, wakeAt: wakeOfTicket(after) };
  draft.amendTicket(result);
  return result;
}
