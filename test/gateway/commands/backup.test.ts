/** Backup and restore as an operator runs them, with the gateway running and stopped. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createClock } from "../../../gateway/clock.ts";
import { openArchive } from "../../../gateway/history/archive.ts";
import { copyHistory } from "../../../gateway/history/copy.ts";
import { makeToken } from "../../../gateway/people/make-token.ts";
import { openStore } from "../../../gateway/store/sqlite/open-store.ts";
import { createDataFolder } from "../../support/data-folder.ts";
import { demoPorts } from "../../support/house-process.ts";
import { gatehouse } from "./gatehouse.ts";

const MAIN = fileURLToPath(new URL("../../../gateway/main.ts", import.meta.url));
const DEMO = fileURLToPath(new URL("../../../simulators/demo-site", import.meta.url));

// Each test starts several processes, and a machine that does other things starts them slowly.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let folder: ReturnType<typeof createDataFolder>;
const data = () => join(folder.path, "data");
/** A backup that was made while the gateway was stopped. */
const good = () => join(folder.path, "good.db");

beforeAll(async () => {
  folder = createDataFolder();
  await using store = await openStore({ folder: data(), clock: createClock() });
  for (const name of ["one", "two", "three"]) await makeToken(store, { name, role: "viewer" }, createClock().now());
});
afterAll(() => folder[Symbol.dispose]());

async function tokensIn(where: string): Promise<readonly string[]> {
  await using store = await openStore({ folder: where, clock: createClock() });
  expect(await store.verify()).toMatchObject({ ok: true });
  return (await store.load(createClock().now())).tokens.map(({ name }) => name).sort();
}

const inside = (sql: string) => (file: string) => {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
};

describe("with the gateway stopped", () => {
  test("a backup comes back whole in an empty data folder, and neither overwrites anything", async () => {
    expect(await gatehouse(data(), ["backup", DEMO, good()])).toMatchObject({ code: 0, err: "" });
    expect(statSync(good()).mode & 0o777).toBe(0o600);
    const again = await gatehouse(data(), ["backup", DEMO, good()]);
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining("exists already") });

    const empty = join(folder.path, "empty");
    const restored = await gatehouse(empty, ["restore", good(), DEMO]);
    expect(restored).toMatchObject({ code: 0, out: expect.stringContaining("3 journal rows") });
    expect(readdirSync(empty)).toEqual(["house.db"]);
    const over = await gatehouse(empty, ["restore", good(), DEMO]);
    expect(over).toMatchObject({ code: 1, err: expect.stringContaining("exists already") });
    expect(await tokensIn(empty)).toEqual(["one", "three", "two"]);
  });

  const changed = (name: string, change: (file: string) => void): string => {
    const file = join(folder.path, name);
    writeFileSync(file, readFileSync(good()));
    change(file);
    return file;
  };
  test.each<[string, (file: string) => void, string]>([
    ["garbage", (file) => writeFileSync(file, "not a database at all"), "is no backup of Gatehouse"],
    ["empty", (file) => writeFileSync(file, ""), "is no backup of Gatehouse"],
    ["torn", (file) => truncateSync(file, 3 * 4_096), "torn.db was not restored"],
    [
      "rewritten",
      inside("DROP TRIGGER journal_keeps_its_words; UPDATE journal SET hash = 'f' WHERE seq = 2"),
      "broken at row 2",
    ],
    ["newer", inside("INSERT INTO migration VALUES (9999, 'later')"), "newer.db was not restored"],
  ])("a backup that is %s is refused and leaves nothing behind", async (name, change, sentence) => {
    const target = join(folder.path, `from-${name}`);
    const { code, out, err } = await gatehouse(target, ["restore", changed(`${name}.db`, change), DEMO]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(sentence);
    expect(err).not.toMatch(/^\s+at /m);
    expect(existsSync(target) ? readdirSync(target) : []).toEqual([]);
  });

  test.each([
    [["backup", DEMO], 64, "gatehouse <command>"],
    [["backup", "/nowhere/at/all", "/tmp/x"], 78, "/nowhere/at/all"],
    [["backup", DEMO, "/no/such/folder/x.db"], 1, "/no/such/folder"],
    [["restore", "/no/such/backup.db", DEMO], 1, "exists already"],
  ])("%j ends with %i and a sentence", async (args, code, sentence) => {
    const ended = await gatehouse(data(), args);
    expect(ended.code).toBe(code);
    expect(ended.err).toContain(sentence);
  });

  test("a site that never ran has nothing to back up", async () => {
    const { code, err } = await gatehouse(join(folder.path, "never"), ["backup", DEMO, join(folder.path, "x.db")]);
    expect([code, existsSync(join(folder.path, "never"))]).toEqual([1, false]);
    expect(err).toContain("nothing to back up");
  });
});

describe("the history beside it", () => {
  const START = 1_795_248_000_000;
  const points = ["lift-1.speed", "pump-1.pressure"];
  const retention = { raw: 400 * 86_400_000, minutes: 1e12, hours: 1e12, cap: 1e12 };
  const opened = (where: string) =>
    openArchive({ folder: where, points, retention, isStart: false, tellBroken() {}, tellPutAside() {} });
  const sample = (i: number) => ({
    count: 2,
    series: Int32Array.of(0, 1),
    at: Float64Array.of(START + i * 1_000, START + i * 1_000),
    value: Float64Array.of(i, -i),
    code: new Uint8Array(2),
  });
  const lasts = (where: string, handle: number, count: number) => {
    using archive = opened(where);
    return [...archive.read(handle, START, START + count * 1_000, count, START + count * 1_000).buckets.last];
  };

  test("every sample that was on the disk comes back, those in no block yet too", async () => {
    const own = join(folder.path, "with-past");
    {
      await using store = await openStore({ folder: own, clock: createClock() });
      await makeToken(store, { name: "one", role: "viewer" }, createClock().now());
    }
    {
      using archive = opened(own);
      for (let i = 0; i < 500; i += 1) archive.add(sample(i), START + i * 1_000);
      archive.sealAll();
      for (let i = 500; i < 600; i += 1) archive.add(sample(i), START + i * 1_000);
    }
    const file = join(folder.path, "past.db");
    expect(await gatehouse(own, ["backup", DEMO, file])).toMatchObject({ code: 0, err: "" });
    const back = join(folder.path, "past-back");
    expect(await gatehouse(back, ["restore", file, DEMO])).toMatchObject({ code: 0, err: "" });
    expect(lasts(back, 0, 600)).toEqual(Array.from({ length: 600 }, (_, i) => i));
    expect(lasts(back, 1, 600).at(-1)).toBe(-599);
    const bare = join(folder.path, "past-left-out");
    expect((await gatehouse(bare, ["restore", file, DEMO, "--without-history"])).code).toBe(0);
    expect(readdirSync(bare)).toEqual(["house.db"]);
  });

  test("a copy that is made while somebody writes without a pause is whole up to one batch, and nobody waits for it", async () => {
    const own = join(folder.path, "busy");
    using archive = opened(own);
    let i = 0;
    for (; i < 200; i += 1) archive.add(sample(i), START + i * 1_000);
    const copied = join(folder.path, "busy-copy");
    mkdirSync(copied);
    let isDone = false;
    const copying = copyHistory(own, join(copied, "history.db"), 0).finally(() => {
      isDone = true;
    });
    do {
      archive.add(sample(i), START + i * 1_000);
      i += 1;
      await new Promise<void>((turn) => setImmediate(turn));
    } while (!isDone);
    await copying;
    expect(readdirSync(copied)).toEqual(["history.db"]);
    const values = lasts(copied, 0, i);
    const known = values.filter((value) => !Number.isNaN(value)).length;
    expect(known).toBeGreaterThanOrEqual(200);
    expect(values.slice(0, 200)).toEqual(Array.from({ length: 200 }, (_, n) => n));
  });

  test("a disk without room, a torn copy and somebody else's file are told, and nothing is left behind", async () => {
    const own = join(folder.path, "with-past");
    await expect(copyHistory(own, join(folder.path, "no-room.db"), 1e18)).rejects.toMatchObject({
      because: { en: expect.stringContaining("--without-history"), zh: expect.stringContaining("--without-history") },
    });
    expect(existsSync(join(folder.path, "no-room.db"))).toBe(false);
    for (const [name, change] of [
      ["torn", (file: string) => truncateSync(file, 20_000)],
      ["other", (file: string) => writeFileSync(file, readFileSync(join(folder.path, "past.db")))],
      ["garbage", (file: string) => writeFileSync(file, "no database")],
      ["newer", inside("PRAGMA user_version = 99")],
    ] as const) {
      const file = join(folder.path, `past-${name}.db`);
      writeFileSync(file, readFileSync(join(folder.path, "past.db")));
      writeFileSync(`${file}.history`, readFileSync(join(folder.path, "past.db.history")));
      change(`${file}.history`);
      const target = join(folder.path, `from-past-${name}`);
      const { code, err } = await gatehouse(target, ["restore", file, DEMO]);
      expect([name, code, existsSync(target) ? readdirSync(target) : []]).toEqual([name, 1, []]);
      expect(err).toContain(name === "newer" ? "newer Gatehouse" : "is torn, or no history");
    }
  });
});

/** 0 as long as there is no database with tables of ours. */
function versionOf(file: string): number {
  if (!existsSync(file)) return 0;
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return (database.prepare("PRAGMA user_version").get() as { user_version: number }).user_version;
  } catch {
    return 0;
  } finally {
    database.close();
  }
}

test("with the gateway running a backup is whole too, through a socket that is its owner's alone", async () => {
  const ports = await demoPorts();
  const running = spawn(process.execPath, [MAIN, "run", DEMO], {
    env: {
      ...process.env,
      GATEHOUSE_DATA: data(),
      GATEHOUSE_PORT: String(ports.console),
      GATEHOUSE_BROKER_PORT: String(ports.control),
    },
  });
  try {
    await new Promise<void>((resolve) =>
      running.stdout.on("data", (chunk: Buffer) => chunk.includes("ready") && resolve()),
    );
    expect(statSync(join(data(), "control.sock")).mode & 0o777).toBe(0o600);
    const file = join(folder.path, "running.db");
    // The history begins in its own time beside the house.
    await expect.poll(() => versionOf(join(data(), "history.db"))).toBeGreaterThan(0);
    const ended = await gatehouse(data(), ["backup", DEMO, file]);
    expect(ended).toMatchObject({ code: 0, err: "" });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(ended.out).toContain("running.db.history");
    expect(statSync(`${file}.history`).mode & 0o777).toBe(0o600);
    const restored = join(folder.path, "restored");
    expect((await gatehouse(restored, ["restore", file, DEMO])).code).toBe(0);
    expect(readdirSync(restored).sort()).toEqual(["history.db", "house.db"]);
    expect(await tokensIn(restored)).toEqual(["one", "three", "two"]);

    const bare = await gatehouse(data(), ["backup", DEMO, join(folder.path, "bare.db"), "--without-history"]);
    expect([bare.code, existsSync(join(folder.path, "bare.db.history"))]).toEqual([0, false]);

    // An order that is none is answered by hanging up, and the next one is heard all the same.
    for (const garbage of ["constructor\n", "x".repeat(10_000)]) {
      const socket = createConnection(join(data(), "control.sock"));
      socket.on("error", () => {});
      socket.write(garbage);
      await new Promise<void>((resolve) => socket.resume().once("close", () => resolve()));
    }
    expect((await gatehouse(data(), ["backup", DEMO, join(folder.path, "second.db")])).code).toBe(0);
    // What was collected is put away by the gateway once the other side has hung up.
    await expect.poll(() => readdirSync(join(data(), "handed-over"))).toEqual([]);
  } finally {
    running.kill("SIGTERM");
    await new Promise((resolve) => running.once("exit", resolve));
  }
});
