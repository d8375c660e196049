/** Photos, papers and signatures: up, down, and everything that is no picture. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Role } from "#model/account";
import type { Ticket } from "#model/ticket";
import { formatInstant, instant, minutes } from "#model/time";
import { FileShape } from "../../../gateway/api/kept-shapes.ts";
import { letDecide } from "../../support/deciding-door.ts";
import { jpeg, PDF, PLACE, png, webp } from "./pictures.ts";
import { START, type Stand, startStand, testSite, ticket } from "./stand.ts";
import { form, put } from "./upload.ts";

const NO = "GD20261121-000001";
const site = testSite();
let stand: Stand;
beforeEach(async () => {
  stand = await startStand({ site });
  letDecide(stand.door, site, () => stand.clock.now());
  stand.door.house.tickets.set(NO, ticket(NO));
});
afterEach(async () => stand[Symbol.asyncDispose]());

const headers = (as: Role) => ({ authorization: `Bearer ${stand.tokens.get(as)}` });
const upload = (bytes: Buffer, more: Parameters<typeof form>[1] = {}, as: Role = "operator", no = NO) =>
  put(stand.port, `/api/tickets/${no}/files`, headers(as), form(bytes, more));
const get = (id: string, as: Role = "operator", no = NO) => stand.ask("GET", `/api/tickets/${no}/files/${id}`, { as });
const of = () => stand.door.house.tickets.get(NO) as Ticket;

test("a photo of a phone is kept without its place, listed, and downloaded as a file and never as a page", async () => {
  const sent = await upload(jpeg({ orientation: 6 }), {
    name: "../../etc/passwd<img src=x onerror=1>.html",
    type: "text/html",
  });
  expect(sent.status).toBe(201);
  expect(FileShape.strict().safeParse(sent.body).success).toBe(true);
  expect(sent.body).toMatchObject({ what: "photo", type: "image/jpeg", by: "operator script" });
  expect(JSON.stringify(of())).not.toMatch(/passwd|onerror/);

  const got = await get(sent.body.id);
  expect(got.status).toBe(200);
  expect(got.headers).toMatchObject({
    "content-type": "image/jpeg",
    "content-disposition": `attachment; filename="${NO}-1.jpg"`,
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  });
  expect(got.text).not.toContain(PLACE);
  const detail = await stand.ask("GET", `/api/tickets/${NO}`, { as: "operator" });
  expect(detail.body.files).toEqual([sent.body]);
  expect(stand.door.journal.map(({ event, actor }) => [event, actor === "gatehouse"])).toEqual([
    ["file-attached", false],
  ]);
});

test("PNG, WebP and PDF are taken; a signature is a picture and never a paper", async () => {
  expect((await upload(png(), { what: "signature" })).body).toMatchObject({ type: "image/png", what: "signature" });
  expect((await upload(webp())).body).toMatchObject({ type: "image/webp", what: "photo" });
  const paper = await upload(PDF, { what: "signature" });
  expect(paper.body).toMatchObject({ type: "application/pdf", what: "document" });
  expect((await get(paper.body.id)).text).toBe(PDF.toString());
});

test.each([
  ["a page", "<html><script>alert(1)</script></html>"],
  ["a drawing with a script", "<svg onload=alert(1)>"],
  ["a program", "\x7fELF"],
  ["nothing", ""],
  ["half a picture", "\xff\xd8\xff\xe0\0\x10JFIF"],
])("%s that says it is a JPEG is refused, and nothing of it stays", async (_what, text) => {
  const answer = await upload(Buffer.from(text, "latin1"), { name: "photo.jpg", type: "image/jpeg" });
  expect(answer).toMatchObject({ status: 415, body: { code: "wrong-file", message: { zh: expect.any(String) } } });
  expect(of().files).toBeUndefined();
  expect(await stand.vault.entries()).toEqual([]);
});

test("5 MB is the end, and the answer says so", async () => {
  const answer = await upload(Buffer.concat([jpeg(), Buffer.alloc(5 * 1_024 * 1_024)]));
  expect(answer).toMatchObject({ status: 413, body: { code: "too-large" } });
  expect(await stand.vault.entries()).toEqual([]);
});

/** A PDF of just so many bytes. */
const paperOf = (bytes: number): Buffer => {
  const [head, end] = [Buffer.from("%PDF-1.7\n"), Buffer.from("\n%%EOF\n")];
  return Buffer.concat([head, Buffer.alloc(bytes - head.length - end.length, 0x20), end]);
};

test("5 MB to the byte are taken, one byte more is not, and none at all is no file", async () => {
  expect(await upload(paperOf(5 * 1_024 * 1_024))).toMatchObject({ status: 201, body: { bytes: 5_242_880 } });
  expect(await upload(paperOf(5 * 1_024 * 1_024 + 1))).toMatchObject({ status: 413, body: { code: "too-large" } });
  expect(await upload(Buffer.alloc(0))).toMatchObject({ status: 415, body: { code: "wrong-file" } });
  expect(await stand.vault.entries()).toHaveLength(1);
});

test("of a file that is two things at once only the picture is kept, and what begins as something else is refused", async () => {
  const script = Buffer.from("<script>alert(1)</script>PK\x03\x04");
  for (const picture of [jpeg(), png()]) {
    const sent = await upload(Buffer.concat([picture, script]));
    expect(sent.status).toBe(201);
    expect((await get(sent.body.id)).text).not.toMatch(/script|PK/);
  }
  const kept = (await stand.vault.entries()).length;
  for (const head of ["GIF89a", "MZ", "PK\x03\x04", "<!doctype html>", "\n%PDF-1.7", "\xef\xbb\xbf%PDF-1.7"]) {
    const two = Buffer.concat([Buffer.from(head, "latin1"), jpeg(), Buffer.from("%%EOF")]);
    expect([head, (await upload(two)).status]).toEqual([head, 415]);
  }
  expect(await stand.vault.entries()).toHaveLength(kept);
});

test("the same photo under the same command is kept once, also when both arrive together; another person's is another", async () => {
  const words = { commandId: "photo-0001" };
  const [one, two] = await Promise.all([upload(jpeg(), { words }), upload(jpeg(), { words })]);
  const three = await upload(png(), { words });
  expect([one.status, two.status, three.status]).toEqual([201, 201, 201]);
  expect(new Set([one.body.id, two.body.id, three.body.id]).size).toBe(1);
  expect(of().files).toHaveLength(1);
  expect((await get(one.body.id)).headers["content-type"]).toBe("image/jpeg");
  expect((await upload(jpeg(), { words }, "supervisor")).body.id).not.toBe(one.body.id);
  expect(await stand.vault.entries()).toHaveLength(2);
});

test("a photo that comes later carries the time at which it was taken: not before the ticket, not in the future, and no nonsense", async () => {
  const at = (ms: number) => formatInstant(instant(START + ms));
  await stand.clock.advance(minutes(10));
  const sent = await upload(jpeg(), { words: { commandId: "photo-0002", occurredAt: at(120_000) } });
  expect(sent.body).toMatchObject({ at: at(120_000) });
  expect(stand.door.journal.at(-1)).toMatchObject({
    event: "file-attached",
    at: START + 600_000,
    occurredAt: START + 120_000,
    data: { backEntry: true },
  });
  for (const occurredAt of [at(-1), at(600_001), at(86_400_000)]) {
    expect(await upload(jpeg(), { words: { occurredAt } })).toMatchObject({
      status: 422,
      body: { code: "wrong-time" },
    });
  }
  for (const words of [{ occurredAt: "yesterday" }, { commandId: "../../etc" }, { commandId: "" }, { other: "x" }]) {
    expect([words, (await upload(jpeg(), { words })).status]).toEqual([words, 400]);
  }
  expect(of().files).toHaveLength(1);
  expect(await stand.vault.entries()).toHaveLength(1);
});

test("whatever is no such form is refused cleanly", async () => {
  const at = `/api/tickets/${NO}/files`;
  const whole = form(jpeg());
  const tries = [
    { ...whole, body: whole.body.subarray(0, 60) },
    { ...whole, body: Buffer.alloc(0) },
    { ...whole, type: "multipart/form-data" },
    { ...whole, type: `multipart/form-data; boundary=${"b".repeat(252)}` },
    form(jpeg(), { field: "other" }),
    form(jpeg(), { field: "__proto__" }),
    { ...whole, body: Buffer.concat([whole.body.subarray(0, -"------gatehouse-test--\r\n".length), whole.body]) },
    { type: "application/json", body: Buffer.from("{}") },
    { type: "text/plain", body: Buffer.from("x") },
    { type: "image/jpeg", body: jpeg() },
  ];
  for (const [index, one] of tries.entries()) {
    const answer = await put(stand.port, at, headers("operator"), one);
    expect([index, [400, 413, 415].includes(answer.status), answer.text.includes("node_modules")]).toEqual([
      index,
      true,
      false,
    ]);
  }
  expect(of().files).toBeUndefined();
  // And no other route takes forms.
  const elsewhere = await put(stand.port, `/api/tickets/${NO}/note`, headers("operator"), whole);
  expect(elsewhere.status).toBe(415);
});

test("a file belongs to its ticket, and asking for it changes nothing", async () => {
  const { id } = (await upload(jpeg())).body;
  stand.door.house.tickets.set("GD20261121-000002", ticket("GD20261121-000002", { device: "lift-2" }));
  expect((await get(id, "operator", "GD20261121-000002")).status).toBe(404);
  expect((await get("0".repeat(32))).status).toBe(404);
  for (const odd of ["..%2f..%2fkeys.json", "keys.json", "%00", `${id}.`, id.toUpperCase()]) {
    expect([odd, [400, 404].includes((await get(odd)).status)]).toEqual([odd, true]);
  }
  expect((await get(id, "viewer")).status).toBe(403);
});

test("when the door refuses the file, its bytes go as well; a file that was erased says so", async () => {
  stand.door.house.tickets.set(NO, ticket(NO, { state: "merged" }));
  expect((await upload(jpeg())).status).toBe(404);
  expect(await stand.vault.entries()).toEqual([]);

  stand.door.house.tickets.set(NO, ticket(NO));
  const { id } = (await upload(jpeg())).body;
  await stand.vault.erase({ ticket: NO, kind: "file", id });
  expect((await get(id)).status).toBe(404);
  const detail = await stand.ask("GET", `/api/tickets/${NO}`, { as: "operator" });
  expect(detail.body.files).toMatchObject([{ id, gone: true }]);
});

test("a full disk is told as that, nothing stands on the ticket, and the same command takes it once there is room", async () => {
  const { put: whole } = stand.vault;
  const vault = stand.vault as { put: Stand["vault"]["put"] };
  vault.put = () => Promise.reject(Object.assign(new Error("no space left"), { code: "ENOSPC" }));
  const words = { commandId: "photo-0009" };
  const full = await upload(jpeg(), { words });
  expect(full).toMatchObject({
    status: 503,
    body: { code: "disk-full", message: { zh: expect.stringContaining("磁盘已满") } },
  });
  expect(of().files).toBeUndefined();
  vault.put = whole;
  expect((await upload(jpeg(), { words })).status).toBe(201);
  expect(of().files).toHaveLength(1);
});

test("a ticket takes sixty files", async () => {
  const files = Array.from({ length: 60 }, (_, i) => ({
    id: String(i).padStart(32, "0"),
    what: "photo" as const,
    type: "image/jpeg" as const,
    bytes: 1,
    sha256: "",
    by: "x",
    at: stand.clock.now(),
  }));
  stand.door.house.tickets.set(NO, ticket(NO, { files }));
  expect(await upload(jpeg())).toMatchObject({ status: 409, body: { code: "too-many-files" } });
});
