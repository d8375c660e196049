import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Account } from "#model/account";
import { later, minutes } from "#model/time";
import { HandoverDeskShape, HandoverShape } from "../../../gateway/api/paper-shapes.ts";
import { createPasswordHasher } from "../../../gateway/people/password-hash.ts";
import { people, policy } from "../../support/building.ts";
import { letDecide } from "../../support/deciding-door.ts";
import { alarm, START, type Stand, startStand, testSite, ticket } from "./stand.ts";

const TEAM = "control-room-operator";
const PAPER = `JJ20261121-1600-${TEAM}`;
const everyDay = [1, 2, 3, 4, 5, 6, 7];
const passwords = { li: "harbour-Crane-41!", zhou: "meadow-Lantern-93?" };

const site = testSite({
  policy: {
    ...policy,
    handover: {
      roles: [TEAM],
      grace: minutes(5),
      tell: ["shift-leader"],
      checks: [{ id: "panel", text: { zh: "消防主机正常", en: "Fire panel" } }],
    },
  },
  people: {
    ...people,
    people: [...people.people, { id: "p-day", name: "李娜", phone: "00010000001" }, { id: "p-night", name: "周杰" }],
    shifts: [
      { team: TEAM, people: ["p-day"], days: everyDay, from: 480, to: 960 },
      { team: TEAM, people: ["p-night"], days: everyDay, from: 960, to: 480 },
    ],
  },
});

let stand: Stand;
let n = 0;
const commandId = () => `h-${++n}`;
const accounts: Account[] = [];
beforeAll(async () => {
  const hasher = createPasswordHasher();
  for (const [id, name, role] of [
    ["li", "李娜", "operator"],
    ["zhou", "周杰", "operator"],
    ["tech", "张强", "maintainer"],
  ] as const) {
    const password = await hasher.hash(passwords[id === "zhou" ? "zhou" : "li"]);
    if (password === "busy") throw new Error("nobody else hashes here");
    accounts.push({ id, name, role, password, state: "active", createdAt: START });
  }
});
beforeEach(async () => {
  stand = await startStand({ site });
  for (const account of accounts) stand.door.house.accounts.set(account.id, account);
  const { tick } = letDecide(stand.door, site, () => stand.clock.now());
  stand.door.house.tickets.set("GD20261121-000001", ticket("GD20261121-000001"));
  const shelved = alarm("water.leak@booster-1", {
    severity: "S3",
    shelf: {
      state: "timed",
      since: START,
      until: later(START, minutes(60)),
      renewals: 0,
      occurrence: 1,
      by: "王工",
      reason: "换阀门",
    },
  });
  stand.door.house.alarms.set(shelved.id, shelved);
  await tick();
});
afterEach(async () => stand[Symbol.asyncDispose]());

const fill = (checks: object, notes = "") =>
  stand.ask("POST", `/api/handovers/${PAPER}`, { as: "operator", body: { commandId: commandId(), checks, notes } });
const sign = (side: string, user: string, password: string) =>
  stand.ask("POST", `/api/handovers/${PAPER}/sign`, {
    as: "operator",
    body: { commandId: commandId(), side, user, password },
  });

describe("the handover over HTTP", () => {
  test("shows who leaves, who comes, what is open with its next clocks, what is silenced and why", async () => {
    const desk = await stand.ask("GET", "/api/handovers", { as: "operator" });
    expect(HandoverDeskShape.strict().parse(desk.body).teams).toMatchObject([{ id: TEAM, waiting: PAPER }]);
    const { body } = await stand.ask("GET", `/api/handovers/${PAPER}`, { as: "operator" });
    expect(HandoverShape.strict().parse(body)).toMatchObject({
      id: PAPER,
      state: "open",
      late: false,
      leaving: [{ name: "李娜" }],
      coming: [{ name: "周杰" }],
      snapshot: {
        tickets: [
          { no: "GD20261121-000001", clocks: [{ kind: "acknowledge", late: false }, { kind: "staff-onsite" }] },
        ],
        alarms: [{ id: "water.leak@booster-1", state: "shelved", reason: "换阀门", by: "王工" }],
      },
    });
    expect(JSON.stringify([desk.body, body])).not.toContain("00010000001");
  });

  test("is signed by two people at one console, each with a password of their own, and then stands still", async () => {
    await fill({ panel: true }, "3#泵房渗水，已报修");
    expect(await sign("leaving", "li", "wrong")).toMatchObject({ status: 422, body: { code: "wrong-credentials" } });
    expect(await sign("leaving", "tech", passwords.li)).toMatchObject({ status: 403 });
    expect(await sign("leaving", " LI ", passwords.li)).toMatchObject({
      status: 200,
      body: { handedBy: { name: "李娜" } },
    });
    expect(await sign("coming", "li", passwords.li)).toMatchObject({
      status: 409,
      body: { code: "second-person-needed" },
    });
    await stand.clock.advance(minutes(2));
    stand.door.house.tickets.delete("GD20261121-000001");
    stand.door.house.tickets.set("GD20261121-000002", ticket("GD20261121-000002"));
    const between = await stand.ask("GET", `/api/handovers/${PAPER}`, { as: "operator" });
    expect(HandoverShape.strict().parse(between.body)).toMatchObject({
      snapshot: { tickets: [{ no: "GD20261121-000001" }] },
      since: [{ no: "GD20261121-000002", severity: "S1" }],
    });
    expect(await sign("coming", "zhou", passwords.zhou)).toMatchObject({
      status: 200,
      body: {
        state: "closed",
        missed: false,
        takenBy: { name: "周杰" },
        snapshot: { tickets: [{ no: "GD20261121-000001", state: "dispatched" }] },
        since: [{ no: "GD20261121-000002" }],
      },
    });
    expect(await fill({ panel: false })).toMatchObject({ status: 409, body: { code: "handover-closed" } });
    const told = JSON.stringify([stand.door.taken, stand.door.journal, stand.logged]);
    for (const secret of Object.values(passwords)) expect(told).not.toContain(secret);
    expect(
      stand.door.journal.filter((row) => row.about === `paper:${PAPER}`).map((row) => [row.event, row.actor]),
    ).toEqual([
      ["handover-opened", "gatehouse"],
      ["handover-filled", expect.any(String)],
      ["handover-handed", "li"],
      ["handover-taken", "zhou"],
    ]);
  });

  test("says that it is late once the grace is over", async () => {
    await stand.clock.advance(minutes(5));
    expect((await stand.ask("GET", `/api/handovers/${PAPER}`, { as: "supervisor" })).body).toMatchObject({
      late: true,
    });
  });

  test.each([
    ["a path that is no handover", "GET", "/api/handovers/..%2F..", undefined, 400],
    ["one that never was", "GET", "/api/handovers/JJ20250101-0800-nobody", undefined, 404],
    ["a third side", "POST", `/api/handovers/${PAPER}/sign`, { side: "both", user: "li", password: "x" }, 400],
    ["a team of another world", "POST", "/api/handovers", { team: "' OR 1=1" }, 400],
    ["checks that are no booleans", "POST", `/api/handovers/${PAPER}`, { checks: { panel: "yes" } }, 400],
    ["writing that turns round", "POST", `/api/handovers/${PAPER}`, { notes: "a\u202eb" }, 400],
    [
      "a password without end",
      "POST",
      `/api/handovers/${PAPER}/sign`,
      { side: "leaving", user: "li", password: "x".repeat(5_000) },
      400,
    ],
  ])("refuses %s", async (_what, method, path, body, status) => {
    const answer = await stand.ask(method, path, {
      as: "operator",
      ...(body ? { body: { commandId: commandId(), ...body } } : {}),
    });
    expect(answer.status).toBe(status);
    expect(answer.body.message.zh.length).toBeGreaterThan(3);
  });
});
