/** Orders to write: handed to the driver of the link, held to a deadline, and believed only when the value read back fits. */
import type { PointDefinition } from "#model/points";
import type { Device, Site } from "#model/site";
import type { Text } from "#model/text";
import { type Clock, type Span, seconds } from "#model/time";
import { type Acknowledge, type Write, WriteFailed } from "../../drivers/driver.ts";

export type Written =
  /** `held`: the value that was read back, scaled as the point is. */
  | { readonly outcome: "done"; readonly held: number }
  /** The device refused, or holds another value. */
  | { readonly outcome: "refused"; readonly because: Text; readonly held?: number }
  /** The order did not go out. */
  | { readonly outcome: "unreachable"; readonly because: Text }
  /** It went out, and nobody knows what became of it. */
  | { readonly outcome: "unknown"; readonly because: Text };

export interface Orders {
  /** The driver of one life of a link takes orders until `alive` says no. */
  taken(link: string, write: Write<unknown>, alive: () => boolean): void;
  /** The same for acknowledgements that are passed back to their source. */
  takenBack(link: string, acknowledge: Acknowledge<unknown>, alive: () => boolean): void;
  /** `value` is scaled as people see it. Never rejects. */
  write(handle: number, value: number): Promise<Written>;
  /** Passes an acknowledgement to the source of this point. Never rejects; `held` is 1 when it is done. */
  acknowledge(handle: number, comment: string): Promise<Written>;
}

/** A person waits for it: longer than any device takes, shorter than the patience of a screen. */
const DEADLINE = seconds(5);
/** A driver that does not end by its deadline is not waited for: what it did is not known. */
const GRACE = seconds(1);

export function createOrders(site: Site, clock: Clock, stopping: AbortSignal): Orders {
  const writers = new Map<string, { readonly write: Write<unknown>; readonly alive: () => boolean }>();
  const backs = new Map<string, { readonly acknowledge: Acknowledge<unknown>; readonly alive: () => boolean }>();

  /** Gives an order to a driver and holds it to the deadline. */
  async function send(order: (signal: AbortSignal) => Promise<Written>): Promise<Written> {
    const late = new AbortController();
    const done = new AbortController();
    const signal = AbortSignal.any([late.signal, stopping]);
    const given = order(signal).catch((error: unknown): Written => failed(error, signal.aborted));
    const patience = clock
      .sleep(DEADLINE, done.signal)
      .then(() => late.abort(new Error("The order has passed its deadline")))
      .then(() => clock.sleep(GRACE, done.signal))
      .then((): Written => ({ outcome: "unknown", because: tooLate }));
    const ended = patience.catch((): Promise<Written> => given);
    try {
      return await Promise.race([given, ended]);
    } finally {
      done.abort(new Error("The order has ended"));
    }
  }

  function find(handle: number): { readonly point: PointDefinition; readonly device: Device } {
    const point = site.points[handle];
    const device = site.devices.find((one) => one.id === point?.device);
    if (!point || !device) throw new Error(`There is no point with the handle ${handle}`);
    return { point, device };
  }

  return {
    taken(link, write, alive) {
      writers.set(link, { write, alive });
    },
    takenBack(link, acknowledge, alive) {
      backs.set(link, { acknowledge, alive });
    },
    async write(handle, value) {
      const { point, device } = find(handle);
      const writer = writers.get(device.link);
      if (!writer?.alive()) return { outcome: "unreachable", because: noLink };
      const raw = toRaw(point, value);
      const order = { device: device.id, unit: device.unit, handle, address: point.at, value: raw };
      return send(async (signal) => judge(point, raw, await writer.write(order, signal)));
    },
    async acknowledge(handle, comment) {
      const { point, device } = find(handle);
      const back = backs.get(device.link);
      if (!back?.alive()) return { outcome: "unreachable", because: noLink };
      const order = { device: device.id, handle, address: point.at, comment };
      return send(async (signal) => {
        await back.acknowledge(order, signal);
        return { outcome: "done", held: 1 };
      });
    },
  };
}

/** Before scale and offset; what a float makes of `0.3 / 0.001` is brought back to the whole number that was meant. */
export function toRaw({ scale, offset }: Pick<PointDefinition, "scale" | "offset">, value: number): number {
  const raw = (value - offset) / scale;
  const whole = Math.round(raw);
  // Adding zero makes a plain zero of −0.
  return Math.abs(raw - whole) < 1e-6 ? whole + 0 : raw;
}

/** Half a step of the device's own number. A fraction without a scale is a float, which has no steps. */
const tolerance = ({ scale }: PointDefinition, raw: number): number =>
  scale === 1 && !Number.isInteger(raw) ? 1e-4 * Math.max(1, Math.abs(raw)) : 0.5;

/** The device holds what was written when it differs by no more than that. */
function judge(point: PointDefinition, raw: number, back: number | string): Written {
  const number = typeof back === "number" ? back : Number.NaN;
  const held = number * point.scale + point.offset;
  if (Math.abs(number - raw) <= tolerance(point, raw)) return { outcome: "done", held };
  return { outcome: "refused", because: holdsOther(point, held), ...(Number.isFinite(held) ? { held } : {}) };
}

function failed(error: unknown, ended: boolean): Written {
  if (error instanceof WriteFailed) return { outcome: error.outcome, because: error.because };
  // The driver gave up by its signal or with its link, and does not say whether the order had gone out.
  return { outcome: "unknown", because: ended ? tooLate : linkLost };
}

const look: Text = {
  zh: "请先看该点的读数或到现场确认，再决定是否重发。",
  en: "Look at the value, or at the device itself, before sending it again.",
};
const tooLate: Text = {
  zh: `指令已发出，但 ${(DEADLINE as Span) / 1_000} 秒内没有结果，设备是否执行未知。${look.zh}`,
  en: `The order went out, but there was no result within ${(DEADLINE as Span) / 1_000} s; whether the device did it is not known. ${look.en}`,
};
const linkLost: Text = {
  zh: `执行过程中链路中断，设备是否执行未知。${look.zh}`,
  en: `The link broke while the order was on its way; whether the device did it is not known. ${look.en}`,
};
const noLink: Text = {
  zh: "链路未连通，或该协议不支持写入，指令没有发出。请检查链路状态后重试。",
  en: "The link is down or its driver cannot write, so the order was not sent. Look at the link, then try again.",
};
const holdsOther = (point: PointDefinition, held: number): Text => ({
  zh: `设备没有保持写入的值：${point.name.zh}回读为 ${Number.isFinite(held) ? held : "无效值"}。请检查设备是否在就地/手动位置，或该值是否被其限制。`,
  en: `The device does not hold what was written: ${point.name.en} reads back as ${Number.isFinite(held) ? held : "no number"}. Check whether it stands on local or manual, or limits this value.`,
});
