/** The log of the fire control room over HTTP. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import type { FireRoomGap } from "#model/fire-log";
import type { Handover } from "#model/paper";
import { hours, instant, later, minutes, seconds } from "#model/time";
import { FireLogShape, FireRoomShape } from "../../../gateway/api/paper-shapes.ts";
import { policy } from "../../support/building.ts";
import { letDecide } from "../../support/deciding-door.ts";
import { alarm, START, type Stand, startStand, testSite } from "./stand.ts";

const LOG = "XF20261121-1600";
const plain = testSite();
const site = testSite({
  policy: {
    ...policy,
    fireLog: {
      every: hours(2),
      grace: minutes(15),
      roles: ["control-room-operator"],
      tell: ["shift-leader"],
      checks: [{ id: "mains", text: { zh: "主电源正常", en: "Mains" } }],
      atLeast: 2,
    },
  },
  devices: [...plain.devices, { ...plain.devices[0]!, id: "panel-1", kind: "fire", points: [] }],
});

let stand: Stand;
let n = 0;
beforeEach(async () => {
  stand = await startStand({ site });
  const { tick } = letDecide(stand.door, site, () => stand.clock.now());
  const own = alarm("fire.fault@panel-1", { severity: "S3", title: { zh: "主机故障", en: "Panel fault" } });
  for (const one of [own, alarm("elevator.entrapment@lift-1")]) stand.door.house.alarms.set(one.id, one);
  await tick();
});
afterEach(async () => stand[Symbol.asyncDispose]());

const entry = (more: object = {}) => {
  n += 1;
  return { panel: "normal", linkage: "automatic", checks: { mains: true }, remarks: "", commandId: `f-${n}`, ...more };
};
const fill = (body: object, as: "operator" | "viewer" | "maintainer" = "operator") =>
  stand.ask("POST", `/api/fire-log/${LOG}`, { as, body });

describe("the log of the fire control room over HTTP", () => {
  test("shows the entry that is due, with what the house knows of the fire system and of nothing else", async () => {
    const { body } = await stand.ask("GET", `/api/fire-log/${LOG}`, { as: "operator" });
    expect(FireLogShape.strict().parse(body)).toMatchObject({
      state: "open",
      late: false,
      missed: false,
      checks: [{ id: "mains" }],
      seen: { alarms: [{ id: "fire.fault@panel-1" }] },
    });
    expect(body.seen.alarms).toHaveLength(1);
  });

  test("takes the entry once, keeps what was seen, and lists it", async () => {
    await stand.clock.advance(seconds(60));
    expect((await fill(entry({ panel: "fault" }))).body.code).toBe("note-needed");
    const done = await fill(entry({ panel: "fault", remarks: "2 号回路短路，已报修" }));
    expect(done).toMatchObject({ status: 200, body: { state: "closed", late: false, entry: { panel: "fault" } } });
    stand.door.house.alarms.clear();
    expect((await stand.ask("GET", `/api/fire-log/${LOG}`, { as: "supervisor" })).body.seen.alarms).toHaveLength(1);
    expect(await fill(entry())).toMatchObject({ status: 409, body: { code: "log-filled" } });
    const list = await stand.ask("GET", "/api/fire-log", { as: "operator" });
    expect(z.array(FireLogShape.strict()).parse(list.body)).toMatchObject([
      { id: LOG, at: new Date(START).toISOString(), filledBy: { name: expect.any(String) } },
    ]);
  });

  test("says of an entry made after its time that it is late", async () => {
    await stand.clock.advance(minutes(40));
    expect((await fill(entry())).body).toMatchObject({ state: "closed", late: true, missed: false });
  });

  test("is written by the desk alone, and nobody else reads it who does not work there", async () => {
    expect((await fill(entry(), "maintainer")).status).toBe(403);
    expect((await fill(entry(), "viewer")).status).toBe(403);
    expect((await stand.ask("GET", "/api/fire-log", { as: "viewer" })).status).toBe(403);
    expect((await stand.ask("GET", "/api/fire-log")).status).toBe(401);
  });

  test("shows at a change of shift who left and came, with the handover beside it and who has signed that", async () => {
    const at = instant(START);
    stand.door.house.papers.set(LOG, {
      kind: "fire-log",
      id: LOG,
      state: "open",
      at,
      fillBy: later(at, minutes(15)),
      onDuty: ["p-shift-leader"],
      checks: [],
      handover: { leaving: ["p-control-room-operator"], coming: ["p-shift-leader"] },
    });
    const look = async () => (await stand.ask("GET", `/api/fire-log/${LOG}`, { as: "operator" })).body.handover;
    expect(await look()).toEqual({
      leaving: [{ id: "p-control-room-operator", name: "control-room-operator" }],
      coming: [{ id: "p-shift-leader", name: "shift-leader" }],
      papers: [],
    });
    const paper: Handover = {
      kind: "handover",
      id: "JJ20261121-1600-control-room-operator",
      state: "open",
      at,
      signBy: later(at, minutes(5)),
      team: "control-room-operator",
      leaving: ["p-control-room-operator"],
      coming: ["p-shift-leader"],
      notes: "",
      checks: [],
      handedBy: { account: "li", name: "李娜", at },
    };
    stand.door.house.papers.set(paper.id, paper);
    const signed = { id: paper.id, handedBy: { name: "李娜", at: new Date(START).toISOString() } };
    expect((await look()).papers).toEqual([signed]);
    const list = await stand.ask("GET", "/api/fire-log", { as: "operator" });
    expect(z.array(FireLogShape.strict()).parse(list.body)[0]?.handover?.papers).toEqual([signed]);
  });

  test("tells how the room is manned now, and when it was not as the policy asks, the newest first", async () => {
    const room = async (as: "operator" | "viewer" = "operator") => stand.ask("GET", "/api/fire-room", { as });
    const onDuty = [{ id: "p-control-room-operator", name: "control-room-operator" }];
    // The heartbeat has seen it by itself.
    const gaps = [{ id: "XG20261121-1600-few", from: new Date(START).toISOString(), onDuty, text: expect.anything() }];
    expect((await room()).body).toEqual({ onDuty, atLeast: 2, gaps });
    stand.door.house.papers.delete("XG20261121-1600-few");
    const gap = (id: string, ago: number, more: Partial<FireRoomGap>): void => {
      const at = instant(START - ago * 3_600_000);
      const asked = { atLeast: 2 };
      stand.door.house.papers.set(id, { kind: "fire-room", id, state: "open", at, onDuty: [], asked, ...more });
    };
    gap("XG20261121-0800-long-p-shift-leader", 8, {
      state: "closed",
      to: instant(START),
      asked: { longest: hours(8), person: "p-shift-leader" },
    });
    gap("XG20261121-1500-few", 1, {});
    const { body } = await room();
    expect(FireRoomShape.strict().parse(body).gaps).toMatchObject([
      { id: "XG20261121-1500-few", text: { zh: expect.stringContaining("在岗 0 人（无人），应不少于 2 人") } },
      {
        to: expect.any(String),
        text: { en: expect.stringContaining("shift-leader has been on duty for more than 8 h") },
      },
    ]);
    expect(body.gaps[0]).not.toHaveProperty("to");
    expect((await room("viewer")).status).toBe(403);
    expect((await stand.ask("GET", "/api/fire-room?limit=-1", { as: "operator" })).status).toBe(400);
  });

  test("refuses garbage with an answer, and changes nothing", async () => {
    for (const id of ["XF20200101-0000", "BB20261122-daily", "XF", "%00"])
      expect([400, 404]).toContain((await stand.ask("GET", `/api/fire-log/${id}`, { as: "operator" })).status);
    for (const wrong of [
      { panel: "green" },
      { linkage: 1 },
      { checks: { mains: "yes" } },
      { checks: [] },
      { more: 1 },
      { remarks: "x".repeat(2_001) },
    ])
      expect([wrong, (await fill(entry(wrong))).status]).toEqual([wrong, 400]);
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => (await fill(value as object)).status === 400),
      { numRuns: 50 },
    );
    expect(stand.door.house.papers.get(LOG)).toMatchObject({ state: "open" });
  });
});
