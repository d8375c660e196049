/** Which severities the alarm list shows; empty means all. Kept while one walks through other pages. */
import type { Severity } from "./severity.ts";

let filter = $state.raw<ReadonlySet<Severity>>(new Set());

export const filterNow = (): ReadonlySet<Severity> => filter;

/** Shows this severity alone; the same again shows all. */
export function onlySeverity(severity: Severity): void {
  filter = filter.has(severity) && filter.size === 1 ? new Set() : new Set([severity]);
}

export function showAll(): void {
  filter = new Set();
}
