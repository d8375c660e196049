/** Builders of what the store keeps: whole rows with harmless defaults, and plans whose journal tells the same story. */
import type { Account, Session, Token } from "#model/account";
import type { Alarm } from "#model/alarm";
import type { JournalEntry } from "#model/journal";
import type { Message } from "#model/message";
import type { Plan } from "#model/plan";
import type { Ticket } from "#model/ticket";
import { hours, instant, later, milliseconds, minutes } from "#model/time";

export const noon = instant(1_795_248_000_000);

export function anAlarm(id: string, changes: Partial<Alarm> = {}): Alarm {
  const [rule = "water.low_pressure", device = "pump-1"] = id.split("@");
  return {
    id,
    rule,
    device,
    title: { zh: "供水压力低", en: "Low supply pressure" },
    advice: { zh: "检查水泵", en: "Check the pumps" },
    lifeSafety: false,
    occurrence: 1,
    severity: "S2",
    process: "active",
    quality: { state: "good" },
    acknowledge: "unacknowledged",
    latch: "none",
    shelf: { state: "none" },
    suppressedBy: [],
    service: "in",
    because: { zh: "压力 0.12 MPa", en: "Pressure 0.12 MPa" },
    inputs: [{ point: `${device}.outlet_pressure`, value: 0.12, unit: "MPa", quality: "good", at: noon }],
    activeSince: noon,
    count: 1,
    simulated: false,
    ...changes,
  };
}

export function aTicket(no: string, changes: Partial<Ticket> = {}): Ticket {
  return {
    no,
    class: "pump_fault",
    severity: "S2",
    state: "new",
    title: { zh: "水泵故障", en: "Pump fault" },
    device: `device-of-${no}`,
    place: { building: "1", floor: "B1" },
    alarms: [],
    openedAt: noon,
    round: 1,
    rescueTier: 0,
    policyVersion: "1",
    policy: {
      class: "pump_fault",
      name: { zh: "水泵故障", en: "Pump fault" },
      severity: "S2",
      clocks: [{ kind: "onsite", target: minutes(30) }],
      bySeverity: {},
      tellAtOpening: ["duty"],
      extraSteps: [],
      sop: [],
    },
    clocks: [],
    ladder: [],
    sop: [],
    recovered: false,
    falseAlarm: false,
    simulated: false,
    wakeAt: later(noon, minutes(1)),
    ...changes,
  };
}

export function aMessage(key: string, changes: Partial<Message> = {}): Message {
  return {
    key,
    ticket: "GD20261121-000001",
    step: "opened",
    severity: "S2",
    role: "duty",
    to: "zhang",
    channel: "console",
    text: { zh: "水泵故障,请处理", en: "Pump fault, please act" },
    phone: false,
    state: "pending",
    attempts: 0,
    nextTryAt: noon,
    createdAt: noon,
    ...changes,
  };
}

export const anAccount = (id: string, changes: Partial<Account> = {}): Account => ({
  id,
  name: id,
  role: "operator",
  password: "$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA",
  state: "active",
  createdAt: noon,
  ...changes,
});

export const aSession = (id: string, changes: Partial<Session> = {}): Session => ({
  id,
  account: "zhang",
  createdAt: noon,
  expiresAt: later(noon, hours(12)),
  state: "active",
  ...changes,
});

export const aToken = (id: string, changes: Partial<Token> = {}): Token => ({
  id,
  hash: "00".repeat(32),
  name: id,
  role: "viewer",
  createdAt: noon,
  expiresAt: later(noon, milliseconds(90 * 86_400_000)),
  state: "active",
  ...changes,
});

export const anEntry = (about: string, event: string, changes: Partial<JournalEntry> = {}): JournalEntry => ({
  occurredAt: noon,
  at: noon,
  about,
  event,
  actor: "gatehouse",
  data: {},
  ...changes,
});

/** Rows and the journal entries that tell of them; further entries come first. */
export function aPlan(rows: Partial<Plan>): Plan {
  return {
    messages: [],
    papers: [],
    cancelMessages: [],
    accounts: [],
    sessions: [],
    tokens: [],
    ...rows,
    alarms: rows.alarms ?? [],
    tickets: rows.tickets ?? [],
    journal: [
      ...(rows.journal ?? []),
      ...(rows.alarms ?? []).map((alarm) => anEntry(`alarm:${alarm.id}`, "changed", { after: { alarm } })),
      ...(rows.tickets ?? []).map((ticket) => anEntry(`ticket:${ticket.no}`, "changed", { after: { ticket } })),
      ...(rows.papers ?? []).map((paper) => anEntry(`paper:${paper.id}`, "changed", { after: { paper } })),
    ],
  };
}
