/** Who reported a ticket: sealed, masked, shown on a logged click, erased in time; and who is on duty now. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Role } from "#model/account";
import { usualPersonalData } from "#model/policy";
import type { Ticket } from "#model/ticket";
import { days, instant, later, milliseconds, seconds } from "#model/time";
import { ContactShape } from "../../../gateway/api/kept-shapes.ts";
import { ShiftShape } from "../../../gateway/api/people-shapes.ts";
import { eraseInTime, keepContact, maskContact } from "../../../gateway/people/contacts.ts";
import { highestSealed, sealedByOthers } from "../../../gateway/people/sealed-books.ts";
import { people } from "../../support/building.ts";
import { letDecide } from "../../support/deciding-door.ts";
import { sealedRoom } from "../../support/sealed-room.ts";
import { jpeg } from "./pictures.ts";
import { START, type Stand, startStand, testSite, ticket } from "./stand.ts";
import { form, put } from "./upload.ts";

const NO = "GD20261121-000001";
const NAME = "王小明女士";
const PHONE = "13800001234";
const site = testSite({
  people: {
    ...people,
    people: [...people.people, { id: "p-day", name: "李娜", phone: "00010000001" }],
    shifts: [{ team: "control-room-operator", people: ["p-day"], days: [1, 2, 3, 4, 5, 6, 7], from: 480, to: 1_200 }],
  },
});
let stand: Stand;
let n = 0;
beforeEach(async () => {
  stand = await startStand({ site });
  letDecide(stand.door, site, () => stand.clock.now());
  stand.door.house.tickets.set(NO, ticket(NO));
});
afterEach(async () => stand[Symbol.asyncDispose]());
const post = (path: string, as: Role, body: object = {}) =>
  stand.ask("POST", `/api/tickets/${NO}/${path}`, { as, body });
const write = (more = {}, as: Role = "operator") =>
  post("contact", as, { commandId: `c-${++n}`, name: NAME, phone: PHONE, ...more });

describe("whoever reported it", () => {
  test("is masked in every answer to every role, and stands in no row, journal or log", async () => {
    const written = await write();
    expect(ContactShape.strict().safeParse(written.body).success).toBe(true);
    expect(written.body).toEqual({ name: "王*", phone: "138****1234", clear: false, keptDays: 90 });
    for (const as of ["viewer", "operator", "maintainer", "supervisor", "engineer", "admin"] as const) {
      for (const path of [`/api/tickets/${NO}`, "/api/tickets", "/api/journal", "/api/exports/tickets.csv"]) {
        const answer = await stand.ask("GET", path, { as });
        expect([as, path, answer.text.includes(PHONE), answer.text.includes(NAME)]).toEqual([as, path, false, false]);
      }
    }
    const kept = JSON.stringify([[...stand.door.house.tickets.values()], stand.door.journal, stand.logged]);
    expect(kept).not.toMatch(/13800001234|王小明/);
    expect((await stand.ask("GET", `/api/tickets/${NO}`, { as: "viewer" })).body.contact.phone).toBe("138****1234");
  });

  test("is shown on a click that the journal keeps, to those who call back and to nobody else", async () => {
    await write();
    const shown = await post("contact/show", "supervisor");
    expect(shown.body).toEqual({ name: NAME, phone: PHONE, clear: true, keptDays: 90 });
    expect(stand.door.journal.at(-1)).toMatchObject({ about: `ticket:${NO}`, event: "contact-shown", data: {} });
    for (const as of ["viewer", "maintainer", "engineer", "admin"] as const) {
      expect((await post("contact/show", as)).status).toBe(403);
      expect((await write({}, as)).status).toBe(403);
    }
    expect(stand.door.journal.filter(({ event }) => event === "contact-shown")).toHaveLength(1);
  });

  test.each([
    { phone: "" },
    { phone: "call me" },
    { phone: "1".repeat(40) },
    { phone: 13800001234 },
    { name: "" },
    { name: "x".repeat(65) },
    { name: "a\u0000b" },
    { more: 1 },
  ])("is refused as %j", async (wrong) => {
    expect((await write(wrong)).status).toBe(400);
    expect(await stand.vault.entries()).toEqual([]);
  });

  test("nobody was written down: nothing is shown and nothing is looked up", async () => {
    expect((await post("contact/show", "operator")).status).toBe(404);
    expect((await stand.ask("GET", `/api/tickets/${NO}`, { as: "operator" })).body.contact).toBeUndefined();
  });
});

test.each([
  [
    { name: "张三", phone: "13912345678" },
    { name: "张*", phone: "139****5678" },
  ],
  [
    { name: "Ann Lee", phone: "12345" },
    { name: "A*", phone: "*****" },
  ],
])("%j is masked as %j", (clear, masked) => expect(maskContact(clear)).toEqual(masked));

describe("what is kept long enough", () => {
  const erase = (now = stand.clock.now()) =>
    eraseInTime({ vault: stand.vault, door: stand.door, store: fakeStore, keep: usualPersonalData }, now);
  const fakeStore = { ticket: async (no: string) => stand.stored.get(no) };
  const closed = (): Ticket => ticket(NO, { state: "closed", closedAt: START });
  const kinds = async () => (await stand.vault.entries()).map(({ kind }) => kind).sort();
  beforeEach(async () => {
    await write();
    const headers = { authorization: `Bearer ${stand.tokens.get("operator")}` };
    await put(stand.port, `/api/tickets/${NO}/files`, headers, form(jpeg()));
    expect(await kinds()).toEqual(["contact", "file"]);
  });
  /** Long after its end a ticket is in the store alone. */
  const end = (): void => {
    const files = stand.door.house.tickets.get(NO)?.files ?? [];
    stand.door.house.tickets.delete(NO);
    stand.stored.set(NO, { ...closed(), files });
  };

  test("goes by itself: names after 90 days, files after a year, the ticket stays and says so", async () => {
    end();
    expect(await erase(later(START, milliseconds(days(90) - seconds(1))))).toBe(0);
    expect(await erase(later(START, days(90)))).toBe(1);
    expect(await kinds()).toEqual(["file"]);
    expect(await erase(later(START, days(396)))).toBe(1);
    expect(await kinds()).toEqual([]);
    expect(await erase(later(START, days(400)))).toBe(0);
    const told = stand.door.journal.filter(({ event }) => event === "personal-data-erased");
    expect(told.map(({ data }) => data)).toEqual([
      { contacts: 1, files: 0 },
      { contacts: 0, files: 1 },
    ]);
    const detail = await stand.ask("GET", `/api/tickets/${NO}`, { as: "operator" });
    expect(detail.body).toMatchObject({ no: NO, files: [{ gone: true }] });
    expect(detail.body.contact).toBeUndefined();
  });

  test("an open ticket keeps everything", async () => {
    expect(await erase(later(START, days(4_000)))).toBe(0);
  });

  test("of a ticket that the books do not know, after an older copy was put back, the day in its number counts", async () => {
    stand.door.house.tickets.delete(NO);
    const day = instant(Date.UTC(2026, 10, 21));
    expect(await erase(later(day, milliseconds(days(90) - seconds(1))))).toBe(0);
    expect(await erase(later(day, days(90)))).toBe(1);
    expect(await kinds()).toEqual(["file"]);
    expect(await erase(later(day, days(365)))).toBe(1);
    expect(await kinds()).toEqual([]);
  });

  test("an old copy of sealed/ that is put back beside the books goes at the next look", async () => {
    end();
    const now = later(START, days(120));
    expect(await erase(now)).toBe(1);
    await keepContact(stand.vault, NO, { name: NAME, phone: PHONE });
    expect((await stand.ask("GET", `/api/tickets/${NO}`, { as: "operator" })).body.contact.name).toBe("王*");
    expect(await erase(now)).toBe(1);
    expect(await kinds()).toEqual(["file"]);
  });
});

describe("when the key is gone", () => {
  const lose = () => {
    // As if keys.json had been lost and made anew at the start.
    const other = sealedRoom();
    Object.assign(stand.keys, { current: other.keys.current, sealing: other.keys.sealing });
  };

  test("the ticket still opens, says that the name cannot be read, and takes it anew", async () => {
    await write();
    lose();
    const detail = await stand.ask("GET", `/api/tickets/${NO}`, { as: "operator" });
    expect([detail.status, detail.body.contact]).toEqual([
      200,
      { name: "", phone: "", clear: false, keptDays: 90, unreadable: true },
    ]);
    const shown = await post("contact/show", "operator");
    expect([shown.status, shown.body.code]).toEqual([409, "sealed-unreadable"]);
    expect(shown.body.message.zh).toContain("放回所保管的密钥副本");
    expect(stand.door.journal.filter(({ event }) => event === "contact-shown")).toEqual([]);
    await write();
    expect((await post("contact/show", "operator")).body).toMatchObject({ name: NAME, phone: PHONE });
  });

  test("a photo is refused in words, not with a fault of the house", async () => {
    const headers = { authorization: `Bearer ${stand.tokens.get("operator")}` };
    const sent = await put(stand.port, `/api/tickets/${NO}/files`, headers, form(jpeg()));
    lose();
    const answer = await stand.ask("GET", `/api/tickets/${NO}/files/${sent.body.id}`, { as: "operator" });
    expect([answer.status, answer.body.code]).toEqual([409, "sealed-unreadable"]);
  });

  test("what is over is erased all the same", async () => {
    await write();
    lose();
    stand.door.house.tickets.set(NO, ticket(NO, { state: "closed", closedAt: START }));
    const store = { ticket: async () => undefined };
    const input = { vault: stand.vault, door: stand.door, store, keep: usualPersonalData };
    expect(await eraseInTime(input, later(START, days(91)))).toBe(1);
    expect(await stand.vault.entries()).toEqual([]);
  });

  test("the house knows at its start whether its keys open what lies there, and gives no number twice", async () => {
    const room = sealedRoom();
    expect([await sealedByOthers(room.vault, []), highestSealed([])]).toEqual([0, 0]);
    for (const serial of ["000007", "000123", "000045"])
      await keepContact(room.vault, `GD20261121-${serial}`, { name: NAME, phone: PHONE });
    const entries = await room.vault.entries();
    expect(await sealedByOthers(room.vault, entries)).toBe(0);
    expect(highestSealed(entries)).toBe(123);
    Object.assign(room.keys, { sealing: sealedRoom().keys.sealing });
    expect(await sealedByOthers(room.vault, entries)).toBe(3);
  });
});

test("GET /api/shifts says who is on duty in every team and until when, and no number", async () => {
  const { body, text } = await stand.ask("GET", "/api/shifts", { as: "operator" });
  for (const team of body) expect(ShiftShape.strict().safeParse(team).success).toBe(true);
  const desk = body.find(({ team }: { team: string }) => team === "control-room-operator");
  expect(desk).toMatchObject({ onDuty: [{ id: "p-day", name: "李娜" }], until: "2026-11-21T12:00:00.000Z", next: [] });
  expect(body.find(({ team }: { team: string }) => team === "security-lead")).toMatchObject({
    onDuty: [{ id: "p-security-lead" }],
  });
  expect(text).not.toContain("0001000");
});
