/** Two tickets that turn out to be one. */
import { beforeEach, expect, test } from "vitest";
import type { TicketClass } from "#model/policy";
import { at, operator, TEN } from "../../support/building.ts";
import { createDesk } from "./desk.ts";

let desk: ReturnType<typeof createDesk>;
const byHand = (description: string, wanted: TicketClass = "general_fault") => {
  desk.house.take(
    { type: "command", id: description, actor: operator, command: { do: "open-ticket", class: wanted, description } },
    TEN,
  );
  return desk.newest();
};
beforeEach(() => {
  desk = createDesk();
});

test("the caller's ticket goes into that of the alarm: closed, silent, and it says where it went", () => {
  desk.take("active", TEN);
  const machine = desk.newest();
  const call = byHand("3 号梯门关不上");
  const plan = desk.step(call, "merge", at(2), { into: machine.no, note: "同一件事" }, operator);
  expect(plan.answer?.ticket).toBe(machine.no);
  expect(desk.now(call.no)).toMatchObject({ state: "merged", mergedInto: machine.no, closedAt: at(2) });
  expect(desk.now(call.no).ladder.filter((row) => row.state === "waiting")).toEqual([]);
  expect([...desk.house.outbox.values()].filter((message) => message.ticket === call.no)).toEqual([]);
  expect(desk.house.events(`ticket:${machine.no}`)).toContain("ticket-absorbed");
});

test("its alarms go with it, and the ticket that goes on is over only when they are", () => {
  const call = byHand("门有异响");
  desk.take("active", TEN);
  const machine = desk.newest();
  desk.step(machine, "merge", at(1), { into: call.no });
  expect(desk.house.alarms.get("elevator.door@lift-1")?.ticket).toBe(call.no);
  for (const step of ["accept", "arrive", "repair"] as const) desk.step(desk.now(call.no), step, at(2), {}, operator);
  expect(desk.step(desk.now(call.no), "close", at(3), {}, operator).refusal?.code).toBe("source-active");
});

test("not into itself, a closed one, one that nobody knows, or a lesser one", () => {
  desk.take("active", TEN, "S2");
  const grave = desk.newest();
  const call = byHand("门有异响");
  for (const into of [call.no, "GD20261121-999999", undefined]) {
    const words = into === undefined ? {} : { into };
    expect(desk.step(call, "merge", at(1), words).refusal?.code).toBe("no-such-ticket");
  }
  expect(desk.step(grave, "merge", at(1), { into: call.no }).refusal?.code).toBe("graver");
});

test("trapped people never disappear inside another kind of ticket", () => {
  const trapped = byHand("有人被困", "elevator_entrapment");
  desk.take("active", TEN, "S1");
  expect(desk.step(trapped, "merge", at(1), { into: desk.newest().no }).refusal?.code).toBe("stands-alone");
});

test("what waits for parts waits no more inside another ticket, and the two are over together", () => {
  desk.take("active", TEN);
  const machine = desk.newest();
  desk.step(machine, "accept", TEN);
  desk.step(machine, "hold", at(10), { reason: "parts" });
  desk.take("normal", at(20));
  expect(desk.now(machine.no).recovered).toBe(true);
  const call = byHand("门有异响");
  desk.step(machine, "merge", at(30), { into: call.no });
  expect(desk.now(machine.no)).toMatchObject({ state: "merged" });
  expect(desk.now(machine.no).hold).toBeUndefined();
  expect(desk.now(machine.no).clocks.filter(({ state }) => state === "paused" || state === "running")).toEqual([]);
  // The call has no source that could have recovered: the ticket that goes on is not over by itself.
  expect(desk.now(call.no).recovered).toBe(false);
});

test("simulated and real tickets stay apart", () => {
  const mine = createDesk({ simulated: true });
  mine.take("active", TEN);
  const played = mine.newest();
  mine.house.edit({ ...mine.site, simulated: false }, at(1));
  mine.take("active", at(2), "S3", "elevator.noise");
  const command = { do: "open-ticket", class: "general_fault", device: "lift-2", description: "报修" } as const;
  mine.house.take({ type: "command", id: "real", actor: operator, command }, at(3));
  const real = mine.newest();
  expect([played.simulated, real.simulated]).toEqual([true, false]);
  expect(mine.step(real, "merge", at(4), { into: played.no }).refusal?.code).toBe("simulated-apart");
});
