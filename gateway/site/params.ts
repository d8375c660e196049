/** Parameters of rules and facts of devices: what names exist for a kind, and how a written value becomes a number. */
import type { RuleDefinition, RuleParameter } from "#model/rule";
import type { DeviceKind } from "#model/site";
import type { Text } from "#model/text";
import { formatSpan, milliseconds } from "#model/time";
import { deviceFacts } from "../../rules/language/canonical.ts";
import { nearest } from "../../rules/language/nearest.ts";
import { convert } from "../../rules/language/units.ts";
import { keyPlaceOf, type Part, part, placeOf } from "./parse-part.ts";
import { type ProblemList, suggestion } from "./problems.ts";
import { parseQuantity, type Quantity } from "./vocabulary.ts";

/** What a value must be: its type, and for a number the unit in which it is kept. */
export type ParameterForm = Pick<RuleParameter, "type" | "unit">;

/** Names that `params` of a device of this kind may use. */
export function parameterForms(kind: DeviceKind, rules: readonly RuleDefinition[]): ReadonlyMap<string, ParameterForm> {
  const forms = new Map<string, ParameterForm>(Object.entries(deviceFacts));
  for (const rule of rules) {
    if (rule.kind !== kind) continue;
    for (const [name, form] of Object.entries(rule.params)) forms.set(name, form);
  }
  return forms;
}

/** Brings a written value into the form; otherwise says what it should be. Spans become milliseconds. */
export function fitTo(quantity: Quantity, form: ParameterForm): number | boolean | { readonly should: Text } {
  if (form.type === "bool") {
    return quantity.type === "bool"
      ? quantity.value
      : { should: { zh: "应为 true 或 false", en: "must be true or false" } };
  }
  if (form.type === "span") {
    return quantity.type === "span"
      ? quantity.value
      : { should: { zh: "应为时长，例如 45s", en: "must be a length of time such as 45s" } };
  }
  const unit = form.unit;
  const should: Text =
    unit === undefined
      ? { zh: "应为不带单位的数字", en: "must be a number without a unit" }
      : {
          zh: `应为可换算为 ${unit} 的数，例如 1 ${unit}`,
          en: `must be a number in a unit that converts to ${unit}, such as 1 ${unit}`,
        };
  if (quantity.type === "bool") return { should };
  const [value, from] = quantity.type === "span" ? [quantity.value / 1000, "s"] : [quantity.value, quantity.unit];
  if (from === undefined) return value;
  const converted = unit === undefined ? undefined : convert(value, from, unit);
  return converted ?? { should };
}

/** Reads a `params:` block against the names and forms that exist; each wrong entry is a problem at its place. */
export function readParameters(
  block: Part,
  forms: ReadonlyMap<string, ParameterForm>,
  problems: ProblemList,
): Readonly<Record<string, number | boolean>> {
  const found: Record<string, number | boolean> = {};
  if (typeof block.value !== "object" || block.value === null) return found;
  for (const [name, written] of Object.entries(block.value)) {
    const form = forms.get(name);
    if (!form) {
      const known = [...forms.keys()].sort();
      problems.error(
        keyPlaceOf(block, name),
        { zh: `未知的参数 ${name}`, en: `unknown parameter ${name}` },
        suggestion(nearest(name, known), known, 30),
      );
      continue;
    }
    // Other kinds of values were reported when the block was parsed.
    if (typeof written !== "string" && typeof written !== "number" && typeof written !== "boolean") continue;
    const quantity = parseQuantity(numeric(written, block, name));
    const value = quantity ? fitTo(quantity, form) : { should: { zh: "不是数值", en: "is not a value" } };
    if (typeof value !== "object") {
      found[name] = value;
      continue;
    }
    problems.error(
      placeOf(block, name),
      { zh: `参数 ${name} ${value.should.zh}`, en: `the parameter ${name} ${value.should.en}` },
      example(form),
    );
  }
  return found;
}

/** What the environment gave as text may be a plain true or false. */
function numeric(written: string | number | boolean, block: Part, name: string): string | number | boolean {
  const resolved = block.file.resolved.has(JSON.stringify(part(block, name).path));
  return resolved && (written === "true" || written === "false") ? written === "true" : written;
}

function example(form: ParameterForm): Text {
  if (form.type === "bool") return { zh: "写 true 或 false。", en: "Write true or false." };
  if (form.type === "span") {
    const shown = formatSpan(milliseconds(45_000));
    return { zh: `写成 45s、5m 或 ${shown}。`, en: `Write 45s, 5m or ${shown}.` };
  }
  return form.unit === undefined
    ? { zh: "写一个数字。", en: "Write a plain number." }
    : { zh: `写数字和单位，例如 1.5 ${form.unit}。`, en: `Write a number and its unit, e.g. 1.5 ${form.unit}.` };
}
