/**
 * The house's own keys: one that signs ticket links, and those that seal what belongs to people. They are made at the first start,
 * stand in a file of the data folder that only the house may read, and never in a backup: two fresh installs share no byte.
 */
import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import type { Text } from "#model/text";

const FILE = "keys.json";
const KEY_BYTES = 32;

const Key = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/)
  .transform((text): Buffer => Buffer.from(text, "base64url"));
const KeyFile = z
  .strictObject({ links: Key, current: z.string(), sealing: z.record(z.string().regex(/^k\d{1,6}$/), Key) })
  .refine(({ current, sealing }) => Object.hasOwn(sealing, current));
type KeyFile = z.output<typeof KeyFile>;

export interface Keyring {
  /** Signs ticket links. */
  readonly links: Buffer;
  /** Seals from now on. */
  readonly current: { readonly id: string; readonly key: Buffer };
  /** Also those before the last rotation. */
  sealing(id: string): Buffer | undefined;
}

/** The key file cannot be used; `text` says to people what to do. */
export class KeyTrouble extends Error {
  readonly text: Text;
  constructor(text: Text, options?: ErrorOptions) {
    super(text.en, options);
    this.name = "KeyTrouble";
    this.text = text;
  }
}

/** Opens the keys of a data folder; makes them when there are none. Throws `KeyTrouble` when others may read them. */
export function openKeyring(folder: string): Keyring {
  const path = join(folder, FILE);
  const keys = read(path) ?? write(path, { links: newKey(), current: "k1", sealing: { k1: newKey() } });
  return ringOf(keys);
}

/** A new key that seals from now on; the others still open. Call `forgetOldKeys` once everything is sealed anew. */
export function addKey(folder: string): Keyring {
  const path = join(folder, FILE);
  const { links, sealing } = read(path) ?? { links: newKey(), sealing: {} };
  const newest = Math.max(0, ...Object.keys(sealing).map((id) => Number(id.slice(1))));
  const current = `k${newest + 1}`;
  return ringOf(write(path, { links, current, sealing: { ...sealing, [current]: newKey() } }));
}

/** Only the key that seals now stays. What another one sealed is unreadable from here on. */
export function forgetOldKeys(folder: string): Keyring {
  const path = join(folder, FILE);
  const keys = read(path);
  if (!keys) throw new Error("there are no keys to forget");
  const key = keys.sealing[keys.current] as Buffer;
  return ringOf(write(path, { ...keys, sealing: { [keys.current]: key } }));
}

const newKey = (): Buffer => randomBytes(KEY_BYTES);

const ringOf = ({ links, current, sealing }: KeyFile): Keyring => ({
  links,
  current: { id: current, key: sealing[current] as Buffer },
  sealing: (id) => (Object.hasOwn(sealing, id) ? sealing[id] : undefined),
});

function read(path: string): KeyFile | undefined {
  let text: string;
  try {
    if ((statSync(path).mode & 0o077) !== 0) throw new KeyTrouble(open(path));
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return KeyFile.parse(JSON.parse(text));
  } catch (cause) {
    // Its content is never told, not even in part.
    throw new KeyTrouble(damaged(path), { cause: new Error("not a key file", { cause: typeof cause }) });
  }
}

/** Whole or not at all: a power cut leaves the old file or the new one. */
function write(path: string, keys: KeyFile): KeyFile {
  const fresh = `${path}.new`;
  const text = JSON.stringify({
    links: keys.links.toString("base64url"),
    current: keys.current,
    sealing: Object.fromEntries(Object.entries(keys.sealing).map(([id, key]) => [id, key.toString("base64url")])),
  });
  const file = openSync(fresh, "w", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(fresh, path);
  return keys;
}

const open = (path: string): Text => ({
  zh: `密钥文件 ${path} 可被其他用户读取。请执行 chmod 600 ${path} 后重启。`,
  en: `Other users may read the key file ${path}. Run chmod 600 ${path} and start again.`,
});
const damaged = (path: string): Text => ({
  zh: `密钥文件 ${path} 已损坏。请从保管处恢复它；若删除，已加密的联系方式和附件将无法再读取。`,
  en: `The key file ${path} is damaged. Put back the copy that you keep; without it, sealed contacts and attachments cannot be read.`,
});
