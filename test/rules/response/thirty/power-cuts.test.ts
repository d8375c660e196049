/** Cases 6 to 11 of the thirty: the process is killed at a bad moment, and clocks that are wrong. */
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { Policy } from "#model/policy";
import type { ChannelSetting } from "#model/site";
import { hours, instant, later, minutes, type Span, seconds } from "#model/time";
import { createClock } from "../../../../gateway/clock.ts";
import { elapsed } from "../../../../rules/response/clocks.ts";
import { at, TEN, verdict } from "../../../support/building.ts";
import { createPureHouse } from "../../../support/pure-house.ts";
import { startStory, stepsRun, storySite } from "../../../support/story-house.ts";
import { type Behaviour, startReceiver } from "../../../support/webhook-receiver.ts";
import { shippedPolicy } from "../shipped-policy.ts";

const SECRET = "a secret of sixteen or more characters";
let policy: Policy;
beforeAll(async () => {
  policy = await shippedPolicy();
});
const trapped = verdict("elevator.entrapment", "lift-1", "active", { ticket: "elevator_entrapment", lifeSafety: true });
const burst = verdict("water.burst", "booster-1", "active", { severity: "S2", ticket: "pipe_burst" });
const hook = (url: string): ChannelSetting => ({
  id: "hook",
  kind: "webhook",
  settings: { url, secret: SECRET, allow: ["loopback"] },
});

test("case 6: killed at 10:04:50 and up at 10:17: what was missed is told once, marked late, in one message per person; 10:30 is on time", async () => {
  await using story = await startStory({ site: storySite(policy) });
  await story.conditions(trapped);
  const no = story.open()[0]?.no ?? "";
  await story.until(at(4, 50));
  await story.powerCut(at(17));
  const rows = await story.journal(`ticket:${no}`);
  const late = rows.filter(({ event, at: when }) => event === "step-run" && when === at(17));
  expect(late.map(({ data }) => [data.step, data.late, data.lateBy])).toEqual([
    ["s1-no-plan", true, minutes(12)],
    ["entrapment-not-accepted", true, minutes(12)],
    ["s1-not-on-site", true, minutes(2)],
  ]);
  const told = (await story.store.messages(no)).filter(({ createdAt }) => createdAt === at(17));
  const steps = told.filter(({ lateBy }) => lateBy !== undefined);
  for (const person of new Set(steps.map(({ to }) => to)))
    expect(
      steps.filter(({ to }) => to === person),
      person,
    ).toHaveLength(1);
  const manager = steps.find(({ to }) => to === "p-project-manager");
  expect(manager?.step).toBe("s1-no-plan+s1-not-on-site");
  expect(manager?.text.zh).toMatch(/未启动预案.*（迟发 12 分钟）；15 分钟内无人到场（迟发 2 分钟）/);
  expect(manager?.text.en).toMatch(/\(late by 12 min\); Nobody on site within 15 min \(late by 2 min\)/);
  expect(told.filter(({ step }) => step.startsWith("feedback-missed")).map(({ to }) => to)).toEqual([
    "p-control-room-operator",
  ]);
  expect(story.ticket(no).clocks.find(({ kind }) => kind === "feedback")).toMatchObject({ dueAt: at(20) });
  // Half of the round that goes on is over as well: the one reminder says it all.
  const feedback = async () =>
    (await story.store.messages(no)).filter(({ step, createdAt }) => step.includes("feedback") && createdAt >= at(17));
  await story.until(at(19));
  expect((await feedback()).map(({ step }) => step)).toEqual([`feedback-missed-${at(10)}`]);
  await story.until(at(20));
  expect((await feedback()).map(({ step }) => step)).toContain(`feedback-missed-${at(20)}`);
  await story.until(at(30));
  expect(stepsRun(await story.journal(`ticket:${no}`)).slice(-2)).toEqual([
    "10:30:00 s1-not-under-control",
    "10:30:00 entrapment-rescue-late",
  ]);
  const onTime = (await story.journal(`ticket:${no}`)).find(({ data }) => data.step === "s1-not-under-control");
  expect(onTime).toMatchObject({ at: at(30), data: { late: false } });
  expect(await story.store.verify()).toMatchObject({ ok: true });
});

test("case 7: killed between the commit and the call: the message goes out after the restart under the same key, and screens count one", async () => {
  await using far = await startReceiver(SECRET);
  const site = storySite(policy, { channels: [hook(far.url)] });
  await using story = await startStory({ site, delivers: false });
  await story.conditions(trapped);
  const no = story.open()[0]?.no ?? "";
  const waiting = [...story.house.outbox.values()].filter(({ channel }) => channel === "hook").map(({ key }) => key);
  expect(waiting.length).toBeGreaterThan(5);
  expect(far.calls).toHaveLength(0);
  await story.powerCut(at(0, 10));
  await story.when("everything sent", () => story.house.outbox.size === 0);
  expect(far.calls.map(({ id }) => id).sort()).toEqual([...waiting].sort());
  expect(far.calls.every(({ signed }) => signed)).toBe(true);
  const shown = (await story.shown(no)).told.filter(({ channel }) => channel === "hook");
  expect(shown.map(({ step, to, state }) => `${step} ${to} ${state}`).sort()).toEqual(
    [...new Set(shown.map(({ step, to }) => `${step} ${to} delivered`))].sort(),
  );
  expect(shown).toHaveLength(waiting.length);
});

test("case 8: killed after the provider took it and before that was stored: sent again under the same number and step, and the step is not run again", async () => {
  const moods: Behaviour[] = ["hang"];
  await using far = await startReceiver(SECRET, moods);
  await using story = await startStory({ site: storySite(policy, { channels: [hook(far.url)] }) });
  await story.conditions(trapped);
  const no = story.open()[0]?.no ?? "";
  const first = await far.next();
  await story.when("sending is written down", () => story.house.outbox.get(first.id)?.state === "sending");
  moods[0] = 204;
  await story.powerCut(at(0, 12));
  await story.when("everything sent", () => story.house.outbox.size === 0);
  const twice = far.calls.filter(({ id }) => id === first.id);
  expect(twice).toHaveLength(2);
  expect(twice[1]?.body.data).toEqual(twice[0]?.body.data);
  expect(twice[1]?.body.data).toMatchObject({ ticket: no, key: first.id, step: expect.stringMatching(/^s1-|^class-/) });
  // Whoever receives it knows it by its id: one message.
  expect([...far.messages.keys()].filter((id) => id === first.id)).toHaveLength(1);
  const runs = stepsRun(await story.journal(`ticket:${no}`));
  expect(new Set(runs).size).toBe(runs.length);
  const { step, to } = (await story.store.messages(no)).find(({ key }) => key === first.id) ?? {};
  const name = story.house.tickets.get(no) && storySite(policy).people.people.find(({ id }) => id === to)?.name;
  const shown = (await story.shown(no)).told.filter((row) => row.channel === "hook" && row.step === step);
  expect(shown.filter((row) => row.to === name)).toMatchObject([{ state: "delivered" }]);
});

describe("the clock of the machine", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test("case 9: the box wakes in 1970, the ladder goes on from the last mark, and nothing fires when the time comes", () => {
    const house = createPureHouse(storySite(policy));
    house.take({ type: "conditions", transitions: [trapped] }, TEN);
    house.beat(TEN, at(4, 50));
    const steps = () => house.journal.filter(({ event }) => event === "step-run").map(({ data }) => data.step);
    const before = steps();
    const mark = at(4, 50);

    vi.useFakeTimers({ toFake: ["Date"], now: 0 });
    const clock = createClock(mark);
    expect(clock.trusted()).toBe(false);
    expect(clock.now() - mark).toBeLessThan(seconds(5));
    house.take({ type: "started", lastSeen: mark }, clock.now());
    // 90 s by the monotonic clock: the steps at five minutes are due by elapsed time, and run.
    house.beat(mark, later(mark, seconds(90)));
    expect(steps().slice(before.length)).toEqual(["s1-no-plan", "entrapment-not-accepted"]);

    // The time server says that it is three hours later: everything moves, nothing fires.
    const real = later(mark, hours(3));
    vi.setSystemTime(real);
    expect(clock.trusted()).toBe(true);
    expect(Math.abs(clock.now() - real)).toBeLessThan(seconds(5));
    const by = later(mark, seconds(90));
    const told = house.said.length;
    house.take({ type: "clock-step", by: instant(real - by) as never }, real);
    house.take({ type: "tick" }, real);
    expect(steps().slice(before.length)).toHaveLength(2);
    expect(house.said.length).toBe(told);
    const ticket = [...house.tickets.values()][0];
    for (const one of ticket?.clocks ?? []) {
      expect(elapsed(one, real), one.kind).toBeGreaterThanOrEqual(0);
      expect(elapsed(one, real), one.kind).toBeLessThanOrEqual(by - TEN);
    }
    const onsite = ticket?.clocks.find(({ kind }) => kind === "staff-onsite");
    expect((onsite?.dueAt ?? 0) - real).toBe(minutes(15) - (by - TEN));
  });

  test.each([
    ["case 10: a time server steps the clock an hour forward", hours(1)],
    ["case 11: somebody sets the clock back by 20 minutes", minutes(-20)],
  ])(
    "%s at minute 10 of an S2: elapsed stays, due moves with it, nothing fires, steps go on by elapsed time",
    async (_, by) => {
      await using story = await startStory({ site: storySite(policy) });
      await story.conditions(burst);
      const no = story.open()[0]?.no ?? "";
      await story.until(at(10));
      const of = (kind: string) => {
        const found = story.ticket(no).clocks.find((one) => one.kind === kind);
        if (!found) throw new Error(`no clock ${kind}`);
        return found;
      };
      const before = stepsRun(await story.journal(`ticket:${no}`));
      const messages = (await story.store.messages(no)).length;
      const moved = (minute: number) => later(at(minute), by as Span);
      await story.stepWall(by);
      expect(story.clock.now()).toBe(moved(10));
      for (const kind of ["onsite", "accept", "mitigate", "resolve"])
        expect(elapsed(of(kind), story.clock.now()), kind).toBe(minutes(10));
      expect(of("onsite")).toMatchObject({ state: "running", dueAt: moved(15) });
      expect(of("resolve").dueAt).toBe(moved(24 * 60));
      expect(stepsRun(await story.journal(`ticket:${no}`))).toEqual(before);
      expect(await story.store.messages(no)).toHaveLength(messages);
      // The step stands in the log of the house and of the ticket, and the time line says it in words.
      const all = await story.journal();
      expect(all.filter(({ event, about }) => event === "clock-step" && about === "site")).toMatchObject([
        { data: { by } },
      ]);
      const [line] = (await story.shown(no)).events.filter(({ event }) => event === "clock-step");
      expect(line?.line.zh).toBe(`系统时钟${by > 0 ? "前拨 1 小时 00 分" : "回拨 20 分钟"}，时限同步移动`);
      expect(line?.line.en).toMatch(by > 0 ? /set forward by 1 h/ : /set back by 20 min/);
      await story.until(moved(14));
      expect(stepsRun(await story.journal(`ticket:${no}`))).toEqual(before);
      await story.until(moved(15));
      const after = (await story.journal(`ticket:${no}`)).filter(({ event }) => event === "step-run").at(-1);
      expect(after).toMatchObject({ occurredAt: moved(15), data: { step: "s2-not-accepted", late: false } });
      // The log goes by number; where its times go back, the row of the step stands between them and says by how much.
      const rows = await story.journal();
      expect(rows.map(({ seq }) => seq)).toEqual(rows.map((__, index) => (rows[0]?.seq ?? 0) + index));
      const back = rows.findIndex((row, index) => index > 0 && row.at < (rows[index - 1]?.at ?? 0));
      expect(back >= 0 ? rows[back]?.event : "clock-step").toBe("clock-step");
      expect(await story.store.verify()).toMatchObject({ ok: true });
    },
  );
});
