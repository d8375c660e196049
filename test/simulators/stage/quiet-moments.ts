/** What happens in a building without being an emergency: when, to whom, for how long, and how the plant shows that it truly happened. */
import type { AccessController } from "../../../simulators/plant/access-state.ts";
import type { Booster } from "../../../simulators/plant/booster.ts";
import type { Elevator } from "../../../simulators/plant/elevator-state.ts";
import type { FirePanel } from "../../../simulators/plant/fire-panel-state.ts";
import type { GasDetector } from "../../../simulators/plant/gas-detector.ts";
import type { Generator } from "../../../simulators/plant/generator.ts";
import type { Plant } from "../../../simulators/plant/plant.ts";
import type { Ups } from "../../../simulators/plant/ups.ts";
import type { Utility } from "../../../simulators/plant/utility.ts";
import type { Text } from "../../../simulators/text.ts";

const minute = 60;
const hour = 3600;

type Values = Readonly<Record<string, number>>;

export interface HappeningOf<P> {
  readonly name: string;
  readonly of: "elevator" | "booster" | "sump" | "fire" | "access" | "power" | "generator" | "ups" | "gas";
  readonly device: string;
  readonly tells: Text;
  /** Seconds after midnight, and how long it lasts. */
  readonly at: number;
  readonly lasts: number;
  /** Only on every so many-th day, from this one on; absent: daily. */
  readonly on?: { readonly every: number; readonly from: number };
  begin?(plant: P): void;
  end?(plant: P): void;
  /** Points that show it, looked at so many seconds after its beginning; `grown` is what they have grown by since. */
  readonly look: { readonly after: number; readonly points: readonly string[] };
  shows(now: Values, grown: Values): boolean;
  /** Notes for the record (S4) that belong to it and ask for nobody. */
  readonly notes?: readonly string[];
}
export type Happening = HappeningOf<Plant>;

/** The plants of the building are of the kinds that their devices say. */
const of = <P extends Plant>(one: HappeningOf<P>): Happening => one as unknown as Happening;
const weekly = (from: number) => ({ every: 7, from });
const fortnightly = (from: number) => ({ every: 14, from });

const elevators: readonly Happening[] = [
  of<Elevator>({
    name: "peak of traffic",
    of: "elevator",
    device: "lift-1",
    tells: { zh: "早高峰", en: "Everybody leaves for work" },
    at: 7 * hour,
    lasts: 2 * hour,
    look: { after: 2 * hour, points: ["run_count"] },
    shows: (_now, { run_count = 0 }) => run_count > 40,
  }),
  of<Elevator>({
    name: "cleaners hold a lift door",
    of: "elevator",
    device: "lift-1",
    tells: { zh: "保洁挡着电梯门装车，约一分半钟", en: "Cleaners keep the door open while they load their cart" },
    at: 6.5 * hour,
    lasts: 100,
    begin(lift) {
      lift.call({ from: lift.params.homeFloor, to: lift.params.homeFloor + 1, persons: 1 });
      lift.holdDoor(true);
    },
    end: (lift) => lift.holdDoor(false),
    look: { after: 98, points: ["door_open_limit"] },
    shows: ({ door_open_limit }) => door_open_limit === 1,
  }),
  of<Elevator>({
    name: "mechanic on the car",
    of: "elevator",
    device: "lift-1",
    tells: { zh: "维保检修，轿厢停在两层之间", en: "The mechanic works on the car, between two floors" },
    at: 9 * hour,
    lasts: 42 * minute,
    on: fortnightly(1),
    begin: (lift) => lift.inspect(true),
    end: (lift) => lift.inspect(false),
    look: { after: 20 * minute, points: ["service_mode", "door_zone"] },
    shows: ({ service_mode, door_zone }) => service_mode === 2 && door_zone === 0,
  }),
  of<Elevator>({
    name: "mechanic creeps",
    of: "elevator",
    device: "lift-1",
    tells: { zh: "检修慢车", en: "A slow run under inspection" },
    at: 9.2 * hour,
    lasts: 4,
    on: fortnightly(1),
    begin: (lift) => lift.creep(0.3),
    end: (lift) => lift.creep(0),
    look: { after: 3, points: ["speed"] },
    shows: ({ speed = 0 }) => speed > 0.2,
  }),
  ...[10.1, 10.4, 10.7].map((at) =>
    of<Elevator>({
      name: "relevelling under furniture",
      of: "elevator",
      device: "lift-1",
      tells: {
        zh: "搬运家具，轿厢下沉后开门再平层",
        en: "Furniture is moved in: the car sinks and relevels with its door open",
      },
      at: at * hour,
      lasts: 5 * minute,
      on: { every: 3, from: 0 },
      begin(lift) {
        lift.call({ from: lift.params.homeFloor, to: lift.params.homeFloor + 1, persons: 2 });
        lift.sink(24);
      },
      look: { after: 5 * minute, points: ["relevel_count"] },
      shows: (_now, { relevel_count = 0 }) => relevel_count >= 1,
    }),
  ),
];

const water: readonly Happening[] = [
  of<Booster>({
    name: "peak demand",
    of: "booster",
    device: "booster-1",
    tells: { zh: "早高峰用水", en: "Everybody showers" },
    at: 7 * hour,
    lasts: 2 * hour,
    look: { after: 1.5 * hour, points: ["flow"] },
    shows: ({ flow = 0 }) => flow > 9,
  }),
  ...[1, 2, 3].map((pump) =>
    of<Booster>({
      name: `pump ${pump} is greased`,
      of: "booster",
      device: "booster-1",
      tells: { zh: `${pump} 号泵停机加油保养`, en: `Pump ${pump} is switched off and greased` },
      at: (13 + pump / 2) * hour,
      lasts: 24 * minute,
      on: fortnightly(1),
      begin: (set) => set.servePump(pump, true),
      end: (set) => set.servePump(pump, false),
      look: { after: 20 * minute, points: [`p${pump}_run`, `p${pump}_auto`, "outlet_pressure"] },
      shows: (now) => now[`p${pump}_run`] === 0 && now[`p${pump}_auto`] === 0 && (now.outlet_pressure ?? 0) > 0.5,
    }),
  ),
  of<Booster>({
    name: "rain",
    of: "sump",
    device: "booster-1",
    tells: {
      zh: "下雨，集水井进水，污水泵约每小时抽一次",
      en: "Rain runs into the sump, which is pumped out once an hour",
    },
    at: 15.5 * hour,
    lasts: 4 * hour,
    on: { every: 9, from: 4 },
    // 1.8 m³/h besides the seepage: a pump of 15 m³/h needs eleven minutes, and twelve would be told.
    begin(set) {
      set.setSump(0.85);
      set.rainIn(1.8);
    },
    end: (set) => set.rainIn(0),
    look: { after: 10 * minute, points: ["s1_run", "s2_run"] },
    shows: ({ s1_run = 0, s2_run = 0 }) => s1_run + s2_run >= 1,
  }),
];

const fire: readonly Happening[] = [
  of<FirePanel>({
    name: "detector disabled for work",
    of: "fire",
    device: "fire-1",
    tells: {
      zh: "动火作业，屏蔽一只探测器一个半小时",
      en: "A detector is disabled for an hour and a half of hot work",
    },
    at: 14 * hour,
    lasts: 90 * minute,
    on: weekly(2),
    begin: (panel) => panel.setDisabled(80, true),
    end: (panel) => panel.setDisabled(80, false),
    look: { after: hour, points: ["disable_count"] },
    shows: ({ disable_count }) => disable_count === 1,
  }),
  of<FirePanel>({
    name: "linkage in manual",
    of: "fire",
    device: "fire-1",
    tells: { zh: "有人值守，联动转手动 20 分钟", en: "Linkage is in manual while somebody stands at the panel" },
    at: 10 * hour,
    lasts: 20 * minute,
    on: weekly(3),
    begin: (panel) => panel.setManual(true),
    end: (panel) => panel.setManual(false),
    look: { after: 10 * minute, points: ["manual_mode"] },
    shows: ({ manual_mode }) => manual_mode === 1,
  }),
  // Told to nobody, because the crew has put the panel into test first.
  of<FirePanel>({
    name: "test day of the fire panel",
    of: "fire",
    device: "fire-1",
    tells: {
      zh: "消防维保测试：先转测试，再吹烟、按手报",
      en: "The crew puts the panel into test, then blows smoke and presses a call point",
    },
    at: 8.5 * hour,
    lasts: 24 * minute,
    on: { every: 30, from: 12 },
    begin(panel) {
      panel.setTest(true);
      panel.steamAt(3);
      panel.pressCallPoint(2);
    },
    end(panel) {
      panel.airOut();
      panel.recover();
    },
    look: { after: 10 * minute, points: ["normal_mode", "fire_count"] },
    shows: ({ normal_mode, fire_count = 0 }) => normal_mode === 0 && fire_count >= 2,
    notes: ["fire.test_mode", "fire.test_alarm"],
  }),
];

const doors: readonly Happening[] = [
  of<AccessController>({
    name: "parcel in a door",
    of: "access",
    device: "access-1",
    tells: { zh: "搬快递，门开着 20 秒", en: "A parcel keeps a door open for twenty seconds" },
    at: 11 * hour,
    lasts: 30,
    begin: (controller) => controller.visit(2, 1, 20),
    look: { after: 18, points: ["d2_door_open"] },
    shows: ({ d2_door_open }) => d2_door_open === 1,
  }),
  of<AccessController>({
    name: "cleaners hold a door",
    of: "access",
    device: "access-1",
    tells: { zh: "保洁清早拖地，顶门 22 秒", en: "Cleaners mop at dawn and prop a door for 22 s" },
    at: 6 * hour,
    lasts: 40,
    begin: (controller) => controller.visit(3, 1, 22),
    look: { after: 20, points: ["d3_door_open"] },
    shows: ({ d3_door_open }) => d3_door_open === 1,
  }),
  of<AccessController>({
    name: "main door open by order",
    of: "access",
    device: "access-1",
    tells: { zh: "午间大门远程常开一小时", en: "The main door stands open by order at lunch" },
    at: 12 * hour,
    lasts: hour,
    begin(controller) {
      controller.setMode(1, 2);
      controller.moveLeaf(1, true);
    },
    end(controller) {
      controller.moveLeaf(1, false);
      controller.setMode(1, 0);
    },
    look: { after: 50 * minute, points: ["d1_door_mode"] },
    shows: ({ d1_door_mode }) => d1_door_mode === 2,
  }),
];

const energy: readonly Happening[] = [
  of<Utility>({
    name: "dip of the utility",
    of: "power",
    device: "utility-1",
    tells: { zh: "市电电压暂降到 88%，半秒", en: "The utility dips to 88 % for half a second" },
    at: 17 * hour,
    lasts: 0.5,
    on: { every: 3, from: 0 },
    begin: (utility) => utility.setVoltage(0.88),
    end: (utility) => utility.setVoltage(1),
    look: { after: 0.5, points: ["voltage_l1"] },
    shows: ({ voltage_l1 = 0 }) => voltage_l1 < 205,
  }),
  of<Generator>({
    name: "test day of the generator",
    of: "generator",
    device: "generator-1",
    tells: { zh: "发电机每周空载试机 10 分钟", en: "The generator's weekly run without load" },
    at: 10.5 * hour,
    lasts: 10 * minute,
    on: weekly(1),
    begin: (generator) => generator.testRun(true),
    end: (generator) => generator.testRun(false),
    look: { after: 5 * minute, points: ["speed"] },
    shows: ({ speed = 0 }) => speed > 1400,
  }),
  of<Ups>({
    name: "self-test of the UPS",
    of: "ups",
    device: "ups-1",
    tells: { zh: "UPS 电池自检", en: "The UPS tries its battery" },
    at: 3 * hour,
    lasts: 5,
    on: fortnightly(0),
    begin: (ups) => ups.selfTest(),
    look: { after: 2, points: ["on_battery"] },
    shows: ({ on_battery }) => on_battery === 1,
  }),
  of<GasDetector>({
    name: "whiff of gas",
    of: "gas",
    device: "gas-1",
    tells: { zh: "燃气管检修放散，少量燃气", en: "A plumber purges the line: a whiff of gas" },
    at: 18 * hour,
    lasts: 10 * minute,
    on: weekly(5),
    begin: (detector) => detector.leak(1),
    end: (detector) => detector.leak(0),
    look: { after: 9 * minute, points: ["conc_lel"] },
    shows: ({ conc_lel = 0 }) => conc_lel > 3 && conc_lel < 15,
  }),
];

export const happenings: readonly Happening[] = [...elevators, ...water, ...fire, ...doors, ...energy];

/** Whether it happens on this day of the month, from 0. */
export const happensOn = ({ on }: Happening, day: number): boolean =>
  !on || (day >= on.from && (day - on.from) % on.every === 0);
