/** Puts files of one megabyte into a vault until its small disk is full, and tells what became of it. Started with its folder. */
import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { openKeyring } from "../../gateway/people/keyring.ts";
import { type Entry, newEntryId, openVault } from "../../gateway/people/vault.ts";

const folder = process.argv[2];
if (folder === undefined) throw new Error("no folder");
const keys = openKeyring(folder);
const vault = openVault(folder, () => keys);
const content = randomBytes(1_048_576);
const entries: Entry[] = [];
let code = "";
while (code === "" && entries.length < 10) {
  const entry = { ticket: "GD20261121-000123", kind: "file", id: newEntryId() } as const;
  try {
    await vault.put(entry, content);
    entries.push(entry);
  } catch (error) {
    code = String((error as { code?: unknown }).code);
  }
}
const names = readdirSync(join(folder, "sealed")).length;
const [first, last] = [entries[0], entries.at(-1)];
const whole = first !== undefined && ((await vault.read(first))?.equals(content) ?? false);
if (last) await vault.erase(last);
const again = await vault.put({ ticket: "GD20261121-000123", kind: "file", id: newEntryId() }, content).then(
  () => true,
  () => false,
);
process.stdout.write(JSON.stringify({ kept: entries.length, code, names, whole, again }));
