/** A rule after parsing: a tree for each of its expressions, whatever device it will run on. */
import type { Expression, RuleDefinition } from "#model/rule";
import { parse, type Syntax } from "./syntax.ts";
import type { Fault } from "./token.ts";

/** A fault and the expression it stands in. */
export interface PlacedFault {
  readonly expression: Expression;
  readonly fault: Fault;
}

export interface Parsed {
  readonly expression: Expression;
  readonly tree: Syntax;
}

export interface ParsedRule {
  readonly rule: RuleDefinition;
  readonly lets: ReadonlyMap<string, Parsed>;
  readonly when?: Parsed;
  readonly clear?: Parsed;
  readonly deadband?: Parsed;
  readonly onDelay?: Parsed;
  readonly offDelay?: Parsed;
  readonly levels: readonly Parsed[];
  /** Names that may be missing: those under `optional`, and those that `has(…)` asks about. */
  readonly optional: ReadonlySet<string>;
  /** Of the parser. With any of these the rule cannot be used. */
  readonly faults: readonly PlacedFault[];
}

function* askedFor(tree: Syntax): Generator<string> {
  switch (tree.kind) {
    case "call": {
      const [first] = tree.args;
      if (tree.name === "has" && first?.kind === "name") yield first.name;
      for (const argument of tree.args) yield* askedFor(argument);
      return;
    }
    case "not":
    case "minus":
      yield* askedFor(tree.operand);
      return;
    case "binary":
      yield* askedFor(tree.left);
      yield* askedFor(tree.right);
      return;
    case "choice":
      yield* askedFor(tree.condition);
      yield* askedFor(tree.yes);
      yield* askedFor(tree.no);
      return;
    default:
  }
}

/** Never throws; what cannot be parsed is in `faults`. */
export function parseRule(rule: RuleDefinition): ParsedRule {
  const faults: PlacedFault[] = [];
  const optional = new Set(rule.optional);

  function read(expression: Expression | undefined): Parsed | undefined {
    if (!expression) return undefined;
    const tree = parse(expression.text);
    if ("fault" in tree) {
      faults.push({ expression, fault: tree.fault });
      return undefined;
    }
    for (const name of askedFor(tree)) optional.add(name);
    return { expression, tree };
  }

  const lets = new Map<string, Parsed>();
  for (const [name, expression] of Object.entries(rule.let)) {
    const parsed = read(expression);
    if (parsed) lets.set(name, parsed);
  }
  const [when, clear, deadband] = [read(rule.when), read(rule.clear), read(rule.deadband)];
  const [onDelay, offDelay] = [read(rule.onDelay), read(rule.offDelay)];
  const levels = rule.levels.map((level) => read(level.when)).filter((level) => level !== undefined);
  return {
    rule,
    lets,
    levels,
    optional,
    faults,
    ...(when && { when }),
    ...(clear && { clear }),
    ...(deadband && { deadband }),
    ...(onDelay && { onDelay }),
    ...(offDelay && { offDelay }),
  };
}
