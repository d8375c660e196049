/** What every driver must do, whatever its protocol: report real values, end when told, fail with words, never guess. */
import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { milliseconds, type Span } from "#model/time";
import { type Driver, type DriverLink, type DriverTools, LinkBroken } from "../../drivers/driver.ts";
import { driverAtWork } from "./driver-at-work.ts";
import { driverTools, plainPoint } from "./driver-tools.ts";
import { createRecorder } from "./recorder.ts";

/** A real peer of the driver's protocol with two points, and the ways it can misbehave. */
export interface Peer extends AsyncDisposable {
  readonly settings: unknown;
  /** Texts as in a site file, and the numbers that stand there. */
  readonly points: readonly { readonly at: string; readonly raw: number }[];
  silence(): void;
  /** Closes every connection and stops listening. */
  vanish(): Promise<void>;
  connections(): number;
  /** Connections taken since the start; present wherever `hangUp` is. */
  accepted?(): number;
  /** Sends what nobody asked for to whoever is connected. */
  flood?(bytes: Buffer): void;
  /** Closes every connection and goes on listening; absent where a link has none that a peer can close. */
  hangUp?(): void;
  /** Texts in the settings that nobody may ever see. */
  readonly secrets?: readonly string[];
}

export interface DriverContract {
  readonly driver: Driver<unknown, unknown>;
  startPeer(): Promise<Peer>;
  /** A peer that wants a user and a password; absent where the protocol knows none. */
  startGuarded?(): Promise<Peer>;
  /** Links that lose their connections side by side in the leak test, each at a peer of its own, where one alone waits long. */
  readonly lanes?: number;
  /** Settings of an address where nobody listens. */
  nobody(): Promise<unknown>;
  readonly badSettings: readonly unknown[];
  readonly badAddresses: readonly unknown[];
}

/** Of the leak test, over all its lanes. */
const RECONNECTS = 1_000;

export function driverContract(contract: DriverContract): void {
  const { driver, startPeer, nobody, badSettings, badAddresses, lanes = 1 } = contract;
  const linkOf = (settings: unknown, points: Peer["points"], every?: Span): DriverLink<unknown, unknown> => ({
    id: "line",
    settings: driver.settings.parse(settings),
    units: [
      {
        device: "pump",
        unit: 1,
        maxRegisters: 125,
        points: points.map(({ at }, handle) => plainPoint(handle, driver.address.parse(at), every)),
      },
    ],
  });

  function start(settings: unknown, points: Peer["points"], more: Partial<DriverTools> = {}) {
    const report = createRecorder();
    const stop = new AbortController();
    const tools = driverTools(report, more);
    const ended = driver.run(linkOf(settings, points), tools, stop.signal);
    ended.catch(() => undefined);
    return { report, ended, stop };
  }

  /** Starts the driver again whenever its link breaks, as its supervisor would, but at once. */
  function keepRunning(peer: Peer, every: Span = milliseconds(50)) {
    const report = createRecorder();
    const stop = new AbortController();
    const tools = driverTools(report);
    let lives = 0;
    const ended = (async () => {
      while (!stop.signal.aborted) {
        lives += 1;
        await driver.run(linkOf(peer.settings, peer.points, every), tools, stop.signal).catch((error: unknown) => {
          if (!(error instanceof LinkBroken)) throw error;
        });
      }
    })();
    ended.catch(() => undefined);
    return {
      report,
      lives: () => lives,
      listeners: () => getEventListeners(stop.signal, "abort").length,
      stop() {
        stop.abort();
        return ended;
      },
    };
  }

  driverAtWork(contract);

  describe(`the driver ${driver.kind} keeps the driver contract`, () => {
    test("it reports the raw number of every point under its handle", async () => {
      await using peer = await startPeer();
      const { report, ended, stop } = start(peer.settings, peer.points);
      await report.until(() => peer.points.every((_, handle) => report.value(handle) !== undefined));
      expect(peer.points.map((_, handle) => report.value(handle))).toEqual(peer.points.map(({ raw }) => raw));
      stop.abort();
      await ended;
    });

    test("it ends without an error when the signal says so, and leaves no connection behind", async () => {
      await using peer = await startPeer();
      const { report, ended, stop } = start(peer.settings, peer.points);
      await report.until(() => report.value(0) !== undefined);
      stop.abort();
      await expect(ended).resolves.toBeUndefined();
      await expect.poll(() => peer.connections()).toBe(0);
    });

    test("it does not even begin when the signal is raised already", async () => {
      await using peer = await startPeer();
      const tools = driverTools(createRecorder());
      await expect(driver.run(linkOf(peer.settings, peer.points), tools, AbortSignal.abort())).resolves.toBeUndefined();
    });

    test("it breaks with a sentence in both languages when nobody is there", async () => {
      const { ended, report } = start(await nobody(), [{ at: (await pointsOf(startPeer))[0]?.at ?? "", raw: 0 }]);
      const error = await ended.then(
        () => undefined,
        (broken: unknown) => broken,
      );
      expect(error).toBeInstanceOf(LinkBroken);
      expect((error as LinkBroken).because.zh).toMatch(/\p{Script=Han}/u);
      expect((error as LinkBroken).because.en).not.toMatch(/\p{Script=Han}/u);
      expect(report.of("samples")).toEqual([]);
    });

    test("it breaks when the peer goes away", async () => {
      await using peer = await startPeer();
      const { report, ended } = start(peer.settings, peer.points);
      await report.until(() => report.value(0) !== undefined);
      await peer.vanish();
      await expect(ended).rejects.toBeInstanceOf(LinkBroken);
    });

    test("it reports a missed poll and no value when the peer is silent", async () => {
      await using peer = await startPeer();
      peer.silence();
      const { report, ended, stop } = start(peer.settings, peer.points);
      await report.until(() => report.of("missed").length > 0);
      expect(report.of("missed")[0]).toMatchObject({ device: "pump", reason: "timeout" });
      expect(report.of("samples")).toEqual([]);
      stop.abort();
      await ended;
    });

    test("it ends within a second of the signal, also while a peer that is silent is asked", async () => {
      await using peer = await startPeer();
      const endsInTime = async ({ stop, ended }: ReturnType<typeof start>) => {
        const late = AbortSignal.timeout(1_000);
        stop.abort();
        await ended;
        expect(late.aborted).toBe(false);
      };
      const before = start(peer.settings, peer.points);
      await before.report.until(() => before.report.value(0) !== undefined);
      peer.silence();
      await endsInTime(before);
      const after = start(peer.settings, peer.points);
      await after.report.until(() => after.report.of("missed").length > 0);
      await endsInTime(after);
    });

    test("it shows the frames on the wire to whoever looks", async () => {
      await using peer = await startPeer();
      const ways = new Set<string>();
      let bytes = 0;
      const trace = {
        frame(way: string, _unit: number, frame: Uint8Array) {
          ways.add(way);
          bytes += frame.length;
        },
        unit: () => undefined,
      };
      const { report, ended, stop } = start(peer.settings, peer.points, { trace });
      await report.until(() => report.value(0) !== undefined);
      expect([...ways].sort()).toEqual(["received", "sent"]);
      expect(bytes).toBeGreaterThan(0);
      stop.abort();
      await ended;
    });

    test("it survives a flood of garbage: no value that is wrong, and the true ones again when it ends", {
      timeout: 60_000,
    }, async ({ skip }) => {
      await using peer = await startPeer();
      if (!peer.flood) return skip("the protocol has no way to send what was not asked for");
      const running = keepRunning(peer);
      await running.report.until(() => running.report.value(0) !== undefined);
      const garbage = Buffer.alloc(64 * 1_024, Buffer.from("\x00\xff\x01\x03garbage"));
      for (let lot = 0; lot < 64; lot += 1) {
        peer.flood(garbage);
        await new Promise((done) => setImmediate(done));
      }
      // A subscription that has nothing new to tell says that what it told holds.
      const good = () => running.report.of("samples").length + running.report.of("confirmed").length;
      const before = good();
      await running.report.until(() => good() > before + 2);
      const truths = new Set(peer.points.map(({ raw }) => raw));
      for (const { values } of running.report.of("samples")) {
        for (const value of values.values()) expect(truths).toContain(value);
      }
      await running.stop();
    });

    test("it leaks nothing over 1,000 lost connections", { timeout: 240_000 }, async ({ skip }) => {
      await using stack = new AsyncDisposableStack();
      const peers: Peer[] = [];
      for (let lane = 0; lane < lanes; lane += 1) peers.push(stack.use(await startPeer()));
      if (!peers[0]?.hangUp) return skip("a peer of this protocol cannot hang up");
      const links = peers.map((peer) => ({ peer, running: keepRunning(peer, milliseconds(10)), most: 0 }));
      const each = RECONNECTS / lanes;
      /** Every loss ends with a value that came over a connection that is new. */
      const lose = (times: number) =>
        Promise.all(
          links.map(async (link) => {
            const { peer, running } = link;
            const { report } = running;
            for (let lost = 0; lost < times; lost += 1) {
              const seen = report.said.length;
              const taken = peer.accepted?.() ?? 0;
              peer.hangUp?.();
              await report.until(
                () =>
                  (peer.accepted?.() ?? 0) > taken && report.said.slice(seen).some(({ kind }) => kind === "samples"),
              );
              link.most = Math.max(link.most, peer.connections());
              if (report.said.length > 500) report.said.length = 0;
            }
          }),
        );
      await Promise.all(links.map(({ running }) => running.report.until(() => running.report.value(0) !== undefined)));
      const held = () => ({
        handles: process.getActiveResourcesInfo().filter((name) => name !== "Timeout").length,
        listeners: links.reduce((sum, { running }) => sum + running.listeners(), 0),
      });
      await lose(each / 10);
      const before = held();
      await lose(each - each / 10);
      const after = held();
      const taken = peers.reduce((sum, peer) => sum + (peer.accepted?.() ?? 0), 0);
      expect(taken).toBeGreaterThanOrEqual(RECONNECTS + lanes);
      for (const { running, most } of links) {
        expect(running.lives()).toBeLessThanOrEqual(each + 1);
        expect(most).toBeLessThanOrEqual(2);
      }
      expect(after.handles).toBeLessThanOrEqual(before.handles + 4 * lanes);
      expect(after.listeners).toBeLessThanOrEqual(before.listeners + 2 * lanes);
      await Promise.all(links.map(({ running }) => running.stop()));
      for (const peer of peers) await expect.poll(() => peer.connections()).toBe(0);
    });

    test.each(badSettings.map((one) => [one]))("it refuses the settings %j", (settings) => {
      expect(driver.settings.safeParse(settings).success).toBe(false);
    });

    test.each(badAddresses.map((one) => [one]))("it refuses the address %j", (address) => {
      const result = driver.address.safeParse(address);
      expect(result.success).toBe(false);
      expect(result.error?.issues[0]?.message).toBeTruthy();
    });
  });
}

async function pointsOf(startPeer: () => Promise<Peer>): Promise<Peer["points"]> {
  await using peer = await startPeer();
  return peer.points;
}
