/** The gateway as a device of its own site: nobody writes it, every site has it, and rules watch it like any other. */
import type { PointDefinition, PointType } from "#model/points";
import type { ChannelSetting, Device, Site } from "#model/site";
import type { Text } from "#model/text";
import { seconds } from "#model/time";

interface Row {
  readonly key: string;
  readonly name: Text;
  readonly type: PointType;
  readonly unit?: string;
  /** Smaller moves are not told, so that a figure that always moves fills no history. */
  readonly deadband?: number;
  readonly values?: PointDefinition["values"];
}

/** What the gateway tells about itself; `rules/language/canonical.ts` has the same keys under `gateway`. */
const ROWS: readonly Row[] = [
  { key: "disk_free", name: { zh: "磁盘剩余", en: "Disk free" }, type: "number", unit: "%", deadband: 0.5 },
  { key: "outbox_depth", name: { zh: "待发消息", en: "Messages waiting" }, type: "number" },
  {
    key: "outbox_age",
    name: { zh: "最早待发消息等待", en: "Oldest message waits" },
    type: "number",
    unit: "s",
    deadband: 10,
  },
  { key: "clock_trusted", name: { zh: "时钟可信", en: "Clock trusted" }, type: "bool" },
  { key: "clock_step", name: { zh: "时钟跳变", en: "Clock step" }, type: "number", unit: "s", deadband: 0.5 },
  { key: "store_ok", name: { zh: "存储正常", en: "Store answers" }, type: "bool" },
  { key: "history_queue", name: { zh: "历史写入队列", en: "History queue" }, type: "number", deadband: 1_000 },
  { key: "history_ok", name: { zh: "历史正常", en: "History written" }, type: "bool" },
  {
    key: "history_damaged",
    name: { zh: "历史一天内发现损坏", en: "Damage of the history within a day" },
    type: "number",
  },
  { key: "screens", name: { zh: "已打开的控制台", en: "Consoles open" }, type: "number" },
  { key: "links", name: { zh: "通讯链路数", en: "Links" }, type: "number" },
  { key: "links_down", name: { zh: "中断的链路数", en: "Links down" }, type: "number" },
  { key: "channels_failing", name: { zh: "失效的通知通道", en: "Channels failing" }, type: "number" },
];

/** Of several at once the count says enough: the page of the channels has them all. */
const SEVERAL: Text = { zh: "多个", en: "several channels" };

/** Which of the channels, in the order of the site, fail: 0 none, n the n-th alone, one more than there are when several do. */
export function codeOfChannels(channels: readonly { readonly health: string }[]): number {
  const failing = channels.flatMap(({ health }, at) => (health === "fails" ? [at + 1] : []));
  return failing.length > 1 ? channels.length + 1 : (failing[0] ?? 0);
}

const channelRow = (ids: readonly string[]): Row => ({
  key: "channels_away",
  name: { zh: "发不出消息的通道", en: "Channels that take nothing" },
  type: "enum",
  values: Object.fromEntries([
    [0, { zh: "无", en: "none" }],
    ...ids.map((id, at) => [at + 1, { zh: id, en: id }] as const),
    [ids.length + 1, SEVERAL],
  ]),
});

/** Only of a site with a certificate. */
const CERTIFICATE: Row = {
  key: "cert_days",
  name: { zh: "证书剩余天数", en: "Certificate valid for" },
  type: "number",
  unit: "d",
  deadband: 0.5,
};

/** Targets in the north as one code, a bit for each: an alarm names them by it. */
const TARGETS = [
  ["influx", "InfluxDB"],
  ["mqtt", "MQTT"],
  ["webhook", "webhook"],
] as const;

export const codeOfTargets = (names: readonly string[]): number =>
  TARGETS.reduce((code, [name], bit) => (names.includes(name) ? code | (1 << bit) : code), 0);

const targetWords: PointDefinition["values"] = Object.fromEntries(
  Array.from({ length: 2 ** TARGETS.length }, (_, code) => {
    const names = TARGETS.filter((_target, bit) => code & (1 << bit)).map(([, name]) => name);
    return [code, code === 0 ? { zh: "无", en: "none" } : { zh: names.join("、"), en: names.join(", ") }];
  }),
);
const which = (key: string, name: Text): Row => ({ key, name, type: "enum", values: targetWords });

/** Only of a site that sends to the north. */
const NORTH: readonly Row[] = [
  {
    key: "north_age",
    name: { zh: "北向最早数据等待", en: "Oldest data for the north waits" },
    type: "number",
    unit: "s",
    deadband: 10,
  },
  { key: "north_fill", name: { zh: "北向队列占用", en: "Queue to the north" }, type: "number", unit: "%", deadband: 1 },
  {
    key: "north_dropped",
    name: { zh: "北向一小时内丢弃", en: "Dropped towards the north within an hour" },
    type: "number",
  },
  which("north_waiting", { zh: "数据积压的北向目标", en: "Targets in the north that wait" }),
  which("north_dropping", { zh: "有丢弃的北向目标", en: "Targets in the north with losses" }),
  {
    key: "north_refused",
    name: { zh: "北向一小时内被拒收", en: "Refused in the north within an hour" },
    type: "number",
  },
  which("north_refusing", { zh: "拒收数据的北向目标", en: "Targets in the north that refuse data" }),
  {
    key: "north_damaged",
    name: { zh: "北向队列一天内损坏", en: "Damage of queues to the north within a day" },
    type: "number",
  },
  which("north_away", { zh: "收不到数据的北向目标", en: "Targets in the north that take nothing" }),
  { key: "north_down", name: { zh: "中断的北向目标", en: "Targets in the north down" }, type: "number" },
];

/** One beat, and a little for a busy machine. */
const EVERY = seconds(1);
const STALE = seconds(30);

/** Its id; another one where the site has a device of this name itself. */
export function selfId(site: Pick<Site, "devices">): string {
  const taken = new Set(site.devices.map(({ id }) => id));
  for (let n = 1; ; n += 1) {
    const id = n === 1 ? "gateway" : `gateway-${n}`;
    if (!taken.has(id)) return id;
  }
}

/** The device, with its points from handle `first` on. It has no link: nothing polls it, and it cannot go silent. */
export function selfDevice(
  id: string,
  first: number,
  certificate: boolean,
  north = false,
  channels: readonly string[] = [],
): { readonly device: Device; readonly points: readonly PointDefinition[] } {
  const rows = [...ROWS, channelRow(channels), ...(north ? NORTH : []), ...(certificate ? [CERTIFICATE] : [])];
  const points = rows.map(
    ({ key, name, type, unit, deadband, values }): PointDefinition => ({
      id: `${id}.${key}`,
      device: id,
      key,
      name,
      type,
      ...(unit === undefined ? {} : { unit }),
      ...(values === undefined ? {} : { values }),
      at: undefined,
      atText: "",
      scale: 1,
      offset: 0,
      notAvailable: [],
      every: EVERY,
      staleAfter: STALE,
      deadband: deadband ?? 0,
      tags: ["gateway", "sensor"],
    }),
  );
  const device: Device = {
    id,
    name: { zh: "本网关", en: "This gateway" },
    kind: "gateway",
    place: {},
    link: "",
    unit: 1,
    params: {},
    dependsOn: [],
    points: rows.map((_, index) => first + index),
    maxRegisters: 125,
  };
  return { device, points };
}

/** Ways out for messages, the crew's first. On a simulated site there is none to residents. */
export const channelsOf = (site: Site): readonly ChannelSetting[] => [
  ...site.channels,
  ...(site.simulated ? [] : (site.residents?.channels ?? [])),
];

/** The site with its gateway as the last of its devices. */
export function withSelf(site: Site): Site {
  const { device, points } = selfDevice(
    selfId(site),
    site.points.length,
    site.broker?.tls !== undefined,
    site.north !== undefined,
    channelsOf(site).map(({ id }) => id),
  );
  return { ...site, devices: [...site.devices, device], points: [...site.points, ...points] };
}
