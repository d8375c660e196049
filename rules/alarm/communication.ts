/** A device that does not answer: one alarm per device, after a delay that depends on what it guards. */

import type { Alarm } from "#model/alarm";
import type { DeviceState } from "#model/plan";
import { between, formatInstant } from "#model/time";
import type { Draft } from "../draft.ts";
import { COMMUNICATION_RULE, communicationLimits, communicationWords } from "./communication-rule.ts";
import { activate, inputBad, returnToNormal } from "./lifecycle.ts";

export const communicationAlarm = (device: string): string => `${COMMUNICATION_RULE}@${device}`;

/** Raises the alarms of devices that have been silent long enough. Returns those that became active now. */
export function raiseSilentDevices(draft: Draft): readonly Alarm[] {
  const raised: Alarm[] = [];
  for (const device of draft.view.site.devices) {
    const state = draft.view.devices.get(device.id);
    if (!state || state.state === "online" || state.state === "degraded") continue;
    const limit = communicationLimits[device.kind];
    const silentFor = between(state.since, draft.now);
    if (silentFor < limit.after) continue;
    const id = communicationAlarm(device.id);
    if (draft.alarm(id)?.process === "active") continue;
    raised.push(
      activate(draft, {
        id,
        rule: COMMUNICATION_RULE,
        device: device.id,
        ...communicationWords,
        lifeSafety: false,
        latch: false,
        severity: limit.severity,
        because: {
          zh: `${device.name.zh} 已 ${Math.round(silentFor / 1000)} 秒没有应答。${state.because?.zh ?? ""}`,
          en: `${device.name.en} has not answered for ${Math.round(silentFor / 1000)} s. ${state.because?.en ?? ""}`.trim(),
        },
        inputs: [],
      }),
    );
  }
  return raised;
}

/** Takes what the acquisition found: an answer ends the communication alarm, silence marks what hangs on the device. */
export function noteDevices(draft: Draft, changes: readonly DeviceState[]): readonly Alarm[] {
  const returned: Alarm[] = [];
  for (const change of changes) {
    if (change.state === "offline") {
      draft.record(`device:${change.device}`, "device-offline", {
        since: formatInstant(change.since),
        because: change.because ?? null,
      });
      for (const alarm of draft.view.alarms.values()) {
        if (alarm.device === change.device && alarm.rule !== COMMUNICATION_RULE) inputBad(draft, alarm.id, "no-link");
      }
    }
    if (change.state === "online") {
      draft.record(`device:${change.device}`, "device-online", {});
      const alarm = returnToNormal(draft, communicationAlarm(change.device), false, {
        zh: "设备恢复应答。",
        en: "The device answers again.",
      });
      if (alarm) returned.push(alarm);
    }
  }
  return returned;
}
