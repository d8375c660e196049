/** A figure of a report as data: name, formula, target and verdict. Reports about alarms and about tickets share it. Pure. */
import type { Text } from "#model/text";

export type Unit = "count" | "share" | "span";

export interface Target {
  readonly atMost?: number;
  readonly atLeast?: number;
  /** True: the bound itself is already missed. */
  readonly strictly?: true;
  readonly source: Text;
}

export interface Kpi<Group extends string, From extends readonly unknown[]> {
  readonly id: string;
  readonly group: Group;
  readonly name: Text;
  readonly formula: Text;
  readonly unit: Unit;
  readonly target?: Target;
  /** NaN: nothing to divide by. */
  readonly read: (...from: From) => number;
}

export const JUDGEMENT: Text = { zh: "工程判断", en: "engineering judgement" };

export type Verdict = "good" | "over" | "none";

/** One figure as API, CSV and page show it. `value` null: nothing to divide by. */
export interface KpiRow<Group extends string> {
  readonly id: string;
  readonly group: Group;
  readonly name: Text;
  readonly formula: Text;
  readonly unit: Unit;
  readonly value: number | null;
  /** Empty: none. */
  readonly target: string;
  readonly source: Text;
  readonly verdict: Verdict;
}

/** What the target says of the number; `none` when there is no target or no number. */
export function judge(value: number, target: Target | undefined): Verdict {
  if (!target || !Number.isFinite(value)) return "none";
  const { atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY, strictly } = target;
  if (strictly && (value === atMost || value === atLeast)) return "over";
  return value <= atMost && value >= atLeast ? "good" : "over";
}

/** `≤ 1`, `< 1 %`, `≥ 80 %`, `≤ 3 min`: the same in both languages. */
export function targetText({ unit, target }: { readonly unit: Unit; readonly target?: Target }): string {
  if (!target) return "";
  const bound = target.atMost ?? target.atLeast ?? 0;
  const sign = target.atMost === undefined ? (target.strictly ? ">" : "≥") : target.strictly ? "<" : "≤";
  const words =
    unit === "share"
      ? `${Number((bound * 100).toFixed(3))} %`
      : unit === "span"
        ? `${bound / 60_000} min`
        : String(bound);
  return `${sign} ${words}`;
}

/** A number that divides by nothing has no value. */
export const figure = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Every figure of a table, read from what it is made of and judged. */
export function readKpis<Group extends string, From extends readonly unknown[]>(
  kpis: readonly Kpi<Group, From>[],
  ...from: From
): KpiRow<Group>[] {
  return kpis.map((kpi) => {
    const value = kpi.read(...from);
    const { id, group, name, formula, unit, target } = kpi;
    return {
      id,
      group,
      name,
      formula,
      unit,
      value: figure(value),
      target: targetText(kpi),
      source: target?.source ?? { zh: "", en: "" },
      verdict: judge(value, target),
    };
  });
}
