import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { Actor } from "#model/account";
import type { Notice, NoticePolicy } from "#model/notice";
import type { Command, Plan } from "#model/plan";
import type { Residents, Site } from "#model/site";
import type { Ticket } from "#model/ticket";
import { hours, type Instant, later, minutes, seconds } from "#model/time";
import { readNotices } from "../../../gateway/site/notices.ts";
import { createProblemList } from "../../../gateway/site/problems.ts";
import { readYaml } from "../../../gateway/site/read-yaml.ts";
import { operator, policy, supervisor, TEN } from "../../support/building.ts";
import { createDesk } from "./desk.ts";
import { shippedPolicy } from "./shipped-policy.ts";

const both = (text: string) => ({ zh: text, en: `en ${text}` });
const words = (what: string) => ({ what: both(what), todo: both("请改走楼梯。") });
const notices: NoticePolicy = {
  approve: ["supervisor"],
  tell: ["control-room-operator"],
  again: hours(1),
  reach: 0.95,
  withdrawal: { what: both("此前关于{place}的通知作废。"), todo: both("敬请谅解。") },
  templates: {
    general_fault: {
      title: both("检修通知"),
      first: words("{place}设施检修。"),
      update: words("{place}仍在检修。"),
      closing: words("{place}已恢复。"),
    },
  },
};
const residents: Residents = {
  households: 640,
  channels: [
    { id: "owners", kind: "wecom", settings: {} },
    { id: "owners-sms", kind: "sms", settings: {} },
  ],
  ways: [
    { id: "owners", name: both("业主群"), households: 310 },
    { id: "owners-sms", name: both("短信"), households: 640 },
    { id: "board", name: both("公告栏"), households: 600 },
  ],
  contacts: [
    { id: "r-101", name: "101 户", phone: "00020000101", households: 1 },
    { id: "r-102", name: "102 户", phone: "00020000102", households: 2 },
    { id: "r-103", name: "103 户", email: "r@example.cn", households: 1 },
  ],
};
const maintainer: Actor = { ...operator, id: "tech", name: "张强", role: "maintainer" };

type Notices = Extract<Command, { do: `${string}notice` | "report-reach" }>;
type Words<D> = D extends unknown ? Omit<D, "ticket"> : never;

function createOffice(site: Partial<Site> = {}) {
  const desk = createDesk();
  const office = createDesk({ policy: { ...desk.site.policy, notices }, residents, ...site });
  office.take("active", TEN);
  const { no } = office.newest();
  let commands = 0;
  const act = (command: Words<Notices>, now: Instant = TEN, actor: Actor = supervisor, ticket = no): Plan => {
    commands += 1;
    return office.house.take(
      { type: "command", id: `n${commands}`, actor, command: { ...command, ticket } as Command },
      now,
    );
  };
  const paper = (): Notice | undefined => {
    const found = office.house.papers.get(`TZ${no.slice(2)}`);
    return found?.kind === "notice" ? found : undefined;
  };
  const rev = () => paper()?.draft?.rev ?? 0;
  const outside = () => office.house.said.filter((one) => one.audience === "residents");
  return {
    ...office,
    no,
    act,
    paper,
    rev,
    outside,
    ticket: (): Ticket => office.now(no),
    approve: (now: Instant = TEN, actor: Actor = supervisor) => act({ do: "approve-notice", rev: rev() }, now, actor),
    /** Drafted and sent; it is expected back then. */
    send(now: Instant = TEN, back: Instant | "unknown" = later(now, hours(2))) {
      act({ do: "draft-notice", back }, now);
      act({ do: "approve-notice", rev: rev() }, now);
    },
    asked: () => office.house.said.filter((one) => one.step === "notice-asked"),
    waiting: () => [...office.house.outbox.values()].filter((one) => one.audience === "residents"),
  };
}

describe("a notice to residents", () => {
  test("begins with the words of the class, names building and floor and no room, and waits for approval", () => {
    const { act, paper, outside, asked, ticket } = createOffice();
    expect(act({ do: "draft-notice" }, TEN, operator).refusal).toBeUndefined();
    const { building, floor, room } = ticket().place;
    expect(paper()?.draft).toMatchObject({ kind: "first", rev: 1, cause: "by-hand", by: operator.name });
    expect(paper()?.draft?.what.zh).toBe(`${[building, floor].filter(Boolean).join(" ") || "试验楼"}设施检修。`);
    if (room) expect(paper()?.draft?.what.zh).not.toContain(room);
    expect(outside()).toEqual([]);
    expect(asked().length).toBeGreaterThan(0);
  });

  test("goes out only by the word of a role that the site names, and says when it will be back", () => {
    const { act, approve, rev, outside, paper, house } = createOffice();
    act({ do: "draft-notice" }, TEN, operator);
    expect(approve(TEN, operator).refusal).toMatchObject({ status: 403, code: "approval-needed" });
    expect(approve(TEN, maintainer).refusal?.status).toBe(403);
    expect(approve().refusal?.code).toBe("back-needed");
    act({ do: "draft-notice", rev: rev(), back: later(TEN, minutes(90)) }, TEN, operator);
    expect(approve().refusal).toBeUndefined();
    const [group] = outside().filter((one) => one.channel === "owners");
    expect(group?.text.zh).toMatch(
      /^【检修通知】.*设施检修。预计恢复：11月21日 11:30。请改走楼梯。.*物业 11月21日 10:00$/,
    );
    expect(group?.text.en).toContain("Expected back: 2026-11-21 11:30.");
    expect(outside().map(({ channel, to }) => `${channel} ${to}`)).toEqual([
      "owners residents",
      "owners-sms resident:r-101",
      "owners-sms resident:r-102",
    ]);
    expect(paper()?.editions[0]?.ways).toEqual([
      { ...residents.ways[0] },
      { ...residents.ways[1], households: 3 },
      { ...residents.ways[2], byHand: true },
    ]);
    expect(house.events(`paper:${paper()?.id}`)).toEqual(["notice-drafted", "notice-drafted", "notice-sent"]);
  });

  test("is approved as it was read: one that was changed meanwhile is not sent, and a second approval sends nothing more", () => {
    const { act, rev, outside, paper } = createOffice();
    act({ do: "draft-notice", back: "unknown" }, TEN, operator);
    const read = rev();
    act({ do: "draft-notice", what: both("三号楼停水。"), rev: read }, TEN, operator);
    expect(act({ do: "draft-notice", what: both("旧"), rev: read }, TEN, operator).refusal?.code).toBe("draft-changed");
    expect(act({ do: "approve-notice", rev: read }).refusal).toMatchObject({ status: 409, code: "draft-changed" });
    const now = rev();
    act({ do: "approve-notice", rev: now });
    const sent = outside().length;
    expect(sent).toBe(3);
    expect(act({ do: "approve-notice", rev: now }).answer).toMatchObject({ already: supervisor.name });
    expect(outside().length).toBe(sent);
    expect(paper()?.editions.length).toBe(1);
    expect(paper()?.editions[0]?.text.zh).toContain("时间待定，确定后另行通知");
  });

  test("refuses a time that is over, one a year away, a follow-up of nothing, and classes that tell residents nothing", () => {
    const { act, no, house, step, ticket } = createOffice();
    expect(act({ do: "draft-notice", back: later(TEN, seconds(-1)) }).refusal?.code).toBe("back-in-past");
    expect(act({ do: "draft-notice", back: later(TEN, hours(24 * 365)) }).refusal?.code).toBe("back-too-far");
    expect(act({ do: "draft-notice", kind: "closing" }).refusal?.code).toBe("nothing-sent");
    expect(act({ do: "draft-notice" }, TEN, operator, "GD20261121-999999").refusal?.status).toBe(404);
    expect(act({ do: "discard-notice", rev: 1 }).refusal?.code).toBe("draft-changed");
    expect(act({ do: "withdraw-notice", edition: 1, reason: "x" }).refusal?.status).toBe(404);
    expect(act({ do: "report-reach", edition: 1, way: "owners", read: 1 }).refusal?.status).toBe(404);
    step(ticket(), "close", TEN, { note: "误开" });
    expect(house.papers.size).toBe(0);
    const bare = createOffice({ policy });
    expect(bare.act({ do: "draft-notice" }).refusal).toMatchObject({ status: 422, code: "no-notice-template" });
    expect(no).toBeTruthy();
  });

  test("a time that has passed by the time of approval is not sent", () => {
    const { act, approve, outside } = createOffice();
    act({ do: "draft-notice", back: later(TEN, minutes(30)) });
    expect(approve(later(TEN, minutes(31))).refusal?.code).toBe("back-in-past");
    expect(outside()).toEqual([]);
  });

  test("a site without ways to its residents is told so, and nothing is marked as sent", () => {
    const { act, approve, paper } = createOffice({ residents: { ...residents, ways: [], channels: [] } });
    act({ do: "draft-notice", back: "unknown" });
    expect(approve().refusal?.code).toBe("no-way-to-residents");
    expect(paper()?.editions).toEqual([]);
  });

  test("a simulated site marks it, keeps it, and sends it to nobody; its admin may approve", () => {
    const { act, paper, outside, approve } = createOffice({ simulated: true });
    act({ do: "draft-notice", back: "unknown" }, TEN, operator);
    expect(approve(TEN, { ...operator, role: "admin" }).refusal).toBeUndefined();
    expect(paper()?.editions[0]).toMatchObject({ held: "simulated" });
    expect(paper()?.editions[0]?.text.zh).toMatch(/^【模拟】/);
    expect(outside()).toEqual([]);
  });

  test("a drill is marked and reaches nobody outside, on a real site too", () => {
    const { act, paper, outside, house } = createOffice();
    house.take(
      {
        type: "command",
        id: "drill",
        actor: supervisor,
        command: { do: "open-ticket", class: "general_fault", description: "演练停水", drill: { overReal: true } },
      },
      TEN,
    );
    const drill = [...house.tickets.values()].find((one) => one.drill)?.no ?? "";
    act({ do: "draft-notice", back: "unknown" }, TEN, supervisor, drill);
    const notice = house.papers.get(`TZ${drill.slice(2)}`);
    if (notice?.kind !== "notice") throw new Error("no draft");
    act({ do: "approve-notice", rev: notice.draft?.rev ?? 0 }, TEN, supervisor, drill);
    const sent = house.papers.get(notice.id);
    expect(sent?.kind === "notice" ? sent.editions[0] : undefined).toMatchObject({ held: "drill" });
    expect(outside()).toEqual([]);
    expect(paper()).toBeUndefined();
    expect(JSON.stringify(sent)).toContain("【演练】");
  });
});

describe("what residents were told", () => {
  test("is followed up when the crew promises another time: once, and the old words wait no longer", () => {
    const { send, step, ticket, house, paper, asked, approve, waiting } = createOffice();
    send();
    const half = later(TEN, minutes(30));
    const new_ = later(TEN, hours(5));
    step(ticket(), "promise", half, { what: "finish", until: new_ });
    house.beat(half, later(half, seconds(3)));
    expect(paper()?.draft).toMatchObject({ kind: "update", cause: "new-time", backAt: new_, by: "gatehouse" });
    const told = asked().length;
    expect(told).toBeGreaterThan(0);
    house.beat(later(half, seconds(3)), later(half, seconds(20)));
    expect(asked().length).toBe(told);
    approve(later(half, minutes(1)));
    expect(waiting().every(({ step: one }) => one === "notice-2")).toBe(true);
    expect(waiting().length).toBe(3);
    house.beat(later(half, minutes(1)), later(half, minutes(2)));
    expect(paper()?.draft).toBeUndefined();
  });

  test("a person's words are not thrown away by a new time, and a dropped draft does not come back", () => {
    const { send, step, ticket, house, paper, act, rev } = createOffice();
    send();
    const half = later(TEN, minutes(30));
    act({ do: "draft-notice", what: both("换泵中。") }, half, operator);
    step(ticket(), "promise", half, { what: "finish", until: later(TEN, hours(5)) });
    house.beat(half, later(half, seconds(3)));
    expect(paper()?.draft?.what.zh).toBe("换泵中。");
    act({ do: "discard-notice", rev: rev() }, later(half, seconds(3)), operator);
    house.beat(later(half, seconds(3)), later(half, seconds(5)));
    expect(paper()?.draft).toMatchObject({ cause: "new-time" });
    act({ do: "discard-notice", rev: rev() }, later(half, seconds(5)), operator);
    house.beat(later(half, seconds(5)), later(half, seconds(9)));
    expect(paper()?.draft).toBeUndefined();
  });

  test("is asked about when the time is over, and each hour while nobody knows the time", () => {
    const late = createOffice();
    late.send(TEN, later(TEN, minutes(2)));
    late.house.beat(later(TEN, minutes(2)), later(TEN, seconds(122)));
    expect(late.paper()?.draft).toMatchObject({ kind: "update", cause: "time-over" });
    const open = createOffice();
    open.send(TEN, "unknown");
    const hour = later(TEN, hours(1));
    open.house.beat(later(hour, seconds(-2)), later(hour, seconds(-1)));
    expect(open.paper()?.draft).toBeUndefined();
    open.house.beat(later(hour, seconds(-1)), later(hour, seconds(1)));
    expect(open.paper()?.draft).toMatchObject({ cause: "no-time-yet" });
  });

  test("is ended by a closing notice once it works again; the paper closes with the ticket", () => {
    const { send, step, ticket, house, paper, approve, outside, take } = createOffice();
    send();
    for (const one of ["acknowledge", "accept", "arrive", "repair"] as const) step(ticket(), one, TEN, {}, operator);
    house.beat(TEN, later(TEN, seconds(2)));
    expect(paper()?.draft).toMatchObject({ kind: "closing", cause: "restored" });
    expect(paper()?.draft?.backAt).toBeUndefined();
    expect(approve(later(TEN, seconds(3))).refusal).toBeUndefined();
    expect(outside().at(-1)?.text.zh).toMatch(/^【检修通知·已恢复】.*已恢复。请改走楼梯。/);
    expect(outside().at(-1)?.text.zh).not.toContain("预计恢复");
    take("normal", later(TEN, seconds(4)));
    step(ticket(), "close", later(TEN, seconds(5)));
    house.beat(later(TEN, seconds(5)), later(TEN, seconds(7)));
    expect(paper()?.state).toBe("closed");
  });

  test("taken back: what waits is stopped, everybody who was told is told so, and only by who may", () => {
    const { send, act, waiting, outside, paper } = createOffice();
    send();
    expect(act({ do: "withdraw-notice", edition: 1, reason: "楼号写错" }, TEN, operator).refusal?.status).toBe(403);
    expect(act({ do: "withdraw-notice", edition: 1, reason: "楼号写错" }).refusal).toBeUndefined();
    expect(waiting().map(({ step }) => step)).toEqual(["notice-2", "notice-2", "notice-2"]);
    expect(outside().at(-1)?.text.zh).toMatch(/^【检修通知·更正】此前关于.*的通知作废。敬请谅解。/);
    expect(act({ do: "withdraw-notice", edition: 1, reason: "再撤" }).answer).toMatchObject({
      already: supervisor.name,
    });
    expect(paper()?.editions.map(({ kind }) => kind)).toEqual(["first", "withdrawal"]);
    act({ do: "draft-notice" });
    expect(paper()?.draft?.kind).toBe("first");
  });

  test("the reach of each way is noted, and never above the households that it serves", () => {
    const { send, act, paper } = createOffice();
    send();
    const report = (more: object) => act({ do: "report-reach", edition: 1, way: "board", ...more }, TEN, operator);
    expect(report({ delivered: 601 }).refusal?.code).toBe("more-than-households");
    expect(report({ delivered: 10, read: 11 }).refusal?.code).toBe("more-than-households");
    expect(report({ delivered: 600 }).refusal).toBeUndefined();
    expect(report({ read: 312 }).refusal).toBeUndefined();
    expect(paper()?.editions[0]?.reports.board).toMatchObject({ delivered: 600, read: 312, by: operator.name });
    expect(act({ do: "report-reach", edition: 1, way: "radio", read: 1 }).refusal?.status).toBe(404);
  });
});

describe("the templates that are shipped", () => {
  /** An intruder, a line of the gateway, a complaint: told to nobody, or to the one who asked. */
  const TELLS_NOBODY = ["forced_door", "comms_loss", "complaint", "consult"];

  test("stand there for every class that concerns residents, in both languages, with what happened and what to do", async () => {
    const shipped = await shippedPolicy();
    const problems = createProblemList();
    const path = new URL("../../../rules/response/notices.yaml", import.meta.url);
    const asShipped = readNotices(readYaml("notices.yaml", await readFile(path), problems), problems);
    expect(problems.list()).toEqual([]);
    const { templates = {}, approve, reach } = asShipped ?? {};
    expect(
      Object.keys(shipped.classes)
        .filter((one) => !TELLS_NOBODY.includes(one))
        .sort(),
    ).toEqual(Object.keys(templates).sort());
    expect([approve, reach]).toEqual([["supervisor"], 0.95]);
    for (const [name, template] of Object.entries(templates)) {
      for (const edition of [template.first, template.update, template.closing])
        for (const text of [template.title, edition.what, edition.todo]) {
          expect(text.zh, name).toMatch(/[\u4e00-\u9fff]/);
          expect(text.en, name).toMatch(/[a-z]{3}/);
          expect(text.en, name).not.toMatch(/[\u4e00-\u9fff]/);
          // No guess at a cause (W12), nobody's name or number (S10), no time that nobody promised.
          expect(text.zh, name).not.toMatch(/由于|因为|原因|\d{3,}|先生|女士|分钟|小时/);
        }
      expect(template.first.what.zh, name).toContain("{place}");
      expect(template.closing.what.zh, name).toMatch(/恢复|解除|完成/);
      // One text message of 70 letters carries what happened; three carry all of it.
      expect(template.title.zh.length + template.first.what.zh.length, name).toBeLessThan(70);
      expect(template.first.what.zh.length + template.first.todo.zh.length, name).toBeLessThan(150);
    }
  });
});

describe("approval", () => {
  test("is of the words that were read: whatever is changed after it needs a new one, and nobody else's will do", () => {
    const { act, rev, approve, outside, paper } = createOffice();
    act({ do: "draft-notice", back: "unknown" }, TEN, operator);
    approve();
    const first = outside().length;
    act({ do: "draft-notice", kind: "update", what: both("三号楼、四号楼停水。") }, TEN, operator);
    expect(outside().length).toBe(first);
    const read = rev();
    for (const role of ["viewer", "operator", "maintainer", "engineer", "admin"] as const)
      expect([role, approve(TEN, { ...operator, role }).refusal?.status]).toEqual([role, 403]);
    act({ do: "draft-notice", todo: both("请储水。"), rev: read }, TEN, operator);
    expect(act({ do: "approve-notice", rev: read }).refusal?.code).toBe("draft-changed");
    expect(outside().length).toBe(first);
    act({ do: "draft-notice", back: later(TEN, hours(1)), rev: rev() }, TEN, operator);
    expect(approve().refusal).toBeUndefined();
    expect(outside().length).toBe(first * 2);
    expect(paper()?.editions.at(-1)?.text.zh).toContain("请储水。");
  });

  test("by somebody whom the site does not name any more does not count, whenever the draft was made", () => {
    const { act, approve, outside, house, site } = createOffice();
    act({ do: "draft-notice", back: "unknown" }, TEN, operator);
    house.edit({ ...site, policy: { ...site.policy, notices: { ...notices, approve: ["admin"] } }, residents }, TEN);
    expect(approve().refusal).toMatchObject({ status: 403, code: "approval-needed" });
    expect(outside()).toEqual([]);
    expect(approve(TEN, { ...operator, role: "admin" }).refusal).toBeUndefined();
  });
});
