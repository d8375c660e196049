/** A building for the console's tests: devices, alarms and values as the API would write them. */
import type { AlarmBody } from "../../gateway/api/alarm-shapes.ts";
import type { DeviceBody, PointBody } from "../../gateway/api/shapes.ts";

const MINUTE = 60_000;
const iso = (at: number) => new Date(at).toISOString();

export function elevator(n: number, now: number, more: Partial<DeviceBody> = {}): DeviceBody {
  const building = n <= 6 ? "A座" : "B座";
  return {
    id: `lift-${n}`,
    name: { zh: `${n}#客梯`, en: `Lift ${n}` },
    kind: "elevator",
    place: { building, room: "机房" },
    state: "online",
    since: iso(now - 3 * 60 * MINUTE),
    lastGood: iso(now - 600),
    points: 21,
    pollWanted: 1,
    pollAchieved: 1,
    simulated: true,
    ...more,
  };
}

export function booster(n: number, now: number, more: Partial<DeviceBody> = {}): DeviceBody {
  return {
    ...elevator(n, now),
    id: `booster-${n}`,
    name: { zh: `${n}#生活水泵组`, en: `Booster set ${n}` },
    kind: "water",
    place: { building: n <= 2 ? "A座" : "B座", floor: "B1", room: "水泵房" },
    points: 44,
    ...more,
  };
}

export const fleet = (now: number): DeviceBody[] => [
  ...Array.from({ length: 12 }, (_, i) => elevator(i + 1, now)),
  ...Array.from({ length: 4 }, (_, i) => booster(i + 1, now)),
];

export function entrapment(now: number, more: Partial<AlarmBody> = {}): AlarmBody {
  return {
    id: "elevator.entrapment_off_landing@lift-1",
    rule: "elevator.entrapment_off_landing",
    device: "lift-1",
    deviceName: { zh: "1#客梯", en: "Lift 1" },
    place: { building: "A座", floor: "12F" },
    title: { zh: "电梯困人(非平层)", en: "Passengers trapped between floors" },
    advice: {
      zh: "立即接通五方对讲安抚乘客,问清人数和楼层;确认维保已接单;派保安到层站,不得撬门。",
      en: "Call the car on the intercom at once: how many, which floor; make sure the crew has accepted; send a guard to the landing, never force the door.",
    },
    occurrence: 1,
    severity: "S1",
    lifeSafety: true,
    state: "unacknowledged",
    because: {
      zh: "速度 0 m/s,门区外,门关闭,60 s 内 3 次有人信号,已持续 30 s",
      en: "speed 0 m/s, outside the door zone, doors closed, 3 presence pulses in 60 s, for 30 s",
    },
    activeSince: iso(now - 62_000),
    count: 1,
    inputs: [
      { point: "speed", value: 0, unit: "m/s", quality: "good", at: iso(now - 62_400) },
      { point: "door_zone", value: 0, quality: "good", at: iso(now - 62_400) },
      { point: "person_count", value: null, quality: "bad", at: iso(now - 62_400) },
    ],
    quality: "good",
    ticket: "GD20261121-000042",
    simulated: true,
    ...more,
  };
}

const kinds = [
  [
    "water.pressure_low",
    "出口压力低",
    "Outlet pressure low",
    "S2",
    "压力 0.12 MPa,低于 0.495 MPa,已持续 30 s",
    "pressure 0.12 MPa, below 0.495 MPa, for 30 s",
  ],
  [
    "elevator.door_held",
    "开门过久",
    "Door held open",
    "S3",
    "门开 184 s,限值 120 s",
    "door open for 184 s, limit 120 s",
  ],
  ["gateway.comms_loss", "通讯中断", "No connection", "S3", "60 s 无应答,已重试 12 次", "no answer for 60 s, 12 tries"],
  [
    "elevator.levelling",
    "平层偏差大",
    "Levelling error",
    "S4",
    "10 次停靠中 5 次偏差超过 10 mm",
    "5 of 10 stops off by more than 10 mm",
  ],
  [
    "water.pump_starts",
    "水泵启停频繁",
    "Pump starts too often",
    "S4",
    "1 h 内启动 14 次,限值 12 次",
    "14 starts in an hour, limit 12",
  ],
] as const;

const by = ["王工", "李敏", "张师傅"] as const;

/** Forty alarms of all severities and states, the same each time. */
export function mixedAlarms(now: number): AlarmBody[] {
  return Array.from({ length: 40 }, (_, i) => {
    const [rule, zh, en, severity, becauseZh, becauseEn] = kinds[(i * 7) % kinds.length] ?? kinds[0];
    const water = rule.startsWith("water");
    const n = water ? 1 + (i % 4) : 1 + (i % 12);
    const device = water ? `booster-${n}` : `lift-${n}`;
    const open = i % 5 === 0;
    const returned = i % 20 === 10;
    return entrapment(now, {
      id: `${rule}_${i}@${device}`,
      rule,
      device,
      deviceName: water ? { zh: `${n}#生活水泵组`, en: `Booster set ${n}` } : { zh: `${n}#客梯`, en: `Lift ${n}` },
      place: water ? { building: n <= 2 ? "A座" : "B座", floor: "B1" } : { building: n <= 6 ? "A座" : "B座" },
      title: { zh, en },
      advice: { zh: "到现场查看设备,判断是否需要派单。", en: "Look at the device and decide whether to send someone." },
      because: { zh: becauseZh, en: becauseEn },
      severity,
      lifeSafety: false,
      state: returned ? "returned-unacknowledged" : open ? "unacknowledged" : "acknowledged",
      activeSince: iso(now - (i + 2) * 97_000),
      ...(open || returned ? {} : { acknowledgedBy: by[i % 3] ?? "王工", acknowledgedAt: iso(now - i * 90_000) }),
      count: i % 6 === 0 ? 1 + (i % 13) : 1,
      quality: i % 9 === 5 ? "bad" : "good",
      ...(i % 9 === 5 ? { qualityReason: "no-link" } : {}),
    });
  }).map((alarm, i) => {
    if (i % 4 === 0) return { ...alarm, ticket: `GD20261121-0000${43 + i}` };
    const { ticket: _, ...rest } = alarm;
    return rest;
  });
}

export function liftPoints(now: number): PointBody[] {
  const rows: [string, string, string, PointBody["type"], PointBody["value"], Partial<PointBody>][] = [
    ["service_mode", "服务模式", "Service mode", "enum", 1, { label: { zh: "正常", en: "normal" } }],
    ["speed", "速度", "Speed", "number", 0, { unit: "m/s", range: [-6, 6] }],
    ["position", "位置", "Position", "number", 34.513, { unit: "m", range: [0, 180] }],
    ["floor_index", "楼层", "Floor", "number", 12, { range: [-3, 60] }],
    ["door_zone", "门区", "Door zone", "bool", false, {}],
    ["door_closed", "关门到位", "Doors closed", "bool", true, {}],
    ["door_state", "门状态", "Door", "enum", 0, { label: { zh: "关闭", en: "closed" } }],
    ["safety_circuit", "安全回路", "Safety circuit", "bool", false, {}],
    ["brake_released", "抱闸打开", "Brake released", "bool", false, {}],
    [
      "person_count",
      "轿内人数",
      "Persons",
      "number",
      null,
      { quality: "bad", reason: "no-link", reasonText: { zh: "通讯中断", en: "no connection" } },
    ],
    ["load_pct", "载荷", "Load", "number", 23.4, { unit: "%", range: [0, 120] }],
    [
      "leveling_error",
      "平层误差",
      "Levelling error",
      "number",
      2.5,
      {
        unit: "mm",
        range: [-80, 80],
        quality: "uncertain",
        reason: "restart",
        reasonText: { zh: "启动后尚未收到数据", en: "not read yet since the start" },
      },
    ],
    ["machine_temp", "机房温度", "Machine room", "number", 28.6, { unit: "Cel", range: [-10, 60] }],
    ["run_count", "运行次数", "Runs", "number", 213_482, {}],
    ["alarm_button", "报警按钮", "Alarm button", "bool", true, {}],
  ];
  return rows.map(([key, zh, en, type, value, more]) => ({
    id: `lift-1.${key}`,
    device: "lift-1",
    key,
    name: { zh, en },
    type,
    value,
    quality: "good",
    at: iso(now - 700),
    receivedAt: iso(now - 650),
    ...more,
  }));
}
