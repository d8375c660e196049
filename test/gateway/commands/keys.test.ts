/** Keys rotated as an operator does it, with the gateway stopped and running. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createClock } from "../../../gateway/clock.ts";
import { openKeyring } from "../../../gateway/people/keyring.ts";
import { type Entry, newEntryId, openVault } from "../../../gateway/people/vault.ts";
import { openStore } from "../../../gateway/store/sqlite/open-store.ts";
import { createDataFolder } from "../../support/data-folder.ts";
import { demoPorts } from "../../support/house-process.ts";
import { gatehouse } from "./gatehouse.ts";

const MAIN = fileURLToPath(new URL("../../../gateway/main.ts", import.meta.url));
const DEMO = fileURLToPath(new URL("../../../simulators/demo-site", import.meta.url));
const NO = "GD20261121-000123";
// Each test starts several processes, and a machine that does other things starts them slowly.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let folder: ReturnType<typeof createDataFolder>;
const data = () => folder.path;
const entries: readonly Entry[] = ["contact", "file", "file"].map((kind) => ({
  ticket: NO,
  kind: kind as Entry["kind"],
  id: newEntryId(),
}));
const vault = () => openVault(data(), () => openKeyring(data()));
const keyFile = () => readFileSync(join(data(), "keys.json"), "utf8");
const sealing = () => JSON.parse(keyFile()) as { links: string; sealing: Record<string, string> };
const readable = async () =>
  Promise.all(entries.map(async (entry) => (await vault().read(entry))?.toString() === entry.id));

beforeAll(async () => {
  folder = createDataFolder();
  await using _ = await openStore({ folder: data(), clock: createClock() });
  for (const entry of entries) await vault().put(entry, Buffer.from(entry.id));
});
afterAll(() => folder[Symbol.dispose]());

async function rotations(): Promise<readonly unknown[]> {
  await using store = await openStore({ folder: data(), clock: createClock() });
  expect(await store.verify()).toMatchObject({ ok: true });
  const rows = await store.journal({ about: "site", limit: 100 });
  return rows.filter(({ event }) => event === "keys-rotated").map((row) => row.data);
}

test("stopped: everything opens with the new key, the old one is nowhere, links stay good, and the journal says so", async () => {
  const before = sealing();
  const ended = await gatehouse(data(), ["keys", "rotate", DEMO]);
  expect(ended).toMatchObject({ code: 0, err: "", out: expect.stringContaining("3 sealed anew with a new key") });
  expect(sealing().links).toBe(before.links);
  expect(Object.keys(sealing().sealing)).toEqual(["k2"]);
  expect(keyFile()).not.toContain(before.sealing.k1);
  expect(await readable()).toEqual([true, true, true]);
  expect(await rotations()).toEqual([{ sealed: 3, unreadable: 0 }]);
});

test("a file that does not open keeps the old key: it is named, ends with 1, and the next rotation ends it", async () => {
  const torn = join(data(), "sealed", `${NO}.file.${entries[2]?.id}`);
  const good = readFileSync(torn);
  writeFileSync(torn, randomBytes(good.length));
  const ended = await gatehouse(data(), ["keys", "rotate", DEMO]);
  expect(ended).toMatchObject({ code: 1, out: "", err: expect.stringContaining(`${NO}.file.${entries[2]?.id}`) });
  expect(Object.keys(sealing().sealing)).toEqual(["k2", "k3"]);
  writeFileSync(torn, good);
  expect(await readable()).toEqual([true, true, true]);
  expect((await gatehouse(data(), ["keys", "rotate", DEMO])).code).toBe(0);
  expect(Object.keys(sealing().sealing)).toEqual(["k4"]);
  expect(await readable()).toEqual([true, true, true]);
});

test.each([
  [["keys"], 64, "gatehouse <command>"],
  [["keys", "rotate"], 64, "gatehouse <command>"],
  [["keys", "burn", DEMO], 64, "gatehouse <command>"],
  [["keys", "rotate", DEMO, "again"], 64, "gatehouse <command>"],
  [["keys", "rotate", "/nowhere/at/all"], 78, "/nowhere/at/all"],
])("%j ends with %i and changes nothing", async (args, code, sentence) => {
  const before = keyFile();
  const ended = await gatehouse(data(), args);
  expect([ended.code, ended.err.includes(sentence), keyFile()]).toEqual([code, true, before]);
});

test("a site that never ran has no keys, and gets none by asking; a damaged key file stays as it is", async () => {
  const never = join(data(), "never");
  const { code, err } = await gatehouse(never, ["keys", "rotate", DEMO]);
  expect([code, existsSync(never)]).toEqual([1, false]);
  expect(err).toContain("no key to rotate");
  const good = keyFile();
  writeFileSync(join(data(), "keys.json"), '{"links":"secret"');
  const damaged = await gatehouse(data(), ["keys", "rotate", DEMO]);
  expect(damaged).toMatchObject({ code: 1, err: expect.stringContaining("is damaged") });
  expect(damaged.err).not.toContain("secret");
  expect(keyFile()).toBe('{"links":"secret"');
  writeFileSync(join(data(), "keys.json"), good);
});

test("running: the gateway does it itself, twice at once too; a backup says what it leaves out", async () => {
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
    const both = await Promise.all([1, 2].map(() => gatehouse(data(), ["keys", "rotate", DEMO])));
    for (const ended of both) {
      expect(ended).toMatchObject({ code: 0, err: "", out: expect.stringContaining("3 sealed anew") });
    }
    expect(Object.keys(sealing().sealing)).toEqual(["k6"]);
    expect(await readable()).toEqual([true, true, true]);
    const backup = await gatehouse(data(), ["backup", DEMO, join(data(), "b.db"), "--without-history"]);
    expect(backup).toMatchObject({ code: 0, out: expect.stringContaining("Not in it: names, numbers, photos") });
  } finally {
    running.kill("SIGTERM");
    await new Promise((resolve) => running.once("exit", resolve));
  }
  expect((await rotations()).length).toBe(5);
});
