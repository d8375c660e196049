/** The training building as the gateway and the simulators read it, whole or with a few of its devices. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Site } from "#model/site";
import { drivers } from "../../../drivers/catalog.ts";
import { loadSite } from "../../../gateway/site/load-site.ts";
import { type Fleet, parseFleet, partsOf } from "../../../simulators/fleet.ts";

const at = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

let loaded: Promise<{ site: Site; fleet: Fleet }> | undefined;

/** The training building as the gateway and the simulators read it. */
export function trainingBuilding(): Promise<{ site: Site; fleet: Fleet }> {
  loaded ??= (async () => {
    const read = await loadSite({
      folder: at("simulators/training-site"),
      drivers,
      environment: {},
      profiles: at("drivers/profiles"),
      library: at("rules/library"),
      policy: at("rules/response/policy.yaml"),
    });
    if ("problems" in read) throw new Error(read.problems.map(({ what }) => what.en).join("\n"));
    const parsed = parseFleet(readFileSync(at("simulators/training-site/fleet.yaml"), "utf8"));
    if (!("fleet" in parsed)) throw new Error(parsed.problems.map(({ path, what }) => `${path} ${what.en}`).join("\n"));
    return { site: read.site, fleet: parsed.fleet };
  })();
  return loaded;
}

/** Who is on the stage, and what is changed of them. */
export interface Cast {
  /** Devices of the fleet that exist; the others are left out of site and fleet. */
  readonly devices: readonly string[];
  readonly seed?: number;
  /** Changes of single devices' plant parameters. */
  readonly params?: Readonly<Record<string, object>>;
  /** Facts of single devices in place of those in the site folder. */
  readonly facts?: Readonly<Record<string, Readonly<Record<string, number | boolean>>>>;
}

/** The part of the building in which only the cast exists, on both sides. */
export async function partOfBuilding(cast: Cast): Promise<{ site: Site; fleet: Fleet }> {
  const whole = await trainingBuilding();
  const { seed = 1 } = cast;
  const fleet: Fleet = {
    ...whole.fleet,
    ports: whole.fleet.ports
      .map((port) => ({
        ...port,
        units: port.units
          .filter((unit) => cast.devices.includes(unit.device))
          .map(
            (unit) =>
              ({
                ...unit,
                seed: unit.seed + 1000 * seed,
                params: { ...unit.params, ...cast.params?.[unit.device] },
              }) as typeof unit,
          ),
      }))
      .filter((port) => port.units.length > 0),
  };
  const names = new Set(fleet.ports.flatMap(({ units }) => units.flatMap((unit) => [unit.device, ...partsOf(unit)])));
  const devices = whole.site.devices
    .filter((device) => names.has(device.id))
    .map((device) => ({ ...device, params: { ...device.params, ...cast.facts?.[device.id] } }));
  const site: Site = {
    ...whole.site,
    devices,
    links: whole.site.links.filter((link) => devices.some((device) => device.link === link.id)),
  };
  return { site, fleet };
}
