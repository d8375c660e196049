/** Acquisition: one supervised driver per link fills the point table, and every device's state follows from what comes. */
import type { DeviceState } from "#model/plan";
import { GOOD, type Quality, type Reason } from "#model/quality";
import type { Device, Site, SiteLink } from "#model/site";
import type { Text } from "#model/text";
import { type Clock, type Instant, type Moment, milliseconds, type Span, seconds } from "#model/time";
import type { Driver, DriverLink, Report, Trace } from "../../drivers/driver.ts";
import { confirm, markBad, settle, settleText } from "../points/settle.ts";
import type { PointTable } from "../points/table.ts";
import { type DeviceWatch, judgeSilence, noteGood, noteMissed, noteRefused, watchDevice } from "./device-watch.ts";
import { createPollRate, type PollRate, pollShares, pollsWanted } from "./poll-rate.ts";
import { supervise } from "./supervise.ts";

type Facts = Readonly<Record<string, string | number | boolean | undefined>>;

export interface AcquisitionLog {
  info(facts: Facts, text: string): void;
  warn(facts: Facts, text: string): void;
}

export interface AcquisitionMetrics {
  sampled(quality: Quality, count: number): void;
  /** `outcome` is `ok` or the reason why there was no value. */
  read(link: string, outcome: string, took: Span): void;
  linkUp(link: string, up: boolean): void;
}

export interface AcquisitionInput {
  readonly site: Site;
  readonly drivers: ReadonlyMap<string, Driver<unknown, unknown>>;
  readonly table: PointTable;
  readonly clock: Clock;
  /** Handles whose value, quality or reason changed; the array is only valid during the call. */
  readonly onChanged: (changed: Int32Array, count: number) => void;
  /** Devices whose state changed, each change once, after the points of that device. */
  readonly onDevices: (changes: readonly DeviceState[]) => void;
  /** Where a driver of this kind keeps what outlives a restart: certificates and trust lists. */
  readonly folder: (driver: string) => string;
  readonly log?: AcquisitionLog;
  readonly metrics?: AcquisitionMetrics;
  /** 0 … 1, for the jitter of pauses. */
  readonly random?: () => number;
}

export interface DeviceReading extends DeviceState {
  readonly lastGood?: Instant;
  /** Polls per second: what the points ask for, and what came in the last minute. */
  readonly pollWanted: number;
  readonly pollAchieved: number;
}

export interface Acquisition extends AsyncDisposable {
  devices(): readonly DeviceReading[];
  /** Resolves once everything has ended; rejects at once when a driver throws anything but `LinkBroken`, which is a bug. */
  readonly ended: Promise<void>;
}

/** What the acquisition keeps about a device. */
interface Watched {
  readonly watch: DeviceWatch;
  readonly rate: PollRate;
  readonly handles: Int32Array;
}

/** Links start one after another at this distance, so that a large site does not dial everything in one instant. */
const START_DISTANCE = milliseconds(5);
/** Nobody looks at the frames of a link yet. */
const trace: Trace = { frame() {}, unit() {} };
const JUDGE_EVERY = seconds(1);

/** Starts every link of the site at once; the result stops them. */
export function startAcquisition(input: AcquisitionInput): Acquisition {
  const { site, clock, table, random = Math.random } = input;
  const stop = new AbortController();
  const moment = (): Moment => ({ now: clock.now(), mono: clock.monotonic() });
  const started = moment();
  const watched = new Map<string, Watched>();
  for (const device of site.devices) {
    watched.set(device.id, {
      watch: watchDevice(device.id, started),
      rate: createPollRate(pollsWanted(device, table.definitions), started.mono),
      handles: Int32Array.from(device.points),
    });
  }
  const shares = pollShares(site.devices, table.definitions);
  const announce = createAnnouncer(input);

  async function keepLink(link: SiteLink, place: number): Promise<void> {
    if (place > 0) await clock.sleep(milliseconds(START_DISTANCE * place), stop.signal);
    const devices = site.devices.filter((device) => device.link === link.id);
    const driver = input.drivers.get(link.driver);
    if (!driver) throw new Error(`There is no driver "${link.driver}" for the link "${link.id}"`);
    const southbound = linkFor(link, devices, table);
    const memory = new Map<string, unknown>();
    const ofLink = devices.flatMap((device) => watched.get(device.id) ?? []);
    let up: boolean | undefined;

    await supervise(
      {
        async run(answered, signal) {
          // What a driver reports after its life has ended belongs to nobody.
          let alive = true;
          const report = reportInto(link.id, () => alive, answered);
          try {
            await driver.run(
              southbound,
              { clock, report, trace, takesOrders: () => undefined, folder: input.folder(link.driver), memory },
              signal,
            );
          } finally {
            alive = false;
          }
        },
        up() {
          if (up === true) return;
          up = true;
          input.metrics?.linkUp(link.id, true);
          input.log?.info({ link: link.id }, "link is up");
        },
        broken({ reason, because }) {
          const at = moment();
          for (const { handles } of ofLink)
            changedBy((changed) => markBad(table, handles, handles.length, reason, changed));
          announce(ofLink.map(({ watch }) => noteMissed(watch, because, at)));
          if (up === false) return;
          up = false;
          input.metrics?.linkUp(link.id, false);
          input.log?.warn({ link: link.id, because: because.en }, "link is down");
        },
      },
      clock,
      random,
      stop.signal,
    );
  }

  const changed = new Int32Array(table.count);
  function changedBy(write: (changed: Int32Array) => number): void {
    const count = write(changed);
    if (count > 0) input.onChanged(changed, count);
  }

  function reportInto(link: string, alive: () => boolean, answered: () => void): Report {
    /** The device a report is about, or nothing when the report comes too late. */
    const about = (device: string): Watched | undefined => {
      if (!alive()) return undefined;
      answered();
      const known = watched.get(device);
      if (!known) throw new Error(`The driver of "${link}" reports a device "${device}" that it was not given`);
      return known;
    };
    const measure = (outcome: string, took: Span | undefined) => {
      if (took !== undefined) input.metrics?.read(link, outcome, took);
    };
    return {
      samples(device, handles, raw, count, took, told) {
        const known = about(device);
        if (!known) return;
        const at = moment();
        changedBy((into) => settle(table, handles, raw, count, at, into, told));
        let good = 0;
        let polls = 0;
        for (let i = 0; i < count; i += 1) {
          const handle = handles[i] as number;
          if (table.quality[handle] === GOOD) good += 1;
          polls += shares[handle] as number;
        }
        known.rate.add(polls, at.mono);
        if (good > 0) input.metrics?.sampled("good", good);
        if (good < count) input.metrics?.sampled("bad", count - good);
        measure("ok", took);
        announce([noteGood(known.watch, at)]);
      },
      text(device, handle, value) {
        const known = about(device);
        if (!known) return;
        const at = moment();
        changedBy((into) => {
          into[0] = handle;
          return settleText(table, handle, value, at) ? 1 : 0;
        });
        known.rate.add(shares[handle] ?? 0, at.mono);
        input.metrics?.sampled(table.quality[handle] === GOOD ? "good" : "bad", 1);
      },
      confirmed(device, handles, count) {
        const known = about(device);
        if (!known) return;
        const at = moment();
        confirm(table, handles, count, at);
        announce([noteGood(known.watch, at)]);
      },
      fault(device, handles, count, reason, because, took) {
        const known = about(device);
        if (!known) return;
        changedBy((into) => markBad(table, handles, count, reason, into));
        measure(reason, took);
        announce([noteRefused(known.watch, because, moment())]);
      },
      missed(device: string, reason: Reason, because: Text, took?: Span) {
        const known = about(device);
        if (!known) return;
        changedBy((into) => markBad(table, known.handles, known.handles.length, reason, into));
        measure(reason, took);
        announce([noteMissed(known.watch, because, moment())]);
      },
    };
  }

  /** Between two polls of a silent device time alone makes it offline. */
  async function judge(): Promise<void> {
    for (;;) {
      await clock.sleep(JUDGE_EVERY, stop.signal);
      announce([...watched.values()].map(({ watch }) => judgeSilence(watch, clock.monotonic())));
    }
  }

  const endOfAbort = (error: unknown) => {
    if (!stop.signal.aborted) throw error;
  };
  const running = [...site.links.map(keepLink), judge()].map((task) => task.catch(endOfAbort));
  const ended = Promise.all(running).then(() => undefined);

  return {
    ended,
    devices: () => [...watched.values()].map(({ watch, rate }) => reading(watch, rate, clock.monotonic())),
    async [Symbol.asyncDispose]() {
      stop.abort(new Error("The acquisition is stopping"));
      await Promise.allSettled(running);
    },
  };
}

/** The link as its driver sees it. Settings and addresses were parsed by that driver's own schemas when the site was read. */
function linkFor(link: SiteLink, devices: readonly Device[], table: PointTable): DriverLink<unknown, unknown> {
  return {
    id: link.id,
    settings: link.settings,
    units: devices.map(({ id, unit, maxRegisters, points }) => ({
      device: id,
      unit,
      maxRegisters,
      points: points.flatMap((handle) => {
        const point = table.definitions[handle];
        if (!point) return [];
        const { at, every, type, deadband, scale, words, write } = point;
        return [
          {
            handle,
            address: at,
            every,
            type,
            deadband: deadband / Math.abs(scale),
            writable: write !== undefined,
            ...(words && { words }),
          },
        ];
      }),
    })),
  };
}

/** Passes changes on, and logs the loss of a device and its return once each. */
function createAnnouncer(input: AcquisitionInput): (found: readonly (DeviceState | undefined)[]) => void {
  const offline = new Set<string>();
  return (found) => {
    const changes = found.filter((change) => change !== undefined);
    if (changes.length === 0) return;
    for (const { device, state, because } of changes) {
      if (state === "offline") {
        offline.add(device);
        input.log?.warn({ device, because: because?.en }, "device is offline");
      } else if (state === "online" && offline.delete(device)) {
        input.log?.info({ device }, "device is online again");
      }
    }
    input.onDevices(changes);
  };
}

function reading(watch: DeviceWatch, rate: PollRate, mono: Span): DeviceReading {
  const { device, state, since, because, lastGood } = watch;
  return {
    device,
    state,
    since,
    ...(because && { because }),
    ...(lastGood !== undefined && { lastGood }),
    pollWanted: rate.wanted,
    pollAchieved: rate.achieved(mono),
  };
}
