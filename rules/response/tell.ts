/** Turning "tell this role" into outbox rows: one per person and channel, under a key that makes sending twice harmless. */
import type { Message } from "#model/message";
import type { LadderStep } from "#model/policy";
import type { Text } from "#model/text";
import type { Call as PhoneCall, Ticket } from "#model/ticket";
import { later, milliseconds, type Span } from "#model/time";
import type { Draft } from "../draft.ts";
import { policyOf } from "./frozen-policy.ts";
import { stillResponsible } from "./handover.ts";
import { headOf } from "./head.ts";
import { onDuty } from "./on-duty.ts";
import { waysTo } from "./reach.ts";

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
  return { zh: `${headOf(ticket, "zh")}：${say("zh")}`, en: `${headOf(ticket, "en")}: ${say("en")}` };
}

/**
 * Somebody is sent by name: that person is told, besides those whom the ladder tells. `wanted` is the name or id of one of
 * the site's people; a name that the site does not know belongs to somebody who must be reached by phone.
 */
export function tellPerson(
  draft: Draft,
  ticket: Ticket,
  wanted: string,
  say: Text,
  id: string = `sent-${draft.now}`,
): void {
  const person = draft.view.site.people.people.find((one) => one.name === wanted || one.id === wanted);
  if (!person) return;
  const step = { id, after: milliseconds(0), unless: [], tell: [], phone: false, raiseRescueTier: false, say };
  write(draft, ticket, [{ role: "assignee", person: person.id, due: { step, loop: 0 } }]);
}

/**
 * Writes the messages of steps that are due together. Steps that ran late are merged: one message per person that names
 * them all. A role with nobody on duty is journalled and goes to the fallback person at once. Gives the calls by phone that
 * these steps ask for.
 */
export function tell(draft: Draft, ticket: Ticket, due: readonly DueStep[]): readonly PhoneCall[] {
  const calls: Call[] = [];
  for (const one of due) {
    for (const role of one.step.tell) {
      const duty = onDuty(draft.view.site.people, role, draft.now, draft.view.site.zone);
      if (duty.nobody) {
        draft.record(`ticket:${ticket.no}`, "nobody-on-duty", { role, step: one.step.id, fallback: duty.people });
      }
      const people = new Set([...duty.people, ...stillResponsible(draft, role)]);
      for (const person of people) calls.push({ role, person, due: one });
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
  for (const group of groups.values()) write(draft, ticket, group);
  const names = new Map(draft.view.site.people.people.map(({ id, name }) => [id, name]));
  return calls
    .filter((call) => call.due.step.phone)
    .map(({ role, person, due: one }) => ({ step: one.step.id, role, person, name: names.get(person) ?? person }));
}

/** One message to one person by every channel that the policy uses for it, naming all the steps of the group. */
function write(draft: Draft, ticket: Ticket, group: readonly Call[]): void {
  const [first] = group;
  if (!first) return;
  const step = group.map((call) => call.due.step.id).join("+");
  const loop = Math.max(...group.map((call) => call.due.loop));
  const lateBy = Math.max(0, ...group.map((call) => call.due.lateBy ?? 0));
  const policy = policyOf(draft.view, ticket);
  for (const { channel, after } of waysTo(draft.view.site, first.person, ticket.severity, policy)) {
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
      nextTryAt: later(draft.now, after),
      createdAt: draft.now,
      ...(lateBy > 0 ? { lateBy } : {}),
    };
    draft.putMessage(message);
  }
}
