/** A million reads of hostile devices, over TCP at several depths and over RTU frames: how fast, and none may be wrong. */
import { createRandom, type Framing, startHostileDevice, weighted } from "../drivers/modbus/hostile-device.ts";
import { everyTrick, lineTo, readAll, serialTricks } from "../drivers/modbus/hostile-reads.ts";

const SHARES: readonly (readonly [Framing, number, number])[] = [
  ["tcp", 1, 300_000],
  ["tcp", 4, 200_000],
  ["tcp", 16, 200_000],
  ["rtu", 1, 300_000],
];
const LINES = 64;

export async function run(): Promise<void> {
  for (const [framing, readers, reads] of SHARES) {
    const began = performance.now();
    const counts = await Promise.all(
      Array.from({ length: LINES }, async (_, place) => {
        const random = createRandom(readers * 1_000 + place);
        const tricks = framing === "tcp" ? everyTrick : serialTricks;
        await using device = await startHostileDevice(weighted(tricks, random), random, framing);
        const stop = new AbortController();
        const line = lineTo(device.port, framing, readers, stop.signal);
        const count = await readAll(line, readers, random, reads / LINES);
        stop.abort();
        await line.close(stop.signal.reason);
        return count;
      }),
    );
    const wrong = counts.reduce((sum, count) => sum + count.wrong, 0);
    const good = counts.reduce((sum, count) => sum + count.data, 0);
    const took = (performance.now() - began) / 1_000;
    process.stdout.write(
      `  ${framing}, ${readers} in flight: ${reads} reads in ${took.toFixed(0)} s, ${good} answered, ${wrong} wrong\n`,
    );
    if (wrong > 0) process.exitCode = 1;
  }
}
