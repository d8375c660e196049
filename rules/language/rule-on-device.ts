/** One rule on one device: its expressions as terms, its delays as numbers, and whether it applies there at all. */
import type { Expression } from "#model/rule";
import type { Severity } from "#model/severity";
import type { Text } from "#model/text";
import { widen } from "./deadband.ts";
import { badBand, badSpan, fault, idleBand, needsSpan, unknownPlaceholder } from "./faults.ts";
import { constantOf, type Graph, isConstant, isInput, isMemory, type Term } from "./graph.ts";
import { nearest } from "./nearest.ts";
import type { Parsed, ParsedRule, PlacedFault } from "./parsed-rule.ts";
import { isDotted, lookUp } from "./relations.ts";
import { createResolver, type Resolver, unitOf } from "./resolve.ts";
import { isLibraryFile, knownNames, nameOf, type Scope, type SitePoints, type Subject, TRUTH } from "./scope.ts";
import { notSelected } from "./selection.ts";
import { LIMITS } from "./syntax.ts";
import { LANGUAGES, placeholdersOf } from "./template.ts";
import { type Trouble, tellsTrouble, troubleOf } from "./trouble.ts";
import { MILLISECOND } from "./units.ts";

export interface RuleOnDevice {
  readonly when: Term;
  readonly clear: Term | undefined;
  /** Milliseconds. */
  readonly onDelay: number;
  readonly offDelay: number;
  readonly levels: readonly { readonly when: Term; readonly severity: Severity }[];
  /** When it cannot be judged and people must hear of that; absent: such a rule only holds its alarm. */
  readonly trouble: Trouble | undefined;
  /** What the placeholders of `because` mean; `held` is not among them. */
  readonly placeholders: ReadonlyMap<string, Term>;
}

export interface Resolved {
  /** Absent when there are faults. */
  readonly form?: RuleOnDevice;
  readonly faults: readonly PlacedFault[];
  /** Why the rule does not run on this device; absent: it does. */
  readonly because?: Text;
}

const LONGEST_DELAY = 31 * 86_400_000;

/** Milliseconds of a delay; NaN when it rests on a fact that the device does not tell. */
function delay(resolver: Resolver, parsed: Parsed | undefined, name: string): number {
  if (!parsed) return 0;
  const term = resolver.resolve(parsed.tree);
  if (term.type.kind === "any") return Number.NaN;
  const zero = isConstant(term) && constantOf(term) === 0;
  if (!isConstant(term) || (!zero && unitOf(term).dimension !== MILLISECOND.dimension) || term.type.kind === "truth") {
    resolver.fail(needsSpan(parsed.tree, name));
    return Number.NaN;
  }
  const value = zero ? 0 : constantOf(resolver.toUnit(term, MILLISECOND));
  if (value < 0 || value > LONGEST_DELAY) resolver.fail(badSpan(parsed.tree));
  return value;
}

/** Everything below `roots`, each term once. */
export function reachable(roots: Iterable<Term>): Set<Term> {
  const seen = new Set<Term>();
  const open = [...roots];
  for (let term = open.pop(); term; term = open.pop()) {
    if (seen.has(term)) continue;
    seen.add(term);
    open.push(...term.args);
  }
  return seen;
}

/** What a rule may hold as written; a selection of devices may make it that many times larger. */
const SELECTED = 20;

function tooMuch(when: Expression, roots: readonly Term[], written: boolean): PlacedFault | undefined {
  const all = [...reachable(roots)];
  const windows = all.filter((term) => isMemory(term.operator)).length;
  const times = written ? 1 : SELECTED;
  if (all.length <= LIMITS.nodes * times && windows <= LIMITS.windows * times) return undefined;
  return {
    expression: when,
    fault: fault(
      { start: 0, end: 1 },
      {
        zh: `规则过大：${all.length} 个节点、${windows} 个时间窗`,
        en: `The rule is too large: ${all.length} parts, ${windows} windows.`,
      },
      {
        zh: `上限为 ${LIMITS.nodes} 个节点、${LIMITS.windows} 个时间窗，请拆分`,
        en: `At most ${LIMITS.nodes} parts and ${LIMITS.windows} windows; split it.`,
      },
    ),
  };
}

function reason(scope: Scope, form: RuleOnDevice): Text | undefined {
  const [several] = scope.several;
  if (several) {
    const [name, count] = several;
    return {
      zh: `${name} 对应 ${count} 台设备，请用 any(…)、all(…) 等汇总`,
      en: `${name} means ${count} devices here; say how with any(…), all(…) or the like.`,
    };
  }
  const lacks = [...scope.lacks].filter((name) => !isDotted(name));
  if (lacks.length > 0) return { zh: `设备缺少 ${lacks.join("、")}`, en: `The device lacks ${lacks.join(", ")}.` };
  const away = [...scope.lacks];
  if (away.length > 0) {
    return {
      zh: `没有设备提供 ${away.join("、")}`,
      en: `No device of the site provides ${away.join(", ")} for it.`,
    };
  }
  if (isConstant(form.when) && constantOf(form.when) !== 1) {
    const without = [...scope.without];
    return without.length > 0
      ? {
          zh: `设备没有可用的测点：${without.join("、")}`,
          en: `The device has none of the points this needs: ${without.join(", ")}.`,
        }
      : {
          zh: "按此设备的参数，条件永不成立",
          en: "With the parameters of this device the condition can never be true.",
        };
  }
  return Number.isNaN(form.onDelay + form.offDelay)
    ? { zh: "设备参数不足，无法确定延时", en: "The device does not tell the facts that its delays rest on." }
    : undefined;
}

function placeholders(
  parsed: ParsedRule,
  scope: Scope,
  lets: ReadonlyMap<string, Term>,
  faults: PlacedFault[],
): Map<string, Term> {
  const { rule } = parsed;
  const found = new Map<string, Term>();
  for (const name of placeholdersOf(rule.because)) {
    if (name === "held") continue;
    const known = lets.get(name);
    // A point that only the sentence names may be missing on a device.
    const looked = known
      ? { term: known }
      : lookUp({ ...scope, lacks: new Set(), without: new Set(), several: new Map() }, name);
    if ("term" in looked) found.set(name, looked.term);
    else if (!scope.lets.has(name)) {
      const hint = nearest(name, [...knownNames(scope), "held"]);
      for (const language of LANGUAGES) {
        const start = rule.because[language].indexOf(`{${name}}`);
        if (start < 0) continue;
        const at = rule.becauseAt?.[language];
        faults.push({
          expression: at ?? { text: "", file: rule.file, line: rule.when.line, column: 1 },
          fault: unknownPlaceholder(
            at ? { start, end: start + name.length + 2 } : { start: 0, end: 0 },
            rule.id,
            name,
            hint,
          ),
        });
      }
    }
  }
  return found;
}

/** Resolves something in one of the expressions; its faults stand there. */
type Within = <R>(part: Parsed, use: (resolver: Resolver) => R) => R;

/** The condition to return to normal that a deadband stands for. */
function wayBack(deadband: Parsed | undefined, when: Term, { graph }: Scope, within: Within): Term | undefined {
  if (!deadband) return undefined;
  return within(deadband, (r) => {
    const band = r.number(deadband.tree);
    if (band.type.kind === "any") return undefined;
    if (!isConstant(band) || !(constantOf(band) > 0)) {
      r.fail(badBand(deadband.tree));
      return undefined;
    }
    const { term, moved } = widen(graph, when, constantOf(band), unitOf(band));
    if (moved === 0 && !isConstant(when)) r.fail(idleBand(deadband.tree, unitOf(band)));
    return graph.apply("!", [term], TRUTH);
  });
}

/** Resolves a rule for a device, or for the model device that has everything, into `graph`. Never throws. */
export function resolveRule(parsed: ParsedRule, subject: Subject, graph: Graph, site: SitePoints): Resolved {
  const { rule } = parsed;
  const faults: PlacedFault[] = [...parsed.faults];
  const scope: Scope = {
    rule,
    subject,
    graph,
    site: site.kinds.get(rule.kind) ?? new Map(),
    kinds: site.kinds,
    neighbours: site.neighbours,
    fromLibrary: isLibraryFile(rule.file),
    lets: new Map([...parsed.lets].map(([name, { tree }]) => [name, tree])),
    optional: parsed.optional,
    lacks: new Set(),
    without: new Set(),
    several: new Map(),
    bound: new Map(),
  };
  const lets = new Map<string, Term>();
  const within: Within = ({ expression }, use) => {
    const resolver = createResolver(scope, lets);
    const result = use(resolver);
    for (const found of resolver.faults) faults.push({ expression, fault: found });
    return result;
  };
  for (const [name, let_] of parsed.lets)
    lets.set(
      name,
      within(let_, (r) => r.resolve(let_.tree)),
    );
  const truth = (part: Parsed): Term => within(part, (r) => r.truth(part.tree));
  const span = (part: Parsed | undefined, name: string): number =>
    part ? within(part, (r) => delay(r, part, name)) : 0;

  const when = parsed.when && truth(parsed.when);
  const clear = (parsed.clear && truth(parsed.clear)) ?? (when && wayBack(parsed.deadband, when, scope, within));
  const onDelay = span(parsed.onDelay, "on_delay");
  const offDelay = span(parsed.offDelay, "off_delay");
  const levels = parsed.levels.map((level, at) => ({
    when: truth(level),
    severity: rule.levels[at]?.severity ?? rule.severity,
  }));
  const named = placeholders(parsed, scope, lets, faults);
  if (!when) return { faults };
  const inputs = [...reachable([when])].filter((term) => term.operator === "point").sort((a, b) => a.id - b.id);
  const trouble = tellsTrouble(rule) ? troubleOf(graph, when, inputs, (point) => nameOf(scope, point)) : undefined;
  const form: RuleOnDevice = { when, clear, onDelay, offDelay, levels, trouble, placeholders: named };
  const roots = [when, ...(clear ? [clear] : []), ...levels.map((level) => level.when), ...named.values()];
  const large = tooMuch(rule.when, roots, subject.device === undefined);
  if (large) faults.push(large);
  if (faults.length > 0) return { faults };
  const because = notSelected(rule, subject) ?? reason(scope, form);
  return because ? { form, faults, because } : { form, faults };
}

/** Handles of the points that the verdict reads, in the order of the expressions. */
export function handlesOf(form: RuleOnDevice): readonly number[] {
  const roots = [form.when, ...(form.clear ? [form.clear] : []), ...form.levels.map((level) => level.when)];
  const handles = new Set<number>();
  const visit = (term: Term, seen: Set<Term>): void => {
    if (seen.has(term)) return;
    seen.add(term);
    if (isInput(term.operator)) handles.add(term.handle);
    for (const argument of term.args) visit(argument, seen);
  };
  const seen = new Set<Term>();
  for (const root of roots) visit(root, seen);
  return [...handles];
}
