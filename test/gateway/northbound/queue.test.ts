import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { expect, test } from "vitest";
import { instant } from "#model/time";
import type { Batch } from "../../../gateway/history/tail.ts";
import { holdQueue } from "../../../gateway/northbound/held-queue.ts";
import type { FromWorker, WorkerInput } from "../../../gateway/northbound/messages.ts";
import { openQueue, type Queue } from "../../../gateway/northbound/queue.ts";
import { QueueNotOurs } from "../../../gateway/northbound/queue-file.ts";
import type { Told } from "../../../gateway/northbound/record.ts";
import type { Waiting } from "../../../gateway/northbound/waiting.ts";
import { createDataFolder } from "../../support/data-folder.ts";

const points = ["a.x", "a.y"];
const silent = () => {};

const told = (seq: number, at = seq * 1_000): Told => ({ seq, at: instant(at), event: "activated" });
const batch = (values: readonly number[], at = 0): Batch => ({
  count: values.length,
  series: Int32Array.from(values, (_, i) => i % 2),
  at: Float64Array.from(values, (_, i) => at + i),
  value: Float64Array.from(values),
  code: new Uint8Array(values.length),
});
const said = (waiting: Waiting | undefined) =>
  waiting?.kind === "urgent" ? waiting.rows.map(({ seq }) => `#${seq}`) : [...(waiting?.samples.value ?? [])];

function drain(queue: Queue): unknown[] {
  const all: unknown[] = [];
  for (let next = queue.next(5); next; next = queue.next(5)) {
    all.push(...said(next));
    queue.done(next);
  }
  return all;
}

test("alarms and tickets go before samples, each in their order, and what is not done comes again", () => {
  using folder = createDataFolder();
  using queue = openQueue(folder.path, "t", points, silent);
  queue.addSamples(batch([1, 2]), [[1, "two"]], 0);
  queue.begin([], 0);
  queue.addUrgent([told(4), told(5)], 0, 6);
  queue.addSamples(batch([3]), [], 0);
  expect(said(queue.next(10))).toEqual(["#4", "#5"]);
  const urgent = queue.next(10);
  expect(said(urgent)).toEqual(["#4", "#5"]);
  queue.done(urgent as Waiting);
  const samples = queue.next(10);
  expect(samples).toMatchObject({ kind: "samples", samples: { point: ["a.x", "a.y", "a.x"] } });
  expect(said(samples)).toEqual([1, 2, 3]);
  if (samples?.kind === "samples") expect([...samples.samples.text]).toEqual([[1, "two"]]);
  expect(said(queue.next(2))).toEqual([1, 2]);
});

test("rows of the journal that are handed over twice stand once, also across an end of the process", () => {
  using folder = createDataFolder();
  {
    using queue = openQueue(folder.path, "t", points, silent);
    expect(queue.cursor()).toBeUndefined();
    queue.begin([], 0);
    queue.addUrgent([told(1), told(3)], 0, 3);
    queue.addUrgent([told(1), told(3)], 0, 3);
  }
  using queue = openQueue(folder.path, "t", points, silent);
  expect(queue.cursor()).toBe(3);
  queue.addUrgent([told(3), told(4)], 2, 5);
  expect(queue.cursor()).toBe(5);
  // Row 6 is missing: nothing of it is taken, or nobody would ever ask for row 6 again.
  queue.addUrgent([told(7)], 6, 7);
  expect(queue.cursor()).toBe(5);
  expect(queue.standing().taken).toBe(0);
  expect(drain(queue)).toEqual(["#1", "#3", "#4"]);
});

test("points are known by name: a site that has them in another order, or no more, sends the same", () => {
  using folder = createDataFolder();
  {
    using queue = openQueue(folder.path, "t", ["a.x", "a.y"], silent);
    queue.addSamples(batch([1, 2]), [], 0);
  }
  using queue = openQueue(folder.path, "t", ["a.z", "a.y"], silent);
  queue.addSamples(batch([3, 4]), [], 0);
  expect(queue.next(10)).toMatchObject({ samples: { point: ["a.x", "a.y", "a.z", "a.y"] } });
});

test("over the cap samples go first, the oldest first; alarms only when nothing else is left", () => {
  using folder = createDataFolder();
  using queue = openQueue(folder.path, "t", points, silent);
  for (let i = 0; i < 50; i += 1)
    queue.addSamples(
      batch(
        Array.from({ length: 20 }, () => Math.random()),
        i,
      ),
      [],
      i,
    );
  queue.begin(
    Array.from({ length: 20 }, (_, i) => told(i + 1, 60)),
    20,
  );
  const { bytes } = queue.standing();
  expect(queue.trim(bytes, 1_000, 60)).toEqual([]);
  const [gone, ...more] = queue.trim(bytes / 2, 1_000, 60);
  expect(more).toEqual([]);
  expect(gone).toMatchObject({ what: "samples", from: 0 });
  expect(gone?.count).toBe(1_000 - queue.standing().samples);
  expect(queue.standing().bytes).toBeLessThanOrEqual(bytes / 2);
  expect(queue.standing().urgent).toBe(20);
  expect(queue.trim(200, 1_000, 60).map(({ what }) => what)).toEqual(["samples", "alarms"]);
  expect(queue.standing()).toMatchObject({ samples: 0 });
  expect(queue.standing().urgent).toBeGreaterThan(0);
});

test("what is older than the site keeps goes, and is told with its time", () => {
  using folder = createDataFolder();
  using queue = openQueue(folder.path, "t", points, silent);
  queue.addSamples(batch([1, 2]), [], 1_000);
  queue.addSamples(batch([3]), [], 5_000);
  queue.begin([told(1, 1_000)], 1);
  expect(queue.trim(1e9, 3_000, 6_000)).toEqual([
    { what: "samples", count: 2, from: 1_000, to: 1_000 },
    { what: "alarms", count: 1, from: 1_000, to: 1_000 },
  ]);
  expect(drain(queue)).toEqual([3]);
});

test("a broken batch is skipped and told, and the rest goes on", () => {
  using folder = createDataFolder();
  let broken = 0;
  using queue = openQueue(folder.path, "t", points, () => {
    broken += 1;
  });
  for (let i = 0; i < 3; i += 1) queue.addSamples(batch([i]), [], i);
  const file = new DatabaseSync(join(folder.path, "t.db"));
  file.exec("UPDATE sample SET body = x'00112233445566' WHERE id = 2");
  file.close();
  expect(drain(queue)).toEqual([0, 2]);
  expect(broken).toBe(1);
  expect(queue.standing()).toMatchObject({ samples: 0, urgent: 0 });
});

const input = (folder: string): WorkerInput => ({
  name: "t",
  folder,
  site: "park",
  points: points.map((id) => ({ id, device: "a", key: id.slice(2), kind: "power", type: "number" })),
  queue: { cap: 1e9, keep: 1e9 as never },
  reserve: 0,
  settings: { kind: "influx" } as never,
  lost: [],
  now: 0,
  mono: 0,
});

test("a broken change takes the cursor back, so that the journal gives it and all behind it again", () => {
  using folder = createDataFolder();
  const heard: FromWorker[] = [];
  using held = holdQueue(input(folder.path), (message) => heard.push(message), silent);
  const queue = held.open();
  queue.begin([], 0);
  queue.addUrgent([told(1), told(3), told(5)], 0, 6);
  const file = new DatabaseSync(join(folder.path, "t.db"));
  file.exec("UPDATE urgent SET body = replace(body, '{', '[') WHERE seq = 3");
  file.close();
  const first = queue.next(10);
  expect(said(first)).toEqual(["#1"]);
  queue.done(first as Waiting);
  expect(heard.map((one) => one.say)).toEqual(["ready", "broken", "ready"]);
  expect(heard.at(-1)).toEqual({ say: "ready", cursor: 2 });
  queue.addUrgent([told(3), told(5)], 2, 6);
  expect(drain(queue)).toEqual(["#3", "#5"]);
  expect(queue.standing()).toEqual({ bytes: 0, urgent: 0, samples: 0, taken: 6 });
});

test("a file that is no database is put aside, one of a newer version is left alone", () => {
  using folder = createDataFolder();
  writeFileSync(join(folder.path, "t.db"), "this is no database, whoever wrote it here");
  const heard: FromWorker[] = [];
  {
    using held = holdQueue(input(folder.path), (message) => heard.push(message), silent);
    const queue = held.open();
    queue.addSamples(batch([7]), [], 0);
    expect(drain(queue)).toEqual([7]);
  }
  expect(heard).toMatchObject([
    { say: "broken", because: { zh: expect.stringContaining("t.db.broken") } },
    { say: "ready" },
  ]);
  expect(readFileSync(join(folder.path, "t.db.broken"), "utf8")).toContain("this is no database");
  const newer = new DatabaseSync(join(folder.path, "t.db"));
  newer.exec("PRAGMA user_version = 99");
  newer.close();
  expect(() => openQueue(folder.path, "t", points, silent)).toThrow(QueueNotOurs);
});

/** The queue with 2,000 batches, its pages from `share` of the file on overwritten; what comes out of it afterwards. */
function damaged(share: number, bytes: number) {
  using folder = createDataFolder();
  {
    using queue = openQueue(folder.path, "t", points, silent);
    queue.begin([told(1), told(2)], 2);
    for (let i = 0; i < 2_000; i += 1)
      queue.addSamples(batch(Array.from({ length: 40 }, () => i + Math.random())), [], i);
  }
  const path = join(folder.path, "t.db");
  const whole = readFileSync(path);
  const from = Math.max(16_384, Math.floor((whole.length * share) / 16_384) * 16_384);
  whole.fill(0xa5, from, from + bytes);
  writeFileSync(path, whole);
  const heard: FromWorker[] = [];
  using held = holdQueue(input(folder.path), (message) => heard.push(message), silent);
  const out: unknown[] = [];
  for (let tries = 0; tries < 3; tries += 1) {
    try {
      out.push(...drain(held.open()));
      break;
    } catch (error) {
      held.failed(error);
    }
  }
  return { out, heard };
}

test.each([
  ["in its middle", 0.5, 3 * 16_384],
  ["at its end", 0.96, 2 * 16_384],
])("a file that is damaged %s is mended: what can be read goes on, in order, and it is told", (_, share, bytes) => {
  const { out, heard } = damaged(share, bytes);
  const samples = out.filter((one): one is number => typeof one === "number");
  expect(samples.length).toBeGreaterThan(2_000 * 40 * 0.5);
  expect(samples.length).toBeLessThan(2_000 * 40);
  const batches = [...new Set(samples.map(Math.floor))];
  expect(batches).toEqual(batches.toSorted((a, b) => a - b));
  expect(heard.some((one) => one.say === "broken" && one.because.en.includes("t.db.broken"))).toBe(true);
});

test("whatever comes in whatever order comes out once, in the order of its class, with ends of the process in between", () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("samples" as const), count: fc.integer({ min: 1, max: 6 }) }),
    fc.record({ do: fc.constant("told" as const), count: fc.integer({ min: 0, max: 3 }) }),
    fc.record({ do: fc.constant("send" as const), most: fc.integer({ min: 1, max: 8 }), acknowledged: fc.boolean() }),
    fc.record({ do: fc.constant("restart" as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      using folder = createDataFolder();
      let queue = openQueue(folder.path, "t", points, silent);
      queue.begin([], 0);
      let [sample, seq] = [0, 0];
      const out: unknown[] = [];
      for (const one of steps) {
        if (one.do === "samples") {
          queue.addSamples(batch(Array.from({ length: one.count }, () => sample++)), [], 0);
        } else if (one.do === "told") {
          const from = seq;
          queue.addUrgent(
            Array.from({ length: one.count }, () => told(++seq)),
            from,
            seq,
          );
        } else if (one.do === "send") {
          const next = queue.next(one.most);
          if (next && one.acknowledged) {
            out.push(...said(next));
            queue.done(next);
          }
        } else {
          queue[Symbol.dispose]();
          queue = openQueue(folder.path, "t", points, silent);
        }
      }
      out.push(...drain(queue));
      const standing = queue.standing();
      queue[Symbol.dispose]();
      expect(standing).toEqual({ bytes: 0, urgent: 0, samples: 0, taken: seq });
      expect(out.filter((one) => typeof one === "number")).toEqual(Array.from({ length: sample }, (_, i) => i));
      expect(out.filter((one) => typeof one === "string")).toEqual(Array.from({ length: seq }, (_, i) => `#${i + 1}`));
    }),
    { numRuns: 40 },
  );
});
