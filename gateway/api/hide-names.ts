/** Rows of the journal without the names of people: what is exported goes to others. */
import { masked } from "../reports/mask.ts";

/** Keys under which the journal names people. */
const NAMES: ReadonlySet<string> = new Set([
  "by",
  "was",
  "confirmedBy",
  "assignee",
  "to",
  "name",
  "person",
  "who",
  "tell",
  "fallback",
]);

/** JSON in, the same JSON out, with every name masked. */
export function withoutNames(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(withoutNames);
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => {
      if (!NAMES.has(key)) return [key, withoutNames(value)];
      if (typeof value === "string") return [key, masked(value)];
      return [
        key,
        Array.isArray(value)
          ? value.map((one) => (typeof one === "string" ? masked(one) : withoutNames(one)))
          : withoutNames(value),
      ];
    }),
  );
}
