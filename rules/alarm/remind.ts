/** A message about an alarm that has no ticket of its own: a reminder to those on duty for a role. */
import type { Alarm } from "#model/alarm";
import { partName } from "#model/site";
import type { Text } from "#model/text";
import type { Draft } from "../draft.ts";
import { onDuty } from "../response/on-duty.ts";

/** `say` continues the sentence that begins with the alarm's device and title. Never grave: it waits behind every alarm. */
export function remind(draft: Draft, alarm: Alarm, role: string, step: string, say: Text): void {
  const { site } = draft.view;
  const about = `alarm:${alarm.id}`;
  const duty = onDuty(site.people, role, draft.now, site.zone);
  if (duty.nobody) draft.record(about, "nobody-on-duty", { role, step, fallback: duty.people });
  const device = partName(
    site.devices.find((one) => one.id === alarm.device),
    alarm.device,
  );
  const drill = alarm.simulated ? { zh: "【模拟】", en: "[SIMULATED] " } : { zh: "", en: "" };
  const text: Text = {
    zh: `${drill.zh}${device.zh}“${alarm.title.zh}”${say.zh}`,
    en: `${drill.en}${device.en}: “${alarm.title.en}” ${say.en}`,
  };
  for (const person of duty.people) {
    for (const channel of ["console", ...site.channels.map((one) => one.id)]) {
      draft.putMessage({
        key: [about, step, draft.now, person, channel].join("/"),
        ticket: about,
        step,
        severity: "S4",
        role,
        to: person,
        channel,
        text,
        phone: false,
        state: "pending",
        attempts: 0,
        nextTryAt: draft.now,
        createdAt: draft.now,
      });
    }
  }
}
