/**
 * Plants, gateway and clock in one hand: plants go step by step, their registers are read by the gateway's own read plan and
 * decoding, settled, judged by the rules and answered by the house, all in one thread on a clock that the test moves.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Alarm } from "#model/alarm";
import type { DeviceState, Plan } from "#model/plan";
import type { Severity } from "#model/severity";
import type { Site } from "#model/site";
import { instant, type Moment, milliseconds } from "#model/time";
import { drivers } from "../../../drivers/catalog.ts";
import { asDriverSees, type DriverUnit } from "../../../drivers/driver.ts";
import type { ModbusAddress } from "../../../drivers/modbus/address.ts";
import { type Block, deliver, prepareBlock } from "../../../drivers/modbus/deliver.ts";
import { nothingLearnt, planReads } from "../../../drivers/modbus/read-plan.ts";
import { judgeSilence, noteMissed, watchDevice } from "../../../gateway/acquisition/device-watch.ts";
import { createLinkRecord } from "../../../gateway/acquisition/diagnosis.ts";
import { createPollRate } from "../../../gateway/acquisition/poll-rate.ts";
import { frozenFor, judgePulse, pulseOf, skip } from "../../../gateway/acquisition/pulse.ts";
import { createReport, type Watched } from "../../../gateway/acquisition/report.ts";
import { markBad } from "../../../gateway/points/settle.ts";
import { createPointTable } from "../../../gateway/points/table.ts";
import { loadSite } from "../../../gateway/site/load-site.ts";
import { createEngine } from "../../../rules/engine/create-engine.ts";
import { createEnsemble } from "../../../simulators/ensemble.ts";
import { type Fleet, parseFleet, partsOf, wiredTo } from "../../../simulators/fleet.ts";
import { createPlant } from "../../../simulators/plants.ts";
import type { SeenAlarm } from "../../../simulators/score.ts";
import { createSimulatedDevice, type SimulatedDevice } from "../../../simulators/simulated-device.ts";
import { createTruthLog, type TruthLog } from "../../../simulators/truth.ts";
import type { FaultName } from "../../../simulators/wire/faults.ts";
import { createPureHouse, type PureHouse } from "../../support/pure-house.ts";
import { createHandClock } from "../hand-clock.ts";
import { compare, createFeed, type Feed } from "./column-feed.ts";

const at = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const START = Date.UTC(2026, 10, 21, 2);
const tickMs = 500;
/** A plant at rest is looked at every 5 s: well within the half minute after which its heartbeat would be missed. */
const restingTicks = 10;
/** Every so many-th block is read over the wire although it need not be, and must say the same. */
const comparedEvery = 997;
/** While nothing is open, nothing waits for the house's heartbeat but changes of shift. */
const idleBeat = 60;
const noAnswer = { zh: "无应答", en: "no answer" };

let loaded: Promise<{ site: Site; fleet: Fleet }> | undefined;

/** The training building as the gateway and the simulators read it. */
export function trainingBuilding(): Promise<{ site: Site; fleet: Fleet }> {
  loaded ??= (async () => {
    const read = await loadSite({
      folder: at("simulators/training-site"),
      drivers,
      environment: {},
      profiles: at("drivers/profiles"),
      library: at("rules/library"),
      policy: at("rules/response/policy.yaml"),
    });
    if ("problems" in read) throw new Error(read.problems.map(({ what }) => what.en).join("\n"));
    const parsed = parseFleet(readFileSync(at("simulators/training-site/fleet.yaml"), "utf8"));
    if (!("fleet" in parsed)) throw new Error(parsed.problems.map(({ path, what }) => `${path} ${what.en}`).join("\n"));
    return { site: read.site, fleet: parsed.fleet };
  })();
  return loaded;
}

export interface StageOptions {
  /** Devices of the fleet that exist; the others are left out of site and fleet. */
  readonly devices: readonly string[];
  readonly seed?: number;
  /** Hour of the day at the start, in the building's zone. */
  readonly hour?: number;
  /** Changes of single devices' plant parameters. */
  readonly params?: Readonly<Record<string, object>>;
  /** Facts of single devices in place of those in the site folder. */
  readonly facts?: Readonly<Record<string, Readonly<Record<string, number | boolean>>>>;
  /** Seconds between two polls of plants that never rest, at least: the others would have pulses that are shorter. */
  readonly slowest?: number;
}

export interface Stage {
  readonly house: PureHouse;
  readonly truth: TruthLog;
  readonly site: Site;
  device(name: string): SimulatedDevice;
  /** Every alarm as it was first told, and when it reached each severity. */
  alarms(): readonly SeenAlarm[];
  /** Lets real seconds pass. */
  pass(seconds: number): void;
  now(): number;
}

interface Fed {
  readonly block: Block;
  readonly feed: Feed | undefined;
}

interface Poll {
  readonly every: number;
  readonly blocks: readonly Fed[];
  /** The tick of the last look, and the plant's seconds then. */
  tick: number;
  seen: number;
}

interface Reader {
  readonly device: SimulatedDevice;
  readonly unit: DriverUnit<ModbusAddress>;
  readonly line: string;
  readonly polls: readonly Poll[];
}

/**
 * Whether another look would find nothing but the heartbeat and noise. Such a plant is looked at every few seconds all the
 * same, and at its own pace from the moment on at which it stirs, so that nothing is told later than it would be outside.
 */
function unchanged(poll: Poll, device: SimulatedDevice, tick: number): boolean {
  const { stirred } = device.plant;
  if (stirred !== undefined && stirred < poll.seen && tick - poll.tick < restingTicks) return true;
  poll.tick = tick;
  poll.seen = device.plant.elapsed;
  return false;
}

const hourInShanghai = (ms: number) => (ms / 3_600_000 + 8) % 24;

export async function createStage(options: StageOptions): Promise<Stage> {
  const whole = await trainingBuilding();
  const { seed = 1, hour = 10, slowest = 0 } = options;
  const fleet: Fleet = {
    ...whole.fleet,
    ports: whole.fleet.ports
      .map((port) => ({
        ...port,
        units: port.units
          .filter((unit) => options.devices.includes(unit.device))
          .map(
            (unit) =>
              ({
                ...unit,
                seed: unit.seed + 1000 * seed,
                params: { ...unit.params, ...options.params?.[unit.device] },
              }) as typeof unit,
          ),
      }))
      .filter((port) => port.units.length > 0),
  };
  const units = fleet.ports.flatMap((port) => port.units.map((unit) => ({ unit, line: port.name })));
  const names = new Set(units.flatMap(({ unit }) => [unit.device, ...partsOf(unit)]));
  const devices = whole.site.devices
    .filter((device) => names.has(device.id))
    .map((device) => ({ ...device, params: { ...device.params, ...options.facts?.[device.id] } }));
  const site: Site = {
    ...whole.site,
    devices,
    links: whole.site.links.filter((link) => devices.some((device) => device.link === link.id)),
  };

  const start = START + (hour - hourInShanghai(START)) * 3_600_000;
  const clock = createHandClock(start);
  const truth = createTruthLog(clock.wall, 100_000);
  const simulated: SimulatedDevice[] = [];
  const lineFaults = new Map<string, Set<FaultName>>();
  let plays = 0;
  for (const { unit, line } of units) {
    simulated.push(
      createSimulatedDevice(unit, hour, {
        clock,
        truth,
        line,
        nextPlay: () => (plays += 1),
        wired: () => simulated.filter((other) => wiredTo(fleet, unit.device).includes(other.id)),
        lineFault(fault, on) {
          const faults = lineFaults.get(line) ?? new Set();
          lineFaults.set(line, faults);
          if (on) faults.add(fault);
          else faults.delete(fault);
        },
      }),
    );
  }
  const ensemble = createEnsemble(simulated, {
    wiring: fleet.wiring,
  });

  const table = createPointTable(site.points);
  const engine = createEngine({
    rules: site.rules,
    devices: site.devices,
    points: site.points,
    columns: table,
    zone: site.zone,
  });
  const house = createPureHouse(site);
  const moment = (): Moment => ({ now: instant(clock.wall()), mono: milliseconds(clock.monotonic() + 1_000) });
  const began = moment();
  const seen = new Map<string, SeenAlarm & { reached: Partial<Record<Severity, number>> }>();
  const standing = new Map<string, string>();

  const note = (plan: Plan) => {
    for (const alarm of plan.alarms) noteAlarm(alarm);
  };
  const noteAlarm = (alarm: Alarm) => {
    if (alarm.process !== "active") return;
    const key = `${alarm.id}#${alarm.occurrence}`;
    const ticket = alarm.ticket === undefined ? undefined : house.tickets.get(alarm.ticket);
    const before = seen.get(key);
    const reached = { ...before?.reached };
    reached[alarm.severity] ??= clock.wall();
    standing.set(alarm.id, key);
    seen.set(key, {
      id: alarm.id,
      rule: alarm.rule,
      device: alarm.device,
      severity: alarm.severity,
      at: before?.at ?? clock.wall(),
      reached,
      suppressed: alarm.suppressedBy.some((cause) => cause !== "waiting"),
      ticketClasses: [...new Set([...(before?.ticketClasses ?? []), ...(ticket ? [ticket.class] : [])])],
      ...(ticket && { ticketSeverity: ticket.severity }),
    });
  };

  const watched = new Map<string, Watched>();
  for (const device of site.devices) {
    watched.set(device.id, {
      watch: watchDevice(device.id, began),
      rate: createPollRate(1, began.mono),
      handles: Int32Array.from(device.points),
      pulse: pulseOf(device, site.points),
      suspicion: device.suspect?.length ? { suspects: device.suspect, firstBlock: undefined } : undefined,
    });
  }
  const changed = new Int32Array(table.count);
  const step = (count: number) => {
    const found = engine.step(changed, count, moment());
    if (found.length > 0) note(house.take({ type: "conditions", transitions: [...found] }, moment().now));
  };
  const changedBy = (write: (into: Int32Array) => number) => {
    const count = write(changed);
    if (count > 0) step(count);
  };
  const announce = (found: readonly (DeviceState | undefined)[]) => {
    const changes = found.filter((change) => change !== undefined);
    if (changes.length > 0) note(house.take({ type: "communication", changes }, moment().now));
  };
  const shares = new Float64Array(site.points.length);
  const readers: Reader[] = [];
  const reports = new Map<string, ReturnType<typeof createReport>>();
  for (const link of site.links) {
    const seenBy = asDriverSees(
      link,
      site.devices.filter((device) => device.link === link.id),
      site.points,
    );
    const report = createReport(
      {
        link: link.id,
        table,
        watched,
        shares,
        record: createLinkRecord(link, seenBy.units, moment, undefined),
        moment,
        changedBy,
        announce,
        sampled() {},
        measure() {},
      },
      () => true,
      () => {},
    );
    for (const unit of seenBy.units as readonly DriverUnit<ModbusAddress>[]) {
      reports.set(unit.device, report);
      const found = simulated.find((one) => one.id === unit.device || one.parts.includes(unit.device));
      if (!found) continue;
      const plan = planReads(unit.points, { maxRegisters: unit.maxRegisters, maxGap: 0 }, nothingLearnt);
      const of = units.find(({ unit: one }) => one.device === found.id);
      const line = of?.line ?? "";
      const map = of ? createPlant(of.unit, hour).map : [];
      readers.push({
        device: found,
        unit,
        line,
        polls: plan.polls.map(({ every, requests }) => ({
          every: Math.max(every, found.plant.stirred === undefined ? slowest * 1000 : 0),
          tick: 0,
          seen: Number.NEGATIVE_INFINITY,
          blocks: requests.map((request) => {
            const block = prepareBlock(request);
            return { block, feed: createFeed(block, map, found.plant.readings) };
          }),
        })),
      });
    }
  }

  const missed = ({ unit }: Reader, reason: "timeout" | "refused") => {
    const known = watched.get(unit.device);
    if (!known) return;
    if (known.pulse) skip(known.pulse);
    changedBy((into) => markBad(table, known.handles, known.handles.length, reason, into));
    announce([noteMissed(known.watch, noAnswer, moment())]);
  };
  const request = Buffer.alloc(5);
  let fed = 0;
  const poll = (reader: Reader, tick: number) => {
    const { device, unit, polls, line } = reader;
    const silent = device.unit.faults.has("silence") || lineFaults.get(line)?.has("half-open");
    const restful = device.unit.faults.size === 0 && device.set.size === 0 && !silent;
    for (const poll of polls) {
      const { every, blocks } = poll;
      if ((tick * tickMs) % every !== 0) continue;
      if (restful && device.phase === undefined && unchanged(poll, device, tick)) continue;
      if (silent) {
        missed(reader, "timeout");
        return;
      }
      const report = reports.get(unit.device);
      if (!report) return;
      const straight = device.unit.faults.size === 0 && device.set.size === 0;
      for (const { block, feed } of blocks) {
        fed += 1;
        const compares = fed % comparedEvery === 0;
        if (feed && straight && !compares) {
          feed(report, unit.device);
          continue;
        }
        request.writeUInt8(3, 0);
        request.writeUInt16BE(block.request.start, 1);
        request.writeUInt16BE(block.request.count, 3);
        const reply = device.unit.reply(request);
        const code = reply[1] ?? 0;
        if (((reply[0] ?? 0) & 0x80) !== 0) {
          if (code === 2) throw new Error(`${unit.device} has no registers from ${block.request.start}`);
          missed(reader, "refused");
          return;
        }
        if (feed && straight) compare(block, reply.subarray(2), feed, unit.device);
        deliver(block, reply.subarray(2), unit.device, milliseconds(5), report);
      }
    }
  };
  let ticks = 0;
  const everySecond = () => {
    const { mono, now } = moment();
    for (const { watch, pulse, handles } of watched.values()) {
      const before = pulse?.frozen;
      if (pulse?.movedAt && judgePulse(pulse, mono)) {
        changedBy((into) => markBad(table, handles, handles.length, "frozen", into));
        announce([noteMissed(watch, frozenFor(pulse, mono), before ? moment() : pulse.movedAt)]);
      }
      announce([judgeSilence(watch, mono)]);
    }
    const busy = seen.size > 0 && [...house.alarms.values()].some(({ process }) => process === "active");
    if (busy || ticks % (2 * idleBeat) === 0) note(house.take({ type: "tick" }, now));
  };

  // The gateway's clock and the plants' are not in step outside either.
  clock.advance(137);
  return {
    house,
    truth,
    site,
    device(name) {
      const found = simulated.find((one) => one.id === name || one.parts.includes(name));
      if (!found) throw new Error(`no device ${name}`);
      return found;
    },
    alarms: () => [...seen.values()],
    now: () => clock.wall(),
    pass(seconds) {
      const until = clock.monotonic() + seconds * 1000;
      while (clock.monotonic() < until - 1e-6) {
        clock.advance(tickMs);
        ensemble.advance(tickMs / 1000);
        ticks += 1;
        // Timers of rules that fall due between two polls are looked at as the house's heartbeat does.
        if (engine.nextWake() <= moment().mono) step(0);
        for (const reader of readers) poll(reader, ticks);
        if (ticks % 2 === 0) everySecond();
      }
    },
  };
}
