/** Plans of reads: every point once, short enough, never over an address that the device refuses. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seconds } from "#model/time";
import { ModbusAddress } from "../../../drivers/modbus/address.ts";
import {
  gapBetween,
  type Learnt,
  type ModbusPoint,
  nothingLearnt,
  planReads,
  type ReadRequest,
  splitRequest,
} from "../../../drivers/modbus/read-plan.ts";
import { plainPoint } from "../../contracts/driver-tools.ts";

const point = (at: string, handle = 0, every = 1): ModbusPoint =>
  plainPoint(handle, ModbusAddress.parse(at), seconds(every));
const spans = (requests: readonly ReadRequest[]) => requests.map(({ table, start, count }) => [table, start, count]);
const plain = { maxRegisters: 125, maxGap: 10 };
const plan = (texts: string[], limits = plain, learnt = nothingLearnt) =>
  planReads(
    texts.map((at, handle) => point(at, handle)),
    limits,
    learnt,
  );
const polls = (...texts: string[]) => spans(plan(texts).polls.flatMap((poll) => poll.requests));

describe("read plans", () => {
  test("neighbours share one request, and small holes are read along", () => {
    expect(polls("holding:0", "holding:1:f32", "holding:13")).toEqual([["holding", 0, 14]]);
  });

  test("a hole above the limit, another table and another poll class begin a new request", () => {
    expect(polls("holding:0", "holding:12")).toEqual([
      ["holding", 0, 1],
      ["holding", 12, 1],
    ]);
    expect(polls("holding:0", "input:1", "coil:0", "discrete:1")).toHaveLength(4);
    const { polls: classes } = planReads([point("holding:0", 0, 1), point("holding:1", 1, 5)], plain, nothingLearnt);
    expect(classes.map(({ every, requests }) => [every, requests.length])).toEqual([
      [1_000, 1],
      [5_000, 1],
    ]);
  });

  test("a value of several registers is never cut at the limit", () => {
    const {
      polls: [only],
    } = plan(["holding:0", "holding:1:f64", "holding:5"], { maxRegisters: 4, maxGap: 10 });
    expect(spans(only?.requests ?? [])).toEqual([
      ["holding", 0, 1],
      ["holding", 1, 4],
      ["holding", 5, 1],
    ]);
  });

  test("at most 125 registers are asked for, whatever the device is said to answer", () => {
    const texts = Array.from({ length: 200 }, (_, i) => `holding:${i}`);
    expect(spans(plan(texts, { maxRegisters: 2_000, maxGap: 10 }).polls[0]?.requests ?? [])).toEqual([
      ["holding", 0, 125],
      ["holding", 125, 75],
    ]);
  });

  test("coils go up to 2000 in one request, also for a device with a small register limit", () => {
    const texts = Array.from({ length: 2_001 }, (_, i) => `coil:${i}`);
    expect(spans(plan(texts, { maxRegisters: 16, maxGap: 0 }).polls[0]?.requests ?? [])).toEqual([
      ["coil", 0, 2_000],
      ["coil", 2_000, 1],
    ]);
  });

  test("a value that is wider than the device answers is set apart", () => {
    const { tooWide, polls: rest } = plan(["holding:0:str40", "holding:30"], { maxRegisters: 16, maxGap: 10 });
    expect(tooWide.map(({ handle }) => handle)).toEqual([0]);
    expect(rest.flatMap(({ requests }) => spans(requests))).toEqual([["holding", 30, 1]]);
  });

  test("a refused address is set apart and its neighbours do not read over it", () => {
    const learnt: Learnt = { illegal: [{ table: "holding", from: 2, to: 2 }], cuts: [] };
    const {
      refused,
      polls: [only],
    } = plan(["holding:0", "holding:2", "holding:2.1", "holding:4"], plain, learnt);
    expect(refused.map(({ start, points }) => [start, points.map(({ handle }) => handle)])).toEqual([[2, [1, 2]]]);
    expect(spans(only?.requests ?? [])).toEqual([
      ["holding", 0, 1],
      ["holding", 4, 1],
    ]);
  });

  test("nothing is read across a border that the device does not read across", () => {
    const learnt: Learnt = { illegal: [], cuts: [{ table: "holding", at: 100 }] };
    const {
      polls: [only],
    } = plan(["holding:99", "holding:100", "holding:101"], plain, learnt);
    expect(spans(only?.requests ?? [])).toEqual([
      ["holding", 99, 1],
      ["holding", 100, 2],
    ]);
  });

  test("a request is halved by its addresses, and one address is not halved any further", () => {
    const [request] = plan(["holding:0", "holding:0.1", "holding:4:f32", "holding:9"]).polls[0]?.requests ?? [];
    const [left, right] = splitRequest(request as ReadRequest) ?? [];
    expect(spans([left, right] as ReadRequest[])).toEqual([
      ["holding", 0, 6],
      ["holding", 9, 1],
    ]);
    expect(gapBetween(left as ReadRequest, right as ReadRequest)).toEqual({ table: "holding", from: 6, to: 8 });
    const [bits] = plan(["holding:0", "holding:0.1", "holding:0.2"]).polls[0]?.requests ?? [];
    expect(splitRequest(bits as ReadRequest)).toBeUndefined();
  });

  const texts = fc
    .record({
      table: fc.constantFrom("holding", "input", "coil"),
      register: fc.oneof(fc.nat(60), fc.nat(300), fc.nat(65_000)),
      type: fc.constantFrom("u16", "f32", "f64", "u8hi", "str9", "str60"),
    })
    .map(({ table, register, type }) => `${table}:${register}${table === "coil" ? "" : `:${type}`}`);
  const ranges = fc.record({ table: fc.constantFrom("holding", "input", "coil"), from: fc.nat(300), size: fc.nat(4) });
  const cuts = fc.record({ table: fc.constantFrom("holding", "input", "coil"), at: fc.nat(300) });

  test("whatever the points, limits and refusals, the plan keeps its promises", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(texts, fc.constantFrom(1, 5, 60)), { maxLength: 60 }),
        fc.record({ maxRegisters: fc.integer({ min: 1, max: 300 }), maxGap: fc.nat(20) }),
        fc.array(ranges, { maxLength: 8 }),
        fc.array(cuts, { maxLength: 8 }),
        (given, limits, holes, borders) => {
          const points = given.map(([at, every], handle) => point(at, handle, every));
          const illegal = holes.map(({ table, from, size }) => ({ table, from, to: from + size }) as const);
          const learnt = { illegal, cuts: borders } as Learnt;
          const found = planReads(points, limits, learnt);
          const regular = found.polls.flatMap(({ every, requests }) => requests.map((request) => ({ every, request })));

          const covered = [
            ...regular.flatMap(({ request }) => request.points),
            ...found.refused.flatMap((request) => request.points),
            ...found.tooWide,
          ].map(({ handle }) => handle);
          expect(covered.sort((a, b) => a - b)).toEqual(points.map(({ handle }) => handle));

          for (const { every, request } of regular) {
            const { table, start, count } = request;
            const end = start + count - 1;
            expect(count).toBeLessThanOrEqual(table === "coil" ? 2_000 : Math.min(125, limits.maxRegisters));
            expect(illegal.some((range) => range.table === table && range.from <= end && range.to >= start)).toBe(
              false,
            );
            const used = new Set<number>();
            for (const { address, every: own } of request.points) {
              expect([address.table, own]).toEqual([table, every]);
              expect(address.register).toBeGreaterThanOrEqual(start);
              expect(address.register + address.width - 1).toBeLessThanOrEqual(end);
              for (let i = 0; i < address.width; i += 1) used.add(address.register + i);
            }
            let hole = 0;
            for (let register = start; register <= end; register += 1) {
              hole = used.has(register) ? 0 : hole + 1;
              expect(hole).toBeLessThanOrEqual(limits.maxGap);
            }
            const first = request.points[0]?.address.register ?? 0;
            for (const cut of borders) {
              if (cut.table !== table || cut.at <= first) continue;
              expect(request.points.every(({ address }) => address.register < cut.at)).toBe(true);
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
