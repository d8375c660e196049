/** 演练: wherever somebody or a program meets a drill, it says so; and wherever what is real is met, nothing says drill. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "#model/account";
import type { JournalRow } from "#model/journal";
import type { Message } from "#model/message";
import type { Command } from "#model/plan";
import type { Ticket } from "#model/ticket";
import { hours, type Instant, later, minutes, seconds } from "#model/time";
import { ticketBody } from "../../../gateway/api/project-ticket.ts";
import { visitBody } from "../../../gateway/api/project-visit.ts";
import { toldLines } from "../../../gateway/northbound/influx/lines.ts";
import { toldPublications } from "../../../gateway/northbound/mqtt/told.ts";
import { told } from "../../../gateway/northbound/record.ts";
import type { ChannelContext } from "../../../gateway/notify/channel.ts";
import { bodyOf } from "../../../gateway/notify/message-body.ts";
import { groupText, headed } from "../../../gateway/notify/wording.ts";
import { shiftSnapshot } from "../../../rules/response/shift-snapshot.ts";
import { building, people, supervisor, TEN } from "../../support/building.ts";
import { letDecide } from "../../support/deciding-door.ts";
import { createPureHouse } from "../../support/pure-house.ts";
import { type Stand, startStand, testSite } from "./stand.ts";

const crew = { id: "p-zhang", name: "张强", phone: "00010000009" };
const withCrew = {
  people: {
    ...people,
    people: [...people.people, crew],
    teams: people.teams.map((team) =>
      team.id === "technician-on-duty" ? { ...team, people: [...team.people, crew.id] } : team,
    ),
  },
};
const ways = ["wecom", "dingtalk", "feishu", "sms", "voice", "smtp", "webhook"] as const;
const site = building({ ...withCrew, channels: ways.map((kind) => ({ id: kind, kind, settings: {} })) });

/** One emergency through everything that makes the house speak; the same story as a drill and for real. */
function course(isDrill: boolean) {
  const house = createPureHouse(site);
  let commands = 0;
  const act = (command: Command, now: Instant, actor: Actor = supervisor) => {
    commands += 1;
    return house.take({ type: "command", id: `c${commands}`, actor, command }, now).refusal?.code;
  };
  act(
    {
      do: "open-ticket",
      class: "elevator_entrapment",
      device: "lift-1",
      description: "1 号梯困人",
      ...(isDrill ? { drill: { overReal: false } } : {}),
    },
    TEN,
  );
  const no = [...house.tickets.keys()][0] ?? "";
  const step = (word: Extract<Command, { do: "ticket-step" }>["step"], after: number, more = {}) =>
    expect([word, act({ do: "ticket-step", ticket: no, step: word, ...more }, later(TEN, minutes(after)))]).toEqual([
      word,
      undefined,
    ]);
  const ticket = (): Ticket => house.tickets.get(no) as Ticket;
  house.beat(TEN, later(TEN, minutes(1)));
  step("acknowledge", 1);
  // Nobody takes it, the acknowledgement runs out, the ladder goes on; then one is sent by name.
  house.beat(later(TEN, minutes(1)), later(TEN, minutes(20)));
  step("assign", 20, { assignee: crew.name });
  step("accept", 21, { assignee: crew.name });
  step("promise", 22, { what: "finish", until: later(TEN, hours(1)) });
  // Silence: feedback is missed, the promise runs out, the house was off for an hour in between.
  house.beat(later(TEN, minutes(22)), later(TEN, minutes(40)));
  house.take({ type: "started", lastSeen: later(TEN, minutes(40)) }, later(TEN, minutes(100)));
  house.beat(later(TEN, minutes(100)), later(TEN, minutes(130)));
  return { house, ticket, no };
}

const context = (ticket: Ticket): ChannelContext => ({
  site: { id: site.id, name: site.name },
  person: crew,
  ticket,
  now: TEN,
  beside: [],
});

describe("what is sent", () => {
  test("every message of a whole night, on every channel and in both languages", () => {
    const { house, ticket } = course(true);
    expect(house.said.length).toBeGreaterThan(60);
    expect(new Set(house.said.map(({ channel }) => channel)).size).toBeGreaterThanOrEqual(ways.length);
    expect(new Set(house.said.map(({ step }) => step)).size).toBeGreaterThan(6);
    for (const message of house.said) {
      expect(message.text.zh, message.key).toContain("【演练】");
      expect(message.text.en, message.key).toContain("[DRILL]");
      // What the shortest way leaves of it: 60 letters of a text message, 100 bytes of a group.
      expect([...headed(message)].slice(0, 60).join(""), message.key).toContain("【演练】");
      expect(groupText(message, context(ticket()), 100), message.key).toContain("【演练】");
      expect(JSON.parse(bodyOf(message, context(ticket()))).data.drill).toBe(true);
    }
  });

  test("nothing of what is real says drill", () => {
    const { house, ticket } = course(false);
    expect(house.said.length).toBeGreaterThan(60);
    expect(JSON.stringify(house.said)).not.toMatch(/演练|DRILL/);
    expect(JSON.parse(bodyOf(house.said[0] as Message, context(ticket()))).data.drill).toBe(false);
    const view = { site, devices: new Map(site.devices.map((one) => [one.id, one])), papers: new Map() };
    expect(JSON.stringify(ticketBody(ticket(), view, TEN))).not.toMatch(/演练|drill/i);
  });
});

describe("what goes north", () => {
  const rows = (isDrill: boolean) => {
    const { house } = course(isDrill);
    return house.journal.flatMap((entry, seq) => {
      const row: JournalRow = { ...entry, seq, hash: "" };
      return told(row)?.ticket ? [told(row) as NonNullable<ReturnType<typeof told>>] : [];
    });
  };

  test.each([true, false])("by MQTT, InfluxDB and webhook (drill: %s)", (isDrill) => {
    const all = rows(isDrill);
    expect(all.length).toBeGreaterThan(5);
    for (const row of all) {
      expect(row.ticket?.drill).toBe(isDrill);
      expect(row.ticket?.title.zh.includes("【演练】")).toBe(isDrill);
    }
    for (const { payload } of toldPublications(all, "park"))
      if (payload.length > 0) expect(JSON.parse(Buffer.from(payload).toString()).drill).toBe(isDrill);
    for (const line of toldLines(all, "park")
      .split("\n")
      .filter((one) => one.startsWith("ticket")))
      expect(line.split(" ")[0]?.includes(",drill=true,")).toBe(isDrill);
  });
});

describe("what is shown", () => {
  const { house, ticket } = course(true);
  const view = { site, devices: new Map(site.devices.map((one) => [one.id, one])), papers: new Map() };

  test("the one word that a wall has room for, the page, and the page of whoever came by a link", () => {
    expect(ticketBody(ticket(), view, TEN)).toMatchObject({
      drill: true,
      className: { zh: "【演练】电梯困人", en: "[DRILL] Entrapment" },
      title: { zh: expect.stringMatching(/^【演练】/), en: expect.stringMatching(/^\[DRILL\]/) },
    });
    expect(visitBody(ticket(), crew, view, TEN, new Set(), house.alarms).work).toMatchObject({
      drill: true,
      className: { zh: "【演练】电梯困人" },
    });
  });

  test("the papers of a change of shift", () => {
    expect(shiftSnapshot(house, later(TEN, seconds(1))).tickets).toMatchObject([
      { title: { zh: expect.stringMatching(/^【演练】/) } },
    ]);
  });
});

describe("over HTTP", () => {
  let stand: Stand;
  beforeEach(async () => {
    stand = await startStand({ site: testSite(withCrew) });
    letDecide(stand.door, stand.site, () => stand.clock.now());
  });
  afterEach(async () => stand[Symbol.asyncDispose]());

  test("in the list, the file, the drills' own list, and never among what is open for Prometheus", async () => {
    const opened = await stand.ask("POST", "/api/tickets", {
      as: "supervisor",
      body: { commandId: "d-1", class: "elevator_entrapment", device: "lift-1", description: "困人演练", drill: {} },
    });
    expect(opened.status).toBe(201);
    const { no } = opened.body;
    for (const ticket of stand.door.house.tickets.values()) stand.stored.set(ticket.no, ticket);
    await stand.clock.advance(seconds(1));
    const [row] = (await stand.ask("GET", "/api/tickets", { as: "viewer" })).body;
    expect(row).toMatchObject({ no, drill: true, className: { zh: "【演练】电梯困人" } });
    const csv = await stand.ask("GET", "/api/exports/tickets.csv?lang=zh&from=2026-11-01T00:00:00Z", {
      as: "supervisor",
    });
    const [head, line] = csv.text.replace(/^\uFEFF/, "").split("\r\n");
    expect(line?.split(",")[head?.split(",").indexOf("演练") ?? -1]).toBe("1");
    expect((await stand.ask("GET", "/api/reports/drills", { as: "supervisor" })).body).toMatchObject([{ no }]);
    const { text } = await stand.ask("GET", "/metrics", { as: "engineer" });
    expect(text).toContain('gatehouse_tickets_open{severity="S1"} 0');
    expect(text).toContain("gatehouse_drills_open 1");
  });
});
