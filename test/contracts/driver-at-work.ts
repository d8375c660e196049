/** What every driver must do in the real acquisition, as the gateway runs it: come back by itself, speak once, keep secrets. */
import { describe, expect, test } from "vitest";
import { GOOD } from "#model/quality";
import type { Site } from "#model/site";
import { seconds } from "#model/time";
import { startAcquisition } from "../../gateway/acquisition/acquire.ts";
import { createClock } from "../../gateway/clock.ts";
import { createPointTable } from "../../gateway/points/table.ts";
import { point } from "../gateway/points/points.ts";
import { building } from "../support/building.ts";
import type { DriverContract, Peer } from "./driver-contract.ts";
import { driverTools } from "./driver-tools.ts";
import { createRecorder } from "./recorder.ts";

const { folder } = driverTools(createRecorder());

export function driverAtWork({ driver, startPeer, startGuarded }: DriverContract): void {
  function start(peer: Pick<Peer, "settings" | "points">) {
    const points = peer.points.map(({ at }, n) =>
      point(`p${n}`, { id: `pump.p${n}`, device: "pump", at: driver.address.parse(at), every: seconds(0.1) }),
    );
    const plain = building();
    const site: Site = {
      ...plain,
      points,
      devices: plain.devices
        .slice(0, 1)
        .map((one) => ({ ...one, id: "pump", link: "line", points: points.map((_, handle) => handle) })),
      links: [{ id: "line", driver: driver.kind, settings: driver.settings.parse(peer.settings) }],
    };
    const table = createPointTable(points);
    const clock = createClock();
    const logged: string[] = [];
    const waiting = new Set<() => void>();
    const look = () => {
      for (const one of [...waiting]) one();
    };
    const say = (facts: object, text: string) => {
      logged.push(JSON.stringify({ text, ...facts }));
      look();
    };
    const acquisition = startAcquisition({
      site,
      drivers: new Map([[driver.kind, driver]]),
      table,
      clock,
      folder: () => folder,
      random: () => 0,
      onChanged: look,
      onDevices: look,
      log: { info: say, warn: say },
    });
    return {
      acquisition,
      clock,
      logged,
      said: (text: string) => logged.filter((line) => line.includes(`"text":"${text}"`)).length,
      allGood: () => points.every((_, handle) => table.quality[handle] === GOOD),
      /** Monotonic. */
      receivedAt: () => Math.min(...table.receivedMono),
      until(condition: () => boolean): Promise<void> {
        const { promise, resolve } = Promise.withResolvers<void>();
        const one = () => {
          if (!condition()) return;
          waiting.delete(one);
          resolve();
        };
        waiting.add(one);
        one();
        return promise;
      },
      [Symbol.asyncDispose]: () => acquisition[Symbol.asyncDispose](),
    };
  }

  describe(`the driver ${driver.kind} at work`, () => {
    test("it comes back by itself when the peer hangs up, and the log has one line each way", {
      timeout: 60_000,
    }, async ({ skip }) => {
      await using peer = await startPeer();
      const { hangUp } = peer;
      if (!hangUp) return skip("a peer of this protocol cannot hang up");
      await using running = start(peer);
      await running.until(running.allGood);
      hangUp();
      const hungUpAt = running.clock.monotonic();
      await expect
        .poll(() => running.allGood() && running.receivedAt() > hungUpAt + 200, { timeout: 40_000 })
        .toBe(true);
      // A device that closes an idle connection is normal: then the link never went down.
      const lost = running.said("link is down");
      expect(lost).toBeLessThanOrEqual(1);
      expect(running.said("link is up")).toBe(1 + lost);
      expect(running.logged).toHaveLength(1 + 2 * lost);
    });

    test("it says once that the peer is gone, however often it tries", { timeout: 60_000 }, async () => {
      await using peer = await startPeer();
      await using running = start(peer);
      await running.until(running.allGood);
      await peer.vanish();
      const tries = () => running.acquisition.links()[0]?.faults.reduce((sum, { count }) => sum + count, 0) ?? 0;
      await expect.poll(tries, { timeout: 40_000 }).toBeGreaterThanOrEqual(3);
      expect(running.said("link is down")).toBe(1);
      expect(running.said("link is up")).toBe(1);
      expect(running.acquisition.links()[0]).toMatchObject({ state: "down", because: { zh: expect.any(String) } });
      expect(running.allGood()).toBe(false);
    });

    test("no secret of its settings is in the log, a sentence or a frame", { timeout: 60_000 }, async ({ skip }) => {
      if (!startGuarded) return skip("this protocol has no secrets");
      await using peer = await startGuarded();
      await using running = start(peer);
      await running.until(running.allGood);
      await peer.vanish();
      await running.until(() => running.said("link is down") > 0);
      const frames = running.acquisition.frames("line", 0) ?? [];
      expect(frames.length).toBeGreaterThan(0);
      for (const secret of peer.secrets ?? []) {
        expect(JSON.stringify(peer.settings)).toContain(secret);
        expect(frames.filter(({ bytes }) => Buffer.from(bytes).includes(secret))).toEqual([]);
        expect(JSON.stringify([running.logged, running.acquisition.links()])).not.toContain(secret);
      }
    });
  });
}
