import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Role } from "#model/account";
import { formatInstant, hours, later, minutes, seconds } from "#model/time";
import { AlarmShape, SeenShape } from "../../../gateway/api/alarm-shapes.ts";
import { alarm, START, type Stand, startStand } from "./stand.ts";

let stand: Stand;
beforeEach(async () => {
  stand = await startStand();
  stand.door.house.alarms.set("a.door@lift-1", alarm("a.door@lift-1", { severity: "S3", lifeSafety: false }));
});
afterEach(async () => stand[Symbol.asyncDispose]());

const commandId = "0f8fad5b-d9cb-469f-a165-70867728950e";
const reason = "更换门机";
const send = (name: string, body: object, as: Role = "operator") =>
  stand.ask("POST", `/api/alarms/a.door@lift-1/${name}`, { as, body: { commandId, ...body } });
const wish = () => {
  const last = stand.door.taken.at(-1);
  return last?.type === "command" ? last.command : undefined;
};
const id = "a.door@lift-1";

describe("what people say about an alarm becomes a command", () => {
  test.each([
    ["shelve", "operator", { for: "30m", reason }, { do: "shelve", kind: "timed", for: minutes(30), reason }],
    ["shelve", "supervisor", { for: "PT2H", reason }, { do: "shelve", kind: "timed", for: hours(2), reason }],
    [
      "shelve",
      "engineer",
      { kind: "timed", until: "2026-11-21T20:00:00+08:00", reason, occurrence: 1 },
      { do: "shelve", kind: "timed", until: Date.parse("2026-11-21T12:00:00Z"), reason, occurrence: 1 },
    ],
    ["shelve", "operator", { kind: "one-shot", reason }, { do: "shelve", kind: "one-shot", reason }],
    ["unshelve", "operator", {}, { do: "unshelve" }],
    ["unshelve", "operator", { comment: "好了" }, { do: "unshelve", comment: "好了" }],
    ["unacknowledge", "supervisor", { reason, occurrence: 1 }, { do: "unacknowledge-alarm", occurrence: 1, reason }],
    ["reset", "operator", { occurrence: 1 }, { do: "reset-alarm", occurrence: 1 }],
    [
      "out-of-service",
      "engineer",
      { reason, reviewAt: "2026-12-01T00:00:00Z" },
      { do: "out-of-service", reason, reviewAt: Date.parse("2026-12-01T00:00:00Z") },
    ],
    ["in-service", "engineer", {}, { do: "in-service" }],
  ] as const)("%s by %s: %j", async (name, as, body, wanted) => {
    const answer = await send(name, body, as);
    expect(answer.status, answer.text).toBe(200);
    AlarmShape.strict().parse(answer.body);
    expect(wish()).toEqual({ alarm: id, ...wanted });
  });
});

describe("refused before it comes to the door", () => {
  test.each([
    ["neither for nor until", { reason }],
    ["both", { for: "30m", until: "2026-11-21T20:00:00Z", reason }],
    ["no reason", { for: "30m" }],
    ["an empty reason", { for: "30m", reason: "  " }],
    ["a duration in words", { for: "half an hour", reason }],
    ["a negative duration", { for: "-PT30M", reason }],
    ["a number for a duration", { for: 30, reason }],
    ["an instant without a zone", { until: "2026-11-21T20:00:00", reason }],
    ["a kind that does not exist", { kind: "for-ever", for: "30m", reason }],
    ["an unknown key", { for: "30m", reason, by: "somebody else" }],
  ])("shelve with %s", async (_what, body) => {
    const answer = await send("shelve", body);
    expect(answer).toMatchObject({ status: 400, body: { code: "bad-request" } });
    expect(answer.body.message.zh).toMatch(/[\u4e00-\u9fff]/);
    expect(stand.door.taken).toEqual([]);
  });

  test.each([
    ["unacknowledge", "supervisor", {}],
    ["out-of-service", "engineer", { reason }],
    ["out-of-service", "engineer", { reason, reviewAt: "soon" }],
    ["reset", "operator", { occurrence: -1 }],
  ] as const)("%s by %s with %j", async (name, as, body) => {
    expect((await send(name, body, as)).status).toBe(400);
    expect(stand.door.taken).toEqual([]);
  });

  test.each([
    ["shelve", ["operator", "supervisor", "engineer"]],
    ["unshelve", ["operator", "supervisor", "engineer"]],
    ["unacknowledge", ["supervisor"]],
    ["reset", ["operator", "supervisor", "engineer"]],
    ["out-of-service", ["operator", "supervisor", "engineer"]],
    ["in-service", ["operator", "supervisor", "engineer"]],
  ] as const)("%s by anybody but %j", async (name, may) => {
    for (const role of ["viewer", "operator", "maintainer", "supervisor", "engineer", "admin"] as const) {
      const { status } = await send(name, {}, role);
      expect(status === 403, role).toBe(!(may as readonly string[]).includes(role));
    }
  });
});

test("a refusal of the rules reaches the person in both languages, a 409 with the present state", async () => {
  stand.door.answer = () => ({
    ok: false,
    refusal: { status: 409, code: "not-shelved", message: { zh: "没有搁置。", en: "Not on the shelf." } },
  });
  expect(await send("unshelve", {})).toMatchObject({
    status: 409,
    body: { code: "not-shelved", detail: { state: "unacknowledged", occurrence: 1, alarm: { id } } },
  });
  stand.door.answer = () => ({
    ok: false,
    refusal: { status: 422, code: "never-shelved", message: { zh: "不能搁置。", en: "Cannot be shelved." } },
  });
  expect(await send("shelve", { for: "30m", reason })).toMatchObject({ status: 422, body: { code: "never-shelved" } });
});

test("the body of an alarm says who shelved it, why and until when; who took it out, and who is asked to confirm", async () => {
  const until = later(START, minutes(30));
  const reviewAt = later(START, hours(24));
  const shelf = { state: "one-shot", until, since: START, renewals: 1, occurrence: 1, by: "王工", reason } as const;
  const outage = { since: START, by: "赵工", reason, reviewAt, occurrence: 1, confirmedBy: "孙工" };
  const outageRequest = { at: later(START, seconds(5)), account: "sun", by: "孙工", reason, reviewAt };
  for (const row of [
    alarm("a.shelved@lift-1", { shelf }),
    alarm("a.out@lift-1", { service: "out", outage }),
    alarm("a.asked@lift-1", { outageRequest }),
  ])
    stand.door.house.alarms.set(row.id, row);
  const read = async (name: string) => {
    const { body } = await stand.ask("GET", `/api/alarms/a.${name}@lift-1`, { as: "viewer" });
    return AlarmShape.strict().parse(body);
  };
  expect(await read("shelved")).toMatchObject({
    state: "shelved",
    shelf: { kind: "one-shot", until: formatInstant(until), by: "王工", reason, renewals: 1 },
  });
  expect(await read("out")).toMatchObject({
    state: "out-of-service",
    service: { state: "out", by: "赵工", confirmedBy: "孙工", reviewAt: formatInstant(reviewAt) },
  });
  expect(await read("asked")).toMatchObject({
    state: "unacknowledged",
    service: { state: "requested", by: "孙工", since: formatInstant(later(START, seconds(5))) },
  });
  expect(await read("door")).not.toHaveProperty("shelf");
  const listed = await stand.ask("GET", "/api/alarms?state=out-of-service", { as: "engineer" });
  expect(listed.body.map((one: { id: string }) => one.id)).toEqual(["a.out@lift-1", "a.asked@lift-1"]);
});

describe("acknowledging what was seen", () => {
  const list = (body: object, as: Role = "operator") =>
    stand.ask("POST", "/api/alarms/acknowledge", { as, body: { commandId, ...body } });

  test("the list goes to the door as one command, and each alarm comes back as it stands", async () => {
    stand.door.answer = () => ({
      ok: true,
      seen: [
        { alarm: id, occurrence: 1, outcome: "acknowledged" },
        {
          alarm: "gone@lift-1",
          occurrence: 3,
          outcome: "refused",
          refusal: { status: 404, code: "no-such-alarm", message: { zh: "没有", en: "none" } },
        },
      ],
    });
    const answer = await list({
      seen: [
        { id, occurrence: 1 },
        { id: "gone@lift-1", occurrence: 3 },
      ],
      comment: "已看",
    });
    expect(answer.status, answer.text).toBe(200);
    expect(wish()).toEqual({
      do: "acknowledge-seen",
      seen: [
        { alarm: id, occurrence: 1 },
        { alarm: "gone@lift-1", occurrence: 3 },
      ],
      comment: "已看",
    });
    expect(SeenShape.strict().parse(answer.body).results).toMatchObject([
      { id, occurrence: 1, outcome: "acknowledged", alarm: { id } },
      { id: "gone@lift-1", outcome: "refused", status: 404, code: "no-such-alarm" },
    ]);
  });

  test.each([
    ["nothing seen", { seen: [] }],
    ["no list", {}],
    ["a list of ids", { seen: [id] }],
    ["no occurrence", { seen: [{ id }] }],
    ["occurrence 0", { seen: [{ id, occurrence: 0 }] }],
    ["one alarm twice", { seen: [1, 2].map((occurrence) => ({ id, occurrence })) }],
    [
      "more than a person can have seen",
      { seen: Array.from({ length: 201 }, (_, n) => ({ id: `a@${n}`, occurrence: 1 })) },
    ],
    ["a reason that does not exist", { seen: [{ id, occurrence: 1 }], reason: "bored" }],
  ])("%s is refused before it comes to the door", async (_what, body) => {
    expect(await list(body)).toMatchObject({ status: 400, body: { code: "bad-request" } });
    expect(stand.door.taken).toEqual([]);
  });
});
