/** A ticket that a person opens: a phone call, a patrol, or a back-entry of what was written on paper. */
import type { Actor } from "#model/account";
import type { Command, Plan } from "#model/plan";
import { type Draft, refuse } from "../draft.ts";
import { whyNoDrill } from "./drill.ts";
import { openTicket } from "./open-ticket.ts";
import { whyNotPlan } from "./planned.ts";
import { countRepeats } from "./repeats.ts";

export function openByHand(draft: Draft, command: Extract<Command, { do: "open-ticket" }>, actor: Actor): Plan {
  const { site } = draft.view;
  const device = site.devices.find((one) => one.id === command.device);
  if (command.device !== undefined && !device) {
    return refuse(422, "no-such-device", `没有设备 ${command.device}。`, `There is no device ${command.device}.`);
  }
  if (command.occurredAt !== undefined && command.occurredAt > draft.now) {
    return refuse(422, "wrong-time", "发生时间不能晚于现在。", "It cannot have happened in the future.");
  }
  if (command.toldByPhone && command.occurredAt === undefined) {
    return refuse(
      422,
      "time-needed",
      "补录已电话通知的事件，请填写实际发生时间。",
      "What was told by phone is entered later: say when it happened.",
    );
  }
  const refused = command.drill && whyNoDrill(draft, command.drill, actor);
  if (refused) return refused;
  if (command.project && (command.plan !== undefined || !site.policy.classes[command.class]?.project)) {
    return refuse(
      422,
      "no-project",
      "该类别没有项目时限：大型、复杂的工程请按「非紧急事项」开单。",
      "This class has no times for a project: open large, complex work as planned work.",
    );
  }
  const { expected, plan } = command;
  const notPlanned = plan === undefined ? undefined : whyNotPlan(draft, command, plan);
  if (notPlanned) return notPlanned;
  if (plan === undefined && expected !== undefined && expected <= (command.occurredAt ?? draft.now)) {
    return refuse(
      422,
      "wrong-expected-time",
      "期望解决时间应晚于发生时间。",
      "The expected time lies after it happened.",
    );
  }
  const open = draft
    .openTickets()
    .find(
      (one) =>
        device &&
        one.device === device.id &&
        one.class === command.class &&
        one.rectifies === undefined &&
        (one.drill === true) === (command.drill !== undefined),
    );
  if (open) {
    return refuse(
      409,
      "already-open",
      `该设备已有同类未关闭工单 ${open.no}。`,
      `Ticket ${open.no} of this class is already open for this device.`,
      { ticket: open.no },
    );
  }
  const ticket = openTicket(draft, {
    class: command.class,
    ...(command.severity ? { severity: command.severity } : {}),
    ...(device ? { device: device.id } : {}),
    place: { ...device?.place, ...command.place },
    ...(expected === undefined ? {} : { expected }),
    ...(plan === undefined ? {} : { plan }),
    ...(command.toldByPhone ? { toldByPhone: true } : {}),
    ...(command.care ? { care: [...new Set(command.care)] } : {}),
    ...(command.source ? { source: command.source } : {}),
    ...(command.affected === undefined ? {} : { affected: command.affected }),
    ...(command.project ? { project: true } : {}),
    title: command.drill
      ? { zh: `【演练】${command.description}`, en: `[DRILL] ${command.description}` }
      : { zh: command.description, en: command.description },
    ...(command.drill ? { drill: true } : {}),
    openedAt: command.occurredAt ?? draft.now,
    simulated: site.simulated,
  });
  if (!ticket) return refuse(422, "no-policy", "响应预案中没有该类别。", "The response policy has no such class.");
  countRepeats(draft, draft.ticket(ticket.no) ?? ticket);
  return draft.finish({ ticket: ticket.no });
}
