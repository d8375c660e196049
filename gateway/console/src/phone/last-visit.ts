/** The visit as the gateway told it last, as long as this tab lives: a page that is loaded again in a cellar goes on with it. */
import type { VisitBody } from "../../../api/visit-shapes.ts";

const KEPT = "gatehouse-visit";

export interface LastVisit {
  readonly visit: VisitBody;
  /** By the wall clock of the phone, in milliseconds since 1970. */
  readonly wall: number;
}

export function noteVisit(last: LastVisit): void {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(last));
  } catch {
    // A phone that keeps nothing starts anew with a signal.
  }
}

export function lastVisit(): LastVisit | undefined {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as LastVisit | null;
    return found?.visit?.no && Number.isFinite(found.wall) ? found : undefined;
  } catch {
    return undefined;
  }
}
