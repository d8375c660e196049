/** A fleet of one device that is made of a profile: `gatehouse-sim run --profile any.yaml`. */
import { basename, resolve } from "node:path";
import { type Fleet, type FleetPort, parseFleet } from "./fleet.ts";
import type { Refused } from "./open-line.ts";
import { findProfile } from "./profile/find-profile.ts";
import { type Profile, plantOf } from "./profile/profile.ts";

export interface ProfileRun {
  /** Name in `drivers/profiles/`, or a file. */
  readonly profile: string;
  readonly device: string | undefined;
  readonly speaks: string | undefined;
  readonly path: string | undefined;
  readonly broker: string | undefined;
  /** `door=2` */
  readonly vars: readonly string[];
}

/** What a device of the protocol speaks when nobody asks for another line. */
function usualLine({ protocol, points }: Profile): FleetPort["speaks"] {
  if (protocol === "mqtt") return points.some(({ at }) => at.startsWith("spb:")) ? "sparkplug" : "mqtt";
  return protocol === "opcua" ? "opcua" : "modbus-tcp";
}

/** The demo's own broker. */
const usualBroker = "mqtt://127.0.0.1:11883";

/** The ports count from the fleet's usual ones; unit 1 is the device. */
export function profileFleet(run: ProfileRun): Fleet | Refused {
  const found = findProfile(run.profile, ".");
  if ("wrong" in found) return found;
  const { profile } = found;
  const device = run.device ?? basename(profile.id).replace(/[^a-z0-9-]/g, "-");
  const speaks = run.speaks ?? usualLine(profile);
  const wrongVar = run.vars.find((text) => !/^\w+=/.test(text));
  if (wrongVar !== undefined) {
    return { wrong: [{ zh: `--var ${wrongVar} 应写成 名=值`, en: `--var ${wrongVar} must read name=value` }] };
  }
  const vars = Object.fromEntries(
    run.vars.map((text) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)]),
  );
  const doors = Math.min(4, Math.max(1, Number(vars.door ?? 1) || 1));
  const kind = plantOf[profile.kind];
  const port = {
    name: "line",
    speaks,
    ...(speaks === "serial" ? { path: run.path ?? "/tmp/gatehouse-sim-bus" } : {}),
    ...(speaks === "mqtt" || speaks === "sparkplug" ? { broker: run.broker ?? usualBroker } : {}),
    ...(speaks === "modbus-tcp" || speaks === "rtu-over-tcp" || speaks === "opcua" ? { offset: 0 } : {}),
    units: [
      {
        unit: 1,
        device,
        kind,
        // A path counts from where the command was given.
        profile: /^[a-z0-9-]+$/.test(run.profile) ? run.profile : resolve(run.profile),
        vars,
        ...(kind === "access" && {
          params: { doors: Array.from({ length: doors }, (_, at) => `${device}-${at + 1}`) },
        }),
      },
    ],
  };
  const parsed = parseFleet(JSON.stringify({ ports: [port] }));
  if ("fleet" in parsed) return parsed.fleet;
  return {
    wrong: parsed.problems.map(({ path, what }) => {
      // The words of the command line, not of a file that nobody wrote.
      const place = path.split(".").at(-1) ?? "";
      return { zh: `--${place}: ${what.zh}`, en: `--${place}: ${what.en}` };
    }),
  };
}
