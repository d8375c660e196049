/** A new key for what is sealed: everything is sealed anew with it, and only then are the old ones forgotten. */
import type { JournalEntry } from "#model/journal";
import type { Text } from "#model/text";
import type { Instant } from "#model/time";
import { addKey, forgetOldKeys, type Keyring } from "./keyring.ts";
import type { Resealed, Vault } from "./vault.ts";

/**
 * Rotates the keys of a data folder; `use` hears each ring from the moment on at which it holds. A power cut between leaves both keys
 * in the file and everything readable; the next rotation ends it. The old keys stay where a file could not be read.
 * One at a time: the caller sees to that.
 */
export async function rotateKeys(folder: string, vault: Vault, use: (ring: Keyring) => void): Promise<Resealed> {
  use(addKey(folder));
  const done = await vault.reseal();
  if (done.unreadable.length === 0) use(forgetOldKeys(folder));
  return done;
}

/** For the journal: how many, and never a name. */
export const keysRotated = ({ count, unreadable }: Resealed, actor: string, at: Instant): JournalEntry => ({
  at,
  occurredAt: at,
  about: "site",
  event: "keys-rotated",
  actor,
  data: { sealed: count, unreadable: unreadable.length },
});

/** What a person at the command line reads. */
export const rotationInWords = ({ count, unreadable }: Resealed): Text =>
  unreadable.length === 0
    ? {
        zh: `已用新密钥重新加密 ${count} 项，旧密钥已删除。请重新保管一份 keys.json；以前保管的副本只能打开以前复制的 sealed/。`,
        en: `${count} sealed anew with a new key; the old one is gone. Keep a new copy of keys.json: earlier copies open only earlier copies of sealed/.`,
      }
    : {
        zh: `已用新密钥重新加密 ${count} 项，但 ${unreadable.length} 项无法读取，旧密钥因此保留：${listed(unreadable)}。请从备份恢复这些文件，或移走后重新执行。`,
        en: `${count} sealed anew with a new key, but ${unreadable.length} could not be read, so the old keys stay: ${listed(unreadable)}. Put these files back from a copy, or move them away, and run it again.`,
      };

const SHOWN = 5;
const listed = (names: readonly string[]): string =>
  names.slice(0, SHOWN).join(" ") + (names.length > SHOWN ? " …" : "");
