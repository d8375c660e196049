/** The drill board of a simulated site: what was played is remembered, and nothing starts unnoticed over an emergency. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { JournalRow } from "#model/journal";
import type { Ticket } from "#model/ticket";
import { hours, later, minutes, seconds } from "#model/time";
import { playedEntry, storiesOf, storyOf } from "../../../gateway/api/drill-board.ts";
import { SimulatorShape } from "../../../gateway/api/people-shapes.ts";
import { DrillListShape, DrillReportShape, ResponseReportShape } from "../../../gateway/api/response-shapes.ts";
import { START, type Stand, startStand, testSite, ticket } from "./stand.ts";

let stand: Stand;
let asked: string[];
const title = { zh: "电梯困人", en: "Passengers trapped" };

beforeEach(async () => {
  asked = [];
  stand = await startStand({
    site: testSite({ simulated: true }),
    simulator: {
      async request(method, path, body) {
        if (method === "GET") return { status: 200, body: [] };
        asked.push(`${path} ${body}`);
        const { scenario, device } = JSON.parse(body ?? "{}");
        return { status: 200, body: { play: 1, scenario, title, device, concerns: [device, "door-1", "lifts"] } };
      },
    },
  });
});
afterEach(() => stand[Symbol.asyncDispose]());

const play = (more: object = {}, as: "supervisor" | "engineer" | "operator" = "supervisor") =>
  stand.ask("POST", "/api/simulator/play", {
    as,
    body: { scenario: "elevator-entrapment", device: "lift-1", ...more },
  });
/** What the door took stands in the journal from now on, as behind a real one. */
function keep(): void {
  for (const one of stand.door.taken.splice(0)) {
    const { rows } = one as { rows?: { journal?: readonly Omit<JournalRow, "seq" | "hash">[] } };
    for (const row of rows?.journal ?? [])
      stand.journal.push({ ...row, seq: stand.journal.length + 1, hash: "0".repeat(64) });
  }
}
function opens(no: string, more: Partial<Ticket> = {}): Ticket {
  const one = ticket(no, { simulated: true, openedAt: stand.clock.now(), ...more });
  stand.stored.set(no, one);
  if (one.closedAt === undefined) stand.door.house.tickets.set(no, one);
  return one;
}

describe("a story from the board", () => {
  test("is handed on with its figures, remembered with its author, and its ticket has a report", async () => {
    expect((await play({ params: { persons: 3 } })).status).toBe(200);
    expect(asked).toEqual(['/play {"scenario":"elevator-entrapment","device":"lift-1","params":{"persons":3}}']);
    keep();
    expect(stand.journal).toMatchObject([{ about: "drill:board", event: "story-played", data: { device: "lift-1" } }]);
    await stand.clock.advance(seconds(41));
    opens("GD20261121-000001", { drill: undefined } as never);
    opens("GD20261121-000002", { device: "booster-1" });
    const board = await stand.ask("GET", "/api/simulator", { as: "supervisor" });
    expect(SimulatorShape.parse(board.body).stories).toMatchObject([
      { title, device: "lift-1", by: "supervisor script", tickets: [{ no: "GD20261121-000001", severity: "S1" }] },
    ]);
    const list = await stand.ask("GET", "/api/reports/drills", { as: "operator" });
    expect(DrillListShape.parse(list.body).map(({ no }) => no)).toEqual(["GD20261121-000001"]);
    const { body } = await stand.ask("GET", "/api/reports/drills/GD20261121-000001", { as: "operator" });
    expect(DrillReportShape.strict().parse(body).story).toEqual({
      title,
      device: "lift-1",
      by: "supervisor script",
      at: new Date(START).toISOString(),
      ticketAfter: 41_000,
    });
    expect((await stand.ask("GET", "/api/reports/drills/GD20261121-000002", { as: "operator" })).status).toBe(404);
  });

  test("stands in no figure of what is real", async () => {
    await play();
    keep();
    opens("GD20261121-000001");
    await stand.clock.advance(minutes(1));
    const figures = await stand.ask("GET", "/api/reports/response?data=real", { as: "viewer" });
    expect(ResponseReportShape.parse(figures.body).others).toMatchObject({ real: 0, simulated: 1 });
  });

  test.each([
    ["figures that are no numbers", { params: { persons: "many" } }],
    ["no number at all", { params: { persons: null } }],
    ["too many figures", { params: Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`p${at}`, 1])) }],
    ["a word that is neither yes nor no", { overReal: "yes" }],
    ["a key that nobody knows", { over: true }],
    ["no speed", { speed: 0 }],
  ])("with %s is refused in both languages", async (_what, more) => {
    const { status, body } = await play(more);
    expect([status, typeof body.message?.zh, typeof body.message?.en]).toEqual([400, "string", "string"]);
    expect(asked).toEqual([]);
  });

  test("is not an operator's to start", async () => {
    expect((await play({}, "operator")).status).toBe(403);
    expect((await play({}, "engineer")).status).toBe(200);
  });
});

describe("over an open emergency", () => {
  test.each([
    ["told by telephone", { device: undefined, simulated: true } as never, 409],
    ["on a device where nothing was played", { device: "booster-1" }, 409],
    ["of severity S2", { device: "booster-1", severity: "S2" }, 409],
    ["of severity S3", { device: "booster-1", severity: "S3" }, 200],
    ["that is over", { device: "booster-1", closedAt: START, state: "closed" }, 200],
    ["of a drill with real people", { device: "booster-1", drill: true }, 200],
  ] as const)("%s a story needs a second word only where somebody may be waiting", async (_what, more, status) => {
    opens("GD20261121-000009", more);
    const answer = await play();
    expect(answer.status).toBe(status);
    expect(asked).toHaveLength(status === 200 ? 1 : 0);
    if (status !== 409) return;
    expect(answer.body).toMatchObject({ code: "drill-over-emergency", detail: { tickets: ["GD20261121-000009"] } });
    expect(answer.body.message.zh).toContain("GD20261121-000009");
    expect((await play({ overReal: true })).status).toBe(200);
    expect(asked).toHaveLength(1);
    // The confirmation is the gateway's matter: the simulators know no such word.
    expect(asked[0]).not.toContain("overReal");
  });

  test("one that an earlier story explains stands in nobody's way, until it is too old to be explained", async () => {
    await play();
    keep();
    await stand.clock.advance(seconds(40));
    opens("GD20261121-000001");
    expect((await play({ device: "lift-2" })).status).toBe(200);
    keep();
    stand.door.house.tickets.clear();
    await stand.clock.advance(hours(13));
    opens("GD20261121-000003");
    expect((await play({ device: "lift-2" })).status).toBe(409);
  });
});

test("a story explains what opens on its devices until the next one takes them over; garbage explains nothing", () => {
  const row = (seq: number, at: number, device: string, concerns: unknown): JournalRow => ({
    occurredAt: later(START, minutes(at)),
    at: later(START, minutes(at)),
    about: "drill:board",
    event: "story-played",
    actor: "root",
    data: { scenario: `s${seq}`, title, device, concerns } as never,
    seq,
    hash: "",
  });
  // Newest first, as the store gives them.
  const stories = storiesOf([
    row(3, 30, "lift-1", ["lift-1"]),
    row(2, 10, "pump-1", 42),
    row(1, 0, "lift-1", ["lift-1", "bus"]),
  ]);
  expect(stories.map(({ scenario }) => scenario)).toEqual(["s1", "s3"]);
  const cause = (device: string | undefined, at: number, simulated = true) =>
    storyOf(stories, { ...(device === undefined ? {} : { device }), openedAt: later(START, minutes(at)), simulated })
      ?.scenario;
  expect([cause("lift-1", 5), cause("bus", 29), cause("lift-1", 31), cause("bus", 31)]).toEqual([
    "s1",
    "s1",
    "s3",
    undefined,
  ]);
  expect([cause("lift-1", -1), cause(undefined, 5), cause("lift-1", 5, false), cause("pump-1", 11)]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  for (const said of [undefined, null, "ok", [], {}, { scenario: "x" }, { scenario: 1, device: 2 }])
    expect(playedEntry(said, "root", START)).toBeUndefined();
});
