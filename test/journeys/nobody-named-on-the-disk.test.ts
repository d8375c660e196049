/**
 * What belongs to people, followed through the house: a caller's name and number, a photo, a paper and a signature are given to a
 * real process by every door, the power is cut, the house is backed up and restored, and then every byte on the disk is searched.
 */
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { days, hours, type Instant, instant, minutes } from "#model/time";
import { jpeg, PLACE, png } from "../gateway/api/pictures.ts";
import { type Form, form } from "../gateway/api/upload.ts";
import { gatehouse } from "../gateway/commands/gatehouse.ts";
import { createDataFolder } from "../support/data-folder.ts";
import { ADMIN_TOKEN, call, DEMO_SITE, demoPorts } from "../support/house-process.ts";
import { type PushedHouse, startPushedHouse } from "../support/pushed-house.ts";
import { startVendor, type VendorServer } from "../support/vendor-server.ts";

const NOON = instant(Date.UTC(2026, 10, 21, 4));
const CONSOLE = fileURLToPath(new URL("../../gateway/console/dist", import.meta.url));
const NAME = "欧阳静雯";
const PHONE = "13907715582";
const LATER = { name: "司徒远山", phone: "13651127743" };
/** Stands in the paper as its author wrote it, and in the pixels of picture and signature. */
const SECRET = "canary-2f6e1c";
const picture = (): Buffer => {
  const bytes = jpeg();
  return Buffer.concat([bytes.subarray(0, -2), Buffer.from(SECRET), bytes.subarray(-2)]);
};
const paper = Buffer.from(`%PDF-1.4\n1 0 obj << /Author (${SECRET}) >> endobj\ntrailer << >>\n%%EOF\n`);

/** Each as it could stand in a file: plain, UTF-16, base64 at any of the three places, hex, escaped for JSON and for an address. */
function disguises(word: string): readonly Buffer[] {
  const plain = Buffer.from(word);
  const middle = (skip: number) =>
    Buffer.concat([Buffer.alloc(skip), plain])
      .toString("base64")
      .slice(skip === 0 ? 0 : 4, -4);
  const escaped = [...word].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
  return [
    plain,
    Buffer.from(word, "utf16le"),
    ...[0, 1, 2].map((skip) => Buffer.from(middle(skip))),
    Buffer.from(plain.toString("hex")),
    Buffer.from(escaped),
    Buffer.from(encodeURIComponent(word)),
  ].filter((one) => one.length > 5);
}
const CANARIES = [NAME, PHONE, LATER.name, LATER.phone, SECRET, PLACE];
const hunted = CANARIES.flatMap((word) => disguises(word).map((bytes) => ({ word, bytes })));

/** Files in which one of the words can be read. */
function leaks(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.flatMap((entry) => {
    const file = join(entry.parentPath, entry.name);
    const text = readFileSync(file);
    return hunted.filter(({ bytes }) => text.includes(bytes)).map(({ word }) => `${file}: ${word}`);
  });
}

let folder: ReturnType<typeof createDataFolder>;
let texts: VendorServer;
let house: PushedHouse;
let printed = "";
const temporary = process.env.TMPDIR;
const data = () => join(folder.path, "data");
const sealed = () => readdirSync(join(data(), "sealed")).sort();

async function start(now: Instant): Promise<void> {
  const sms = {
    url: texts.base,
    body: '{"to":"{phone}","text":"{text}"}',
    success: { pointer: "/Code", equals: ["OK"] },
    allow: ["loopback"],
  };
  house = await startPushedHouse({
    data: data(),
    ports: await demoPorts(),
    console: CONSOLE,
    channels: [{ id: "sms", kind: "sms", settings: sms }],
    now,
  });
}
const ask = <T = Record<string, never>>(method: string, path: string, body?: object) =>
  call<T & { no: string }>(`${house.url}${path}`, method, body, { authorization: `Bearer ${ADMIN_TOKEN}` });
let n = 0;
const post = async <T = Record<string, never>>(path: string, body: object) => {
  const answer = await ask<T>("POST", path, { commandId: `leak-${++n}`, ...body });
  expect([path, answer.status < 300 || JSON.stringify(answer.body)]).toEqual([path, true]);
  return answer.body;
};
async function upload(no: string, { type, body }: Form): Promise<string> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": type };
  const answer = await fetch(`${house.url}/api/tickets/${no}/files`, {
    method: "POST",
    headers,
    body: new Uint8Array(body),
  });
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}
/** A foreign process gives no event when it has erased. */
async function until(what: string, done: () => boolean): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (done()) return;
    // It looks every six hours, and may have begun to wait when the last days went by.
    await house.push(tries % 20 === 0 ? hours(6) : 0);
  }
  throw new Error(`never: ${what}`);
}

beforeEach(async () => {
  folder = createDataFolder();
  for (const name of ["data", "tmp"]) mkdirSync(join(folder.path, name));
  process.env.TMPDIR = join(folder.path, "tmp");
  texts = await startVendor("plain");
  printed = "";
});
afterEach(async () => {
  await house?.[Symbol.asyncDispose]();
  await texts[Symbol.asyncDispose]();
  if (temporary === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = temporary;
  folder[Symbol.dispose]();
});

test("no file, log, backup or queue holds a caller's name, number, photo or signature; in time the sealed ones go as well", {
  timeout: 240_000,
}, async () => {
  await start(NOON);
  const { no } = await post("/api/tickets", {
    class: "general_fault",
    severity: "S2",
    description: "3 楼走廊漏水",
    reporter: { name: NAME, phone: PHONE },
  });
  for (const bytes of [form(picture()), form(paper, { type: "application/pdf", name: `${NAME}.pdf` })])
    await upload(no, bytes);
  await post(`/api/tickets/${no}/contact/show`, {});
  // Written down anew: the first one is not left lying about.
  await post(`/api/tickets/${no}/contact`, LATER);
  const shown = await post<{ name: string }>(`/api/tickets/${no}/contact/show`, {});
  expect(shown.name).toBe(LATER.name);
  for (const step of ["acknowledge", "accept", "arrive", "repair"])
    await post(`/api/tickets/${no}/${step}`, step === "accept" ? { assignee: "张强" } : {});
  const signature = await upload(no, form(png(), { type: "image/png", what: "signature" }));
  await post(`/api/tickets/${no}/rate`, { score: 5, how: "signature", signature });
  await post(`/api/tickets/${no}/notice`, { backUnknown: true });
  for (const path of ["exports/tickets.csv", "exports/journal.csv", "reports/response?window=7d&format=csv"]) {
    const answer = await fetch(`${house.url}/api/${path}`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
    const text = Buffer.from(await answer.arrayBuffer());
    expect([path, answer.status, hunted.filter(({ bytes }) => text.includes(bytes))]).toEqual([path, 200, []]);
  }
  await house.push(minutes(20));
  const backup = join(folder.path, "house.backup");
  expect(await gatehouse(data(), ["backup", DEMO_SITE, backup])).toMatchObject({ code: 0 });
  const said = JSON.stringify(texts.calls);
  expect(CANARIES.filter((word) => said.includes(word))).toEqual([]);

  // The power is cut: what was not yet folded into the database stands in its write-ahead log.
  const now = await house.push(0);
  printed += house.output();
  await house.kill();
  expect(
    sealed()
      .filter((name) => name.startsWith(no))
      .map((name) => name.split(".")[1]),
  ).toEqual(["contact", "file", "file", "file"]);
  expect(readdirSync(data())).toEqual(expect.arrayContaining(["house.db", "house.db-wal", "keys.json", "sealed"]));
  expect(leaks(folder.path)).toEqual([]);

  // Restored elsewhere, without the keys and without what was sealed: the ticket is there and nobody's name.
  const other = join(folder.path, "other");
  expect(await gatehouse(other, ["restore", backup, DEMO_SITE])).toMatchObject({ code: 0 });
  expect(leaks(folder.path)).toEqual([]);

  await start(now);
  expect((await ask<{ contact: { name: string } }>("GET", `/api/tickets/${no}`)).body.contact).toMatchObject({
    name: "司*",
  });
  await post(`/api/tickets/${no}/follow-up`, { note: "已回访" });
  await post(`/api/tickets/${no}/close`, { note: "恢复正常" });
  await house.push(days(89));
  expect(sealed().filter((name) => name.includes(".contact."))).toHaveLength(1);
  await house.push(days(2));
  await until("the contact is erased", () => !sealed().some((name) => name.includes(".contact.")));
  expect((await ask<{ contact?: object }>("GET", `/api/tickets/${no}`)).body.contact).toBeUndefined();
  await house.push(days(275));
  await until("photo, paper and signature are erased", () => sealed().length === 0);
  expect(
    (await ask<{ files: { gone: boolean }[] }>("GET", `/api/tickets/${no}`)).body.files.map(({ gone }) => gone),
  ).toEqual([true, true, true]);
  await house.push(hours(1));
  printed += house.output();
  expect(leaks(folder.path)).toEqual([]);
  expect(CANARIES.filter((word) => printed.includes(word))).toEqual([]);
});

test("the search finds what it looks for, however it is written", () => {
  for (const word of CANARIES)
    for (const text of [`x${word}y`, Buffer.from(`ab${word}`).toString("base64"), Buffer.from(word).toString("hex")])
      expect([word, hunted.some(({ bytes }) => Buffer.from(text).includes(bytes))]).toEqual([word, true]);
});
