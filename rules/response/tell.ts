/** Turning "tell this role" into outbox rows: one per person and channel, under a key that makes sending twice harmless. */
import type { Message } from "#model/message";
import type { LadderStep } from "#model/policy";
import type { Text } from "#model/text";
import type { Ticket } from "#model/ticket";
import type { Span } from "#model/time";
import type { Draft } from "../draft.ts";
import { onDuty } from "./on-duty.ts";

/** A step that is due now, and how late it is when it ran after downtime. */
export interface DueStep {
  readonly step: LadderStep;
  readonly loop: number;
  readonly lateBy?: Span;
}

interface Call {
  readonly role: string;
  readonly person: string;
  readonly due: DueStep;
}

/** Number and emergency first, so that a cut message still says what and where. */
const head = (ticket: Ticket, language: "zh" | "en"): string => {
  const place = [ticket.place.building, ticket.place.floor, ticket.place.room].filter(Boolean).join(" ");
  const drill = ticket.simulated ? (language === "zh" ? "【模拟】" : "[SIMULATED] ") : "";
  const where = place ? (language === "zh" ? `（${place}）` : ` (${place})`) : "";
  return `${drill}${ticket.no} ${ticket.title[language]}${where}`;
};

const late = (by: Span | undefined, language: "zh" | "en"): string =>
  by === undefined
    ? ""
    : language === "zh"
      ? `（迟发 ${Math.ceil(by / 60_000)} 分钟）`
      : ` (late by ${Math.ceil(by / 60_000)} min)`;

function wording(ticket: Ticket, calls: readonly Call[]): Text {
  const say = (language: "zh" | "en") =>
    calls
      .map((call) => `${call.due.step.say[language]}${late(call.due.lateBy, language)}`)
      .join(language === "zh" ? "；" : "; ");
  return { zh: `${head(ticket, "zh")}：${say("zh")}`, en: `${head(ticket, "en")}: ${say("en")}` };
}

/**
 * Writes the messages of steps that are due together. Steps that ran late are merged: one message per person that names
 * them all. A role with nobody on duty is journalled and goes to the fallback person at once.
 */
export function tell(draft: Draft, ticket: Ticket, due: readonly DueStep[]): void {
  const calls: Call[] = [];
  for (const one of due) {
    for (const role of one.step.tell) {
      const duty = onDuty(draft.view.site.people, role, draft.now, draft.view.site.zone);
      if (duty.nobody) {
        draft.record(`ticket:${ticket.no}`, "nobody-on-duty", { role, step: one.step.id, fallback: duty.people });
      }
      for (const person of duty.people) calls.push({ role, person, due: one });
    }
  }
  const merged = due.some((one) => one.lateBy !== undefined);
  const groups = new Map<string, Call[]>();
  for (const call of calls) {
    const key = merged ? call.person : `${call.person}/${call.due.step.id}`;
    const group = groups.get(key) ?? [];
    if (!group.some((other) => other.due.step.id === call.due.step.id)) group.push(call);
    groups.set(key, group);
  }
  const channels = ["console", ...draft.view.site.channels.map((channel) => channel.id)];
  for (const group of groups.values()) {
    const [first] = group;
    if (!first) continue;
    const step = group.map((call) => call.due.step.id).join("+");
    const loop = Math.max(...group.map((call) => call.due.loop));
    const lateBy = Math.max(0, ...group.map((call) => call.due.lateBy ?? 0));
    for (const channel of channels) {
      const message: Message = {
        key: [ticket.no, ticket.round, step, loop, first.person, channel].join("/"),
        ticket: ticket.no,
        step,
        severity: ticket.severity,
        role: first.role,
        to: first.person,
        channel,
        text: wording(ticket, group),
        phone: group.some((call) => call.due.step.phone),
        state: "pending",
        attempts: 0,
        nextTryAt: draft.now,
        createdAt: draft.now,
        ...(lateBy > 0 ? { lateBy } : {}),
      };
      draft.putMessage(message);
    }
  }
}
