/** Keys and a vault in a folder, as the house opens them. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Keyring, openKeyring } from "../../gateway/people/keyring.ts";
import { openVault, type Vault } from "../../gateway/people/vault.ts";

export function sealedRoom(folder = mkdtempSync(join(tmpdir(), "gatehouse-sealed-"))): { keys: Keyring; vault: Vault } {
  const keys = openKeyring(folder);
  return { keys, vault: openVault(folder, () => keys) };
}
