/** The way out of a clock that ran ahead, as an engineer goes it: look, give a reason, start, and nothing is forgotten. */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Policy } from "#model/policy";
import type { Ticket } from "#model/ticket";
import { days, instant, later, minutes, seconds } from "#model/time";
import { createClock } from "../../../gateway/clock.ts";
import { createFeed } from "../../../gateway/feed.ts";
import { createPipeline } from "../../../gateway/pipeline.ts";
import { acceptedClock, acceptedNote } from "../../../gateway/store/accepted-clock.ts";
import { openStore } from "../../../gateway/store/sqlite/open-store.ts";
import { elapsed } from "../../../rules/response/clocks.ts";
import { shippedPolicy } from "../../rules/response/shipped-policy.ts";
import { building, verdict } from "../../support/building.ts";
import { createDataFolder } from "../../support/data-folder.ts";
import { DEMO_SITE, startHouseProcess } from "../../support/house-process.ts";
import { idle } from "../../support/idle-engine.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { gatehouse } from "./gatehouse.ts";

// Each test starts several processes, and a machine that does other things starts them slowly.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

/** When the house believed to live: three years from now, to the second. */
const AHEAD = later(instant(Math.floor(Date.now() / 1_000) * 1_000), days(3 * 365));
const MARK = later(AHEAD, minutes(4));
let folder: ReturnType<typeof createDataFolder>;
let policy: Policy;
const data = () => folder.path;

async function stored() {
  await using store = await openStore({ folder: data(), clock: createClock() });
  const kept = await store.load(createClock().now());
  const rows = await store.journal({ about: "site", limit: 100 });
  expect(await store.verify()).toMatchObject({ ok: true });
  return { kept, rows, ticket: kept.tickets[0] as Ticket };
}

beforeAll(async () => {
  folder = createDataFolder();
  policy = await shippedPolicy();
  const clock = createManualClock(AHEAD);
  await using store = await openStore({ folder: data(), clock });
  const measure = { committed: () => {}, decided: () => {}, storeAway: () => {} };
  const kept = await store.load(clock.now());
  const site = building({ policy });
  const door = createPipeline({ site, kept, store, engine: idle, feed: createFeed(), clock, measure });
  const trapped = verdict("elevator.entrapment", "lift-1", "active", {
    ticket: "elevator_entrapment",
    lifeSafety: true,
  });
  await door.take({ type: "conditions", transitions: [trapped] });
  await clock.advance(minutes(4));
  await door.take({ type: "tick" });
  await store.note("clock", String(MARK));
});
afterAll(() => folder[Symbol.dispose]());

test("it shows both times and what to do, in both languages, and changes nothing", async () => {
  const { code, out } = await gatehouse(data(), ["clock", DEMO_SITE]);
  expect(code).toBe(0);
  expect(out).toContain(new Date(MARK).toISOString());
  expect(out).toContain("--accept --reason");
  const chinese = await gatehouse(data(), ["clock", DEMO_SITE], "", "zh_CN.UTF-8");
  expect(chinese.out).toContain("先核对本机时间");
  expect((await stored()).rows.map(({ event }) => event)).not.toContain("clock-accepted");
});

test.each([
  [["clock"], 64],
  [["clock", DEMO_SITE, "more"], 64],
  [["clock", DEMO_SITE, "--reason", "x"], 64],
  [["clock", DEMO_SITE, "--accept"], 64],
  [["clock", DEMO_SITE, "--accept", "--reason", "   "], 64],
  [["clock", DEMO_SITE, "--accept", "--reason", "x".repeat(501)], 64],
])("%j is refused with %i", async (args, code) => {
  expect((await gatehouse(data(), args)).code).toBe(code);
  const { kept } = await stored();
  expect(acceptedClock(kept.notes)).toBeUndefined();
});

test("accepted with a reason: journalled; the start goes on from the machine's time, and the ladder with what was left of it", async () => {
  const before = (await stored()).ticket;
  const accepted = await gatehouse(data(), ["clock", DEMO_SITE, "--accept", "--reason", "主板电池已更换，已校时"]);
  expect(accepted).toMatchObject({ code: 0, err: "" });
  const at = acceptedClock((await stored()).kept.notes)?.at ?? instant(0);
  {
    await using house = await startHouseProcess({ data: data() });
    expect(await house.call("GET", "/api/site")).toMatchObject({ status: 200, body: { clockTrusted: true } });
    const running = await gatehouse(data(), ["clock", DEMO_SITE, "--accept", "--reason", "again"]);
    expect(running.code).toBe(1);
    expect(running.err).toMatch(/in use|running|正在/);
  }
  const { kept, rows, ticket } = await stored();
  const events = rows.map(({ event }) => event);
  expect(rows.find(({ event }) => event === "clock-accepted")).toMatchObject({
    actor: "command line",
    data: { reason: "主板电池已更换，已校时", by: at - MARK },
  });
  expect(events.filter((event) => event === "clock-step")).toHaveLength(1);
  expect(rows.find(({ event }) => event === "clock-step")?.data).toEqual({ by: at - MARK });
  expect(acceptedClock(kept.notes)).toBeUndefined();
  const step = (one: Ticket) => one.ladder.find((row) => row.step.id === "s1-not-on-site");
  expect(step(ticket)?.dueAt).toBe(later(step(before)?.dueAt ?? instant(0), (at - MARK) as never));
  const clock = (one: Ticket) => one.clocks.find(({ kind }) => kind === "resolve");
  const [was, is] = [clock(before), clock(ticket)];
  if (!was || !is) throw new Error("no such clock");
  expect(elapsed(is, at)).toBe(elapsed(was, MARK));
  expect(ticket.wakeAt).toBeLessThan(later(at, minutes(30)));
});

test("nothing is ahead any more: there is nothing to accept, and the house does not move twice", async () => {
  const again = await gatehouse(data(), ["clock", DEMO_SITE, "--accept", "--reason", "once more"]);
  expect(again).toMatchObject({ code: 1, err: expect.stringContaining("nothing to accept") });
  expect((await stored()).rows.filter(({ event }) => event === "clock-accepted")).toHaveLength(1);
});

test.each([
  ["not json"],
  ["5"],
  ['["x", 1]'],
  [acceptedNote({ mark: AHEAD, at: later(AHEAD, seconds(1)) })],
  [acceptedNote({ mark: later(AHEAD, seconds(1)), at: instant(1) })],
])("a note %j that is damaged or about another mark moves nothing", (note) => {
  expect(
    acceptedClock(
      new Map([
        ["clock", String(AHEAD)],
        ["clock-accepted", note],
      ]),
    ),
  ).toBeUndefined();
});
