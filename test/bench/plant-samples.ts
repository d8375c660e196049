/** What the gateway would keep of the simulated park: plants step by step, read as the profiles say, settled as the house does. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Site } from "#model/site";
import { instant, milliseconds } from "#model/time";
import { drivers } from "../../drivers/catalog.ts";
import { settle } from "../../gateway/points/settle.ts";
import { createPointTable } from "../../gateway/points/table.ts";
import { loadSite } from "../../gateway/site/load-site.ts";
import { parseFleet } from "../../simulators/fleet.ts";
import { createPlant } from "../../simulators/plants.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
export const START = 1_795_248_000_000;

export async function demoSite(): Promise<Site> {
  const read = await loadSite({
    folder: at("../../simulators/demo-site"),
    drivers,
    environment: {},
    profiles: at("../../drivers/profiles"),
    library: at("../../rules/library"),
    policy: at("../../rules/response/policy.yaml"),
  });
  if ("problems" in read) throw new Error(read.problems[0]?.what.en);
  return read.site;
}

export interface Recorded {
  readonly count: number;
  readonly handle: Int32Array;
  readonly at: Float64Array;
  readonly value: Float64Array;
  readonly code: Uint8Array;
}

/** The changes of all points of the demo site over this many hours, beginning at eight in the morning. */
export async function record(site: Site, hours: number): Promise<Recorded> {
  const parsed = parseFleet(readFileSync(at("../../simulators/demo-site/fleet.yaml"), "utf8"));
  if (!("fleet" in parsed)) throw new Error("the demo fleet cannot be read");
  const table = createPointTable(site.points);
  const plants = parsed.fleet.ports
    .flatMap((port) => port.units)
    .map((unit) => {
      const { plant } = createPlant(unit, 8);
      const points = (site.devices.find((device) => device.id === unit.device)?.points ?? []).filter(
        (handle) => plant.readings[site.points[handle]?.key ?? ""] !== undefined,
      );
      return { plant, points };
    });
  const room = 4_000_000;
  const handle = new Int32Array(room);
  const time = new Float64Array(room);
  const value = new Float64Array(room);
  const code = new Uint8Array(room);
  let count = 0;
  const handles = new Int32Array(1_000);
  const raw = new Float64Array(1_000);
  const changed = new Int32Array(1_000);
  for (let second = 0; second < hours * 3_600; second += 1) {
    for (const { plant, points } of plants) {
      while (plant.elapsed < second) plant.step();
      // A poll takes some milliseconds, never the same.
      const now = START + second * 1_000 + Math.floor(((second * 7_919 + count) % 97) / 10);
      let due = 0;
      for (const point of points) {
        const definition = site.points[point];
        if (!definition || second % Math.max(1, Math.round(definition.every / 1_000)) !== 0) continue;
        handles[due] = point;
        raw[due] = Math.round(((plant.readings[definition.key] ?? 0) - definition.offset) / definition.scale);
        due += 1;
      }
      const found = settle(table, handles, raw, due, { now: instant(now), mono: milliseconds(now - START) }, changed);
      for (let i = 0; i < found && count < room; i += 1) {
        const one = changed[i] as number;
        handle[count] = one;
        time[count] = now;
        value[count] = table.value[one] as number;
        code[count] = (table.quality[one] as number) | ((table.reason[one] as number) << 2);
        count += 1;
      }
    }
  }
  return { count, handle, at: time, value, code };
}
