/** InfluxDB away for a simulated 4 h at 2,000 samples/s, the gateway killed twice meanwhile: how fast it is queued and sent, and that all is there. */
import { spawnSync } from "node:child_process";
import { suffer } from "../gateway/northbound/outage.ts";

const POINTS = 2_000;
const SECONDS = 4 * 3_600;

export async function run(): Promise<void> {
  if (spawnSync("influxd", ["version"]).error) {
    process.stdout.write("  influxd is missing: apt-get install influxdb\n");
    return;
  }
  const { said, arrived, wrong, alarmsSaid, alarmsArrived, filled, emptied, bytes } = await suffer(POINTS, SECONDS);
  const lost = alarmsSaid.filter((rule) => alarmsArrived.get(rule) !== 1);
  process.stdout.write(
    `  ${said} samples said to be safe, ${arrived} arrived, ${wrong.length} points with a wrong count or sum; ` +
      `${alarmsSaid.length} alarms, ${lost.length} not there once\n` +
      `  queued at ${(said / filled / 1e3).toFixed(0)} k samples/s, ${(bytes / said).toFixed(2)} bytes each on the disk; ` +
      `sent at ${(said / emptied / 1e3).toFixed(0)} k samples/s\n`,
  );
}
