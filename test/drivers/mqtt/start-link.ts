/** The driver on a link of the test's own, with everything it said: values, what it told about them, notes and frames. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PointType } from "#model/points";
import { type Clock, type Span, seconds } from "#model/time";
import type { UnitNews, Write } from "../../../drivers/driver.ts";
import type { MqttAddress } from "../../../drivers/mqtt/address.ts";
import { mqtt } from "../../../drivers/mqtt/driver.ts";
import { driverTools } from "../../contracts/driver-tools.ts";
import { createRecorder } from "../../contracts/recorder.ts";

export interface PointSpec {
  readonly at: string;
  readonly type?: PointType;
  readonly words?: Readonly<Record<string, number>>;
  readonly every?: Span;
}

export interface Told {
  readonly handle: number;
  readonly value: number;
  readonly sourceAt: number;
  readonly uncertain: boolean;
  readonly past: boolean;
}

export function startLink(
  settings: Readonly<Record<string, unknown>>,
  devices: Readonly<Record<string, readonly (string | PointSpec)[]>>,
  more: { readonly clock?: Clock; readonly folder?: string } = {},
) {
  const recorder = createRecorder();
  const told: Told[] = [];
  const news: UnitNews[] = [];
  const frames: string[] = [];
  const orders = Promise.withResolvers<Write<MqttAddress>>();
  const report = {
    ...recorder,
    samples(...[device, handles, raw, count, took, extra]: Parameters<typeof recorder.samples>) {
      for (let i = 0; i < count; i += 1)
        told.push({
          handle: handles[i] ?? -1,
          value: raw[i] ?? Number.NaN,
          sourceAt: extra?.sourceAt?.[i] ?? Number.NaN,
          uncertain: extra?.uncertain?.[i] === 1,
          past: extra?.past?.[i] === 1,
        });
      recorder.samples(device, handles, raw, count, took, extra);
    },
  };
  let handle = 0;
  const units = Object.entries(devices).map(([device, points], place) => ({
    device,
    unit: place + 1,
    maxRegisters: 125,
    points: points.map((one) => {
      const { at, type = "number", words, every = seconds(1) } = typeof one === "string" ? { at: one } : one;
      return {
        handle: handle++,
        address: mqtt.address.parse(at),
        every,
        type,
        deadband: 0,
        writable: true,
        ...(words && { words }),
      };
    }),
  }));
  const stop = new AbortController();
  const ended = mqtt.run(
    { id: "line", settings: mqtt.settings.parse(settings), units },
    driverTools<MqttAddress>(report, {
      trace: {
        frame: (way, unit, bytes) => frames.push(`${way} ${unit} ${Buffer.from(bytes).toString()}`),
        unit: (one) => news.push(one),
      },
      takesOrders: orders.resolve,
      folder: more.folder ?? mkdtempSync(join(tmpdir(), "gatehouse-mqtt-")),
      ...(more.clock && { clock: more.clock }),
    }),
    stop.signal,
  );
  ended.catch(() => undefined);
  return {
    report: recorder,
    told,
    news,
    frames,
    ended,
    units,
    /** Resolves once the link is subscribed and takes orders. */
    ready: () =>
      Promise.race([orders.promise, ended.then(() => Promise.reject(new Error("ended before it was ready")))]),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended.catch(() => undefined);
    },
  };
}
