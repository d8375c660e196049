/** Acquisition: one supervised driver per link fills the point table, and every device's state follows from what comes. */
import type { DeviceState } from "#model/plan";
import type { Quality } from "#model/quality";
import type { Site, SiteLink } from "#model/site";
import { type Clock, type Instant, type Moment, milliseconds, type Span, seconds } from "#model/time";
import { type Acknowledge, asDriverSees, type Driver, type Write } from "../../drivers/driver.ts";
import { markBad } from "../points/settle.ts";
import type { PointTable } from "../points/table.ts";
import { type DeviceWatch, judgeSilence, noteMissed, watchDevice } from "./device-watch.ts";
import { createLinkRecord, type LinkDiagnosis, type LinkRecord } from "./diagnosis.ts";
import type { Frame } from "./frame-ring.ts";
import { createOrders, type Written } from "./orders.ts";
import { createPollRate, type PollRate, pollShares, pollsWanted } from "./poll-rate.ts";
import { frozenFor, judgePulse, pulseOf, skip } from "./pulse.ts";
import { createReport, type Watched } from "./report.ts";
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
  /** What is known about each link that has devices. */
  links(): readonly LinkDiagnosis[];
  /** The last frames of a link after the sequence number, oldest first; `undefined` when there is no such link. */
  frames(link: string, after: number): readonly Frame[] | undefined;
  /** Writes a value, scaled as people see it, and reads it back. Who may do so is decided before. Never rejects. */
  write(handle: number, value: number): Promise<Written>;
  /** Passes an acknowledgement back to the source of this point. Never rejects. */
  acknowledge(handle: number, comment: string): Promise<Written>;
  /** Resolves once everything has ended; rejects at once when a driver throws anything but `LinkBroken`, which is a bug. */
  readonly ended: Promise<void>;
}

/** Links start one after another at this distance, so that a large site does not dial everything in one instant. */
const START_DISTANCE = milliseconds(5);
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
      pulse: pulseOf(device, table.definitions),
      suspicion: device.suspect?.length ? { suspects: device.suspect, firstBlock: undefined } : undefined,
    });
  }
  const shares = pollShares(site.devices, table.definitions);
  const announce = createAnnouncer(input);
  const orders = createOrders(site, clock, stop.signal);
  const records = new Map<string, LinkRecord>();

  async function keepLink(link: SiteLink, place: number): Promise<void> {
    const devices = site.devices.filter((device) => device.link === link.id);
    const driver = input.drivers.get(link.driver);
    if (!driver) throw new Error(`There is no driver "${link.driver}" for the link "${link.id}"`);
    const southbound = asDriverSees(link, devices, table.definitions);
    const record = createLinkRecord(link, southbound.units, moment, driver.load?.(southbound));
    records.set(link.id, record);
    if (place > 0) await clock.sleep(milliseconds(START_DISTANCE * place), stop.signal);
    const memory = new Map<string, unknown>();
    const ofLink = devices.flatMap((device) => watched.get(device.id) ?? []);
    let up: boolean | undefined;

    await supervise(
      {
        async run(answered, signal) {
          // What a driver reports after its life has ended belongs to nobody.
          let alive = true;
          const lives = () => alive;
          const report = createReport(
            {
              link: link.id,
              table,
              watched,
              shares,
              record,
              moment,
              changedBy,
              announce,
              sampled: (quality, count) => input.metrics?.sampled(quality, count),
              measure: (outcome, took) => {
                if (took !== undefined) input.metrics?.read(link.id, outcome, took);
              },
            },
            lives,
            answered,
          );
          const takesOrders = (write: Write<unknown>) => orders.taken(link.id, write, lives);
          const takesAcknowledgements = (acknowledge: Acknowledge<unknown>) =>
            orders.takenBack(link.id, acknowledge, lives);
          const trace = record.trace(lives);
          const folder = input.folder(link.driver);
          try {
            await driver.run(
              southbound,
              { clock, report, trace, takesOrders, takesAcknowledgements, folder, memory },
              signal,
            );
          } finally {
            alive = false;
          }
        },
        up() {
          record.up(moment());
          if (up === true) return;
          up = true;
          input.metrics?.linkUp(link.id, true);
          input.log?.info({ link: link.id }, "link is up");
        },
        broken({ reason, because }) {
          const at = moment();
          record.down(reason, because, at);
          for (const { handles, pulse, rate } of ofLink) {
            if (pulse) skip(pulse);
            rate.silence();
            changedBy((changed) => markBad(table, handles, handles.length, reason, changed));
          }
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
    if (count > 0 || table.late.placed.length > 0) input.onChanged(changed, count);
  }

  /** A device whose answers do not move: its points turn bad, and it is missed since its last movement. */
  function judgeFrozen({ watch, pulse, handles }: Watched): DeviceState | undefined {
    const mono = clock.monotonic();
    const before = pulse?.frozen;
    if (!pulse?.movedAt || !judgePulse(pulse, mono)) return undefined;
    changedBy((into) => markBad(table, handles, handles.length, "frozen", into));
    return noteMissed(watch, frozenFor(pulse, mono), before ? moment() : pulse.movedAt);
  }

  /** Between two polls of a silent device time alone makes it offline. */
  async function judge(): Promise<void> {
    for (;;) {
      await clock.sleep(JUDGE_EVERY, stop.signal);
      announce([...watched.values()].map(judgeFrozen));
      announce([...watched.values()].map(({ watch }) => judgeSilence(watch, clock.monotonic())));
    }
  }

  const standing = (device: string) => {
    const watch = watched.get(device)?.watch;
    if (!watch) throw new Error(`There is no device "${device}"`);
    return watch;
  };

  const endOfAbort = (error: unknown) => {
    if (!stop.signal.aborted) throw error;
  };
  const running = [...site.links.map(keepLink), judge()].map((task) => task.catch(endOfAbort));
  const ended = Promise.all(running).then(() => undefined);

  return {
    ended,
    devices: () => [...watched.values()].map(({ watch, rate }) => reading(watch, rate, clock.monotonic())),
    links: () => [...records.values()].map((record) => record.read(standing, clock.monotonic())),
    frames: (link, after) => records.get(link)?.frames(after),
    write: orders.write,
    acknowledge: orders.acknowledge,
    async [Symbol.asyncDispose]() {
      stop.abort(new Error("The acquisition is stopping"));
      await Promise.allSettled(running);
    },
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
