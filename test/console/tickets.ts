/** Tickets for the console's tests, as the API would write them: running, late, paused, nearly closed. */
import type { TicketDetailBody } from "../../gateway/api/ticket-shapes.ts";

const MINUTE = 60_000;
const iso = (at: number) => new Date(at).toISOString();

export function entrapmentTicket(now: number, more: Partial<TicketDetailBody> = {}): TicketDetailBody {
  const opened = now - 62_000;
  const clock = (
    kind: TicketDetailBody["clocks"][number]["kind"],
    target: string,
    ms: number,
    warn: number,
    rest = {},
  ) => ({
    kind,
    state: "running" as const,
    target,
    startedAt: iso(opened),
    dueAt: iso(opened + ms),
    warnAt: iso(opened + ms * warn),
    pausedFor: "PT0S",
    ...rest,
  });
  return {
    no: "GD20261121-000042",
    class: "elevator_entrapment",
    className: { zh: "电梯困人", en: "Entrapment" },
    severity: "S1",
    state: "dispatched",
    title: { zh: "1#客梯 电梯困人(非平层)", en: "Lift 1: passengers trapped between floors" },
    place: { building: "A座", floor: "12F" },
    device: "lift-1",
    deviceName: { zh: "1#客梯", en: "Lift 1" },
    alarms: ["elevator.entrapment_off_landing@lift-1"],
    assignee: "张师傅",
    openedAt: iso(opened),
    round: 1,
    rescueTier: 1,
    recovered: false,
    falseAlarm: false,
    simulated: true,
    clocks: [
      clock("acknowledge", "PT30S", 30_000, 0.5, { state: "breached", breachedAt: iso(opened + 30_000) }),
      clock("dispatch", "PT0S", 0, 1, { state: "met", metAt: iso(opened + 400), dueAt: iso(opened + 1_000) }),
      clock("plan", "PT5M", 5 * MINUTE, 0.5),
      clock("accept", "PT5M", 5 * MINUTE, 0.5),
      clock("staff-onsite", "PT15M", 15 * MINUTE, 0.5),
      clock("rescue-onsite", "PT30M", 30 * MINUTE, 0.75),
      clock("mitigate", "PT2H", 120 * MINUTE, 0.75),
      clock("resolve", "PT24H", 1440 * MINUTE, 0.75),
      clock("feedback", "PT10M", 10 * MINUTE, 0.5),
    ],
    next: {
      at: iso(opened + 5 * MINUTE),
      step: "no-plan",
      tell: [
        { zh: "项目经理", en: "project manager" },
        { zh: "公司值班领导", en: "duty director" },
      ],
      say: { zh: "5 分钟未启动预案或未接单", en: "no plan or acceptance within 5 minutes" },
    },
    sop: [
      ["call", "接通五方对讲:几人、几楼、有无老人儿童病人", "Call the car: how many, which floor, anyone frail", true],
      [
        "calm",
        "告知维保已出发,勿扒门,保持通话",
        "Say that help is on its way, do not force the door, keep talking",
        true,
      ],
      ["camera", "查看轿厢视频与停电状态", "Look at the car camera and the mains", false],
      [
        "confirm",
        "电话确认维保已接单及预计到达时间",
        "Confirm by phone that the crew accepted and when it arrives",
        true,
      ],
      ["guard", "保安到层站安抚,不得撬门", "A guard to the landing; never force the door", false],
      ["medical", "有伤病立即拨 120", "Call an ambulance if anyone is hurt", false],
      [
        "times",
        "记录接报、派出、到场、解救、复运五个时刻",
        "Write down the five times: told, sent, there, free, running",
        true,
      ],
      ["after", "解救后询问伤情、姓名、电话", "Afterwards: injuries, names, phone numbers", true],
    ].map(([step, zh, en, mandatory], i) => ({
      step: String(step),
      text: { zh: String(zh), en: String(en) },
      mandatory: Boolean(mandatory),
      ...(i < 2 ? { doneBy: "王工", at: iso(now - (40 - i * 12) * 1_000) } : {}),
    })),
    can: [
      "acknowledge",
      "dispatch",
      "accept",
      "arrive",
      "plan",
      "feedback",
      "note",
      "sop",
      "assign",
      "escalate",
      "false-alarm",
    ],
    cannotClose: {
      zh: "还差 3 项必做步骤:电话确认维保已接单、记录五个时刻、解救后询问",
      en: "3 mandatory steps are open",
    },
    events: [
      [
        "opened",
        "gatehouse",
        "开单:规则 elevator.entrapment_off_landing 触发",
        "Opened by rule elevator.entrapment_off_landing",
        0,
      ],
      [
        "told",
        "gatehouse",
        "通知 监控中心值班员、值班技工、保安领班",
        "Told the desk, the crew and the head guard",
        300,
      ],
      ["ticket-dispatch", "gatehouse", "自动派单:张师傅", "Dispatched to Zhang by itself", 400],
      ["ticket-sop", "王工", "核对:接通五方对讲 — 3 人,12 楼", "Checked: called the car — 3 people, floor 12", 22_000],
      ["clock-warned", "gatehouse", "值班确认将超时", "Acknowledge is due soon", 15_000],
      ["clock-breached", "gatehouse", "值班确认超时(30 s)", "Acknowledge is overdue (30 s)", 30_000],
    ].map(([event, actor, zh, en, at], i) => ({
      seq: i + 1,
      at: iso(opened + Number(at)),
      occurredAt: iso(opened + Number(at)),
      event: String(event),
      actor: String(actor),
      line: { zh: String(zh), en: String(en) },
    })),
    trace: [],
    told: [
      {
        role: "desk",
        roleName: { zh: "监控中心值班员", en: "desk" },
        to: "王工",
        channel: "console",
        step: "opened",
        phone: false,
        state: "delivered",
        at: iso(opened + 300),
        deliveredAt: iso(opened + 420),
        text: { zh: "1#客梯困人", en: "Lift 1: entrapment" },
      },
      {
        role: "crew",
        roleName: { zh: "值班技工", en: "crew" },
        to: "张师傅",
        channel: "webhook",
        step: "opened",
        phone: false,
        state: "accepted",
        at: iso(opened + 300),
        text: { zh: "1#客梯困人", en: "Lift 1: entrapment" },
      },
      {
        role: "manager",
        roleName: { zh: "物业经理", en: "manager" },
        to: "李敏",
        channel: "webhook",
        step: "opened",
        phone: true,
        state: "failed",
        at: iso(opened + 300),
        lateBy: "PT12S",
        text: { zh: "1#客梯困人", en: "Lift 1: entrapment" },
      },
    ],
    policyVersion: "2026-11-21.1",
    ...more,
  };
}

export function burstTicket(now: number): TicketDetailBody {
  const base = entrapmentTicket(now - 20 * MINUTE);
  return {
    ...base,
    no: "GD20261121-000039",
    class: "pipe_burst",
    className: { zh: "水管爆裂", en: "Pipe burst" },
    severity: "S2",
    state: "on-site",
    title: { zh: "2#生活水泵组 持续大流量", en: "Booster set 2: sustained high flow" },
    place: { building: "A座", floor: "B1", room: "水泵房" },
    device: "booster-2",
    deviceName: { zh: "2#生活水泵组", en: "Booster set 2" },
    alarms: ["water.pressure_low_5@booster-2"],
    assignee: "李敏",
    acknowledgedBy: "王工",
    clocks: base.clocks.flatMap((clock) => {
      if (clock.kind === "mitigate" || clock.kind === "resolve") return [clock];
      return clock.kind === "staff-onsite"
        ? [{ ...clock, kind: "onsite" as const, metAt: clock.dueAt, state: "met" as const }]
        : [];
    }),
    can: ["mitigate", "repair", "note", "sop", "assign"],
    next: {
      at: iso(now + 38 * MINUTE),
      step: "not-mitigated",
      tell: [{ zh: "项目经理", en: "project manager" }],
      say: { zh: "2 小时未控制", en: "not under control within 2 hours" },
    },
  };
}

export function doorTicket(now: number): TicketDetailBody {
  const base = entrapmentTicket(now - 8 * MINUTE);
  return {
    ...base,
    no: "GD20261121-000041",
    class: "general_fault",
    className: { zh: "一般故障", en: "General fault" },
    severity: "S3",
    state: "new",
    device: "lift-7",
    deviceName: { zh: "7#客梯", en: "Lift 7" },
    place: { building: "B座" },
    alarms: [],
    clocks: base.clocks.flatMap((clock) => {
      if (clock.kind === "accept")
        return [{ ...clock, dueAt: iso(now + 100_000), warnAt: iso(now - 20_000), target: "PT15M" }];
      return clock.kind === "resolve" ? [clock] : [];
    }),
    can: ["dispatch", "accept", "note"],
    next: {
      at: iso(now + 100_000),
      step: "no-accept",
      tell: [{ zh: "班组长", en: "team lead" }],
      say: { zh: "15 分钟未接单", en: "not accepted" },
    },
    sop: [],
  };
}
