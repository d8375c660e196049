/** Not over after all: the same number in its next round, a rectification when it goes on, and a new ticket when it is late. */
import { beforeEach, describe, expect, test } from "vitest";
import { days, hours, type Instant, later } from "#model/time";
import { operator, TEN, verdict } from "../../support/building.ts";
import { createDesk } from "./desk.ts";

const onDay = (day: number, hour = 0): Instant => later(TEN, hours(day * 24 + hour));
const unhappy = { note: "业主反映仍有异响" };
let desk: ReturnType<typeof createDesk>;
beforeEach(() => {
  desk = createDesk();
});

describe("somebody is not satisfied", () => {
  test("on day six: round two with fresh clocks and ladder, the first round kept as it was", () => {
    const closed = desk.workThrough(TEN, onDay(0, 2));
    const said = desk.house.said.length;
    desk.step(closed, "reopen", onDay(6), unhappy, operator);
    const again = desk.now(closed.no);
    expect(again).toMatchObject({
      round: 2,
      state: "new",
      severity: "S3",
      past: [{ round: 1, clocks: closed.clocks }],
    });
    expect(again.closedAt).toBeUndefined();
    expect(again.acknowledgedBy).toBeUndefined();
    expect(desk.clock(again, "resolve")).toMatchObject({ state: "running", startedAt: onDay(6), dueAt: onDay(7) });
    expect(desk.house.said.slice(said).map((message) => message.key)).toEqual([
      `${closed.no}/2/opened/0/p-technician-on-duty/console`,
    ]);
  });

  test("opened a second time it goes one severity up, and a rectification opens beside it", () => {
    const closed = desk.workThrough(TEN, onDay(0, 2));
    for (const day of [1, 2]) {
      desk.step(closed, "reopen", onDay(day), unhappy);
      for (const step of ["accept", "arrive", "repair", "close"] as const) desk.step(closed, step, onDay(day, 1));
    }
    const again = desk.now(closed.no);
    expect(again).toMatchObject({ round: 3, severity: "S2", state: "closed" });
    expect(again.past).toHaveLength(2);
    expect(desk.open()).toMatchObject([{ class: "non_urgent", rectifies: [closed.no], device: "lift-1" }]);
    expect(desk.house.said.filter((message) => message.step === "repeated-fault").map((message) => message.to)).toEqual(
      ["p-department-supervisor"],
    );
  });

  test("eight days after the closing it is refused in words", () => {
    const closed = desk.workThrough(TEN, onDay(0, 2));
    expect(desk.step(closed, "reopen", onDay(8), unhappy).refusal).toMatchObject({ code: "wrong-state", status: 409 });
  });

  test("without a word why, twice, or beside an open twin it is refused", () => {
    const closed = desk.workThrough(TEN, onDay(0, 2));
    expect(desk.step(closed, "reopen", onDay(1)).refusal?.code).toBe("note-needed");
    expect(desk.step(closed, "reopen", onDay(1), { ...unhappy, occurredAt: TEN }).refusal?.code).toBe("wrong-time");
    desk.step(closed, "reopen", onDay(1), unhappy);
    expect(desk.step(desk.now(closed.no), "reopen", onDay(1), unhappy).refusal?.code).toBe("wrong-state");
    const other = createDesk();
    const first = other.workThrough(TEN, onDay(0, 2));
    other.take("active", onDay(1), "S3", "elevator.noise");
    expect(other.step(first, "reopen", onDay(1), unhappy).refusal).toMatchObject({
      code: "already-open",
      detail: { ticket: other.newest().no },
    });
  });
});

describe("the fault comes back by itself", () => {
  test("the same fault within seven days opens the same ticket, and joins its alarm to it", () => {
    const closed = desk.workThrough(TEN, onDay(0, 2));
    desk.take("active", onDay(3));
    expect(desk.house.tickets.size).toBe(1);
    expect(desk.now(closed.no)).toMatchObject({ round: 2, state: "new", recovered: false });
    expect(desk.house.alarms.get("elevator.door@lift-1")?.ticket).toBe(closed.no);
  });

  test("another fault, or the same one after seven days, is a new ticket that names the old one", () => {
    const closed = desk.workThrough(TEN, onDay(0, 2));
    desk.take("active", onDay(3), "S3", "elevator.noise");
    expect(desk.newest()).toMatchObject({ round: 1, follows: closed.no });
    const later_ = createDesk();
    const old = later_.workThrough(TEN, onDay(0, 2));
    later_.take("active", onDay(8));
    expect(later_.newest()).toMatchObject({ round: 1, follows: old.no });
  });

  test("trapped people are always a new emergency", () => {
    const trapped = (now: Instant, to: "active" | "normal") =>
      desk.house.take(
        {
          type: "conditions",
          transitions: [
            verdict("elevator.entrapment", "lift-1", to, { ticket: "elevator_entrapment", lifeSafety: true }),
          ],
        },
        now,
      );
    trapped(TEN, "active");
    trapped(TEN, "normal");
    for (const step of ["accept", "arrive", "mitigate", "repair"] as const) desk.step(desk.newest(), step, onDay(0, 1));
    desk.step(desk.newest(), "close", onDay(0, 2), { note: "已确认" });
    const first = desk.newest();
    expect(first.state).toBe("closed");
    trapped(onDay(1), "active");
    expect(desk.newest()).toMatchObject({ round: 1, follows: first.no, state: "dispatched" });
  });
});

describe("three like faults within seven days", () => {
  const thrice = (site: Parameters<typeof createDesk>[0], last: number) => {
    const mine = createDesk(site);
    for (const day of [0, 2, last]) mine.workThrough(onDay(day), onDay(day, 1));
    return [...mine.house.tickets.values()].filter((ticket) => ticket.rectifies !== undefined);
  };

  test("open one rectification that names them", () => {
    const [rectification, ...more] = thrice({}, 5);
    expect(more).toEqual([]);
    expect(rectification).toMatchObject({ title: { zh: "专项整改：lift-1 号 一般故障 7 天内 3 次" }, severity: "S4" });
  });

  test("not when the third comes after eight days, and not in drills", () => {
    for (const [n, day] of [0, 2, 8].entries()) {
      // Each fault of its own kind: a new ticket, and no further round of an old one.
      desk.take("active", onDay(day), "S3", `elevator.fault-${n}`);
      const ticket = desk.newest();
      for (const step of ["accept", "arrive", "repair"] as const) desk.step(ticket, step, onDay(day, 1), {}, operator);
      desk.take("normal", onDay(day, 1), "S3", `elevator.fault-${n}`);
      desk.step(ticket, "close", onDay(day, 1));
    }
    expect([...desk.house.tickets.values()].map(({ rectifies }) => rectifies)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(thrice({ simulated: true }, 5)).toEqual([]);
  });

  test("opened again twice opens one as well, however long it took to show", () => {
    const [rectification, ...more] = thrice({}, 8);
    expect(more).toEqual([]);
    expect(rectification?.title.zh).toBe("专项整改：lift-1 号 一般故障 重开 2 次");
  });

  test("a series that was rectified and came to an end does not stand in the way of the next one", () => {
    for (const day of [0, 1, 2]) desk.workThrough(onDay(day), onDay(day, 1));
    const rectifications = () => [...desk.house.tickets.values()].filter((one) => one.rectifies);
    expect(rectifications()).toHaveLength(1);
    for (const [n, day] of [11, 12, 13].entries()) {
      desk.take("active", onDay(day), "S3", `elevator.late-${n}`);
      const ticket = desk.open().find((one) => !one.rectifies);
      for (const step of ["accept", "arrive", "repair"] as const) desk.step(ticket, step, onDay(day, 1), {}, operator);
      desk.take("normal", onDay(day, 1), "S3", `elevator.late-${n}`);
      desk.step(ticket, "close", onDay(day, 1));
    }
    expect(rectifications()).toHaveLength(2);
    expect(rectifications()[1]?.rectifies).toHaveLength(3);
  });

  test("a fourth fault opens no second one, and a fault finds its own ticket beside it", () => {
    for (const day of [0, 2, 4]) desk.workThrough(onDay(day), onDay(day, 1));
    desk.take("active", onDay(5));
    expect(
      desk
        .open()
        .map((ticket) => ticket.class)
        .sort(),
    ).toEqual(["general_fault", "non_urgent"]);
    expect([...desk.house.tickets.values()].filter((ticket) => ticket.rectifies).length).toBe(1);
    expect(days(7)).toBe(hours(168));
  });
});
