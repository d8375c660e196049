/** [12345] 催办: a complaint is chased before its limit, at it, the day after, and reported five workdays later, until it is settled. */
import { beforeAll, expect, test } from "vitest";
import type { Policy } from "#model/policy";
import { between, hours, type Instant, later, milliseconds } from "#model/time";
import { supervisor } from "../../support/building.ts";
import { on, startStory, storySite } from "../../support/story-house.ts";
import { shippedPolicy } from "./shipped-policy.ts";

const MONDAY = on("2026-11-16", "09:00");
const DUE = on("2026-11-18", "09:00");
let policy: Policy;
beforeAll(async () => {
  const shipped = await shippedPolicy();
  policy = { ...shipped, workdays: { zone: "Asia/Shanghai", years: shipped.workdays?.years ?? {} } };
});

/** An ordinary complaint of Monday morning that nobody settles: 48 hours. */
async function unsettled() {
  const story = await startStory({ site: storySite(policy), start: MONDAY, delivers: false });
  await story.command({ do: "open-ticket", class: "complaint", description: "噪音扰民" });
  const no = story.open()[0]?.no ?? "";
  const pass = async (to: Instant) => {
    await story.clock.advance(between(story.clock.now(), to));
    await story.take({ type: "tick" });
  };
  // As they stand on the disk: the API's own timers would run for weeks.
  const told = async (step: string) =>
    (await story.store.messages(no)).filter((one) => one.step === step || one.step.startsWith(`${step}-`));
  const roles = async (step: string) => [...new Set((await told(step)).map(({ role }) => role))].sort();
  return { story, no, pass, told, roles };
}

test("at three quarters of its time, at its end, a day later and five workdays later, each once and to more people", async () => {
  const { story, pass, told, roles } = await unsettled();
  await using _ = story;
  await pass(later(MONDAY, hours(36)));
  expect(await roles("warn-resolve")).toEqual(["control-room-operator"]);
  await pass(DUE);
  expect(await roles("complaint-not-resolved")).toEqual(["project-manager"]);
  await pass(later(DUE, milliseconds(hours(24) - 1_000)));
  expect(await told("complaint-chased")).toEqual([]);
  await pass(later(DUE, hours(24)));
  expect(await roles("complaint-chased")).toEqual(["department-supervisor", "team-lead"]);
  // Five workdays after Wednesday nine o'clock: the weekend does not count.
  await pass(on("2026-11-25", "08:59:59"));
  expect(await told("complaint-reported")).toEqual([]);
  await pass(on("2026-11-25", "09:00"));
  expect(await roles("complaint-reported")).toEqual(["project-manager", "property-manager"]);
  await pass(on("2026-12-20", "09:00"));
  // Once: weeks later there is one message to each by each way.
  const keys = (await told("complaint-chased")).map(({ to, channel }) => `${to} ${channel}`);
  expect(keys).toHaveLength(new Set(keys).size);
});

test("what is settled a day late is chased no more, and a power cut in between forgets nothing", async () => {
  const { story, no, pass, told } = await unsettled();
  await using _ = story;
  await pass(later(DUE, hours(1)));
  await story.powerCut(later(DUE, hours(24.5)), { delivers: false });
  await story.take({ type: "tick" });
  expect((await told("complaint-chased")).length).toBeGreaterThan(0);
  await story.step(no, "review", {}, supervisor);
  await story.step(no, "accept");
  await story.step(no, "repair", { note: "已与楼上业主协调" });
  await pass(on("2026-11-30", "09:00"));
  expect(await told("complaint-reported")).toEqual([]);
});

test("one that was settled in time is chased by nobody", async () => {
  const { story, no, pass, told } = await unsettled();
  await using _ = story;
  await story.step(no, "review", {}, supervisor);
  await story.step(no, "accept");
  await story.step(no, "repair");
  await pass(on("2026-11-30", "09:00"));
  for (const step of ["warn-resolve", "complaint-chased", "complaint-reported"]) expect(await told(step)).toEqual([]);
});

test("only complaints are chased so; the shipped steps name people who hear of it", () => {
  expect(Object.values(policy.classes).flatMap(({ class: name, chase }) => (chase ? [name] : []))).toEqual([
    "complaint",
  ]);
});
