/** Which requests read which points: pure. Neighbours share a request; nothing that a device refuses is touched. */
import type { Span } from "#model/time";
import type { DriverPoint } from "../driver.ts";
import { isBitTable, type ModbusAddress, type Table } from "./address.ts";

export type ModbusPoint = DriverPoint<ModbusAddress>;

export interface ReadLimits {
  /** What the device answers in one read; at most 125 are ever asked for. */
  readonly maxRegisters: number;
  /** Unused addresses that may lie between two points of one request. */
  readonly maxGap: number;
}

/** Addresses, both ends included, that answered exception 2: no request goes over them. */
export interface IllegalRange {
  readonly table: Table;
  readonly from: number;
  readonly to: number;
}

/** No request may hold both an address below `at` and one from `at` on: the device refuses to read across. */
export interface Cut {
  readonly table: Table;
  readonly at: number;
}

/** What a device has taught about its address space. */
export interface Learnt {
  readonly illegal: readonly IllegalRange[];
  readonly cuts: readonly Cut[];
}
export const nothingLearnt: Learnt = { illegal: [], cuts: [] };

export interface ReadRequest {
  readonly table: Table;
  readonly start: number;
  readonly count: number;
  /** In the order of their registers. */
  readonly points: readonly ModbusPoint[];
}

export interface ReadPlan {
  /** One per poll class. */
  readonly polls: readonly { readonly every: Span; readonly requests: readonly ReadRequest[] }[];
  /** Points inside an illegal range, one request per address: to be tried again rarely. */
  readonly refused: readonly ReadRequest[];
  /** Values with more registers than the device answers in one read: they cannot be read whole. */
  readonly tooWide: readonly ModbusPoint[];
}

/** Modbus application protocol 1.1b3, 6.3 and 6.1. */
const MOST_REGISTERS = 125;
const MOST_BITS = 2_000;

/** Every point lands in exactly one place of the plan. */
export function planReads(points: readonly ModbusPoint[], limits: ReadLimits, learnt: Learnt): ReadPlan {
  const readable: ModbusPoint[] = [];
  const refused: ModbusPoint[] = [];
  const tooWide: ModbusPoint[] = [];
  for (const point of points) {
    const { table, register, width } = point.address;
    if (width > longest(table, limits)) tooWide.push(point);
    else if (touches(learnt.illegal, table, register, register + width - 1)) refused.push(point);
    else readable.push(point);
  }
  const classes = Map.groupBy(readable, (point) => point.every);
  const polls = [...classes]
    .sort(([a], [b]) => a - b)
    .map(([every, members]) => ({ every, requests: merge(members, limits, learnt) }));
  return { polls, refused: separate(refused), tooWide };
}

/** Two requests for the same points, or `undefined` when all of them sit at one address. */
export function splitRequest(request: ReadRequest): readonly [ReadRequest, ReadRequest] | undefined {
  const pieces = separate(request.points);
  if (pieces.length < 2) return undefined;
  const half = Math.ceil(pieces.length / 2);
  const gather = (some: readonly ReadRequest[]) => enclose(some.flatMap((piece) => piece.points));
  return [gather(pieces.slice(0, half)), gather(pieces.slice(half))];
}

/** The unused addresses between two halves of a request; `undefined` when they touch. */
export function gapBetween(left: ReadRequest, right: ReadRequest): IllegalRange | undefined {
  const from = left.start + left.count;
  const to = right.start - 1;
  return from <= to ? { table: left.table, from, to } : undefined;
}

/** Greedy from the lowest address up, which needs the fewest requests that these limits allow. */
function merge(points: readonly ModbusPoint[], limits: ReadLimits, learnt: Learnt): readonly ReadRequest[] {
  const requests: ReadRequest[] = [];
  let open: ModbusPoint[] = [];
  let start = 0;
  let end = -1;
  for (const point of [...points].sort(byPlace)) {
    const { table, register, width } = point.address;
    const last = register + width - 1;
    const fits =
      open[0]?.address.table === table &&
      register - end - 1 <= limits.maxGap &&
      Math.max(end, last) - start + 1 <= longest(table, limits) &&
      !touches(learnt.illegal, table, end + 1, register - 1) &&
      !learnt.cuts.some((cut) => cut.table === table && start < cut.at && cut.at <= register);
    if (!fits) {
      if (open.length > 0) requests.push(enclose(open));
      open = [];
      start = register;
      end = last;
    }
    open.push(point);
    end = Math.max(end, last);
  }
  if (open.length > 0) requests.push(enclose(open));
  return requests;
}

/** One request per distinct table, start and width. */
export function separate(points: readonly ModbusPoint[]): readonly ReadRequest[] {
  const places = Map.groupBy([...points].sort(byPlace), ({ address }) =>
    [address.table, address.register, address.width].join(),
  );
  return [...places.values()].map(enclose);
}

function enclose(points: readonly ModbusPoint[]): ReadRequest {
  const first = (points[0] as ModbusPoint).address;
  let end = 0;
  for (const { address } of points) end = Math.max(end, address.register + address.width);
  return { table: first.table, start: first.register, count: end - first.register, points };
}

const longest = (table: Table, limits: ReadLimits): number =>
  isBitTable(table) ? MOST_BITS : Math.min(MOST_REGISTERS, limits.maxRegisters);

const touches = (illegal: readonly IllegalRange[], table: Table, from: number, to: number): boolean =>
  illegal.some((range) => range.table === table && range.from <= to && range.to >= from);

function byPlace(a: ModbusPoint, b: ModbusPoint): number {
  if (a.address.table !== b.address.table) return a.address.table < b.address.table ? -1 : 1;
  return a.address.register - b.address.register || a.address.width - b.address.width;
}
