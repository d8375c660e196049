/** The first words of a message: what, where, which number, and what to do, on the lock screen of a phone at three in the morning. */
import { expect, test } from "vitest";
import type { Ticket } from "#model/ticket";
import { headOf } from "../../../rules/response/head.ts";
import { at, building, verdict } from "../../support/building.ts";
import { createPureHouse } from "../../support/pure-house.ts";
import { aTicket } from "../../support/stored-things.ts";

const about = (changes: Partial<Ticket>): Ticket => aTicket("GD20261121-000001", changes);
const text = (zh: string, en = zh) => ({ zh, en });

test("what, where and the number, each once", () => {
  const place = { building: "A 座", floor: "3F", room: "1#梯" };
  const ticket = about({ title: text("A 座 1#客梯 电梯困人", "Building A, lift 1: Lift entrapment"), place });
  expect(headOf(ticket, "zh")).toBe("A 座 1#客梯 电梯困人（3F 1#梯）GD20261121-000001");
  expect(headOf(ticket, "en")).toBe("Building A, lift 1: Lift entrapment (A 座 3F 1#梯) GD20261121-000001");
  expect(headOf({ ...ticket, simulated: true }, "zh")).toMatch(/^【模拟】A 座 1#客梯/);
});

test.each([
  [{ building: "1", floor: "3F" }, "1#泵房 进水", "1#泵房 进水（1 3F）GD20261121-000001"],
  [{ building: "11" }, "11F 走廊灯坏", "11F 走廊灯坏（11）GD20261121-000001"],
  [{ building: "3号楼" }, "3号楼水泵 停机", "3号楼水泵 停机 GD20261121-000001"],
  [{}, "本网关 磁盘将满", "本网关 磁盘将满 GD20261121-000001"],
])("a building is left out only where the title begins with it: %j", (place, title, head) => {
  expect(headOf(about({ place, title: text(title) }), "zh")).toBe(head);
});

test("what somebody typed at length loses its end, never the place and the number; a line stays a line", () => {
  const ticket = about({ title: text(`漏水\n${"很长的描述".repeat(60)}`), place: { building: "A 座" } });
  const head = headOf(ticket, "zh");
  expect(head).toMatch(/^漏水 很长的描述.*…（A 座）GD20261121-000001$/);
  expect([...head].length).toBeLessThan(70);
});

test("an entrapment says within sixty characters what happened, where, and what to do, to everybody whom it is told", () => {
  const house = createPureHouse(building());
  const trapped = verdict("elevator.entrapment", "lift-1", "active", { ticket: "elevator_entrapment" });
  house.take({ type: "conditions", transitions: [trapped] }, at(0));
  expect(house.said.length).toBeGreaterThan(3);
  for (const { text: said } of house.said) {
    const seen = `【紧急】${said.zh}`.slice(0, 60);
    expect(seen).toMatch(/^【紧急】.*(困人|entrapment).*请/);
    expect(said.en).toMatch(/GD\d{8}-\d{6}: \S/);
  }
});
