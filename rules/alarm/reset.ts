/** Taking an acknowledgement back (row 20), and letting a latched alarm go (rows 21, 22). */
import { type Alarm, stateBeneath } from "#model/alarm";
import type { Command } from "#model/plan";
import { type Draft, refuse } from "../draft.ts";
import type { Changed } from "./shelving.ts";
import { standing } from "./standing.ts";
import { unseen } from "./unseen.ts";

export function unacknowledge(draft: Draft, command: Extract<Command, { do: "unacknowledge-alarm" }>): Changed {
  const found = standing(draft, command);
  if ("refused" in found) return found;
  const { alarm } = found;
  if (stateBeneath(alarm) !== "acknowledged") {
    return {
      refused: refuse(
        409,
        "not-acknowledged",
        "只有已确认且仍在发生的告警可以撤销确认。",
        "Only an acknowledged alarm that is still active can be unacknowledged.",
      ),
    };
  }
  const after = unseen(alarm);
  draft.putAlarm(after, "unacknowledged", { reason: command.reason, was: alarm.acknowledgedBy ?? null });
  return { alarm: after };
}

export function reset(draft: Draft, command: Extract<Command, { do: "reset-alarm" }>): Changed {
  const found = standing(draft, command);
  if ("refused" in found) return found;
  const { alarm } = found;
  const refusal = whyNot(draft, alarm);
  if (refusal) return { refused: refuse(409, refusal.code, refusal.zh, refusal.en) };
  const after: Alarm = { ...alarm, latch: "none" };
  draft.putAlarm(after, "reset", command.comment ? { comment: command.comment } : {});
  draft.record(`alarm:${alarm.id}`, "closed", { occurrence: alarm.occurrence });
  return { alarm: after };
}

function whyNot(draft: Draft, alarm: Alarm): { code: string; zh: string; en: string } | undefined {
  if (alarm.process === "active") {
    return {
      code: "still-active",
      zh: "告警条件仍然成立，不能复位。请先消除原因。",
      en: "The condition is still true: remove its cause before the reset.",
    };
  }
  if (alarm.latch !== "latched") {
    return {
      code: "not-latched",
      zh: "该告警没有锁定，无需复位。",
      en: "This alarm is not latched; nothing to reset.",
    };
  }
  const device = draft.view.devices.get(alarm.device)?.state;
  if (alarm.quality.state === "bad" || device === "offline" || device === "unknown") {
    return {
      code: "state-not-known",
      zh: "设备没有应答，无法确认已恢复，不能复位。请先恢复通讯。",
      en: "The device does not answer, so nobody knows that it is normal: restore the link before the reset.",
    };
  }
  if (alarm.acknowledge === "unacknowledged") {
    return { code: "acknowledge-first", zh: "请先确认告警，再复位。", en: "Acknowledge the alarm before the reset." };
  }
  return undefined;
}
