/** One cut cable found out device by device: what opened within the last minute goes into the ticket of the link, and nothing else does. */
import { beforeEach, describe, expect, test } from "vitest";
import type { Instant } from "#model/time";
import { at, building, operator, TEN, verdict } from "../../support/building.ts";
import { createPureHouse, type PureHouse } from "../../support/pure-house.ts";

let house: PureHouse;
beforeEach(() => {
  house = createPureHouse(building({ devices: building().devices.filter(({ kind }) => kind === "elevator") }));
});
const because = { zh: "超时", en: "time-out" };
const silent = (device: string, since: Instant) =>
  house.take({ type: "communication", changes: [{ device, state: "offline", since, because }] }, since);
const after = (second: number): Instant => at(0, second);
/** The first lift falls silent at once, the other one so many seconds later: the link is known a minute after that. */
const cut = (apart: number, meanwhile: () => unknown = () => {}) => {
  silent("lift-1", TEN);
  house.beat(TEN, after(60));
  meanwhile();
  silent("lift-2", after(apart));
  house.beat(after(Math.max(60, apart)), after(apart + 61));
};
const [first, link] = [() => [...house.tickets.values()][0], () => [...house.tickets.values()][1]];
const step = (wish: "note" | "accept", note: string) =>
  house.take(
    {
      type: "command",
      id: note,
      actor: operator,
      command: { do: "ticket-step", ticket: first()?.no ?? "", step: wish, note },
    },
    after(60),
  );

describe("the ticket of the first device", () => {
  test("goes into that of the link, which keeps its alarm, and is told no more", () => {
    cut(30);
    expect(house.tickets.size).toBe(2);
    expect(first()).toMatchObject({ class: "comms_loss", device: "lift-1", state: "merged", mergedInto: link()?.no });
    expect(link()?.closedAt).toBeUndefined();
    expect(link()?.alarms).toEqual(expect.arrayContaining([...(first()?.alarms ?? [])]));
    expect([...house.outbox.values()].filter(({ ticket }) => ticket === first()?.no)).toEqual([]);
  });

  test("of a minute before still does, of a second more has a story of its own and hangs under it", () => {
    cut(60);
    expect(first()?.state).toBe("merged");
    house = createPureHouse(building({ devices: building().devices.filter(({ kind }) => kind === "elevator") }));
    cut(61);
    expect(first()).toMatchObject({ state: "new", parent: link()?.no });
    expect(first()?.closedAt).toBeUndefined();
  });

  test.each(["note", "accept"] as const)("that somebody has taken up (%s) stays theirs", (wish) => {
    cut(30, () => step(wish, "正在查看"));
    expect(first()?.closedAt).toBeUndefined();
    expect(first()?.parent).toBe(link()?.no);
  });

  test("that is about more than silence keeps its own ladder", () => {
    cut(30, () =>
      house.take(
        {
          type: "conditions",
          transitions: [verdict("gateway.clock", "lift-1", "active", { severity: "S3", ticket: "comms_loss" })],
        },
        after(60),
      ),
    );
    expect(first()?.alarms).toHaveLength(2);
    expect(first()?.closedAt).toBeUndefined();
  });

  test("about a fault of another kind is not silence, however it hangs under the link", () => {
    house.take(
      {
        type: "conditions",
        transitions: [verdict("elevator.door", "lift-1", "active", { severity: "S3", ticket: "general_fault" })],
      },
      TEN,
    );
    cut(30);
    expect(first()).toMatchObject({ class: "general_fault" });
    expect(first()?.closedAt).toBeUndefined();
  });
});
