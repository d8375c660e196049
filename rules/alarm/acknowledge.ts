/** Acknowledging what the operator saw: the occurrence, not the alarm (rows 15–19). */
import { type Alarm, stateBeneath } from "#model/alarm";
import type { Command, Plan } from "#model/plan";
import { type Draft, refuse } from "../draft.ts";
import { askAgainAt } from "./re-alarm.ts";
import { standing } from "./standing.ts";

type Acknowledgement = Extract<Command, { do: "acknowledge-alarm" }>;

/** Either the acknowledged alarm, who had already acknowledged it, or why not. */
export type Acknowledged = { readonly alarm: Alarm; readonly already?: string } | { readonly refused: Plan };

export function acknowledge(draft: Draft, command: Acknowledgement, by: string): Acknowledged {
  const found = standing(draft, command, { zh: "确认", en: "acknowledged" });
  if ("refused" in found) return found;
  const { alarm } = found;
  if (alarm.acknowledge === "acknowledged") {
    if (command.comment)
      draft.putAlarm({ ...alarm, comment: command.comment }, "comment", { comment: command.comment });
    return { alarm, already: alarm.acknowledgedBy ?? "" };
  }
  if (alarm.severity === "S1" && command.reason === undefined) {
    return {
      refused: refuse(
        422,
        "reason-needed",
        "紧急告警确认时须选择原因：属实、误报、测试或维保。",
        "Acknowledging an emergency takes a reason: real, false, test or maintenance.",
      ),
    };
  }
  const acknowledged: Alarm = {
    ...alarm,
    acknowledge: "acknowledged",
    acknowledgedBy: by,
    acknowledgedAt: draft.now,
    ...askAgainAt(draft, alarm),
    ...(command.comment ? { comment: command.comment } : {}),
  };
  draft.putAlarm(acknowledged, "alarm-acknowledged", {
    delay: draft.now - alarm.activeSince,
    reason: command.reason ?? null,
    comment: command.comment ?? null,
  });
  if (stateBeneath(acknowledged) === "normal") {
    draft.record(`alarm:${alarm.id}`, "closed", { occurrence: alarm.occurrence });
  }
  return { alarm: acknowledged };
}
