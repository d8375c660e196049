import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AccidentListShape, AccidentShape } from "../../../gateway/api/accident-shapes.ts";
import { letDecide } from "../../support/deciding-door.ts";
import { type Stand, startStand, testSite, ticket } from "./stand.ts";

const NO = "GD20261121-000001";
const site = testSite();
const fields = { course: "轿厢停于 3 层", casualties: "无", cause: "门锁", measures: "松闸解救" };

let stand: Stand;
let n = 0;
beforeEach(async () => {
  stand = await startStand({ site });
  letDecide(stand.door, site, () => stand.clock.now());
  stand.door.house.tickets.set(NO, ticket(NO, { state: "mitigated", assignee: "张维保", acknowledgedBy: "王工" }));
});
afterEach(async () => stand[Symbol.asyncDispose]());

const post = (
  path: string,
  body: object = {},
  as: "operator" | "supervisor" | "viewer" | "maintainer" = "supervisor",
) =>
  stand.ask("POST", `/api/tickets/${NO}/accident${path}`, {
    as,
    ...(path === "/show" ? {} : { body: { commandId: `n-${++n}`, ...body } }),
  });
const read = async (as: "operator" | "supervisor" = "operator") =>
  AccidentShape.strict().parse((await stand.ask("GET", `/api/tickets/${NO}/accident`, { as })).body);

describe("an accident report over HTTP", () => {
  test("is begun, completed and signed by a supervisor, and read by the desk with its names masked", async () => {
    expect((await stand.ask("GET", `/api/tickets/${NO}/accident`, { as: "operator" })).status).toBe(404);
    expect((await post("", {}, "operator")).status).toBe(403);
    expect((await post("")).body).toMatchObject({ id: "SG20261121-000001", state: "draft", rev: 1, mayWrite: true });
    expect(await read()).toMatchObject({ mayWrite: false, namesShown: false });
    expect((await read()).facts.people.map(({ name }) => name)).toEqual(["王*", "张*"]);
    expect((await post("/sign", { rev: 1 })).body.code).toBe("fields-open");
    expect((await post("/fill", { rev: 1, fields })).body).toMatchObject({ rev: 2, fields });
    expect((await post("/fill", { rev: 1, fields: { cause: "别的" } })).body.code).toBe("changed-meanwhile");
    expect((await post("/fill", { rev: 2, fields }, "operator")).status).toBe(403);
    const signed = await post("/sign", { rev: 2 });
    expect(signed.body).toMatchObject({
      state: "signed",
      mayWrite: false,
      signedBy: { name: expect.stringMatching(/\*$/) },
    });
    expect((await post("/fill", { rev: 2, fields: { cause: "别的" } })).body.code).toBe("report-signed");
    const list = AccidentListShape.parse((await stand.ask("GET", "/api/accidents", { as: "operator" })).body);
    expect(list).toMatchObject([{ id: "SG20261121-000001", ticket: NO, state: "signed", drill: false }]);
  });

  test("shows the names to a supervisor who asks, and the journal keeps who looked", async () => {
    await post("");
    expect((await post("/show", {}, "operator")).status).toBe(403);
    const shown = await post("/show");
    expect(shown.body.facts.people.map(({ name }: { name: string }) => name)).toEqual(["王工", "张维保"]);
    expect(stand.door.journal.some(({ event, about }) => event === "accident-shown" && about === `ticket:${NO}`)).toBe(
      true,
    );
  });

  test.each<[string, object]>([
    ["/fill", { rev: 1, fields: { guilt: "x" } }],
    ["/fill", { rev: 1, fields: { cause: "x".repeat(4_001) } }],
    ["/fill", { rev: 1, fields: { cause: "a\u202Eb" } }],
    ["/fill", { rev: 0, fields: {} }],
    ["/fill", { fields: {} }],
    ["/sign", { rev: "1" }],
    ["/sign", {}],
    ["", { drill: true }],
  ])("garbage in %s is refused with a sentence (%j)", async (path, body) => {
    await post("");
    const answer = await post(path, body);
    expect(answer.status).toBe(400);
    expect(answer.body.message.zh).toBeTruthy();
  });
});
