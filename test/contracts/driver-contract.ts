/** What every driver must do, whatever its protocol: report real values, end when told, fail with words, never guess. */
import { describe, expect, test } from "vitest";
import { type Driver, type DriverLink, LinkBroken } from "../../drivers/driver.ts";
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
}

export interface DriverContract {
  readonly driver: Driver<unknown, unknown>;
  startPeer(): Promise<Peer>;
  /** Settings of an address where nobody listens. */
  nobody(): Promise<unknown>;
  readonly badSettings: readonly unknown[];
  readonly badAddresses: readonly unknown[];
}

export function driverContract({ driver, startPeer, nobody, badSettings, badAddresses }: DriverContract): void {
  const linkOf = (settings: unknown, points: Peer["points"]): DriverLink<unknown, unknown> => ({
    id: "line",
    settings: driver.settings.parse(settings),
    units: [
      {
        device: "pump",
        unit: 1,
        maxRegisters: 125,
        points: points.map(({ at }, handle) => plainPoint(handle, driver.address.parse(at))),
      },
    ],
  });

  function start(settings: unknown, points: Peer["points"]) {
    const report = createRecorder();
    const stop = new AbortController();
    const tools = driverTools(report);
    const ended = driver.run(linkOf(settings, points), tools, stop.signal);
    ended.catch(() => undefined);
    return { report, ended, stop };
  }

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
