import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect, test } from "vitest";
import { addKey, forgetOldKeys, KeyTrouble, openKeyring } from "../../../gateway/people/keyring.ts";
import { type Entry, newEntryId, openVault } from "../../../gateway/people/vault.ts";
import { needs } from "../../support/needs.ts";

const fresh = () => mkdtempSync(join(tmpdir(), "gatehouse-vault-"));
const NO = "GD20261121-000123";
const entry = (more: Partial<Entry> = {}): Entry => ({ ticket: NO, kind: "contact", id: newEntryId(), ...more });

function stand() {
  const folder = fresh();
  let keys = openKeyring(folder);
  const vault = openVault(folder, () => keys);
  return {
    folder,
    vault,
    turn: (next: (folder: string) => typeof keys) => {
      keys = next(folder);
    },
    files: () => readdirSync(join(folder, "sealed")),
  };
}

test("what is put in comes out again, and nothing of it can be read on the disk", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 16, maxLength: 5_000 }), async (bytes) => {
      const { folder, vault, files } = stand();
      const one = entry();
      const content = Buffer.concat([Buffer.from("王女士 13800001234"), Buffer.from(bytes)]);
      await vault.put(one, content);
      expect(await vault.read(one)).toEqual(content);
      const onDisk = readFileSync(join(folder, "sealed", files()[0] ?? ""));
      expect(onDisk.includes("13800001234")).toBe(false);
      expect(onDisk.includes(Buffer.from("王女士"))).toBe(false);
    }),
    { numRuns: 20 },
  );
});

test("keys and sealed files are for the house alone, and two houses share no key", async () => {
  const one = stand();
  const two = stand();
  await one.vault.put(entry(), Buffer.from("x"));
  expect(statSync(join(one.folder, "keys.json")).mode & 0o777).toBe(0o600);
  expect(statSync(join(one.folder, "sealed")).mode & 0o777).toBe(0o700);
  expect(statSync(join(one.folder, "sealed", one.files()[0] ?? "")).mode & 0o777).toBe(0o600);
  const keys = ({ folder }: { folder: string }) =>
    readFileSync(join(folder, "keys.json"), "utf8").match(/[\w-]{43}/g) ?? [];
  expect(keys(one)).toHaveLength(2);
  expect(new Set([...keys(one), ...keys(two)]).size).toBe(4);
  expect(openKeyring(one.folder).links).toEqual(openKeyring(one.folder).links);
});

test("a key file that others may read, or that is damaged, stops the start with a sentence and shows nothing of itself", () => {
  const { folder } = stand();
  const path = join(folder, "keys.json");
  const secret = readFileSync(path, "utf8");
  chmodSync(path, 0o644);
  expect(() => openKeyring(folder)).toThrow(/chmod 600/);
  chmodSync(path, 0o600);
  for (const text of ["", "{", "null", "[]", '{"links":"short"}', secret.replace('"current":"k1"', '"current":"k9"')]) {
    writeFileSync(path, text);
    expect(() => openKeyring(folder)).toThrow(KeyTrouble);
  }
});

test("a file that was changed, cut, or put in the place of another does not open", async () => {
  const { folder, vault, files } = stand();
  const one = entry();
  const two = entry();
  await vault.put(one, Buffer.from("one"));
  const path = (which: Entry) => join(folder, "sealed", files().find((name) => name.includes(which.id)) ?? "");
  const good = readFileSync(path(one));
  await vault.put(two, Buffer.from("two"));
  writeFileSync(path(two), good);
  await expect(vault.read(two)).rejects.toThrow();
  for (const at of [0, 3, 4, 5, 8, 20, good.length - 1]) {
    const bad = Buffer.from(good);
    bad[at] = (bad[at] ?? 0) ^ 1;
    writeFileSync(path(one), bad);
    await expect(vault.read(one)).rejects.toThrow();
  }
  writeFileSync(path(one), good.subarray(0, 10));
  await expect(vault.read(one)).rejects.toThrow();
});

test("erasing leaves nothing behind, and says whether there was something", async () => {
  const { vault, files } = stand();
  const one = entry();
  await vault.put(one, Buffer.from("one"));
  expect(await vault.erase(one)).toBe(true);
  expect(files()).toEqual([]);
  expect(await vault.read(one)).toBeUndefined();
  expect(await vault.erase(one)).toBe(false);
});

test.each([
  { ticket: "../../etc/passwd" },
  { ticket: `${NO}/..` },
  { id: "../x" },
  { id: "a".repeat(31) },
  { kind: "contact.x" as "contact" },
])("no name from outside becomes a path: %j", async (wrong) => {
  const { vault } = stand();
  await expect(vault.put(entry(wrong), Buffer.from("x"))).rejects.toThrow();
  await expect(vault.read(entry(wrong))).rejects.toThrow();
});

test("after a rotation everything is sealed with the new key, and the old one is gone", async () => {
  const { folder, vault, turn } = stand();
  const all = [entry(), entry({ kind: "file" }), entry({ ticket: "GD20261121-000124" })];
  for (const one of all) await vault.put(one, Buffer.from(one.id));
  const before = openKeyring(folder).current.key.toString("base64url");
  turn(addKey);
  expect(await vault.read(all[0] as Entry)).toEqual(Buffer.from(all[0]?.id ?? ""));
  expect(await vault.reseal()).toEqual({ count: 3, unreadable: [] });
  turn(forgetOldKeys);
  for (const one of all) expect(await vault.read(one)).toEqual(Buffer.from(one.id));
  expect((await vault.entries()).map(({ id }) => id).sort()).toEqual(all.map(({ id }) => id).sort());
  expect(readFileSync(join(folder, "keys.json"), "utf8")).not.toContain(before);
});

test("what is erased or written anew while everything is sealed anew stays so, and what was on its way opens", async () => {
  const { vault, turn } = stand();
  const all = Array.from({ length: 30 }, () => entry());
  for (const one of all) await vault.put(one, Buffer.from("old"));
  const late = entry();
  // On its way under the old key when the new one comes.
  const onItsWay = vault.put(late, Buffer.from("late"));
  turn(addKey);
  const sealing = vault.reseal();
  const changes = all.map((one, i) => (i % 2 === 0 ? vault.erase(one) : vault.put(one, Buffer.from("new"))));
  await Promise.all([onItsWay, ...changes]);
  expect((await sealing).unreadable).toEqual([]);
  turn(forgetOldKeys);
  for (const [i, one] of all.entries())
    expect((await vault.read(one))?.toString()).toBe(i % 2 === 0 ? undefined : "new");
  expect((await vault.read(late))?.toString()).toBe("late");
});

/** A disk of its own needs a mount: a machine that allows none says so. */
const canMount = (() => {
  const there = spawnSync("unshare", ["--version"]).error === undefined;
  if (!needs("unshare", "apt-get install util-linux", there)) return false;
  return spawnSync("unshare", ["-rm", "sh", "-c", "mount -t tmpfs none /tmp"]).status === 0;
})();

test.runIf(canMount)(
  "on a full disk a file is refused, leaves nothing half written, and what was there stays whole",
  () => {
    const program = fileURLToPath(new URL("../../support/fill-vault.ts", import.meta.url));
    const folder = fresh();
    const mounted = 'mount -t tmpfs -o size=3m none "$0" && exec "$@"';
    const args = ["-rm", "sh", "-c", mounted, folder, process.execPath, program, folder];
    const done = spawnSync("unshare", args, { encoding: "utf8" });
    expect([done.status, done.stderr.includes("Error")]).toEqual([0, false]);
    // Two of a megabyte fit, the third does not; with the second gone there is room again.
    expect(JSON.parse(done.stdout)).toEqual({ kept: 2, code: "ENOSPC", names: 2, whole: true, again: true });
  },
);
