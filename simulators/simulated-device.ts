/** A device of the fleet: its plant, its unit on the line, sensors set by hand, and the story that it plays. */
import type { SimulatorClock } from "./clock.ts";
import { type FleetUnit, partsOf } from "./fleet.ts";
import { type Performance, type PerformanceEvents, type PlayOptions, type PlayStatus, perform } from "./performance.ts";
import type { Plant } from "./plant/plant.ts";
import { createPlant } from "./plants.ts";
import { plantUnits } from "./profile/find-profile.ts";
import type { Profile, ProfilePoint } from "./profile/profile.ts";
import { intoUnitOf, profileReadings } from "./profile/readings.ts";
import { profileMemory } from "./profile/registers.ts";
import type { Scenario, ScenarioOf } from "./scenarios/scenario.ts";
import { expectation, type TruthLog } from "./truth.ts";
import { createDeviceFaults, type DeviceFaults } from "./wire/device-faults.ts";
import { type FaultName, faultKind, switched } from "./wire/faults.ts";
import { createLatches } from "./wire/latches.ts";
import { createMemory, representable } from "./wire/memory.ts";
import { createUnitOn, type ModbusUnit } from "./wire/modbus-unit.ts";

/** After a pause of the computer the plant catches up at most this much, real seconds. */
const longestCatchUp = 5;

export interface SimulatedDevice {
  readonly id: string;
  readonly kind: Plant["kind"];
  /** Devices of their own behind the same unit, part 1 first: the doors of a controller. */
  readonly parts: readonly string[];
  readonly plant: Plant;
  /** What it is on a Modbus line. */
  readonly unit: ModbusUnit;
  /** Its faults, on any wire. */
  readonly faults: DeviceFaults;
  /** Its points with type and unit, where a profile tells them. */
  readonly profile: Profile | undefined;
  /** What a point of the profile says on the wire, in its own unit. */
  show(point: ProfilePoint): number | string;
  readonly playing: PlayStatus | undefined;
  /** Where its story stands; absent while it plays none. */
  readonly phase: Performance["phase"] | undefined;
  /** Points set by hand, as they stand on the wire. */
  readonly set: ReadonlyMap<string, number>;
  /** What the wire says: the plant's readings with the points set by hand. */
  read(point: string): number;
  /** [lowest, highest] value of a point that its register can show; undefined for an unknown point. */
  limits(point: string): readonly [number, number] | undefined;
  /** `undefined` gives the point back to the plant. */
  setPoint(point: string, value: number | undefined): void;
  /** Measured points and the heartbeat, each with the least step that its register shows. */
  readonly analog: readonly (readonly [point: string, step: number])[];
  /** In a storm of changes `by` is added to what the plant reads of the point; without a point it is over for all. */
  stir(point?: string, by?: number): void;
  /** Starts a story of the device's own kind; answers its number. */
  play(scenario: Scenario, options: PlayOptions): number;
  /** All whom a story on it concerns: itself, its parts, whoever is wired to it where the story spans the building. */
  concerns(scenario: Scenario): readonly string[];
  /** Ends the story and gives every point back to the plant, which finds its own way to normal. */
  stop(): void;
  /** Plant seconds per second of real time. */
  readonly pace: number;
  /** Lets `seconds` of real time pass, at `pace` unless a story of its own sets the pace. */
  advance(seconds: number, pace?: number): void;
}

/** `hour`: hour of the day at the start; `nextPlay` numbers the performances of the whole building. */
export function createSimulatedDevice(
  fleetUnit: FleetUnit,
  hour: number,
  tools: {
    readonly clock: SimulatorClock;
    readonly truth: TruthLog;
    nextPlay(): number;
    /** Devices that a wire joins with this one; absent: it stands alone. */
    wired?(): readonly SimulatedDevice[];
    /** The line of this device misbehaves, or stops doing so. */
    lineFault?(fault: FaultName, on: boolean): void;
    /** Name of the line. */
    readonly line?: string;
    /** Its points, and their addresses where they are those of Modbus. */
    readonly profile?: Profile | undefined;
    /** A unit that answers with what was recorded, in place of a memory. */
    readonly recorded?: ((faults: DeviceFaults) => ModbusUnit) | undefined;
  },
): SimulatedDevice {
  const { clock, truth } = tools;
  const { plant, map } = createPlant(fleetUnit, hour);
  const wired = (scenario: Scenario) => (scenario.spansBuilding ? (tools.wired?.() ?? []) : []);
  const id = fleetUnit.device;
  const parts = partsOf(fleetUnit);
  const concerns = (scenario: Scenario) => [
    id,
    ...parts,
    ...wired(scenario).flatMap((other) => [other.id, ...other.parts]),
  ];
  const set = new Map<string, number>();
  const stirred = new Map<string, number>();
  const read = (point: string) => set.get(point) ?? (plant.readings[point] ?? 0) + (stirred.get(point) ?? 0);
  const faults = createDeviceFaults(read, { clock, tellsRestart: plant.kind === "elevator" });
  const { profile } = tools;
  const has = (point: string) => set.has(point) || Object.hasOwn(plant.readings, point);
  const readings = profileReadings(has, faults.read, Number(fleetUnit.vars?.door ?? 1));
  // A point held by hand is held before the device's faults: a heartbeat that stands still stands still.
  const raw = (point: ProfilePoint) => (set.has(point.id) ? faults.read(point.id) : readings(point));
  const units = profile === undefined ? undefined : plantUnits(fleetUnit.kind);
  const turns = new Map(profile?.points.map((point) => [point.id, units && intoUnitOf(point, units)]));
  const show = (point: ProfilePoint) => {
    const value = raw(point);
    return typeof value === "string" ? value : (turns.get(point.id)?.(value) ?? value);
  };
  const analog = [
    ...map.flatMap(({ point, scale }) => (scale > 1 ? [[point, 1 / scale] as const] : [])),
    ...(Object.hasOwn(plant.readings, "heartbeat") ? [["heartbeat", 1] as const] : []),
  ];
  const latches = createLatches(fleetUnit.latches ?? [], faults.read);
  const ownMemory = () => createMemory(map, latches.read, plant.written, fleetUnit);
  const memory =
    profile?.protocol === "modbus" && fleetUnit.profile !== undefined ? profileMemory(profile, show) : ownMemory();
  const unit =
    tools.recorded?.(faults) ??
    createUnitOn(memory, faults, { maxRegisters: fleetUnit.maxRegisters ?? profile?.maxRegisters });
  let running: { play: number; scenario: Scenario; options: PlayOptions; performance: Performance } | undefined;
  const step = plant.stepSeconds;
  let owed = 0;
  const stepPlant = () => {
    plant.step();
    latches.look();
  };

  const seen = (points: readonly string[]) =>
    Object.fromEntries(points.map((point) => [point, Math.round((plant.readings[point] ?? 0) * 1000) / 1000]));

  const tellAbout = (play: number, scenario: Scenario, options: PlayOptions) => {
    const about = () => ({ device: id, play, scenario: scenario.name, plantSeconds: plant.elapsed });
    const events: PerformanceEvents = {
      started(expected) {
        const t0 = clock.wall();
        truth.record({
          ...about(),
          kind: "start",
          speed: options.speed,
          seed: options.seed,
          parameters: options.values,
          tells: scenario.title,
          values: seen(scenario.watch),
          mustFollow: expected.flatMap((item) => {
            const named = (device: string) => expectation(item, device, t0);
            if (item.ofLine) return [named(tools.line ?? id)];
            if (!item.at) return [named(parts[(item.part?.(options.values) ?? 0) - 1] ?? id)];
            const there = wired(scenario).filter((other) => other.kind === item.at);
            return there.flatMap((other) => (item.part ? other.parts : [other.id])).map(named);
          }),
          mustNotFollow: scenario.mustNotFollow,
          mayFollow: [
            ...(scenario.mayFollow ?? []),
            ...scenario.mustFollow.filter(({ mayIf }) => mayIf?.(options.values)).map(({ rule }) => rule),
          ],
          concerns: concerns(scenario),
        });
      },
      mark: (tells) => truth.record({ ...about(), kind: "mark", tells, values: seen(scenario.watch) }),
      line(fault, on) {
        if (faultKind(fault).scope === "line") tools.lineFault?.(fault, on);
        else unit.setFault(fault, on);
        truth.record({
          ...about(),
          kind: "fault",
          tells: switched(fault, on),
        });
      },
      notPrepared: () =>
        truth.record({
          ...about(),
          kind: "not-prepared",
          tells: { zh: "未能达到演练起始状态，已放弃", en: "The start situation was never reached; given up" },
        }),
      ended: () => truth.record({ ...about(), kind: "end", tells: { zh: "演练结束", en: "The story is over" } }),
    };
    return events;
  };

  return {
    id,
    kind: plant.kind,
    parts,
    plant,
    unit,
    faults,
    profile,
    show,
    set,
    read,
    analog,
    concerns,
    stir(point, by = 0) {
      if (point === undefined) stirred.clear();
      else stirred.set(point, by);
    },
    get playing() {
      if (!running) return undefined;
      const { play, scenario, options, performance } = running;
      return {
        play,
        scenario: scenario.name,
        speed: options.speed,
        seed: options.seed,
        phase: performance.phase,
        sinceStart: Math.round(performance.sinceStart * 100) / 100,
      };
    },
    get phase() {
      return running?.performance.phase;
    },
    limits(point) {
      const entry = map.find((candidate) => candidate.point === point);
      if (entry) return representable(entry);
      const own = profile?.points.find(({ id, type }) => id === point && type !== "text");
      return own && (own.range ?? (own.type === "bool" ? [0, 1] : [-1e9, 1e9]));
    },
    setPoint(point, value) {
      if (value === undefined) set.delete(point);
      else set.set(point, value);
      truth.record({
        kind: "set",
        device: id,
        plantSeconds: plant.elapsed,
        tells:
          value === undefined
            ? { zh: `测点 ${point} 恢复为模拟值`, en: `Point ${point} follows the plant again` }
            : { zh: `测点 ${point} 人工置为 ${value}`, en: `Point ${point} is set to ${value} by hand` },
        values: seen(plant.readings[point] === undefined ? [] : [point]),
      });
    },
    play(scenario, options) {
      const play = tools.nextPlay();
      truth.record({
        kind: "play",
        device: id,
        play,
        scenario: scenario.name,
        plantSeconds: plant.elapsed,
        speed: options.speed,
        seed: options.seed,
        parameters: options.values,
        tells: { zh: `开始演练：${scenario.title.zh}`, en: `Story begins: ${scenario.title.en}` },
      });
      if (scenario.kind !== plant.kind && scenario.kind !== "any")
        throw new Error(`${scenario.name} is a story for a ${scenario.kind}, ${id} is a ${plant.kind}`);
      const performance = perform(
        // The kinds are equal, so the plant is the one that the story was written for.
        scenario as unknown as ScenarioOf<Plant>,
        plant,
        options,
        tellAbout(play, scenario, options),
        wired(scenario).map((other) => other.plant),
      );
      running = { play, scenario, options, performance };
      return play;
    },
    stop() {
      const stopped = running;
      running = undefined;
      set.clear();
      plant.recover();
      if (stopped) for (const other of wired(stopped.scenario)) other.plant.recover();
      truth.record({
        kind: "stopped",
        device: id,
        plantSeconds: plant.elapsed,
        ...(stopped && { play: stopped.play, scenario: stopped.scenario.name }),
        tells: { zh: "演练中止，设备恢复正常", en: "Stopped; the device returns to normal" },
      });
    },
    get pace() {
      return running?.performance.rate ?? 1;
    },
    advance(seconds, pace = 1) {
      if (!running) {
        owed = Math.min(owed + seconds * pace, longestCatchUp * pace);
        for (; owed >= step - 1e-9; owed -= step) stepPlant();
        return;
      }
      let rate = running.performance.rate;
      owed = Math.min(owed + seconds * rate, longestCatchUp * rate);
      while (owed >= step - 1e-9) {
        owed -= step;
        stepPlant();
        if (!running) continue;
        running.performance.afterStep();
        // What is still owed is real time that goes on at the new pace.
        owed *= running.performance.rate / rate;
        rate = running.performance.rate;
        if (running.performance.phase === "over") running = undefined;
      }
    },
  };
}
