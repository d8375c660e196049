/** Which parts of a rule are yes or no on every device of a site, so that its sentence need not speak of them. */
import type { RuleDefinition } from "#model/rule";
import { parse, type Syntax } from "./syntax.ts";

const both = (a: boolean | undefined, b: boolean | undefined): boolean | undefined =>
  a === false || b === false ? false : a === true && b === true ? true : undefined;
const negated = (a: boolean | undefined): boolean | undefined => (a === undefined ? undefined : !a);

/**
 * Answers for any part of an expression of the rule: true or false where that is fixed. `isMissing` tells whether no device has
 * the point, so that `has` of it is false.
 */
export function fixedParts(
  rule: RuleDefinition,
  isMissing: (name: string) => boolean,
): (tree: Syntax) => boolean | undefined {
  const lets = new Map<string, boolean | undefined>();

  function ofName(name: string): boolean | undefined {
    const expression = Object.hasOwn(rule.let, name) ? rule.let[name] : undefined;
    if (!expression) {
      const parameter = Object.hasOwn(rule.params, name) ? rule.params[name] : undefined;
      return typeof parameter?.default === "boolean" ? parameter.default : undefined;
    }
    if (lets.has(name)) return lets.get(name);
    // One that names itself is a fault; it ends here.
    lets.set(name, undefined);
    const inside = parse(expression.text);
    const fixed = "fault" in inside ? undefined : of(inside);
    lets.set(name, fixed);
    return fixed;
  }

  function of(tree: Syntax): boolean | undefined {
    switch (tree.kind) {
      case "truth":
        return tree.value;
      case "name":
        return ofName(tree.name);
      case "not":
        return negated(of(tree.operand));
      case "binary":
        if (tree.operator === "&&") return both(of(tree.left), of(tree.right));
        if (tree.operator === "||") return negated(both(negated(of(tree.left)), negated(of(tree.right))));
        return undefined;
      case "choice": {
        const condition = of(tree.condition);
        return condition === undefined ? undefined : of(condition ? tree.yes : tree.no);
      }
      case "call": {
        const [first] = tree.args;
        if (tree.name === "has") return first?.kind === "name" && isMissing(first.name) ? false : undefined;
        return tree.name === "held" && first ? of(first) : undefined;
      }
      default:
        return undefined;
    }
  }
  return of;
}
