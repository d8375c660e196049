/** A value as words: a number with its unit, a bool or a code by its name. Nothing at all when it must not be believed. */
import type { AlarmBody } from "../../../api/alarm-shapes.ts";
import type { PointBody } from "../../../api/shapes.ts";
import { quantityText } from "../shared/units.ts";
import { en } from "../shared/words/en.ts";
import { zh } from "../shared/words/zh.ts";

type Input = Pick<AlarmBody["inputs"][number], "quality"> & {
  readonly value: number | string | null;
  readonly unit?: string | undefined;
};
type Known = Pick<PointBody, "type" | "unit" | "label" | "value">;

const both = (text: string) => ({ zh: text, en: text });

/** `undefined` when the quality is bad or there is no value: a bad value is never shown as a value. */
export function inputText(input: Input, known: Known | undefined): { zh: string; en: string } | undefined {
  if (input.quality === "bad" || input.value === null) return undefined;
  if (typeof input.value === "string") return both(input.value);
  if (known?.type === "bool") {
    return known.label && known.value === (input.value !== 0)
      ? known.label
      : input.value === 0
        ? { zh: zh.value.no, en: en.value.no }
        : { zh: zh.value.yes, en: en.value.yes };
  }
  if (known?.type === "enum" && known.label && known.value === input.value) return known.label;
  return both(quantityText(input.value, input.unit ?? known?.unit));
}
