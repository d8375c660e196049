/** Raising and ending "cannot be judged" (row 48). A device that is silent as a whole is one thing to see, and not one for each rule. */
import type { Alarm } from "#model/alarm";
import type { Transition } from "#model/rule";
import { later, milliseconds, type Span, seconds } from "#model/time";
import type { Draft } from "../draft.ts";
import { communicationLimits } from "./communication-rule.ts";
import { activate } from "./lifecycle.ts";
import { considerCauses } from "./suppression.ts";
import { troubleWords } from "./trouble-rule.ts";

/** After its delay the alarm of the silent device takes a heartbeat to be there. */
const HEARTBEAT = seconds(2);

/** The alarm beside the one that cannot be judged; undefined when its rule tells none. */
export function raiseTrouble(
  draft: Draft,
  { instance, severity, because, inputs, heldFor }: Transition,
): Alarm | undefined {
  const words = troubleWords(instance.rule);
  if (!words || instance.trouble === undefined) return undefined;
  const { ticket: _, ...rest } = words;
  const alarm = activate(draft, {
    ...rest,
    id: instance.trouble,
    device: instance.device,
    lifeSafety: false,
    latch: false,
    severity,
    because,
    inputs,
    heldFor: milliseconds(heldFor),
  });
  return considerCauses(draft, alarm, untilSilenceIsTold(draft, instance.device));
}

/** A silent device gets its own alarm after its delay: so long its troubles wait for it. 0 when it answers. */
function untilSilenceIsTold(draft: Draft, id: string): Span {
  const device = draft.view.site.devices.find((one) => one.id === id);
  const state = draft.view.devices.get(id);
  if (!device || !state || state.state === "online" || state.state === "degraded") return milliseconds(0);
  const told = later(state.since, communicationLimits[device.kind].after);
  return milliseconds(Math.max(0, told - draft.now) + HEARTBEAT);
}
