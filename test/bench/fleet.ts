/** `npm run bench fleet`: 1,000 devices with 100,000 points in this one process: what they cost at rest, polled, and in a storm. */
import { connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { type Building, openBuilding } from "../../simulators/building.ts";
import { createSystemClock } from "../../simulators/clock.ts";
import { parseFleet } from "../../simulators/fleet.ts";
import { createTruthLog } from "../../simulators/truth.ts";

/** Mostly lifts and doors, as in a town's park; fire panels bring most of the points. */
const ports = [
  ...[1, 2, 3].map((line) => ({
    name: `lifts-${line}`,
    units: [{ device: `lift-${line}`, kind: "elevator", copies: 200, seed: 100 * line }],
  })),
  { name: "pumps", units: [{ device: "booster", kind: "booster", copies: 200 }] },
  { name: "panels", units: [{ device: "fire", kind: "fire-panel", copies: 170 }] },
  { name: "rooms", units: [{ device: "ups", kind: "ups", copies: 30 }] },
].map((port, offset) => ({ ...port, offset }));

const seconds = 10;

/** Share of one core that this process takes while `during` goes on, and how many seconds that was. */
async function share(during: () => Promise<void>): Promise<{ readonly percent: number; readonly took: number }> {
  const began = process.cpuUsage();
  const at = performance.now();
  await during();
  const took = (performance.now() - at) / 1000;
  const { user, system } = process.cpuUsage(began);
  return { percent: (user + system) / 10_000 / took, took };
}

/** Asks every device of a line for its first ten registers once a second; answers how many replies came. */
function poll(building: Building): { replies(): number; stop(): void } {
  let replies = 0;
  const sockets: Socket[] = [];
  for (const { name, line } of building.lines) {
    const socket = connect(line.port ?? 0, "127.0.0.1");
    sockets.push(socket);
    socket.on("data", (bytes: Buffer) => {
      for (let at = 0; at + 6 <= bytes.length; at += 6 + bytes.readUInt16BE(at + 4)) replies += 1;
    });
    const units = building.devices.filter((one) => one.line.name === name).map(({ unit }) => unit);
    let turn = 0;
    // Thirty-two may be under way at once: a tenth of them each tenth of a second.
    const ask = () => {
      for (let count = 0; count < Math.ceil(units.length / 10); count += 1) {
        const unit = units[turn % units.length] ?? 1;
        turn += 1;
        socket.write(Buffer.from([(turn >> 8) & 255, turn & 255, 0, 0, 0, 6, unit, 3, 0, 0, 0, 5]));
      }
    };
    const timer = setInterval(ask, 100);
    socket.on("close", () => clearInterval(timer));
  }
  return { replies: () => replies, stop: () => sockets.forEach((socket) => void socket.destroy()) };
}

export async function run(): Promise<void> {
  const parsed = parseFleet(JSON.stringify({ basePort: 0, ports }));
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  const clock = createSystemClock();
  const truth = createTruthLog(clock.wall);
  const began = performance.now();
  const building = await openBuilding(parsed.fleet, { host: "127.0.0.1", basePort: 0, hour: 8, clock, truth });
  const started = { took: (performance.now() - began) / 1000 };
  const { devices } = building;
  const points = devices.reduce((sum, { device }) => sum + Object.keys(device.plant.readings).length, 0);
  const say = (what: string) => void process.stdout.write(`  ${what}\n`);
  say(`${devices.length} devices, ${points} points, opened in ${started.took.toFixed(1)} s`);
  const rest = await share(() => wait(1_000 * seconds));
  say(`at rest, plants at the pace of the clock: ${rest.percent.toFixed(0)} % of one core`);
  const polling = poll(building);
  const polled = await share(() => wait(1_000 * seconds));
  say(
    `every device read once a second (${(polling.replies() / polled.took).toFixed(0)} replies/s): ${polled.percent.toFixed(0)} %`,
  );
  const storm = await share(async () => {
    building.storm.begin(
      "building",
      devices.map(({ device }) => device),
      10_000,
      1,
    );
    await wait(1_000);
  });
  polling.stop();
  building.storm.stop();
  const told = truth.after(0).findLast(({ kind }) => kind === "storm");
  say(`${told?.tells.en}, read meanwhile: ${storm.percent.toFixed(0)} %`);
  await building.close();
}
