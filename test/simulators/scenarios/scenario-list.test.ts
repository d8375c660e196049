/** The stories against the list of domain research (section 7): each is there, with what must follow it by when, and its ranges. */
import { describe, expect, test } from "vitest";
import { findScenario, scenarios } from "../../../simulators/scenarios/index.ts";

type Row = readonly [rule: string, severity: string, ticketClass: string, seconds: number];
interface Listed {
  /** Its name in the domain file. */
  readonly as: string;
  readonly story: string;
  readonly params?: Readonly<Record<string, number>>;
  /** Deadlines after t0 as the list has them; a poll period is added to each by whoever judges. None: silence is the pass. */
  readonly follow: readonly Row[];
}

const trapped = (rule: string, seconds: number): Row => [rule, "S1", "elevator_entrapment", seconds];
const offLanding = "elevator.entrapment_off_landing";
/** The list rounds the 73.5 s of its own model to 73. */
const fire = (seconds: number): readonly Row[] => [
  ["fire.prealarm", "S3", "general_fault", 83.5],
  ["fire.alarm", "S1", "fire_alarm", 91],
  ["fire.confirmed", "S1", "fire_alarm", seconds],
];
const general = (rule: string, severity: string, seconds: number): Row => [rule, severity, "general_fault", seconds];
const pump = (rule: string, severity: string, seconds: number): Row => [rule, severity, "pump_fault", seconds];
const burst = (rule: string, severity: string, seconds: number): Row => [rule, severity, "pipe_burst", seconds];
const lost = (severity: string, seconds: number): Row => ["comms_loss", severity, "comms_loss", seconds];
const day = 86_400;

const list: readonly Listed[] = [
  // The first press comes 25 s after the stop at the latest.
  {
    as: "ES1",
    story: "elevator-entrapment",
    follow: [
      general("elevator.safety_circuit_open", "S2", 2),
      trapped(offLanding, 31),
      trapped("elevator.alarm_button", 25 + 8),
    ],
  },
  { as: "ES2", story: "elevator-entrapment-at-landing", follow: [trapped("elevator.entrapment_at_landing", 60)] },
  { as: "ES3", story: "elevator-maintenance", follow: [] },
  {
    as: "ES4",
    story: "elevator-door-held",
    follow: [general("elevator.door_open_too_long", "S3", 120), general("elevator.door_open_too_long", "S2", 180)],
  },
  { as: "ES5", story: "elevator-power-fail", follow: [general("elevator.power_lost", "S2", 5)] },
  {
    as: "ES6",
    story: "elevator-power-fail-trapped",
    follow: [general("elevator.power_lost", "S2", 5), trapped(offLanding, 31)],
  },
  {
    as: "ES6, its rescue device dead",
    story: "elevator-power-fail-trapped",
    params: { dead: 1 },
    follow: [general("elevator.power_lost", "S2", 5), trapped(offLanding, 91)],
  },
  // The car stands 1 s after the lock opened, 3 s after it began to run away.
  {
    as: "ES7",
    story: "elevator-open-door-run",
    follow: [
      general("elevator.open_door_run", "S1", 0.6),
      general("elevator.safety_circuit_open", "S2", 2),
      trapped(offLanding, 32),
    ],
  },
  {
    as: "ES8",
    story: "elevator-overspeed",
    follow: [
      general("elevator.overspeed", "S1", 1.4),
      general("elevator.safety_circuit_open", "S2", 2.4),
      trapped(offLanding, 34),
    ],
  },
  { as: "ES8b", story: "elevator-overspeed-ungoverned", follow: [general("elevator.overspeed", "S1", 1.3)] },
  { as: "ES9", story: "elevator-door-fault", follow: [general("elevator.door_cycling", "S3", 45)] },
  { as: "ES10", story: "elevator-over-travel", follow: [general("elevator.over_travel", "S1", 1.2)] },
  { as: "ES11", story: "elevator-run-limiter", follow: [general("elevator.run_timeout", "S2", 45)] },
  // At 96 mm a day 16 mm are reached after 2.75 h and 26 mm after 5.25 h; five or three of ten stops take an hour.
  {
    as: "ES12",
    story: "elevator-levelling",
    follow: [
      ["elevator.levelling", "S4", "none", 2.75 * 3600 + 3600],
      ["elevator.levelling_far", "S3", "non_urgent", 5.25 * 3600 + 3600],
    ],
  },
  {
    as: "ES13",
    story: "elevator-frozen",
    follow: [["elevator.heartbeat_frozen", "S2", "comms_loss", 30]],
  },
  { as: "ES14", story: "elevator-parked", follow: [] },
  {
    as: "PS1",
    story: "pipe-burst",
    follow: [burst("water.pipe_burst_drop", "S1", 22), burst("water.pipe_burst_sustained", "S2", 182)],
  },
  {
    as: "PS1b",
    story: "pipe-burst",
    params: { hole: 10 },
    follow: [burst("water.pipe_burst_sustained", "S2", 185)],
  },
  {
    as: "PS2",
    story: "pipe-burst-large",
    follow: [
      burst("water.pipe_burst_collapse", "S1", 13),
      burst("water.pipe_burst_drop", "S1", 20),
      burst("water.pipe_burst_sustained", "S2", 182),
    ],
  },
  // Two whole nights, whatever the hour at which it began; the stage plays the case of the list to the minute.
  { as: "PS3", story: "night-leak", follow: [general("water.night_flow", "S3", 2.2 * day)] },
  // From 0.75 m at 8 m³/h: 920 s to 0.6 m, 2430 s to 0.3 m, a tenth more for the swings of the demand.
  { as: "PS4", story: "dry-run", follow: [pump("water.tank_low", "S2", 1100), pump("water.dry_run", "S1", 2702)] },
  { as: "PS5", story: "pump-trip", follow: [pump("water.pump_fault", "S3", 3)] },
  {
    as: "PS6",
    story: "pumps-all-failed",
    follow: [pump("water.pump_fault", "S2", 3), pump("water.all_pumps_failed", "S1", 30)],
  },
  { as: "PS7", story: "dead-head", follow: [pump("water.dead_head", "S2", 600)] },
  // After 13 starts, a start every minute and a half.
  { as: "PS8", story: "short-cycling", follow: [pump("water.short_cycling", "S3", 13 * 91)] },
  { as: "PS8, sump", story: "sump-short-cycling", follow: [pump("water.sump_short_cycling", "S3", 16 * 210)] },
  {
    as: "PS9",
    story: "sump-overflow",
    follow: [
      burst("water.pipe_burst_drop", "S1", 22),
      burst("water.leak_rope", "S2", 10),
      pump("water.sump_high", "S1", 5.3 * 60),
      burst("water.room_flood", "S1", 9.3 * 60 + 12),
    ],
  },
  { as: "PS10", story: "pressure-sensor-broken", follow: [pump("water.pressure_sensor", "S2", 20)] },
  // Its controller gives the drive up after 30 s.
  { as: "PS11", story: "drive-lost", follow: [["water.drive_lost", "S3", "comms_loss", 30 + 60]] },
  // Below 0.03 MPa after 57 s of a clogging that takes a minute.
  { as: "PS12", story: "cavitation", follow: [pump("water.suction_low", "S2", 57 + 60)] },
  { as: "FS1", story: "fire-confirmed", follow: fire(158) },
  { as: "FS1, 20 m apart", story: "fire-confirmed", params: { metres: 20 }, follow: fire(225) },
  { as: "FS2", story: "fire-false-alarm", follow: [["fire.alarm", "S1", "fire_alarm", 60]] },
  {
    as: "FS3",
    story: "fire-call-point",
    follow: [
      ["fire.alarm", "S1", "fire_alarm", 0],
      ["fire.confirmed", "S1", "fire_alarm", 46],
    ],
  },
  { as: "FS4", story: "fire-loop-open", follow: [general("fire.fault", "S2", 100)] },
  // The panel tells it after 30 s at the latest.
  { as: "FS5", story: "fire-mains-loss", follow: [general("fire.power_supply", "S2", 30 + 60)] },
  {
    as: "FS6",
    story: "fire-disablement-left",
    follow: [general("fire.disablement_left", "S3", 7200), general("fire.disablement_left", "S2", day)],
  },
  { as: "FS7", story: "fire-valve-closed", follow: [general("fire.supervisory", "S2", 60)] },
  { as: "FS8", story: "fire-gateway-frozen", follow: [lost("S1", 60)] },
  {
    as: "FS9",
    story: "fire-feedback-missing",
    follow: [...fire(158), ["fire.feedback_fan", "S1", "fire_alarm", 190]],
  },
  {
    as: "FS10",
    story: "fire-test-mode",
    follow: [
      ["fire.test_mode", "S4", "none", 2],
      ["fire.test_alarm", "S4", "none", 32],
    ],
  },
  {
    as: "FS11",
    story: "fire-lift-stuck",
    follow: [...fire(158), ["elevator.not_recalled", "S1", "fire_alarm", 220]],
  },
  { as: "AS1", story: "door-visit", follow: [] },
  { as: "AS2", story: "door-forced", follow: [["access.forced", "S2", "forced_door", 1]] },
  {
    as: "AS3",
    story: "door-held",
    follow: [["access.held_prealarm", "S4", "none", 26], general("access.held_open", "S3", 31)],
  },
  {
    as: "AS3, for long",
    story: "door-held",
    params: { openFor: 600 },
    follow: [
      ["access.held_prealarm", "S4", "none", 26],
      general("access.held_open", "S3", 31),
      general("access.held_open", "S2", 181),
    ],
  },
  { as: "AS4", story: "door-tailgate", follow: [general("access.passback", "S3", 3)] },
  { as: "AS5", story: "door-duress", follow: [["access.duress", "S1", "forced_door", 0]] },
  {
    as: "AS6",
    story: "door-reader-cut",
    follow: [general("access.tamper_reader", "S2", 2), general("access.reader_offline", "S3", 38)],
  },
  { as: "AS7", story: "access-offline", follow: [lost("S2", 120)] },
  { as: "AS8", story: "fire-release", follow: [] },
  {
    as: "AS8, a door stays locked",
    story: "fire-release",
    params: { stuckDoor: 2 },
    follow: [["access.release_failed", "S1", "fire_alarm", 3]],
  },
  {
    as: "AS8, not armed again",
    story: "fire-release",
    params: { rearmAfter: 300 },
    follow: [1, 2, 3, 4].map(() => general("access.not_resecured", "S2", 720)),
  },
  { as: "AS9", story: "door-bounce", follow: [] },
  {
    as: "AS9, the last phase stays open",
    story: "door-bounce",
    params: { staysOpen: 1 },
    follow: [["access.forced", "S2", "forced_door", 1.75 + 1]],
  },
  { as: "AS10", story: "door-lock-worn", follow: [general("access.relock_failed", "S2", 60)] },
  // The fifth of eight, 5 s apart.
  { as: "AS11", story: "door-probing", follow: [general("access.probing", "S3", 20)] },
  {
    as: "AS12",
    story: "door-open-hours",
    params: { openHours: 43_200 },
    follow: [general("access.held_open", "S3", 43_200 + 30)],
  },
  {
    as: "X1",
    story: "power-outage",
    follow: [["power.utility_lost", "S2", "power_outage", 10]],
  },
  {
    as: "X1, no generator",
    story: "power-outage",
    params: { generatorStarts: 0 },
    follow: [
      ["power.utility_lost", "S2", "power_outage", 10],
      ["generator.no_start", "S1", "power_outage", 33],
      ["power.no_backup", "S1", "power_outage", 60],
    ],
  },
  { as: "X2", story: "fire-in-building", follow: fire(158) },
  {
    as: "X3",
    story: "burst-in-shaft",
    follow: [
      burst("water.pipe_burst_drop", "S1", 22),
      burst("water.leak_rope", "S2", 10),
      pump("water.sump_high", "S1", 5.3 * 60),
      burst("water.room_flood", "S1", 9.3 * 60 + 12),
    ],
  },
  { as: "X4", story: "bus-cut", follow: [lost("S2", 60)] },
  {
    as: "X5",
    story: "alarm-storm",
    follow: [general("fire.fault", "S2", 100), ["access.forced", "S2", "forced_door", 20]],
  },
];

/** What may be changed of a story, from where to where. Those that are not named here have none. */
const ranges: Readonly<Record<string, Readonly<Record<string, readonly [number, number]>>>> = {
  "elevator-entrapment": { persons: [1, 6], pressSeconds: [0.5, 30], rescueAfter: [30, 7200] },
  "elevator-entrapment-at-landing": { persons: [1, 6], rescueAfter: [30, 7200] },
  "elevator-door-held": { heldFor: [20, 1800] },
  "elevator-power-fail": { persons: [1, 6], backAfter: [40, 7200] },
  "elevator-power-fail-trapped": { persons: [1, 6], dead: [0, 1], rescueAfter: [30, 7200] },
  "elevator-open-door-run": { persons: [1, 6], rescueAfter: [30, 7200] },
  "elevator-overspeed": { persons: [1, 6], rescueAfter: [30, 7200] },
  "elevator-overspeed-ungoverned": { ratio: [1.165, 1.3] },
  "elevator-levelling": { perDay: [0.5, 200] },
  "elevator-frozen": { lasts: [30, 7200] },
  "pump-trip": { demand: [2, 14], repairAfter: [30, 14_400] },
  "pumps-all-failed": { demand: [2, 14], repairAfter: [30, 14_400] },
  "pipe-burst": { hole: [10, 30], demand: [2, 14], toSump: [0, 1], repairAfter: [30, 14_400] },
  "pipe-burst-large": { hole: [45, 65], demand: [2, 14], toSump: [0, 1], repairAfter: [30, 14_400] },
  "night-leak": { hole: [5, 9], lasts: [day, 6 * day] },
  "dry-run": { level: [0.62, 2], demand: [2, 14], pumpsStopAfter: [30, 1800] },
  "short-cycling": { leak: [4, 10], lasts: [300, 14_400] },
  "fire-confirmed": { metres: [3, 20], resetAfter: [400, 14_400] },
  "fire-feedback-missing": { metres: [3, 20], resetAfter: [400, 14_400] },
  "fire-lift-stuck": { metres: [3, 20], resetAfter: [400, 14_400] },
  "fire-call-point": { smokeAfter: [0, 60], resetAfter: [400, 14_400] },
  "fire-disablement-left": { count: [1, 20], lasts: [300, 48 * 3600] },
  "fire-test-mode": { alarms: [2, 80] },
  "door-forced": { door: [1, 4], closedAfter: [5, 3600] },
  "door-held": { door: [1, 4], openFor: [31, 3600] },
  "door-bounce": { door: [1, 4], staysOpen: [0, 1] },
  "fire-release": { stuckDoor: [0, 4], resetAfter: [60, 7200], rearmAfter: [0, 1800] },
  "power-outage": { lasts: [60, 14_400], generatorStarts: [0, 1] },
  "gas-leak": { leak: [2, 8], fanWorks: [0, 1], valveWorks: [0, 1], repairAfter: [600, 7200] },
};

/** What is demanded with these parameters, as rows of the list. */
function demandedOf(story: string, params: Readonly<Record<string, number>>): Row[] {
  const scenario = findScenario(story);
  if (!scenario) throw new Error(`no story ${story}`);
  const values: Record<string, number> = {};
  for (const [name, { default: usual }] of Object.entries(scenario.parameters)) values[name] = params[name] ?? usual;
  for (const name of Object.keys(params)) expect(Object.keys(values)).toContain(name);
  return scenario.mustFollow
    .filter(({ onlyIf }) => onlyIf?.(values) ?? true)
    .map(
      ({ rule, severity, ticketClass, within, from }): Row => [
        rule,
        severity,
        ticketClass,
        within + (from?.(values) ?? 0),
      ],
    );
}

describe("each story of the list demands its alarms, severities and ticket classes, none later than the list says", () => {
  test.each(list.map((one) => [one.as, one] as const))("%s", (_as, { story, params = {}, follow }) => {
    const demanded = demandedOf(story, params);
    expect(demanded.map(([rule, severity, ticketClass]) => [rule, severity, ticketClass])).toEqual(
      follow.map(([rule, severity, ticketClass]) => [rule, severity, ticketClass]),
    );
    for (const [index, [rule, , , within]] of demanded.entries())
      expect(within, `${rule} of ${story}`).toBeLessThanOrEqual((follow[index]?.[3] ?? 0) + 1e-9);
  });
});

test("the list is whole: 14 of elevators, 12 of water, 11 of fire panels, 12 of doors, 5 across devices", () => {
  const numbers = new Set(list.map(({ as }) => /^[A-Z]+\d+/.exec(as)?.[0] ?? as));
  const count = (family: string) => [...numbers].filter((name) => name.startsWith(family)).length;
  expect(["ES", "PS", "FS", "AS", "X"].map(count)).toEqual([14, 12, 11, 12, 5]);
  const told = new Set(list.map(({ story }) => story));
  // Stories of the house beside those of the list.
  expect(scenarios.map(({ name }) => name).filter((name) => !told.has(name))).toEqual([
    "access-mains-fail",
    "gas-leak",
  ]);
});

test("parameters have the ranges of the list, and their usual value lies within", () => {
  for (const [story, own] of Object.entries(ranges)) {
    const parameters = findScenario(story)?.parameters ?? {};
    expect(
      Object.fromEntries(Object.entries(parameters).map(([name, { min, max }]) => [name, [min, max]])),
      story,
    ).toEqual(own);
  }
  for (const { name, parameters } of scenarios)
    for (const [key, { min, max, default: usual, tells }] of Object.entries(parameters)) {
      expect(min <= usual && usual <= max, `${name} ${key}`).toBe(true);
      expect([tells.zh.length > 0, tells.en.length > 0], `${name} ${key}`).toEqual([true, true]);
    }
});
