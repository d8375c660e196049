/**
 * What a class says of one very ticket: a project reports at its own pace (F5), and some kinds of device have people of their own who
 * hear of it at once. Frozen into the ticket like the rest, so that its next round, the auditor and a restart know it.
 */
import type { ClassPolicy, ClockTarget } from "#model/policy";
import type { Site } from "#model/site";
import type { Ticket } from "#model/ticket";

export function asOpened(
  usual: ClassPolicy,
  { project, device }: Pick<Ticket, "project" | "device">,
  { devices }: Pick<Site, "devices">,
): ClassPolicy {
  const kind = device === undefined ? undefined : devices.find(({ id }) => id === device)?.kind;
  const also = (kind === undefined ? undefined : usual.tellAtOpeningOf?.[kind]) ?? [];
  const own = (project && usual.project) || [];
  if (also.length === 0 && own.length === 0) return usual;
  const lay = (clocks: readonly ClockTarget[]) =>
    clocks.map((clock) => own.find((one) => one.kind === clock.kind) ?? clock);
  return {
    ...usual,
    clocks: lay(usual.clocks),
    bySeverity: Object.fromEntries(Object.entries(usual.bySeverity).map(([key, clocks]) => [key, lay(clocks)])),
    tellAtOpening: [...new Set([...usual.tellAtOpening, ...also])],
  };
}
