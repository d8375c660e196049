/** A fire panel with one loop: detectors, latched alarms, confirmation, linkage outputs, power. Pure: no clock, no socket. */
import { type Chance, createChance } from "../chance.ts";
import type { FirePanelParams } from "./fire-panel-params.ts";
import { createFirePanelReadings } from "./fire-panel-readings.ts";
import {
  addressCount,
  addressesPerZone,
  type Component,
  componentTypes,
  eventTypes,
  type FirePanel,
  type FirePanelState,
  type Output,
  outputs,
  ringSize,
} from "./fire-panel-state.ts";
import { createPanelBattery } from "./panel-battery.ts";
import { type Air, fading, marks, smouldering, steam } from "./smoke.ts";

const stepsPerSecond = 10;
const stepSeconds = 1 / stepsPerSecond;
/** Sums of steps miss round numbers by the last bit of a float. */
const tolerance = 1e-9;
/** A linkage controller must command within 3 s of its trigger (GB 50166). */
const commandDelay = [1.4, 3] as const;
/** Seconds from command to feedback: locks drop, breakers open, pumps and fans run up, lifts travel home. */
const feedbackDelay: Readonly<Record<Output, readonly [number, number]>> = {
  door_release: [1.5, 2.5],
  power_cut: [4, 6],
  pump: [7, 9],
  fan: [11, 13],
  lift_recall: [20, 50],
};
const feedbackGone = 2;
const mainsFailDelay = [10, 30] as const;
const loopFaultDelay = 5;
/** A component is asked every 5 s, and lost when three answers are missing; the display follows one by one. */
const lostDelay = [10, 30] as const;
const resetSeconds = 5;

type Topic = "linkage" | "loop" | "mains" | "reset";

function layOut(disabled: number): Component[] {
  return Array.from({ length: addressCount }, (_, index) => {
    const place = (index % addressesPerZone) + 1;
    const type =
      place === addressesPerZone
        ? componentTypes.callPoint
        : place === addressesPerZone - 1
          ? componentTypes.flowSwitch
          : componentTypes.smoke;
    return {
      address: index + 1,
      zone: Math.floor(index / addressesPerZone) + 1,
      type,
      latched: false,
      prealarm: false,
      lost: false,
      disabled: index >= addressCount - disabled,
      feedback: false,
    };
  });
}

/**
 * Detectors raise the alarm flag of the loop by themselves and are then read at once, so an alarm does not wait for the
 * supervising poll. The same parameters and seed give the same readings, step by step.
 */
export function createFirePanel(params: FirePanelParams, seed: number): FirePanel {
  const chance: Chance = createChance(seed, "fire-panel");
  const battery = createPanelBattery();
  const components = layOut(params.disabled);
  const state: FirePanelState = {
    components,
    first: undefined,
    confirmed: false,
    commands: new Set(),
    feedbacks: new Set(),
    loopFault: false,
    mains: true,
    mainsFail: false,
    manual: false,
    test: false,
    supervisory: false,
    resetting: false,
    events: [],
    eventSeq: chance.whole(1000, 60_000),
    volts: battery.volts,
    batteryFail: false,
  };
  const published = createFirePanelReadings(state, createChance(seed, "sensors"));
  const air = new Map<number, { readonly begun: number; readonly at: Air }>();
  const withheld = new Set<Output>();
  let steps = 0;
  /** Something other than clock and battery has changed since the last step. */
  let changed = false;
  let stirred = 0;
  let agenda: { readonly due: number; readonly topic: Topic; act(): void }[] = [];

  const now = () => steps / stepsPerSecond;
  const component = (address: number): Component => {
    const found = components[address - 1];
    if (!found) throw new Error(`the loop has no address ${address}`);
    return found;
  };
  const after = (seconds: number, topic: Topic, act: () => void) => {
    agenda.push({ due: now() + seconds, topic, act });
  };
  const forget = (topic: Topic) => {
    agenda = agenda.filter((entry) => entry.topic !== topic);
  };
  const note = (type: number, about?: Component) => {
    changed = true;
    state.eventSeq = (state.eventSeq + 1) % 4_294_967_296;
    const event = {
      seq: state.eventSeq,
      time: Math.floor(now()),
      type,
      address: about?.address ?? 0,
      componentType: about?.type ?? 0,
      status: about ? published.statusOf(about) : 0,
    };
    state.events = [...state.events, event].slice(-ringSize);
  };

  const link = () => {
    if (state.manual) return;
    for (const output of outputs) {
      after(chance.between(...commandDelay), "linkage", () => {
        state.commands.add(output);
        note(eventTypes.command);
        const delay = chance.between(...feedbackDelay[output]);
        after(delay, "linkage", () => {
          if (withheld.has(output)) return;
          state.feedbacks.add(output);
          note(eventTypes.feedback);
        });
      });
    }
  };
  const raise = (which: Component) => {
    if (which.latched || which.lost || which.disabled) return;
    which.latched = true;
    which.prealarm = false;
    state.first ??= which;
    note(eventTypes.fire, which);
    const inZone = components.filter((other) => other.zone === which.zone && other.latched).length;
    if (state.confirmed || inZone < 2) return;
    state.confirmed = true;
    note(eventTypes.confirmed, which);
    link();
  };
  const level = (address: number) => {
    const seen = air.get(address);
    return seen ? seen.at(now() - seen.begun) : 0;
  };
  const smell = () => {
    for (const address of air.keys()) {
      const which = component(address);
      const density = level(address) + tolerance;
      if (density >= marks.alarm) raise(which);
      const warns = density >= marks.prealarm && !which.latched && !which.lost && !which.disabled;
      if (warns && !which.prealarm) note(eventTypes.prealarm, which);
      changed ||= warns !== which.prealarm;
      which.prealarm = warns;
    }
  };
  const fill = (address: number, at: Air, age = 0) => air.set(component(address).address, { begun: now() - age, at });

  const reset = () => {
    for (const address of air.keys()) if (level(address) >= marks.prealarm) return false;
    air.clear();
    forget("linkage");
    forget("reset");
    for (const which of components) {
      which.latched = false;
      which.prealarm = false;
      which.feedback = false;
    }
    state.first = undefined;
    state.confirmed = false;
    state.commands.clear();
    after(feedbackGone, "reset", () => state.feedbacks.clear());
    state.resetting = true;
    after(resetSeconds, "reset", () => {
      state.resetting = false;
    });
    note(eventTypes.reset);
    return true;
  };
  const closeLoop = () => {
    forget("loop");
    if (state.loopFault) note(eventTypes.faultGone);
    state.loopFault = false;
    for (const which of components) {
      if (!which.lost) continue;
      which.lost = false;
      note(eventTypes.faultGone, which);
    }
  };
  const restoreMains = () => {
    forget("mains");
    if (state.mainsFail) note(eventTypes.power);
    state.mains = true;
    state.mainsFail = false;
  };

  return {
    kind: "fire-panel",
    params,
    stepSeconds,
    state,
    get elapsed() {
      return now();
    },
    readings: published.readings,
    get stirred() {
      return state.mains && air.size === 0 ? stirred / stepsPerSecond : now();
    },
    step() {
      steps += 1;
      smell();
      if (agenda.length > 0) {
        const due = agenda.filter((entry) => entry.due <= now() + tolerance).sort((a, b) => a.due - b.due);
        if (due.length > 0) {
          agenda = agenda.filter((entry) => !due.includes(entry));
          for (const entry of due) entry.act();
          changed = true;
        }
      }
      battery.step(stepSeconds, state.mains);
      if (battery.failed !== state.batteryFail) note(eventTypes.power);
      state.volts = battery.volts;
      state.batteryFail = battery.failed;
      published.step(steps, stepsPerSecond, changed);
      if (changed) stirred = steps;
      changed = false;
    },
    startFire(address, others) {
      fill(address, smouldering(0));
      for (const other of others) fill(other.address, smouldering(other.metres));
    },
    discoverFire: (address, age) => void fill(address, smouldering(0), age),
    steamAt: (address) => void fill(address, steam),
    pressCallPoint: (zone) => raise(component(zone * addressesPerZone)),
    flowAt(zone) {
      const which = component(zone * addressesPerZone - 1);
      which.feedback = true;
      note(eventTypes.feedback, which);
    },
    withholdFeedback: (output) => void withheld.add(output),
    openLoop(from, to) {
      after(loopFaultDelay, "loop", () => {
        state.loopFault = true;
        note(eventTypes.fault);
      });
      for (let address = from; address <= to; address += 1) {
        const which = component(address);
        after(chance.between(...lostDelay), "loop", () => {
          which.lost = true;
          which.prealarm = false;
          note(eventTypes.fault, which);
        });
      }
    },
    closeLoop,
    loseMains() {
      if (!state.mains) return;
      state.mains = false;
      after(chance.between(...mainsFailDelay), "mains", () => {
        state.mainsFail = true;
        note(eventTypes.power);
      });
    },
    restoreMains,
    closeValve(closed) {
      state.supervisory = closed;
      note(eventTypes.supervisory);
    },
    setManual(on) {
      state.manual = on;
      note(eventTypes.mode);
    },
    setTest(on) {
      state.test = on;
      note(eventTypes.mode);
    },
    setDisabled(address, on) {
      const which = component(address);
      which.disabled = on;
      note(eventTypes.disablement, which);
    },
    airOut() {
      for (const address of air.keys()) fill(address, fading(level(address)));
    },
    reset,
    recover() {
      changed = true;
      air.clear();
      withheld.clear();
      closeLoop();
      restoreMains();
      state.supervisory = false;
      state.manual = false;
      state.test = false;
      for (const which of components) which.disabled = which.address > addressCount - params.disabled;
      if (components.some((which) => which.latched || which.feedback) || state.commands.size > 0) reset();
    },
  };
}
