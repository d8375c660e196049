/** Runs the driver against a server and remembers what it said, its side columns and notes included. */
import type { PointType } from "#model/points";
import { type Clock, milliseconds } from "#model/time";
import {
  type Acknowledge,
  type DriverPoint,
  LinkBroken,
  type Report,
  type Told,
  type UnitNews,
  type Write,
} from "../../../drivers/driver.ts";
import type { OpcuaAddress } from "../../../drivers/opcua/address.ts";
import { opcua } from "../../../drivers/opcua/opcua.ts";
import { driverTools, plainPoint } from "../../contracts/driver-tools.ts";
import { createRecorder, type Recorder } from "../../contracts/recorder.ts";

export interface PointText {
  readonly at: string;
  readonly type?: PointType;
  readonly words?: Readonly<Record<string, number>>;
  readonly deadband?: number;
  readonly every?: number;
  readonly writable?: boolean;
}

export interface RunningLink extends AsyncDisposable {
  readonly report: Recorder;
  readonly notes: UnitNews[];
  /** The side columns of a handle's latest number. */
  told(handle: number): { sourceAt: number; uncertain: boolean } | undefined;
  /** Resolves with the sentence, once the link breaks. */
  readonly broken: Promise<LinkBroken>;
  readonly ended: Promise<void>;
  readonly write: Promise<Write<OpcuaAddress>>;
  /** Passes an acknowledgement of the point with this handle back. */
  acknowledge(handle: number, comment: string): Promise<void>;
  stop(): Promise<void>;
}

export const plant = "nsu=urn:test:plant";

export function startLink(
  settings: object,
  points: readonly (string | PointText)[],
  { folder, clock }: { folder?: string; clock?: Clock } = {},
): RunningLink {
  const recorder = createRecorder();
  const sides = new Map<number, { sourceAt: number; uncertain: boolean }>();
  const report: Report = {
    ...recorder,
    samples(device, handles, raw, count, took, told?: Told) {
      for (let i = 0; i < count; i += 1) {
        sides.set(handles[i] as number, {
          sourceAt: told?.sourceAt?.[i] ?? Number.NaN,
          uncertain: told?.uncertain?.[i] === 1,
        });
      }
      recorder.samples(device, handles, raw, count, took, told);
    },
  };
  const notes: UnitNews[] = [];
  const stop = new AbortController();
  const { promise: write, resolve } = Promise.withResolvers<Write<OpcuaAddress>>();
  const back = Promise.withResolvers<Acknowledge<OpcuaAddress>>();
  const ended = opcua.run(
    {
      id: "line",
      settings: opcua.settings.parse({ security: "none", publishing: "100ms", ...settings }),
      units: [
        {
          device: "plant",
          unit: 1,
          maxRegisters: 125,
          points: points.map((one, handle): DriverPoint<OpcuaAddress> => {
            const { at, every = 100, ...more } = typeof one === "string" ? { at: one } : one;
            return { ...plainPoint(handle, opcua.address.parse(at), milliseconds(every)), ...more };
          }),
        },
      ],
    },
    driverTools<OpcuaAddress>(report, {
      trace: { frame() {}, unit: (news) => void notes.push(news) },
      takesOrders: resolve,
      takesAcknowledgements: back.resolve,
      ...(folder === undefined ? {} : { folder }),
      ...(clock && { clock }),
    }),
    stop.signal,
  );
  const broken = ended.then(
    () => Promise.reject(new Error("the link did not break")),
    (error: unknown) => (error instanceof LinkBroken ? error : Promise.reject(error)),
  );
  broken.catch(() => undefined);
  const end = async () => {
    stop.abort();
    await ended.catch(() => undefined);
  };
  return {
    report: recorder,
    notes,
    told: (handle) => sides.get(handle),
    broken,
    ended,
    write,
    async acknowledge(handle, comment) {
      const at = points[handle] as string;
      const order = { device: "plant", handle, address: opcua.address.parse(at), comment };
      await (await back.promise)(order, new AbortController().signal);
    },
    stop: end,
    [Symbol.asyncDispose]: end,
  };
}
