/** What was asked of an alarm and refused stands in its journal: who wanted what, of which occurrence, and why not. */
import type { Command, Plan, Refusal } from "#model/plan";
import type { Draft } from "../draft.ts";
import { definitionOf } from "./standing.ts";

const eventOf: Readonly<Partial<Record<Command["do"], string>>> = {
  "acknowledge-alarm": "acknowledge-refused",
  "unacknowledge-alarm": "unacknowledge-refused",
  "reset-alarm": "reset-refused",
  shelve: "shelve-refused",
  unshelve: "unshelve-refused",
  "out-of-service": "out-of-service-refused",
  "in-service": "in-service-refused",
};

type AboutAlarm = Extract<Command, { readonly alarm: string }>;

/** Notes one refusal; nothing about alarms that do not exist, so that a wrong address writes no rows. */
export function noteRefusal(draft: Draft, command: AboutAlarm, refusal: Refusal): void {
  const event = eventOf[command.do];
  const alarm = draft.alarm(command.alarm);
  if (event === undefined || (!alarm && !definitionOf(draft.view.site, command.alarm))) return;
  draft.record(`alarm:${command.alarm}`, event, {
    occurrence: alarm?.occurrence ?? 0,
    asked: command.occurrence ?? null,
    code: refusal.code,
    because: refusal.message,
    ...("reason" in command && command.reason !== undefined ? { reason: command.reason } : {}),
  });
}

/** The refused plan together with the row that tells of it. The draft may hold nothing that the command had begun. */
export function refusedWithNote(fresh: Draft, command: Command, plan: Plan): Plan {
  if (!plan.refusal || !("alarm" in command)) return plan;
  noteRefusal(fresh, command, plan.refusal);
  return { ...fresh.finish(), refusal: plan.refusal };
}
