/** What one link or unit does wrong, the others do not feel: real sockets through the real acquisition. */
import { describe, expect, test } from "vitest";
import type { PointDefinition } from "#model/points";
import type { Device, Site } from "#model/site";
import { type Clock, milliseconds, type Span, seconds } from "#model/time";
import { drivers } from "../../../drivers/catalog.ts";
import { startAcquisition } from "../../../gateway/acquisition/acquire.ts";
import { createClock } from "../../../gateway/clock.ts";
import { createPointTable } from "../../../gateway/points/table.ts";
import { frame, honest, type Request, startSpecDevice } from "../../drivers/modbus/spec-device.ts";
import { point } from "../points/points.ts";

const systemClock = createClock();
const modbusTcp = drivers.get("modbus-tcp");
if (!modbusTcp) throw new Error("There is no driver modbus-tcp");

interface LinkSketch {
  readonly port: number;
  readonly timeout: string;
  readonly units: readonly { readonly device: string; readonly unit: number; readonly every: Span }[];
}

/** Each device reads one register, `holding:7`. */
function siteOf(sketches: readonly LinkSketch[]): Site {
  const points: PointDefinition[] = [];
  const devices: Device[] = [];
  for (const { port, units } of sketches) {
    for (const { device, unit, every } of units) {
      const at = modbusTcp?.address.parse("holding:7");
      points.push(point("level", { id: `${device}.level`, device, at, every }));
      devices.push({
        id: device,
        name: { zh: device, en: device },
        kind: "water",
        place: {},
        link: `to ${port}`,
        unit,
        params: {},
        dependsOn: [],
        points: [points.length - 1],
        maxRegisters: 125,
      });
    }
  }
  const links = sketches.map(({ port, timeout }) => ({
    id: `to ${port}`,
    driver: "modbus-tcp",
    settings: modbusTcp?.settings.parse({ host: "127.0.0.1", port, timeout }),
  }));
  return { devices, points, links } as Partial<Site> as Site;
}

function run(site: Site, clock: Clock, onChanged: (handle: number) => void = () => undefined) {
  const table = createPointTable(site.points);
  return startAcquisition({
    site,
    drivers,
    table,
    clock,
    folder: (driver) => driver,
    onChanged: (changed, count) => changed.subarray(0, count).forEach(onChanged),
    onDevices: () => undefined,
  });
}

const fiftyTimesASecond = seconds(0.02);

describe("a link that misbehaves", () => {
  const garbage = Buffer.alloc(1_024 * 1_024, "garbage");
  const unasked = Buffer.concat(Array.from({ length: 4_096 }, (_, id) => frame(id, 1, Buffer.of(3, 2, 0, 1))));
  const misdeeds: Readonly<Record<string, (request: Request) => void>> = {
    "floods with garbage": ({ socket }) => void socket.write(garbage),
    "floods with frames that nobody asked for": ({ socket }) => void socket.write(unasked),
    hangs: () => undefined,
    "closes every connection": ({ socket }) => void socket.destroy(),
  };

  test("whatever it does, the values of another link arrive as ever", { timeout: 60_000 }, async () => {
    await using stack = new AsyncDisposableStack();
    let counter = 0;
    let changedAt = 0;
    const good = stack.use(
      await startSpecDevice((request) => {
        counter += 1;
        changedAt = systemClock.monotonic();
        honest(() => counter)(request);
      }),
    );
    const bad: LinkSketch[] = [];
    for (const [name, misdeed] of Object.entries(misdeeds)) {
      const device = stack.use(await startSpecDevice(misdeed));
      // What comes without a question, too.
      device.onConnection((socket) => {
        if (name.startsWith("floods")) socket.write(garbage);
      });
      const units = [1, 2].map((unit) => ({ device: `${name} ${unit}`, unit, every: fiftyTimesASecond }));
      bad.push({ port: device.port, timeout: "1s", units });
    }
    const first = { device: "good", unit: 1, every: fiftyTimesASecond };
    const delays: number[] = [];
    const enough = Promise.withResolvers<void>();
    stack.use(
      run(siteOf([{ port: good.port, timeout: "1s", units: [first] }, ...bad]), systemClock, (handle) => {
        if (handle !== 0) return;
        delays.push(systemClock.monotonic() - changedAt);
        if (delays.length === 250) enough.resolve();
      }),
    );
    await enough.promise;
    delays.sort((a, b) => a - b);
    // From the device's answer to the point table, beside five seconds of floods and hang-ups on four other links.
    expect(delays[Math.floor(delays.length * 0.99)]).toBeLessThan(100);
    expect(delays.at(-1)).toBeLessThan(500);
  });
});

describe("100 devices on 20 links, ten of them dead", () => {
  /** Three times faster than the machine's, so that a minute of polls is over in twenty seconds. */
  const SPEED = 3;
  const fastClock: Clock = {
    now: systemClock.now,
    monotonic: () => milliseconds(systemClock.monotonic() * SPEED),
    sleep: (span, signal) => systemClock.sleep(milliseconds(span / SPEED), signal),
  };

  /** Twenty links of five devices. With `ailing`, the third of every other link never answers. */
  async function startFleet(stack: AsyncDisposableStack, ailing: boolean) {
    const sketches: LinkSketch[] = [];
    const answered = new Map<string, number>();
    for (let link = 0; link < 20; link += 1) {
      const dead = link % 2 === 0 ? 3 : 0;
      const device = stack.use(
        await startSpecDevice((request) => {
          if (request.unit === dead && ailing) return;
          const name = `${request.unit === dead ? "dead" : "alive"} ${link}/${request.unit}`;
          answered.set(name, (answered.get(name) ?? 0) + 1);
          honest(() => 1)(request);
        }),
      );
      const units = [1, 2, 3, 4, 5].map((unit) => ({
        device: `${unit === dead ? "dead" : "alive"} ${link}/${unit}`,
        unit,
        every: seconds(1),
      }));
      sketches.push({ port: device.port, timeout: "40ms", units });
    }
    const acquisition = stack.use(run(siteOf(sketches), fastClock));
    return { acquisition, answered };
  }

  // Beside them runs a fleet without a dead device: what a loaded machine costs, both pay alike.
  test("the other ninety keep the rate of ninety with no dead beside them within 2 %", {
    timeout: 90_000,
  }, async () => {
    await using stack = new AsyncDisposableStack();
    const ailing = await startFleet(stack, true);
    const sound = await startFleet(stack, false);
    const never = new AbortController().signal;
    // The first seconds, when all of them start, are left out.
    await fastClock.sleep(seconds(5), never);
    const before = [ailing, sound].map(({ answered }) => new Map(answered));
    await fastClock.sleep(seconds(60), never);
    const polls = [ailing, sound].map(({ answered }, fleet) =>
      [...answered]
        .filter(([name]) => name.startsWith("alive"))
        .map(([name, count]) => count - (before[fleet]?.get(name) ?? 0))
        .toSorted((a, b) => a - b),
    );
    const [kept = [], control = []] = polls;
    expect([kept.length, control.length]).toEqual([90, 90]);
    const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0);
    expect(sum(control)).toBeGreaterThan(0);
    expect(sum(kept) / sum(control)).toBeGreaterThan(0.98);
    // Nor does the mean hide one that suffers: the worst of ninety against the worst of the others, but for two polls.
    expect(kept[0]).toBeGreaterThanOrEqual(0.98 * (control[0] ?? 0) - 2);
    const readings = ailing.acquisition.devices();
    const dead = readings.filter(({ device }) => device.startsWith("dead"));
    expect(dead).toHaveLength(10);
    expect(dead.every(({ state }) => state === "offline")).toBe(true);
  });
});
