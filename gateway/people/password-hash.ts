/**
 * argon2id by node:crypto. It shares libuv's four threads with files and DNS, so two run at a time and at most
 * thirty-two wait; beyond that the caller hears "busy". Parameters stand in each hash, so they can be raised later.
 */
import { argon2, randomBytes, timingSafeEqual } from "node:crypto";

interface Cost {
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** 64 MiB, two passes: about 116 ms on two shared cores, above the OWASP floor of 19 MiB. */
const COST: Cost = { memory: 65_536, passes: 2, parallelism: 1 };
const TAG_BYTES = 32;
const SALT_BYTES = 16;
/** A hash row is our own, but a row that asked for gigabytes must still not take the gateway down. */
const MAX_MEMORY = 262_144;

export interface PasswordHasher {
  /** The PHC string, or `busy` when too many wait. */
  hash(password: string): Promise<string | "busy">;
  /** Takes as long for an unknown user (`phc` undefined) as for a known one, and is then false. */
  verify(password: string, phc: string | undefined): Promise<boolean | "busy">;
}

const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

interface Parsed extends Cost {
  readonly salt: Buffer;
  readonly tag: Buffer;
}

function parse(phc: string): Parsed | undefined {
  const found = PHC.exec(phc);
  if (!found) return undefined;
  const [, m, t, p, salt, tag] = found as unknown as [string, string, string, string, string, string];
  const memory = Number(m);
  if (memory > MAX_MEMORY) return undefined;
  return {
    memory,
    passes: Number(t),
    parallelism: Number(p),
    salt: Buffer.from(salt, "base64"),
    tag: Buffer.from(tag, "base64"),
  };
}

const bare = (bytes: Buffer): string => bytes.toString("base64").replace(/=+$/, "");

/** True when the hash was made with other parameters than today's; it is then renewed at the next sign-in. */
export function isOutdated(phc: string): boolean {
  const parsed = parse(phc);
  return (
    !parsed || parsed.memory !== COST.memory || parsed.passes !== COST.passes || parsed.parallelism !== COST.parallelism
  );
}

function derive(password: string, salt: Buffer, cost: Cost, tagLength: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    argon2("argon2id", { message: Buffer.from(password, "utf8"), nonce: salt, tagLength, ...cost }, (error, tag) =>
      error ? reject(error) : resolve(tag),
    );
  });
}

export function createPasswordHasher(
  room: { readonly atOnce: number; readonly waiting: number } = { atOnce: 2, waiting: 32 },
): PasswordHasher {
  let running = 0;
  const queue: (() => void)[] = [];
  // Against this one an unknown user's password is tried: same cost, no match.
  const dummy: Parsed = { ...COST, salt: randomBytes(SALT_BYTES), tag: randomBytes(TAG_BYTES) };

  async function inTurn<T>(work: () => Promise<T>): Promise<T | "busy"> {
    if (running >= room.atOnce) {
      if (queue.length >= room.waiting) return "busy";
      await new Promise<void>((turn) => queue.push(turn));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      // The place is handed on to the next in the queue, or given back.
      const next = queue.shift();
      if (next) next();
      else running -= 1;
    }
  }

  return {
    hash(password) {
      if (password === "") throw new Error("an empty password is never hashed");
      return inTurn(async () => {
        const salt = randomBytes(SALT_BYTES);
        const tag = await derive(password, salt, COST, TAG_BYTES);
        return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${bare(salt)}$${bare(tag)}`;
      });
    },
    verify(password, phc) {
      return inTurn(async () => {
        const known = phc === undefined ? undefined : parse(phc);
        const against = known ?? dummy;
        const tag = await derive(password, against.salt, against, against.tag.length);
        return timingSafeEqual(tag, against.tag) && known !== undefined;
      });
    },
  };
}
