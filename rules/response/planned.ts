/**
 * Work for something expected, such as a storm: opened by a plan of its class before it comes. It may come at another time than was
 * said, or not at all, and whoever was told of it is told of that as well.
 */
import type { Actor, Role } from "#model/account";
import type { Command, Plan } from "#model/plan";
import type { ClassPolicy } from "#model/policy";
import type { Text } from "#model/text";
import type { LadderRow, ResponseClock, Ticket } from "#model/ticket";
import { between, type Instant, later, milliseconds, type Span } from "#model/time";
import { type Draft, refuse } from "../draft.ts";
import { cancel, RECURRING, targets } from "./clocks.ts";
import { policyOf } from "./frozen-policy.ts";
import { withoutHold } from "./hold.ts";
import { clockTime } from "./notice-words.ts";
import { remind, withdrawOffers } from "./offer.ts";
import { expectedOf, moveHung } from "./open-clocks.ts";
import { tellPerson } from "./tell.ts";

type StepCommand = Extract<Command, { do: "ticket-step" }>;
type Opening = Extract<Command, { do: "open-ticket" }>;

/** That it comes to nothing is no word of the desk alone. */
const MAY_CALL_OFF: ReadonlySet<Role> = new Set(["supervisor", "admin"]);

/** What a ticket of the plan goes by; undefined when the class has no such plan. */
export function planPolicy(usual: ClassPolicy | undefined, id: string): ClassPolicy | undefined {
  const plan = usual?.plans && Object.hasOwn(usual.plans, id) ? usual.plans[id] : undefined;
  if (!usual || !plan) return undefined;
  return { class: usual.class, bySeverity: {}, tellAtOpening: [], extraSteps: [], ...plan };
}

/** How long it may be there already when it is entered: a round is then still due, and none was missed. */
const roundOf = (policy: ClassPolicy): Span =>
  policy.clocks.find(({ kind, from }) => kind === RECURRING && from === "expected")?.target ?? milliseconds(0);

/** An instant that nothing is expected at: one that is long over, or a slip of the pen. */
function whyNotThen(policy: ClassPolicy, expected: Instant | undefined, now: Instant): Plan | undefined {
  if (expected === undefined || !Number.isFinite(expected)) {
    return refuse(
      422,
      "expected-needed",
      "请填写预计到达时间；已经到达的，填现在的时间。",
      "Say when it is expected; if it is here already, enter the present time.",
    );
  }
  if (between(expected, now) >= Math.max(roundOf(policy), 1)) {
    return refuse(
      422,
      "expected-in-past",
      "预计到达时间已过，请核对日期；已经到达的，填现在的时间。",
      "The expected time is over: check the date, or enter the present time if it is here already.",
    );
  }
  const { farthest } = policy;
  if (farthest === undefined || between(now, expected) <= farthest) return undefined;
  const most = Math.round(farthest / 86_400_000);
  return refuse(
    422,
    "expected-too-far",
    `预计到达时间在 ${most} 天以后，请核对日期。`,
    `The expected time is more than ${most} days away: check the date.`,
  );
}

/** Why a ticket of a plan is not opened: there is no such plan, nothing is expected, or one is open. */
export function whyNotPlan(draft: Draft, command: Opening, id: string): Plan | undefined {
  const usual = draft.view.site.policy.classes[command.class];
  const policy = planPolicy(usual, id);
  if (!policy) {
    const plans = Object.keys(usual?.plans ?? {});
    return refuse(
      422,
      "no-such-plan",
      `本项目的响应策略没有预案 ${id}。需要时在 response.yaml 的 profiles 里加上它。`,
      `The response policy of this site has no plan ${id}. Name its profile in response.yaml.`,
      { plans },
    );
  }
  if (command.device !== undefined) {
    return refuse(
      422,
      "plan-of-site",
      `${policy.name.zh}针对整个项目，请不要选择设备。`,
      `${policy.name.en} is about the site: leave the device out.`,
    );
  }
  const wrong = whyNotThen(policy, command.expected, command.occurredAt ?? draft.now);
  if (wrong) return wrong;
  const open = draft
    .openTickets()
    .find(
      (one) => one.plan === id && one.class === command.class && (one.drill === true) === (command.drill !== undefined),
    );
  if (!open) return undefined;
  return refuse(
    409,
    "already-open",
    `${policy.name.zh}工单 ${open.no} 尚未关闭；时间有变请在该工单上更改。`,
    `Ticket ${open.no} (${policy.name.en}) is open: change its time there.`,
    { ticket: open.no },
  );
}

/** Why a step that only planned work knows is not taken; the states are judged already. */
export function whyNotPlanned(
  draft: Draft,
  ticket: Ticket,
  command: StepCommand,
  actor: Actor,
  at: Instant,
): Plan | undefined {
  if (command.step === "call-off" && !MAY_CALL_OFF.has(actor.role)) {
    return refuse(
      403,
      "approval-needed",
      `取消${ticket.policy.name.zh}须由主管决定。`,
      `A supervisor decides that "${ticket.policy.name.en}" is called off.`,
    );
  }
  if (command.step === "mitigate" && at < (expectedOf(ticket) ?? at)) {
    return refuse(
      409,
      "not-here-yet",
      `${ticket.policy.name.zh}：预计到达时间未到，不能登记解除。提前到达的请先更改到达时间；不来了的由主管取消。`,
      `${ticket.policy.name.en}: it is yet to come, so it is not over. Change its time if it came early; if it does not come, a supervisor calls it off.`,
    );
  }
  return command.step === "reschedule" ? whyNotThen(ticket.policy, command.until, draft.now) : undefined;
}

/** It comes at another time: what hangs on it moves, everything else stays as it is. */
export function reschedule(draft: Draft, before: Ticket, command: StepCommand, at: Instant): Ticket {
  const { until: expected, note } = command;
  if (expected === undefined) throw new Error("a new time without a time came this far");
  const timing = policyOf(draft.view, before);
  const wanted = targets(before.policy, before.severity);
  const clocks = before.clocks.map((clock): ResponseClock => {
    const told = wanted.find(({ kind }) => kind === clock.kind);
    return told ? moveHung(clock, told, expected, draft.now, timing) : clock;
  });
  const { rows, again } = moveRows(before.ladder, expected, draft.now);
  for (const id of again) draft.cancelMessages(before.no, id);
  const after: Ticket = { ...before, expected, clocks, ladder: rows };
  const moved = clocks.filter((clock, index) => clock !== before.clocks[index]);
  draft.putTicket(
    after,
    "ticket-reschedule",
    {
      ...(before.expected === undefined ? {} : { was: before.expected }),
      expected,
      clocks: moved.map(({ kind, dueAt }) => ({ clock: kind, dueAt })),
      note: note ?? "",
      ...(command.occurredAt === undefined ? {} : { backEntry: true }),
    },
    at,
  );
  const { zone } = draft.view.site;
  tellAll(draft, after, `rescheduled-${draft.now}`, {
    zh: `预计到达时间改为 ${clockTime(expected, zone, "zh")}：${note}`,
    en: `now expected at ${clockTime(expected, zone, "en")}: ${note}`,
  });
  return after;
}

/** Rows that count from the expected instant; what ran before runs once more when it is yet to come. */
function moveRows(ladder: readonly LadderRow[], expected: Instant, now: Instant) {
  const hung = ladder.filter(({ step }) => step.from === "expected");
  const again: LadderRow[] = [];
  for (const row of hung) {
    const dueAt = later(expected, row.step.after);
    const all = hung.filter(({ step }) => step.id === row.step.id);
    if (row !== all.at(-1) || row.state !== "done" || dueAt <= now) continue;
    again.push({ step: row.step, dueAt, state: "waiting", loop: Math.max(...all.map(({ loop }) => loop)) + 1 });
  }
  const moved = ladder.map(
    (row): LadderRow =>
      row.step.from === "expected" && row.state === "waiting"
        ? { ...row, dueAt: later(expected, row.step.after) }
        : row,
  );
  return { rows: [...moved, ...again], again: again.map(({ step }) => step.id) };
}

/** It does not come: nothing is due any more, and nothing more is missed. */
export function callOff(draft: Draft, before: Ticket, command: StepCommand, at: Instant): Ticket {
  const { acknowledgeExpiresAt: _, ...rest } = withoutHold(before, at);
  const after: Ticket = withdrawOffers({
    ...rest,
    state: "closed",
    closedAt: draft.now,
    calledOff: true,
    clocks: before.clocks.map((clock) => cancel(clock, at)),
    ladder: before.ladder.map((row): LadderRow => (row.state === "waiting" ? { ...row, state: "cancelled" } : row)),
  });
  draft.putTicket(
    after,
    "ticket-call-off",
    { note: command.note ?? "", ...(command.occurredAt === undefined ? {} : { backEntry: true }) },
    at,
  );
  draft.cancelMessages(before.no);
  tellAll(draft, after, CALLED_OFF, {
    zh: `已取消，不再值守：${command.note}`,
    en: `called off, no watch is kept any more: ${command.note}`,
  });
  return after;
}

/** The last word about a ticket that was called off. */
export const CALLED_OFF = "called-off";

/** Those whom its ladder has told so far, and whoever has the work. */
function tellAll(draft: Draft, ticket: Ticket, id: string, say: Text): void {
  const done = ticket.ladder.filter(({ state }) => state === "done");
  remind(draft, ticket, id, say, [...new Set(done.flatMap((row) => row.step.tell))]);
  if (ticket.assignee !== undefined) tellPerson(draft, ticket, ticket.assignee, say);
}
