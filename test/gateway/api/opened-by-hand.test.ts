/** A call at the desk becomes a ticket: what is asked for, what is refused, and what nobody sees again in the clear. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readContact } from "../../../gateway/people/contacts.ts";
import { letDecide } from "../../support/deciding-door.ts";
import { type Stand, startStand, testSite } from "./stand.ts";

const site = testSite();
let stand: Stand;
beforeEach(async () => {
  stand = await startStand({ site });
  letDecide(stand.door, site, () => stand.clock.now());
});
afterEach(async () => stand[Symbol.asyncDispose]());

const call = {
  class: "general_fault",
  description: "厨房水管漏水",
  place: { building: "3栋", floor: "12F", room: "1202" },
  reporter: { name: "王小明", phone: "138 0000 1234" },
  expected: "2026-11-21T20:00:00+08:00",
  care: ["elderly", "disabled"],
  commandId: "call-1",
};
const open = (more: object = {}) =>
  stand.ask("POST", "/api/tickets", { as: "operator", body: { ...call, ...more } });

describe("a call at the desk", () => {
  test("is a ticket with its place, the time it is wanted by, and who needs care; the caller is sealed", async () => {
    const { status, body } = await open();
    expect(status).toBe(201);
    expect(body).toMatchObject({
      place: { building: "3栋", floor: "12F", room: "1202" },
      expected: "2026-11-21T12:00:00.000Z",
      care: ["elderly", "disabled"],
    });
    expect(await readContact(stand.vault, body.no)).toEqual({ name: "王小明", phone: "138 0000 1234" });
    const detail = await stand.ask("GET", `/api/tickets/${body.no}`, { as: "viewer" });
    expect(detail.body).toMatchObject({ care: ["elderly", "disabled"], contact: { name: "王*", clear: false } });
    const kept = JSON.stringify([[...stand.door.house.tickets.values()], stand.door.journal, stand.logged]);
    expect(kept).not.toMatch(/王小明|0000 1234/);
    expect(stand.door.journal.map(({ event }) => event)).toContain("contact-recorded");
  });

  test("a patrol has no caller, and nothing is sealed", async () => {
    const { reporter: _, ...patrol } = call;
    const answer = await stand.ask("POST", "/api/tickets", { as: "supervisor", body: patrol });
    expect(answer.status).toBe(201);
    expect(await stand.vault.entries()).toEqual([]);
  });

  test.each([
    { place: { town: "x" } },
    { place: "3栋" },
    { place: { room: "x".repeat(65) } },
    { place: { room: "a\u0000b" } },
    { reporter: { name: "王" } },
    { reporter: { name: "王", phone: "call me" } },
    { reporter: { name: "", phone: "13800001234" } },
    { expected: "tomorrow" },
    { expected: "2026-11-21T20:00:00" },
    { care: ["blind"] },
    { care: ["elderly", "disabled", "elderly"] },
    { care: "elderly" },
  ])("is refused as %j: no ticket, nothing sealed", async (wrong) => {
    expect((await open(wrong)).status).toBe(400);
    expect(stand.door.house.tickets.size).toBe(0);
    expect(await stand.vault.entries()).toEqual([]);
  });

  test("wanted before it happened, nothing is opened and nobody is written down", async () => {
    expect((await open({ expected: "2026-11-20T00:00:00+08:00" })).status).toBe(422);
    expect(await stand.vault.entries()).toEqual([]);
  });
});
