/**
 * The scenarios of the device research (devices 7): which story plays each, which rules must catch it, and by when. The stories
 * themselves are played through the packs in `test/simulators/stage/stories.test.ts`, none missed, none late; here it is shown
 * that nothing is left out and that no story grants itself more time than the research does.
 */
import { describe, expect, test } from "vitest";
import { scenarios } from "../../../simulators/scenarios/index.ts";
import { readShippedTables } from "./case-file.ts";
import { readLibrary } from "./installation.ts";

/** Seconds from the injection; silence is a pass where nothing is named. `beside` names how else a rule of it is shown. */
interface Row {
  readonly story: string;
  readonly by?: Readonly<Record<string, number>>;
  readonly beside?: readonly string[];
}

const MINUTE = 60;
const HOUR = 3_600;

const ROWS: Readonly<Record<string, Row>> = {
  ES1: {
    story: "elevator-entrapment",
    by: { "elevator.safety_circuit_open": 2, "elevator.entrapment_off_landing": 31, "elevator.alarm_button": 25 + 8 },
  },
  ES2: { story: "elevator-entrapment-at-landing", by: { "elevator.entrapment_at_landing": 60 } },
  ES3: { story: "elevator-maintenance" },
  ES4: { story: "elevator-door-held", by: { "elevator.door_open_too_long": 120 } },
  ES5: { story: "elevator-power-fail", by: { "elevator.power_lost": 5 } },
  ES6: { story: "elevator-power-fail-trapped", by: { "elevator.entrapment_off_landing": 31 } },
  ES7: { story: "elevator-open-door-run", by: { "elevator.open_door_run": 1, "elevator.safety_circuit_open": 2 } },
  ES8: { story: "elevator-overspeed", by: { "elevator.overspeed": 1.4, "elevator.safety_circuit_open": 2.4 } },
  ES8b: { story: "elevator-overspeed-ungoverned", by: { "elevator.overspeed": 1.5 } },
  ES9: { story: "elevator-door-fault", by: { "elevator.door_cycling": 45 } },
  ES10: { story: "elevator-over-travel", by: { "elevator.over_travel": 1.2 } },
  ES11: { story: "elevator-run-limiter", by: { "elevator.run_timeout": 45 } },
  ES12: { story: "elevator-levelling", by: { "elevator.levelling": HOUR } },
  ES13: { story: "elevator-frozen", by: { "elevator.heartbeat_frozen": 30 } },
  ES14: { story: "elevator-parked" },
  PS1: { story: "pipe-burst", by: { "water.pipe_burst_drop": 22, "water.pipe_burst_sustained": 185 } },
  PS1b: { story: "pipe-burst", beside: ["water.pipe_burst_sustained"] },
  PS2: { story: "pipe-burst-large", by: { "water.pipe_burst_collapse": 13, "water.pipe_burst_drop": 20 } },
  PS3: { story: "night-leak", by: { "water.night_flow": 2 * 24 * HOUR + 5 * HOUR }, beside: ["water.night_flow"] },
  PS4: { story: "dry-run", by: { "water.dry_run": 22, "water.tank_low": 62 } },
  PS5: { story: "pump-trip", by: { "water.pump_fault": 3 } },
  PS6: { story: "pumps-all-failed", by: { "water.all_pumps_failed": 30 } },
  // The flow is gone some time after the valve began to shut; ten minutes from then.
  PS7: { story: "dead-head", by: { "water.dead_head": 12 * MINUTE } },
  PS8: { story: "short-cycling", by: { "water.short_cycling": 22 * MINUTE } },
  PS9: { story: "sump-overflow", by: { "water.sump_high": 5.3 * MINUTE } },
  PS10: { story: "pressure-sensor-broken", by: { "water.pressure_sensor": 20 } },
  PS11: { story: "drive-lost", by: { "water.drive_lost": 60 } },
  PS12: { story: "cavitation", by: { "water.suction_low": 60 }, beside: ["water.cavitation"] },
  FS1: { story: "fire-confirmed", by: { "fire.prealarm": 83, "fire.alarm": 91, "fire.confirmed": 158 } },
  FS2: { story: "fire-false-alarm", by: { "fire.alarm": 61 } },
  FS3: { story: "fire-call-point", by: { "fire.alarm": 1, "fire.confirmed": 61 } },
  FS4: { story: "fire-loop-open", by: { "fire.fault": 100 } },
  FS5: { story: "fire-mains-loss", by: { "fire.power_supply": 80 + 12 } },
  FS6: { story: "fire-disablement-left", by: { "fire.disablement_left": 2 * HOUR + 10 } },
  FS7: { story: "fire-valve-closed", by: { "fire.supervisory": 60 } },
  FS8: { story: "fire-gateway-frozen", by: { comms_loss: 60 }, beside: ["fire.heartbeat_frozen"] },
  FS9: { story: "fire-feedback-missing", by: { "fire.feedback_fan": 160 + 30 } },
  FS10: { story: "fire-test-mode", by: { "fire.test_mode": 2, "fire.test_alarm": 2 } },
  FS11: { story: "fire-lift-stuck", by: { "elevator.not_recalled": 160 + 62 } },
  AS1: { story: "door-visit" },
  AS2: { story: "door-forced", by: { "access.forced": 1 } },
  AS3: { story: "door-held", by: { "access.held_open": 31 }, beside: ["access.held_prealarm"] },
  AS4: { story: "door-tailgate", by: { "access.passback": 4 } },
  AS5: { story: "door-duress", by: { "access.duress": 0 } },
  AS6: { story: "door-reader-cut", by: { "access.tamper_reader": 2, "access.reader_offline": 38 } },
  AS7: { story: "access-offline", by: { comms_loss: 120 } },
  AS8: { story: "fire-release", by: { "access.release_failed": 3, "access.not_resecured": 720 } },
  AS9: { story: "door-bounce" },
  AS10: { story: "door-lock-worn", by: { "access.relock_failed": 60 } },
  AS11: { story: "door-probing", by: { "access.probing": 21 } },
  AS12: { story: "door-open-hours", by: { "access.held_open": 31 } },
  X1: { story: "power-outage", by: { "power.utility_lost": 12 } },
  X2: { story: "fire-in-building", by: { "fire.alarm": 91, "fire.confirmed": 158 } },
  X3: { story: "burst-in-shaft", by: { "water.pipe_burst_drop": 22, "water.room_flood": 40 } },
  X4: { story: "bus-cut", by: { comms_loss: 60 } },
  X5: { story: "alarm-storm", by: { "fire.fault": 100 } },
};

/** "+ poll period": the demo's polls are a second apart, and a changed value may miss one. */
const POLL = 2;

const rules = await readLibrary();
const rows = await readShippedTables(rules);
const numbered = (letters: string, last: number) => Array.from({ length: last }, (_, n) => `${letters}${n + 1}`);

test("none of the 49 scenarios, nor of the five of several devices, is left out", () => {
  const all = [...numbered("ES", 14), ...numbered("PS", 12), ...numbered("FS", 11), ...numbered("AS", 12)];
  expect(all).toHaveLength(49);
  expect(Object.keys(ROWS).toSorted()).toEqual([...all, "ES8b", "PS1b", ...numbered("X", 5)].toSorted());
});

describe.each(Object.entries(ROWS))("%s", (_, { story, by = {}, beside = [] }) => {
  const found = scenarios.find(({ name }) => name === story);

  test(`is played as ${story}, whose alarms must come in the time of the research`, () => {
    const told = new Map<string, number>();
    for (const { rule, within } of found?.mustFollow ?? [])
      told.set(rule, Math.min(within, told.get(rule) ?? Number.POSITIVE_INFINITY));
    for (const [rule, deadline] of Object.entries(by))
      expect([rule, told.has(rule), (told.get(rule) as number) <= deadline + POLL]).toEqual([rule, true, true]);
    const defaults = Object.fromEntries(
      Object.entries(found?.parameters ?? {}).map(([name, one]) => [name, one.default]),
    );
    const asItStands = found?.mustFollow.filter(({ onlyIf }) => onlyIf === undefined || onlyIf(defaults as never));
    if (Object.keys(by).length === 0 && beside.length === 0) expect(asItStands).toEqual([]);
    else expect(told.size).toBeGreaterThan(0);
  });

  test("has sample series for each of its rules that raise, stay silent and end", () => {
    for (const rule of [...Object.keys(by), ...beside].filter((id) => id !== "comms_loss"))
      expect([rule, rows.filter((row) => row.rule === rule).length >= 3]).toEqual([rule, true]);
  });
});
