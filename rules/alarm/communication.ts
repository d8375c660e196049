/** What does not answer: one alarm per device, or per link that explains all, after a delay that depends on what it guards. */

import type { Alarm } from "#model/alarm";
import type { DeviceState } from "#model/plan";
import { graver, type Severity } from "#model/severity";
import { type Device, linkPart } from "#model/site";
import type { Text } from "#model/text";
import { between, formatInstant, type Instant, milliseconds, type Span } from "#model/time";
import type { Draft } from "../draft.ts";
import { sharedLinks } from "./causes.ts";
import { COMMUNICATION_RULE, communicationLimits, communicationWords } from "./communication-rule.ts";
import { activate, inputBad, returnToNormal } from "./lifecycle.ts";
import { considerCauses, LONGEST_WAIT } from "./suppression.ts";

export const communicationAlarm = (device: string): string => `${COMMUNICATION_RULE}@${device}`;

/**
 * Raises the alarms of links and devices that have been silent long enough: links first, since a cut link explains the
 * silence of every device behind it. Returns those that became active now.
 */
export function raiseSilentDevices(draft: Draft): readonly Alarm[] {
  const raised: Alarm[] = [];
  const soon = new Map<string, Span>();
  for (const [link, devices] of sharedLinks(draft.view.site)) {
    const since = silentSince(draft, devices);
    const limits = devices.map((device) => communicationLimits[device.kind]);
    const after = Math.min(...limits.map((limit) => limit.after));
    if (since === undefined) continue;
    const left = after - between(since, draft.now);
    if (left > 0) {
      // A cut cable is found out poll by poll: the first of its devices is due a moment before the link is.
      if (left <= LONGEST_WAIT) soon.set(link, milliseconds(left));
      continue;
    }
    const severity = limits.map((limit) => limit.severity).reduce(graver);
    const [first] = devices.flatMap((device) => draft.view.devices.get(device.id)?.because ?? []);
    const alarm = silence(draft, link, severity, {
      zh: `同一链路上的 ${devices.length} 台设备全部没有应答。${first?.zh ?? ""}`,
      en: `None of the ${devices.length} devices on this link answers. ${first?.en ?? ""}`.trim(),
    });
    if (alarm) raised.push(alarm);
  }
  for (const device of draft.view.site.devices) {
    const limit = communicationLimits[device.kind];
    const since = silentSince(draft, [device]);
    if (since === undefined || between(since, draft.now) < limit.after) continue;
    const silentFor = Math.round(between(since, draft.now) / 1_000);
    const because = draft.view.devices.get(device.id)?.because;
    const alarm = silence(draft, device.id, limit.severity, {
      zh: `${device.name.zh} 已 ${silentFor} 秒没有应答。${because?.zh ?? ""}`,
      en: `${device.name.en} has not answered for ${silentFor} s. ${because?.en ?? ""}`.trim(),
    });
    if (alarm) raised.push(considerCauses(draft, alarm, soon.get(linkPart(device.link)) ?? false));
  }
  return raised;
}

/** Since when none of them has answered; undefined when one does. */
function silentSince(draft: Draft, devices: readonly Device[]): Instant | undefined {
  let since = 0;
  for (const { id } of devices) {
    const state = draft.view.devices.get(id);
    if (!state || state.state === "online" || state.state === "degraded") return undefined;
    since = Math.max(since, state.since);
  }
  return since as Instant;
}

/** The alarm of a device or link that is silent; undefined when it stands already. */
function silence(draft: Draft, part: string, severity: Severity, because: Text): Alarm | undefined {
  const id = communicationAlarm(part);
  if (draft.alarm(id)?.process === "active") return undefined;
  return activate(draft, {
    id,
    rule: COMMUNICATION_RULE,
    device: part,
    ...communicationWords,
    lifeSafety: false,
    latch: false,
    severity,
    because,
    inputs: [],
  });
}

/** Takes what the acquisition found: an answer ends the silence of device and link, silence marks what hangs on the device. */
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
    if (change.state !== "online") continue;
    draft.record(`device:${change.device}`, "device-online", {});
    const device = draft.view.site.devices.find((one) => one.id === change.device);
    const parts = [
      { part: change.device, because: answersAgain },
      ...(device ? [{ part: linkPart(device.link), because: linkAnswersAgain }] : []),
    ];
    for (const { part, because } of parts) {
      const alarm = returnToNormal(draft, communicationAlarm(part), false, because);
      if (alarm) returned.push(alarm);
    }
  }
  return returned;
}

const answersAgain: Text = { zh: "设备恢复应答。", en: "The device answers again." };
const linkAnswersAgain: Text = { zh: "链路上有设备恢复应答。", en: "A device on the link answers again." };
