import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { NoticePolicy } from "#model/notice";
import { NoticeDeskShape } from "../../../gateway/api/notice-shapes.ts";
import { policy } from "../../support/building.ts";
import { letDecide } from "../../support/deciding-door.ts";
import { type Stand, startStand, testSite, ticket } from "./stand.ts";

const NO = "GD20261121-000001";
const both = (text: string) => ({ zh: text, en: `en ${text}` });
const words = (what: string) => ({ what: both(what), todo: both("请改走楼梯。") });
const notices: NoticePolicy = {
  approve: ["supervisor"],
  tell: [],
  again: 3_600_000 as never,
  reach: 0.95,
  withdrawal: words("作废。"),
  templates: {
    elevator_entrapment: {
      title: both("电梯停用通知"),
      first: words("{place}电梯停用。"),
      update: words("{place}仍在检修。"),
      closing: words("{place}已恢复。"),
    },
  },
};
const site = testSite({
  policy: { ...policy, notices },
  residents: {
    households: 640,
    channels: [{ id: "owners", kind: "wecom", settings: {} }],
    ways: [
      { id: "owners", name: both("业主群"), households: 310 },
      { id: "board", name: both("公告栏"), households: 620 },
    ],
    contacts: [],
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

const post = (path: string, body: object, as: "operator" | "supervisor" | "viewer" | "maintainer" = "supervisor") =>
  stand.ask("POST", `/api/tickets/${NO}/notice${path}`, { as, body: { commandId: `n-${++n}`, ...body } });
const read = async (as: "operator" | "supervisor" = "operator") =>
  NoticeDeskShape.strict().parse((await stand.ask("GET", `/api/tickets/${NO}/notice`, { as })).body);

describe("a notice to residents over HTTP", () => {
  test("is drafted by the desk, approved by whom the site names, and shows its way to each household", async () => {
    expect(await read()).toMatchObject({ possible: true, mayApprove: false, live: false, editions: [] });
    const draft = await post("", { backUnknown: true }, "operator");
    expect(draft.status).toBe(200);
    expect(draft.body.draft).toMatchObject({ kind: "first", rev: 1, backUnknown: true, title: { zh: "电梯停用通知" } });
    expect(draft.body.draft.preview.zh).toContain("时间待定");
    expect((await post("/approve", { rev: 1 }, "operator")).status).toBe(403);
    const sent = await post("/approve", { rev: 1 });
    expect(sent.body).toMatchObject({ live: true, editions: [{ n: 1, kind: "first" }] });
    const [message] = stand.door.house.outbox.values();
    expect(message).toMatchObject({ audience: "residents", channel: "owners", to: "residents" });
    stand.messages.push({ ...message, ticket: `paper:TZ${NO.slice(2)}`, state: "accepted" } as never);
    expect((await post("/reach", { edition: 1, way: "board", delivered: 600, read: 200 }, "operator")).status).toBe(
      200,
    );
    const [edition] = (await read()).editions;
    expect(edition?.reach).toMatchObject([
      { id: "owners", accepted: 310, delivered: 0 },
      { id: "board", byHand: true, delivered: 600, read: 200 },
    ]);
    expect(edition?.reached).toBe(600);
    expect((await read("supervisor")).mayApprove).toBe(true);
  });

  test("the same command twice is one notice, and one taken back says so", async () => {
    await post("", { backUnknown: true });
    await post("/approve", { rev: 1 });
    expect((await post("/approve", { rev: 1 })).body.editions.length).toBe(1);
    expect((await post("/withdraw", { edition: 1, reason: "楼号写错" }, "operator")).status).toBe(403);
    const back = await post("/withdraw", { edition: 1, reason: "楼号写错" });
    expect(back.body).toMatchObject({ live: false, editions: [{ n: 2, kind: "withdrawal" }, { n: 1 }] });
  });

  test("garbage is answered with 400 or 404, and changes nothing", async () => {
    const bad: [string, object][] = [
      ["", { backAt: "tomorrow" }],
      ["", { backAt: "2026-11-21T20:00:00Z", backUnknown: true }],
      ["", { what: { zh: "只有中文" } }],
      ["", { what: both("长".repeat(121)) }],
      ["", { what: both("\u202e倒写") }],
      ["", { rev: 0 }],
      ["", { surplus: 1 }],
      ["/approve", {}],
      ["/approve", { rev: "1" }],
      ["/withdraw", { edition: 1 }],
      ["/reach", { edition: 1, way: "board" }],
      ["/reach", { edition: 1, way: "../x", read: 1 }],
      ["/reach", { edition: 1, way: "board", read: -1 }],
    ];
    for (const [path, body] of bad) expect([path, body, (await post(path, body)).status]).toEqual([path, body, 400]);
    expect((await stand.ask("GET", "/api/tickets/GD20261121-999999/notice", { as: "operator" })).status).toBe(404);
    expect((await post("", {}, "viewer")).status).toBe(403);
    expect((await post("", {}, "maintainer")).status).toBe(403);
    expect((await read()).draft).toBeUndefined();
  });
});
