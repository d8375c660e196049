/** Work of several departments (R9): who answers for this very ticket (主责), who helps (协作), and what that does to its times. */
import type { Command, Plan, TicketStep } from "#model/plan";
import type { Ticket } from "#model/ticket";
import type { Instant } from "#model/time";
import { type Draft, refuse } from "../draft.ts";
import { isOpen, retarget } from "./clocks.ts";
import { policyOf } from "./frozen-policy.ts";
import { remind } from "./offer.ts";

type StepCommand = Extract<Command, { do: "ticket-step" }>;

/** Steps in which somebody says whose work it is. */
const NAMING: ReadonlySet<TicketStep> = new Set(["review", "dispatch", "assign"]);

/** Departments are roles of the policy; whoever answers for the work does not help it. */
export function whyNotDepartments(draft: Draft, ticket: Ticket, { step, lead, help }: StepCommand): Plan | undefined {
  if (!NAMING.has(step) || (lead === undefined && help === undefined)) return undefined;
  const { roles } = draft.view.site.policy;
  const unknown = [...(lead === undefined ? [] : [lead]), ...(help ?? [])].find((role) => !Object.hasOwn(roles, role));
  if (unknown !== undefined) {
    return refuse(422, "no-such-role", `预案中没有岗位 ${unknown}。`, `The response policy has no role ${unknown}.`, {
      roles: Object.keys(roles),
    });
  }
  const answers = lead ?? ticket.lead ?? ticket.policy.lead;
  if (help?.length && answers === undefined) {
    return refuse(422, "lead-needed", "跨部门工单请先明确主责岗位。", "Say first which department answers for it.");
  }
  if (answers === undefined || !help?.includes(answers)) return undefined;
  return refuse(
    422,
    "lead-helps",
    "主责岗位不能同时列为协作岗位。",
    "The department that answers for the work is not among those that help.",
  );
}

/**
 * The ticket with the departments that the step named. Those that are newly called in hear of it; where the class has times of its
 * own for work of several departments (T28), what is still open goes by them from its start on.
 */
export function nameDepartments(draft: Draft, ticket: Ticket, { step, lead, help }: StepCommand, at: Instant): Ticket {
  if (!NAMING.has(step) || (lead === undefined && help === undefined)) return ticket;
  const before = ticket.help ?? ticket.policy.help ?? [];
  const calledIn = (help ?? []).filter((role) => !before.includes(role));
  const named: Ticket = {
    ...ticket,
    ...(lead === undefined ? {} : { lead }),
    ...(help === undefined ? {} : { help: [...new Set(help)] }),
  };
  if (calledIn.length > 0) {
    const name = (role: string) => draft.view.site.policy.roles[role] ?? { zh: role, en: role };
    const main = name(named.lead ?? ticket.policy.lead ?? "");
    const say = { zh: `请协作，主责：${main.zh}`, en: `please help; ${main.en} answers for it` };
    remind(draft, named, `help-${draft.now}`, say, calledIn);
  }
  const after = help?.length ? onSharedTimes(draft, named, at) : named;
  draft.putTicket(after, "ticket-departments", { lead: after.lead ?? "", help: after.help ?? [] }, at);
  return after;
}

function onSharedTimes(draft: Draft, ticket: Ticket, at: Instant): Ticket {
  const timing = policyOf(draft.view, ticket);
  const clocks = ticket.clocks.map((clock) => {
    const shared = ticket.policy.crossDepartment?.find(({ kind }) => kind === clock.kind);
    if (!shared || !isOpen(clock) || (shared.target === clock.target && shared.workdays === clock.workdays))
      return clock;
    const { workdays: _, ...counted } = clock;
    return retarget(shared.workdays ? { ...counted, workdays: true } : counted, shared.target, at, timing);
  });
  return { ...ticket, clocks };
}
