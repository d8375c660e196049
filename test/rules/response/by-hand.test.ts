/** What a person writes down when they open a ticket, and a row of the list that is left out. */
import { describe, expect, test } from "vitest";
import type { Command } from "#model/plan";
import { hours, later, minutes } from "#model/time";
import { operator, supervisor, TEN } from "../../support/building.ts";
import { createDesk } from "./desk.ts";

type Told = Partial<Extract<Command, { do: "open-ticket" }>>;

function opened(told: Told = {}, site: Parameters<typeof createDesk>[0] = {}) {
  const desk = createDesk(site);
  const command: Command = { do: "open-ticket", class: "general_fault", description: "厨房水管漏水", ...told };
  const plan = desk.house.take({ type: "command", id: "c-open", actor: operator, command }, TEN);
  return { ...desk, plan };
}

describe("a ticket opened by hand", () => {
  test("keeps where it is, by when it is wanted, and who needs more care, each once", () => {
    const { newest } = opened({
      place: { building: "3栋", floor: "12F", room: "1202" },
      expected: later(TEN, hours(5)),
      care: ["elderly", "elderly"],
    });
    expect(newest()).toMatchObject({
      place: { building: "3栋", floor: "12F", room: "1202" },
      expected: later(TEN, hours(5)),
      care: ["elderly"],
    });
    // A wish is no clock: the times of the class stay.
    expect(newest().clocks.map(({ dueAt }) => dueAt)).not.toContain(later(TEN, hours(5)));
  });

  test("a device's place holds where nothing else is told", () => {
    const { newest, site } = opened({ device: "lift-1", place: { room: "机房" } });
    const own = site.devices.find(({ id }) => id === "lift-1")?.place;
    expect(own?.building).toBeDefined();
    expect(newest().place).toEqual({ ...own, room: "机房" });
  });

  test("without them nothing stands in their place", () => {
    const { newest } = opened();
    expect(newest()).not.toHaveProperty("expected");
    expect(newest()).not.toHaveProperty("care");
    expect(newest().place).toEqual({});
  });

  test.each([
    ["now", TEN, undefined],
    ["before it happened", later(TEN, minutes(-90)), later(TEN, minutes(-60))],
  ])("is refused when it is wanted %s", (_, expected, occurredAt) => {
    const { plan, open } = opened({ expected, ...(occurredAt === undefined ? {} : { occurredAt }) });
    expect(plan.refusal).toMatchObject({ status: 422, code: "wrong-expected-time" });
    expect(open()).toEqual([]);
  });

  test("a back-entry may name a time that is over by now: it was asked for then", () => {
    const { plan } = opened({ expected: later(TEN, minutes(-30)), occurredAt: later(TEN, minutes(-60)) });
    expect(plan.refusal).toBeUndefined();
  });
});

describe("a row of the list", () => {
  const list = [
    { id: "isolate", text: { zh: "关阀", en: "Close the valve" }, mandatory: true },
    { id: "photo", text: { zh: "拍照", en: "Take photos" }, mandatory: false },
  ];
  function listed() {
    const { site } = createDesk();
    const fault = site.policy.classes.general_fault;
    if (!fault) throw new Error("no such class");
    const classes = { ...site.policy.classes, general_fault: { ...fault, sop: list } };
    return opened({}, { policy: { ...site.policy, classes } });
  }

  test("that need not be done is left out with a reason, by name, and nobody is held up by it", () => {
    const { step, newest, house } = listed();
    expect(step(newest(), "sop", TEN, { sop: "photo", skip: true }).refusal).toMatchObject({ code: "note-needed" });
    expect(step(newest(), "sop", TEN, { sop: "photo", skip: true, note: "  " }).refusal).toMatchObject({ status: 422 });
    step(newest(), "sop", TEN, { sop: "photo", skip: true, note: "住户不同意拍照" }, operator);
    expect(newest().sop[1]).toMatchObject({ at: TEN, doneBy: operator.name, skipped: "住户不同意拍照" });
    expect(house.journal.at(-1)).toMatchObject({
      event: "ticket-sop",
      data: { sop: "photo", skipped: true, note: "住户不同意拍照" },
    });
    // Left out once: it is not left out, or done, again.
    expect(step(newest(), "sop", TEN, { sop: "photo", skip: true, note: "x" }).refusal).toMatchObject({
      code: "step-done",
    });
  });

  test("that must be done is never left out and holds up closing, until it is done or a supervisor says why", () => {
    const { step, newest } = listed();
    const { no } = newest();
    for (const one of ["accept", "arrive", "repair"] as const) step(newest(), one, TEN, {}, operator);
    for (const actor of [operator, supervisor]) {
      const skip = step(newest(), "sop", TEN, { sop: "isolate", skip: true, note: "阀门锈死" }, actor);
      expect(skip.refusal).toMatchObject({ status: 409, code: "mandatory-step" });
    }
    step(newest(), "sop", TEN, { sop: "photo", skip: true, note: "夜间" });
    const close = step(newest(), "close", TEN, {}, operator);
    expect(close.refusal).toMatchObject({ status: 409, code: "steps-open", detail: { open: ["isolate"] } });
    step(newest(), "sop", TEN, { sop: "isolate" });
    expect(newest().sop[0]?.skipped).toBeUndefined();
    step(newest(), "close", TEN, {}, operator);
    expect(newest()).toMatchObject({ no, state: "closed" });
  });
});
