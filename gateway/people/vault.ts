/**
 * What belongs to people stands here and not in the journal, which never forgets: names and numbers of those who reported, photos,
 * signatures. One sealed file each (AES-256-GCM) beside the database, named by its ticket and a random id, so that erasing is
 * deleting and no name from outside ever becomes a path.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { access, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { createTurn } from "./in-turn.ts";
import type { Keyring } from "./keyring.ts";

export type Kept = "contact" | "file";

export interface Entry {
  /** Number of the ticket. */
  readonly ticket: string;
  readonly kind: Kept;
  /** 32 hex digits. */
  readonly id: string;
}

export interface Vault {
  /** Resolves once it is on the disk. An entry of the same name is replaced. */
  put(entry: Entry, content: Buffer): Promise<void>;
  /** `undefined`: erased, or never there. Throws when the file was changed or its key is gone. */
  read(entry: Entry): Promise<Buffer | undefined>;
  has(entry: Entry): Promise<boolean>;
  /** False when there was nothing. */
  erase(entry: Entry): Promise<boolean>;
  entries(): Promise<readonly Entry[]>;
  /** Seals everything with the ring's present key. What is erased or replaced meanwhile stays erased or replaced. */
  reseal(): Promise<Resealed>;
}

export interface Resealed {
  /** Files that were sealed anew. */
  readonly count: number;
  /** Names of files that were changed, or whose key is gone. */
  readonly unreadable: readonly string[];
}

const NAME = /^([A-Z]{2}\d{8}-\d{1,12})\.(contact|file)\.([0-9a-f]{32})$/;
const MARK = Buffer.from("GHS1");
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Of what there is one per ticket: its name is known without being kept anywhere. */
export const SINGLE = "0".repeat(32);

export const newEntryId = (): string => randomBytes(16).toString("hex");

/** `folder`: the data folder of the house. */
export function openVault(folder: string, keys: () => Keyring): Vault {
  const room = join(folder, "sealed");
  mkdirSync(room, { recursive: true, mode: 0o700 });

  const nameOf = ({ ticket, kind, id }: Entry): string => {
    const name = `${ticket}.${kind}.${id}`;
    if (!NAME.test(name)) throw new Error("this is no name of the vault");
    return name;
  };

  /** A file that is erased while it is sealed anew must not come back, nor an older one in place of a newer. */
  const turn = createTurn();

  async function put(entry: Entry, content: Buffer): Promise<void> {
    const name = nameOf(entry);
    const fresh = join(room, `${name}.${randomBytes(4).toString("hex")}.new`);
    try {
      const file = await open(fresh, "wx", 0o600);
      try {
        await file.writeFile(seal(content, name, keys()));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(fresh, join(room, name));
    } catch (error) {
      // On a full disk half a file would only make it fuller.
      await rm(fresh, { force: true }).catch(() => {});
      throw error;
    }
  }

  async function read(entry: Entry): Promise<Buffer | undefined> {
    const name = nameOf(entry);
    try {
      return unseal(await readFile(join(room, name)), name, keys());
    } catch (error) {
      if ((error as { code?: string }).code === "ENOENT") return undefined;
      throw error;
    }
  }

  async function entries(): Promise<readonly Entry[]> {
    return (await readdir(room)).flatMap((name) => {
      const found = NAME.exec(name);
      return found ? [{ ticket: found[1] as string, kind: found[2] as Kept, id: found[3] as string }] : [];
    });
  }

  return {
    put: (entry, content) => turn(() => put(entry, content)),
    read: (entry) => turn(() => read(entry)),
    entries,
    has: (entry) =>
      access(join(room, nameOf(entry))).then(
        () => true,
        () => false,
      ),
    erase: (entry) =>
      turn(async () => {
        try {
          await rm(join(room, nameOf(entry)));
          return true;
        } catch (error) {
          if ((error as { code?: string }).code === "ENOENT") return false;
          throw error;
        }
      }),
    async reseal() {
      let count = 0;
      const unreadable: string[] = [];
      // Listed in turn too: what was on its way when the key came is on the disk then.
      for (const entry of await turn(entries)) {
        await turn(async () => {
          const content = await read(entry).catch((error: unknown) => {
            if (!(error instanceof Unreadable)) throw error;
            return error;
          });
          if (content instanceof Unreadable) unreadable.push(nameOf(entry));
          else if (content !== undefined) {
            await put(entry, content);
            count += 1;
          }
        });
      }
      return { count, unreadable };
    },
  };
}

/** A sealed file that was changed, or whose key is gone. */
export class Unreadable extends Error {}

/** `GHS1`, length and id of the key, nonce, tag, and the sealed bytes. The name is sealed with it: a swapped file does not open. */
function seal(content: Buffer, name: string, keys: Keyring): Buffer {
  const { id, key } = keys.current;
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(name));
  const body = Buffer.concat([cipher.update(content), cipher.final()]);
  return Buffer.concat([MARK, Buffer.from([id.length]), Buffer.from(id), iv, cipher.getAuthTag(), body]);
}

function unseal(sealed: Buffer, name: string, keys: Keyring): Buffer {
  const idAt = MARK.length + 1;
  const ivAt = idAt + (sealed[MARK.length] ?? 0);
  const bodyAt = ivAt + IV_BYTES + TAG_BYTES;
  if (!sealed.subarray(0, MARK.length).equals(MARK) || sealed.length < bodyAt)
    throw new Unreadable(`${name} is damaged`);
  const key = keys.sealing(sealed.toString("latin1", idAt, ivAt));
  if (!key) throw new Unreadable(`the key of ${name} is gone`);
  const cipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(ivAt, ivAt + IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  cipher.setAAD(Buffer.from(name)).setAuthTag(sealed.subarray(ivAt + IV_BYTES, bodyAt));
  try {
    return Buffer.concat([cipher.update(sealed.subarray(bodyAt)), cipher.final()]);
  } catch (cause) {
    throw new Unreadable(`${name} was changed`, { cause });
  }
}
