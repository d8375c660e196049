/** What the broker keeps over a restart: retained messages and the wills of its clients, in one file of checked lines. */
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";

export interface KeptMessage {
  readonly topic: string;
  readonly qos: 0 | 1 | 2;
  readonly payload: Buffer;
  readonly retain: boolean;
}

export interface Kept {
  readonly retained: Map<string, KeptMessage>;
  /** By client id. */
  readonly wills: Map<string, KeptMessage>;
  /** Lines that were torn or altered; their messages are lost. */
  readonly damaged: number;
}

const HEAD = "gatehouse-broker 1";
const fileIn = (folder: string): string => join(folder, "kept.jsonl");

type Row = readonly [kind: "r" | "w", key: string, topic: string, qos: number, retain: 0 | 1, payload: string];

/** Reads what is whole; a line that does not fit its checksum is left out and counted, never believed. */
export async function readKept(folder: string): Promise<Kept> {
  const retained = new Map<string, KeptMessage>();
  const wills = new Map<string, KeptMessage>();
  const text = await readFile(fileIn(folder), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return { retained, wills, damaged: 0 };
  const lines = text.split("\n");
  let damaged = lines[0] === HEAD ? 0 : 1;
  let count = 0;
  let ended = false;
  for (const line of lines.slice(1)) {
    if (line === "" || ended) continue;
    const row = rowOf(line);
    if (line === endOf(count + damaged)) ended = true;
    else if (!row) damaged += 1;
    else {
      count += 1;
      const [kind, key, topic, qos, retain, payload] = row;
      const message: KeptMessage = {
        topic,
        qos: qos === 1 ? 1 : qos === 2 ? 2 : 0,
        retain: retain === 1,
        payload: Buffer.from(payload, "base64"),
      };
      (kind === "r" ? retained : wills).set(key, message);
    }
  }
  // Without its last line the file was cut, and nobody knows how much is missing.
  return { retained, wills, damaged: ended ? damaged : Math.max(1, damaged) };
}

const endOf = (count: number): string => `end ${count}`;
const signed = (body: string): string => `${crc32(body).toString(16).padStart(8, "0")} ${body}`;

function rowOf(line: string): Row | undefined {
  const body = line.slice(9);
  if (line !== signed(body)) return undefined;
  try {
    const row = JSON.parse(body) as unknown;
    return Array.isArray(row) && row.length === 6 && (row[0] === "r" || row[0] === "w")
      ? (row as unknown as Row)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Writes everything beside the old file and puts it in its place, so that there is always a whole one. The bytes written. */
export async function writeKept(folder: string, kept: Pick<Kept, "retained" | "wills">): Promise<number> {
  const row = (kind: "r" | "w", key: string, { topic, qos, retain, payload }: KeptMessage): string =>
    signed(JSON.stringify([kind, key, topic, qos, retain ? 1 : 0, payload.toString("base64")] satisfies Row));
  const rows = [
    ...[...kept.retained].map(([key, message]) => row("r", key, message)),
    ...[...kept.wills].map(([key, message]) => row("w", key, message)),
  ];
  const text = `${[HEAD, ...rows, endOf(rows.length)].join("\n")}\n`;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const fresh = `${fileIn(folder)}.new`;
  const file = await open(fresh, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, fileIn(folder));
  return text.length;
}
