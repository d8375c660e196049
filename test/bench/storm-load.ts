/** The worst that rules can meet: every sample jumps anywhere in its range, and every rule has dense windows over them. */
import type { PointDefinition } from "#model/points";
import type { Device } from "#model/site";
import { createColumns, deviceOf, pointsOf, rule } from "../rules/support/rule-bench.ts";
import type { Load } from "./building-load.ts";

const DEVICES = 200;
export const POINTS_PER_DEVICE = 100;
const RULES = 50;

/** Ten shapes of rules as buildings have them, five times each with other points. */
const SHAPES: readonly ((
  n: number,
  a: string,
  b: string,
  c: string,
) => readonly [when: string, on?: string, off?: string])[] = [
  (_, a, b, c) => [`${a} < 0.2 MPa && ${b} > 3 m3/h && ${c}`, "10s"],
  (_, a, b, c) => [`vote(2, ${a} > 0.9 MPa, ${b} > 9 m3/h, ${c})`],
  (_, a, b, c) => [`(${a} * 10 > 9 MPa && !${c}) || ${b} > 9.5 m3/h`, "30s", "10s"],
  (n, a) => [`avg(${a}, 5m) > ${0.6 + n / 1_000} MPa`],
  (n, _, b) => [`rate(${b}, 30s) > ${0.5 + n / 100} m3/h/s`],
  (_, a, _b, c) => [`held(${c} && ${a} > 0.1 MPa, 30s)`],
  (_, _a, b, c) => [`count(rising(${c}), 60s) >= 8 && ${b} > 9 m3/h`],
  (_, a) => [`max(${a}, 60s) - min(${a}, 60s) > 0.99 MPa`],
  (_, a, b) => [`previous(${a}, 5s) - ${a} >= 0.95 MPa && ${b} > 9 m3/h`],
  (_, a, _b, c) => [`since(${c}) < 10s && ${a} > 0.98 MPa`],
];

export function stormLoad(): Load {
  const points: PointDefinition[] = [];
  const devices: Device[] = [];
  for (let d = 0; d < DEVICES; d += 1) {
    const first = points.length;
    const texts: Record<string, string> = {};
    for (let p = 0; p < POINTS_PER_DEVICE; p += 1) texts[`x${p}`] = p % 3 === 0 ? "MPa" : p % 3 === 1 ? "m3/h" : "bool";
    points.push(...pointsOf(`d${d}`, texts));
    devices.push(
      deviceOf(
        `d${d}`,
        points.slice(first).map((_, at) => first + at),
      ),
    );
  }
  const rules = Array.from({ length: RULES }, (_, n) => {
    const [a, b, c] = [`x${(n * 6) % 99}`, `x${((n * 6) % 99) + 1}`, `x${((n * 6) % 99) + 2}`];
    const shape = SHAPES[n % SHAPES.length] as (typeof SHAPES)[number];
    const [when, on, off] = shape(n, a, b, c);
    return rule({ id: `r${n}`, when, ...(on !== undefined && { on }), ...(off !== undefined && { off }) });
  });
  return { rules, devices, points, columns: createColumns(points.length) };
}
