/** The engine's own part of a storm: one step in which 10,000 rules turn at once, each with its sentence and its inputs. */
import type { PointDefinition } from "#model/points";
import { GOOD } from "#model/quality";
import type { Device } from "#model/site";
import { instant, milliseconds } from "#model/time";
import { createEngine } from "../../rules/engine/create-engine.ts";
import { createColumns, deviceOf, pointsOf, rule } from "../rules/support/rule-bench.ts";

const DEVICES = 500;
const RULES = 20;

/** Work of this thread in that step, ms. Throws when not every rule turned. */
export function stormStep(): number {
  const points: PointDefinition[] = [];
  const devices: Device[] = [];
  const texts = Object.fromEntries(Array.from({ length: RULES }, (_, n) => [`x${n}`, "MPa"]));
  for (let d = 0; d < DEVICES; d += 1) {
    const first = points.length;
    points.push(...pointsOf(`d${d}`, texts));
    const own = points.slice(first).map((_, at) => first + at);
    devices.push(deviceOf(`d${d}`, own));
  }
  const rules = Array.from({ length: RULES }, (_, n) =>
    rule({ id: `r${n}`, when: `x${n} > 0.5 MPa`, because: `压力 {x${n}}，过高` }),
  );
  const columns = createColumns(points.length);
  const engine = createEngine({ rules, devices, points, columns, zone: "Asia/Shanghai" });
  const all = Int32Array.from(points, (_, handle) => handle);
  columns.quality.fill(GOOD);
  columns.value.fill(0.1);
  engine.step(all, all.length, { now: instant(1_795_248_000_000), mono: milliseconds(1_000) });
  columns.value.fill(0.9);
  const before = process.threadCpuUsage();
  const said = engine.step(all, all.length, { now: instant(1_795_248_001_000), mono: milliseconds(2_000) });
  const { user, system } = process.threadCpuUsage(before);
  if (said.length !== DEVICES * RULES) throw new Error(`${said.length} rules turned`);
  return (user + system) / 1_000;
}
