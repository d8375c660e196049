/** How fast expressions are evaluated, without anything around them. */

import { pointsByKind, subjectOf } from "../../rules/language/check.ts";
import { compile, type Frame, type Read } from "../../rules/language/closures.ts";
import { createGraph } from "../../rules/language/graph.ts";
import { parseRule } from "../../rules/language/parsed-rule.ts";
import { resolveRule } from "../../rules/language/rule-on-device.ts";
import { deviceOf, pointsOf, rule } from "../rules/support/rule-bench.ts";
import { cpu, createRandom, figure, median } from "./figures.ts";

/** 300 distinct rules in turn over changing inputs, as the first measurements had it. */
export function expressions(): void {
  const points = pointsOf("d", { p: "", q: "", f: "", c: "", run: "bool", x: "bool", y: "bool", z: "bool" });
  const device = deviceOf(
    "d",
    points.map((_, at) => at),
  );
  const texts = [
    (n: number) => `p < ${0.1 + n / 5_000} && f > ${0.2 + n / 1_000} && run`,
    (n: number) => `vote(2, x, y, p > ${n / 300}) && run`,
    (n: number) => `(p - q) > c * ${n / 600} || (f * c > ${n / 300} && !run)`,
  ];
  // One frame for all, as an engine has it.
  const frame: Frame = { values: new Float64Array(points.length), base: 0 };
  const [site, subject, graph] = [pointsByKind([device], points), subjectOf(device, points), createGraph()];
  const reads = Array.from({ length: 300 }, (_, n): Read => {
    const text = texts[n % 3]?.(n) ?? "";
    const { form } = resolveRule(parseRule(rule({ when: text })), subject, graph, site);
    if (!form) throw new Error(text);
    return compile(form.when, frame, (term) => (term.operator === "point" ? term.handle : undefined));
  });
  const random = createRandom();
  const inputs = Array.from({ length: 64 }, () =>
    Float64Array.from(points, (p) => (p.type === "bool" ? Number(random() > 0.5) : random())),
  );
  let yes = 0;
  const round = (): number => {
    const from = cpu();
    for (let k = 0; k < 3_000; k += 1) {
      frame.values.set(inputs[k & 63] as Float64Array);
      for (let n = 0; n < reads.length; n += 1) if ((reads[n] as Read)() === 1) yes += 1;
    }
    return (3_000 * reads.length) / (cpu() - from);
  };
  for (let i = 0; i < 3; i += 1) round();
  const rate = median(Array.from({ length: 7 }, round));
  figure(
    "expressions, 300 distinct ones in turn",
    `${rate.toFixed(1)} M/s of CPU (${yes > 0})`,
    "≥ 20 M/s",
    rate >= 20,
  );
}
