/** Learned values as text. Pure. */
import { numberText, unitText } from "../shared/units.ts";

type Values = readonly (number | null)[] | undefined;

/** `5 m³/h`, or the 24 hours with a dash for one that was never seen. */
export const valuesText = (values: Values, unit: string | undefined): string =>
  values === undefined
    ? "–"
    : `${values.map((value) => (value === null ? "–" : numberText(value))).join(" ")} ${unitText(unit)}`;

export const sameValues = (a: Values, b: Values): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
