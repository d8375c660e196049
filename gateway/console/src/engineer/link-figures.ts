/** What a list says about a link: sums over its units, faults of all of them in one list, and the worst first. */
import type { FaultBody, LinkBody, UnitBody } from "../../../api/link-shapes.ts";

export interface LinkSums {
  readonly unwell: number;
  readonly requestsPerSecond: number;
  readonly timeouts: number;
}

export function linkSums({ units }: LinkBody): LinkSums {
  let [unwell, requestsPerSecond, timeouts] = [0, 0, 0];
  for (const unit of units) {
    if (unit.state !== "online") unwell += 1;
    requestsPerSecond += unit.requestsPerSecond;
    timeouts += unit.timeouts;
  }
  return { unwell, requestsPerSecond, timeouts };
}

const rank = { down: 0, starting: 1, up: 2 } as const;

/** Links that are down, then those with units that are not well, then by name. */
export function byTrouble(a: LinkBody, b: LinkBody): number {
  return rank[a.state] - rank[b.state] || linkSums(b).unwell - linkSums(a).unwell || a.id.localeCompare(b.id);
}

export interface FaultOf {
  readonly fault: FaultBody;
  /** Absent for what befell the link as a whole. */
  readonly unit?: UnitBody;
}

/** Last seen first. */
export function faultsOf(link: LinkBody): readonly FaultOf[] {
  const all: FaultOf[] = link.faults.map((fault) => ({ fault }));
  for (const unit of link.units) for (const fault of unit.faults) all.push({ fault, unit });
  return all.sort((a, b) => Date.parse(b.fault.lastAt) - Date.parse(a.fault.lastAt));
}

/** Share of requests without an answer, in percent; nothing was asked: nothing. */
export const timeoutShare = (unit: UnitBody): number | undefined =>
  unit.requests > 0 ? Math.min(100, (100 * unit.timeouts) / unit.requests) : undefined;
