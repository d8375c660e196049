/** A rule's parameters as the YAML that overrides them, for somebody to change. Pure. */
import type { RuleBody } from "../../../api/rule-shapes.ts";

type Param = RuleBody["params"][number];

/** As the site's files write it: `5 m3/h`, `18s`, `true`. */
function written({ type, default: value, unit }: Param): string {
  if (typeof value === "boolean") return String(value);
  if (type !== "span") return unit === undefined ? String(value) : `"${value} ${unit}"`;
  const [size, mark] =
    [[86_400_000, "d"] as const, [3_600_000, "h"] as const, [60_000, "m"] as const, [1_000, "s"] as const].find(
      ([size]) => value >= size && value % size === 0,
    ) ?? ([1_000, "s"] as const);
  return `${value / size}${mark}`;
}

export function overrideText({ id, params, onDelay }: RuleBody): string {
  const names = new Set(params.map(({ name }) => name));
  return [
    `- override: ${id}`,
    ...(onDelay !== undefined && !names.has(onDelay) ? [`  on_delay: ${onDelay}`] : []),
    ...(params.length > 0 ? ["  params:"] : []),
    ...params.map((param) => `    ${param.name}: ${written(param)}`),
    "",
  ].join("\n");
}
