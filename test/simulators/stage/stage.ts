/**
 * Plants, gateway and clock in one hand: plants go step by step, their registers are read by the gateway's own read plan and
 * decoding, settled, judged by the rules and answered by the house, all in one thread on a clock that the test moves.
 */
import type { DeviceState } from "#model/plan";
import type { Site } from "#model/site";
import { instant, type Moment, milliseconds } from "#model/time";
import { asDriverSees, type DriverUnit } from "../../../drivers/driver.ts";
import type { ModbusAddress } from "../../../drivers/modbus/address.ts";
import { deliver } from "../../../drivers/modbus/deliver.ts";
import { judgeSilence, noteMissed, watchDevice } from "../../../gateway/acquisition/device-watch.ts";
import { createLinkRecord } from "../../../gateway/acquisition/diagnosis.ts";
import { createPollRate } from "../../../gateway/acquisition/poll-rate.ts";
import { frozenFor, judgePulse, pulseOf, skip } from "../../../gateway/acquisition/pulse.ts";
import { createReport, type Watched } from "../../../gateway/acquisition/report.ts";
import { markBad } from "../../../gateway/points/settle.ts";
import { createPointTable } from "../../../gateway/points/table.ts";
import { createEngine } from "../../../rules/engine/create-engine.ts";
import { createEnsemble } from "../../../simulators/ensemble.ts";
import { wiredTo } from "../../../simulators/fleet.ts";
import { createPlant } from "../../../simulators/plants.ts";
import type { SeenAlarm } from "../../../simulators/score.ts";
import { createSimulatedDevice, type SimulatedDevice } from "../../../simulators/simulated-device.ts";
import { createTruthLog, type TruthLog } from "../../../simulators/truth.ts";
import type { FaultName } from "../../../simulators/wire/faults.ts";
import { createPureHouse, type PureHouse } from "../../support/pure-house.ts";
import { createHandClock } from "../hand-clock.ts";
import { compare } from "./column-feed.ts";
import { createReader, type Reader, unchanged } from "./reader.ts";
import { createTold } from "./told.ts";
import { type Cast, partOfBuilding } from "./training-building.ts";

const START = Date.UTC(2026, 10, 21, 2);
const tickMs = 500;
/** Every so many-th block is read over the wire although it need not be, and must say the same. */
const comparedEvery = 997;
/** While nothing is open, nothing waits for the house's heartbeat but changes of shift. */
const idleBeat = 60;
const noAnswer = { zh: "无应答", en: "no answer" };

export interface StageOptions extends Cast {
  /** Hour of the day at the start, in the building's zone. */
  readonly hour?: number;
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

const hourInShanghai = (ms: number) => (ms / 3_600_000 + 8) % 24;

export async function createStage(options: StageOptions): Promise<Stage> {
  const { hour = 10, slowest = 0 } = options;
  const { site, fleet } = await partOfBuilding(options);
  const units = fleet.ports.flatMap((port) => port.units.map((unit) => ({ unit, line: port.name })));
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
  const { note, alarms } = createTold(house, clock.wall);

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
      const of = units.find(({ unit: one }) => one.device === found.id);
      const map = of ? createPlant(of.unit, hour).map : [];
      readers.push(createReader(found, unit, of?.line ?? "", map, slowest));
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
  const silent = () => watched.values().some(({ watch }) => watch.state !== "online");
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
    const busy = house.alarms.values().some(({ process }) => process === "active") || silent();
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
    alarms,
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
