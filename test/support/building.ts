/** A small building for tests of pure rules: two lifts and a booster, people for every role, a policy in miniature. */
import type { Actor } from "#model/account";
import type { Policy, TicketClass } from "#model/policy";
import type { Transition } from "#model/rule";
import type { Severity } from "#model/severity";
import type { Device, People, Site } from "#model/site";
import { type Instant, instant, minutes, seconds } from "#model/time";

export const TEN = instant(Temporal.Instant.from("2026-11-21T10:00:00+08:00").epochMilliseconds);

const say = (en: string) => ({ zh: `请处理:${en}`, en });
const step = (id: string, after: number, unless: string[], tell: string[], more = {}) => ({
  id,
  after: seconds(after),
  unless: unless as never,
  tell,
  phone: false,
  raiseRescueTier: false,
  say: say(id),
  ...more,
});

const atOnce = Object.fromEntries(
  ["console", "webhook", "wecom", "dingtalk", "feishu", "smtp"].map((kind) => [kind, seconds(0)]),
);

export const policy: Policy = {
  version: "test.1",
  warn: { share: 0.75, shortShare: 0.5, shortUpTo: minutes(15) },
  acknowledgeExpires: { S1: minutes(10), S2: minutes(60), S3: minutes(240), S4: minutes(240) },
  hold: {
    reasons: [
      { id: "parts", text: { zh: "等待配件", en: "Waiting for parts" } },
      { id: "outside", text: { zh: "等待外部单位", en: "Waiting for an outside party" } },
    ],
    longest: minutes(48 * 60),
  },
  reopen: { within: minutes(7 * 24 * 60) },
  repeat: { count: 3, within: minutes(7 * 24 * 60), tell: ["department-supervisor"] },
  reach: {
    S1: { ...atOnce, sms: seconds(60), voice: seconds(120) },
    S2: { ...atOnce, sms: seconds(60), voice: minutes(5) },
    S3: { ...atOnce, sms: minutes(15) },
    S4: { console: seconds(0), webhook: seconds(0) },
  },
  answeredBy: {
    "control-room-operator": ["acknowledge"],
    "shift-leader": ["acknowledge"],
    "technician-on-duty": ["accept"],
  },
  roles: {},
  ladders: {
    S1: [
      step("opened", 0, [], ["control-room-operator", "technician-on-duty", "security-lead"]),
      step("opened-phone", 0, [], ["department-supervisor", "property-manager"], { phone: true }),
      step("no-acknowledge", 30, ["acknowledge"], ["shift-leader"]),
      step("no-accept", 300, ["accept"], ["project-manager"], { raiseRescueTier: true }),
      step("no-onsite", 900, ["staff-onsite"], ["project-manager"], { phone: true }),
      step("not-mitigated", 1800, ["mitigate"], ["management"]),
    ],
    S2: [
      step("opened", 0, [], ["control-room-operator", "technician-on-duty"]),
      step("no-accept", 900, ["accept"], ["team-lead"]),
    ],
    S3: [step("opened", 0, [], ["technician-on-duty"]), step("no-accept", 900, ["accept"], ["team-lead"])],
    S4: [step("no-dispatch", 900, ["dispatch"], ["control-room-operator"])],
  },
  classes: {
    elevator_entrapment: {
      class: "elevator_entrapment",
      name: { zh: "电梯困人", en: "Entrapment" },
      severity: "S1",
      clocks: [
        { kind: "acknowledge", target: seconds(30) },
        { kind: "dispatch", target: seconds(0) },
        { kind: "accept", target: minutes(5) },
        { kind: "staff-onsite", target: minutes(15) },
        { kind: "rescue-onsite", target: minutes(30) },
        { kind: "mitigate", target: minutes(120) },
        { kind: "resolve", target: minutes(1440) },
        { kind: "feedback", target: minutes(10) },
        { kind: "followup", target: minutes(1440) },
      ],
      bySeverity: {},
      tellAtOpening: [],
      extraSteps: [],
      sop: [
        { id: "talk", text: { zh: "安抚", en: "Talk to them" }, mandatory: true },
        { id: "empty", text: { zh: "确认车内无人", en: "Car is empty" }, mandatory: true },
        { id: "visit", text: { zh: "回访", en: "Visit" }, mandatory: false },
      ],
    },
    general_fault: {
      class: "general_fault",
      name: { zh: "一般故障", en: "Fault" },
      severity: "S3",
      clocks: [
        { kind: "acknowledge", target: seconds(30) },
        { kind: "dispatch", target: minutes(10) },
        { kind: "accept", target: minutes(15) },
        { kind: "resolve", target: minutes(1440) },
      ],
      bySeverity: {},
      tellAtOpening: [],
      extraSteps: [],
      sop: [],
    },
    comms_loss: {
      class: "comms_loss",
      name: { zh: "通讯中断", en: "Communication lost" },
      severity: "S3",
      clocks: [{ kind: "onsite", target: minutes(120) }],
      bySeverity: { S2: [{ kind: "onsite", target: minutes(15) }] },
      tellAtOpening: [],
      extraSteps: [],
      sop: [],
    },
  },
};

const everyRole = [
  "control-room-operator",
  "technician-on-duty",
  "security-lead",
  "department-supervisor",
  "property-manager",
  "shift-leader",
  "project-manager",
  "management",
  "team-lead",
];

export const people: People = {
  teams: everyRole.map((role) => ({ id: role, name: say(role), roles: [role], people: [`p-${role}`] })),
  people: [...everyRole.map((role) => ({ id: `p-${role}`, name: role })), { id: "p-last", name: "last resort" }],
  shifts: [],
  fallback: "p-last",
};

const device = (id: string, kind: Device["kind"]): Device => ({
  id,
  name: { zh: `${id} 号`, en: id },
  kind,
  place: { building: "A" },
  link: "l",
  unit: 1,
  params: {},
  dependsOn: [],
  points: [],
  maxRegisters: 125,
});

export function building(overrides: Partial<Site> = {}): Site {
  return {
    id: "test",
    name: { zh: "测试", en: "Test" },
    zone: "Asia/Shanghai",
    rescueZone: "urban",
    simulated: false,
    listen: { host: "127.0.0.1", port: 0 },
    folder: "/nowhere",
    revision: "0",
    links: [{ id: "l", driver: "modbus-tcp", settings: {} }],
    devices: [device("lift-1", "elevator"), device("lift-2", "elevator"), device("booster-1", "water")],
    points: [],
    rules: [],
    policy,
    people,
    channels: [],
    warnings: [],
    ...overrides,
  };
}

export const operator: Actor = { kind: "person", id: "wang", name: "王工", role: "operator" };
export const supervisor: Actor = { kind: "person", id: "li", name: "李主管", role: "supervisor" };

/** A verdict as the engine would give it. */
export function verdict(
  rule: string,
  on: string,
  to: Transition["to"],
  more: { severity?: Severity; ticket?: TicketClass; latch?: boolean; lifeSafety?: boolean } = {},
): Transition {
  const where = { text: "x", file: "test", line: 1, column: 1 };
  return {
    instance: {
      index: 0,
      id: `${rule}@${on}`,
      device: on,
      rule: {
        id: rule,
        kind: "elevator",
        title: { zh: rule, en: rule },
        severity: more.severity ?? "S1",
        lifeSafety: more.lifeSafety ?? false,
        latch: more.latch ?? false,
        let: {},
        when: where,
        levels: [],
        optional: [],
        params: {},
        ...(more.ticket ? { ticket: more.ticket } : {}),
        because: { zh: "因为", en: "because" },
        advice: { zh: "去看", en: "look" },
        source: "test",
        file: "test",
      },
    },
    to,
    severity: more.severity ?? "S1",
    heldFor: 0,
    because: { zh: "因为", en: "because" },
    inputs: [],
  };
}

export const at = (minute: number, second = 0): Instant => instant(TEN + minute * 60_000 + second * 1_000);
