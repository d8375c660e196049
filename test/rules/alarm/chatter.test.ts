/** An alarm that comes and goes: told once, counted, and over only when it stays over. */
import { expect, test } from "vitest";
import { type Instant, later, minutes, seconds } from "#model/time";
import { createAlarmDesk, type RuleTraits } from "../../support/alarm-desk.ts";
import { TEN } from "../../support/building.ts";

const second = (count: number): Instant => later(TEN, seconds(count));
/** Comes every 20 s and goes after 5. */
function chatter(times: number, traits: RuleTraits = {}) {
  const desk = createAlarmDesk(traits);
  for (let n = 0; n < times; n += 1) {
    desk.verdict("active", second(n * 20));
    if (n === 0) desk.acknowledge(second(1));
    desk.verdict("normal", second(n * 20 + 5));
  }
  return desk;
}

test("the third time within a minute it stays: one occurrence, no new annunciation, one ticket", () => {
  const desk = chatter(17);
  const before = desk.alarm().occurrence;
  expect(desk.alarm()).toMatchObject({ process: "active", chatter: { times: 17 } });
  expect(desk.openTickets()).toHaveLength(1);
  desk.verdict("active", second(400));
  expect(desk.alarm().occurrence).toBe(before);
  expect(desk.events().filter((event) => event === "activated").length).toBeLessThanOrEqual(3);
});

test("it has to stay normal for a minute, and twice as long with every time that it comes back, 15 minutes at most", () => {
  const desk = chatter(3);
  desk.tick(second(45 + 59));
  expect(desk.alarm().process).toBe("active");
  desk.tick(second(45 + 60));
  expect(desk.alarm().process).toBe("normal");
  const longer = chatter(4);
  longer.tick(second(65 + 119));
  expect(longer.alarm().process).toBe("active");
  longer.tick(second(65 + 120));
  expect(longer.alarm().process).toBe("normal");
  expect(chatter(12).alarm().chatter?.hold).toBe(minutes(15));
});

test("ten calm minutes later it is an alarm like others again", () => {
  const desk = chatter(3);
  desk.tick(second(105));
  desk.tick(second(40 + 600));
  expect(desk.alarm().chatter).toBeUndefined();
  desk.verdict("active", second(700));
  desk.verdict("normal", second(705));
  expect(desk.alarm().process).toBe("normal");
});

test("slow coming and going is none, and life safety is counted but never held back", () => {
  const slow = createAlarmDesk();
  for (let n = 0; n < 5; n += 1) {
    slow.verdict("active", second(n * 100));
    slow.verdict("normal", second(n * 100 + 5));
  }
  expect(slow.alarm()).toMatchObject({ process: "normal" });
  const grave = chatter(5, { lifeSafety: true, severity: "S1" });
  expect(grave.alarm()).toMatchObject({ process: "normal", chatter: { times: 5 } });
});

test("after a restart a held return goes on, and what is still true by the first good sample does not return", () => {
  const desk = chatter(3);
  desk.restart(second(50));
  desk.tick(second(104));
  expect(desk.alarm().process).toBe("active");
  desk.verdict("known", second(104));
  desk.tick(second(200));
  expect(desk.alarm().process).toBe("active");
});
