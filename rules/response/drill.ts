/** 演练: who may start one, and that it never starts unnoticed over a real emergency. Pure. */
import type { Actor } from "#model/account";
import type { Plan } from "#model/plan";
import type { Severity } from "#model/severity";
import { type Draft, refuse } from "../draft.ts";
import { overEmergency } from "./words.ts";

const GRAVE: ReadonlySet<Severity> = new Set(["S1", "S2"]);
const MAY_DRILL: ReadonlySet<string> = new Set(["supervisor", "admin"]);

/** Everybody who is told runs: a drill is a supervisor's decision, and never taken without knowing what is real just now. */
export function whyNoDrill(draft: Draft, { overReal }: { readonly overReal: boolean }, actor: Actor): Plan | undefined {
  if (!MAY_DRILL.has(actor.role)) {
    return refuse(403, "approval-needed", "演练须由主管发起。", "A supervisor starts a drill.");
  }
  const real = draft
    .openTickets()
    .filter(
      (ticket) => !ticket.drill && GRAVE.has(ticket.severity) && (draft.view.site.simulated || !ticket.simulated),
    );
  if (real.length === 0 || overReal) return undefined;
  const { tickets, zh, en } = overEmergency(real);
  return refuse(409, "drill-over-emergency", zh, en, { tickets });
}
