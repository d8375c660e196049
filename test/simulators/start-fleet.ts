/** A fleet written in a test, running on real sockets and terminals of this process. */
import { type Building, openBuilding } from "../../simulators/building.ts";
import { createSystemClock } from "../../simulators/clock.ts";
import { parseFleet } from "../../simulators/fleet.ts";
import { createTruthLog } from "../../simulators/truth.ts";

export interface RunningFleet extends AsyncDisposable {
  readonly building: Building;
  /** TCP port of a line. */
  port(line: string): number;
  device(id: string): Building["devices"][number]["device"];
}

/** `ports` as a fleet file has them; every port is a free one. */
export async function startFleet(ports: readonly object[], folder = "."): Promise<RunningFleet> {
  const parsed = parseFleet(JSON.stringify({ basePort: 0, ports }));
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  const clock = createSystemClock();
  const truth = createTruthLog(clock.wall);
  const building = await openBuilding(parsed.fleet, { host: "127.0.0.1", basePort: 0, hour: 10, clock, truth, folder });
  return {
    building,
    port: (name) => building.lines.find((line) => line.name === name)?.line.port ?? 0,
    device(id) {
      const found = building.devices.find(({ device }) => device.id === id);
      if (!found) throw new Error(`no device ${id}`);
      return found.device;
    },
    [Symbol.asyncDispose]: () => building.close(),
  };
}
