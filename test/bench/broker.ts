/** What one subscriber that stops reading costs the others: the longest pause between two messages of a healthy one. */
import { once } from "node:events";
import { connectPacket, ears, settings, startStand, subscribePacket } from "../gateway/broker/stand.ts";

const SECONDS = 10;
const EVERY_MS = 5;

export async function run(): Promise<void> {
  for (const frozen of [false, true]) {
    await using stand = await startStand({ settings: { limits: { ...settings.limits, messagesPerSecond: 10_000 } } });
    if (frozen) {
      const socket = await stand.socket();
      socket.write(connectPacket("reader", { clientId: "frozen" }));
      await once(socket, "data");
      socket.write(subscribePacket("park/#"));
      await once(socket, "data");
      socket.pause();
    }
    const reader = await stand.client("reader");
    const hears = ears(reader);
    await reader.subscribeAsync("park/#");
    let last = performance.now();
    let worst = 0;
    reader.on("message", () => {
      worst = Math.max(worst, performance.now() - last);
      last = performance.now();
    });
    const pump = await stand.client("pump");
    const payload = Buffer.alloc(20_000, 65);
    let sent = 0;
    const end = performance.now() + SECONDS * 1_000;
    while (performance.now() < end) {
      await pump.publishAsync("park/pump/state", payload, { qos: 1 });
      sent += 1;
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
    await hears.until(() => hears.heard.length === sent);
    process.stdout.write(
      `  ${frozen ? "one frozen subscriber" : "nobody frozen"}: ${sent} messages of 20 kB, 0 lost, worst gap ${worst.toFixed(0)} ms\n`,
    );
  }
}
