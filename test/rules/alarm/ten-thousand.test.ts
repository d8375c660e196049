/** 10,000 conditions that become true at one moment: no alarm and no line of the journal is lost, and none is there twice. */
import { expect, test } from "vitest";
import { GOOD } from "#model/quality";
import { instant, milliseconds } from "#model/time";
import { createEngine } from "../../../rules/engine/create-engine.ts";
import { building, TEN } from "../../support/building.ts";
import { createPureHouse } from "../../support/pure-house.ts";
import { createColumns, deviceOf, pointsOf, rule } from "../support/rule-bench.ts";

const COUNT = 10_000;

test("10,000 activations in one tick lose no row", () => {
  const ids = Array.from({ length: COUNT }, (_, i) => `pump-${i}`);
  const devices = ids.map((id, i) => deviceOf(id, [i]));
  const points = ids.flatMap((id) => pointsOf(id, { low: "bool" }));
  const columns = createColumns(COUNT);
  const rules = [rule({ id: "water.low", when: "low", severity: "S4" })];
  const engine = createEngine({ rules, devices, points, columns, zone: "Asia/Shanghai" });
  const all = Int32Array.from(ids.keys());
  const at = (mono: number) => ({ now: instant(TEN + mono), mono: milliseconds(mono) });
  columns.quality.fill(GOOD);
  columns.value.fill(0);
  expect(engine.step(all, COUNT, at(0))).toEqual([]);
  columns.value.fill(1);
  const transitions = [...engine.step(all, COUNT, at(1_000))];
  expect(transitions.map(({ to, instance }) => `${to} ${instance.device}`)).toEqual(ids.map((id) => `active ${id}`));

  const house = createPureHouse(building({ devices }));
  house.take({ type: "conditions", transitions }, instant(TEN + 1_000));
  expect([...house.alarms.keys()].sort()).toEqual(ids.map((id) => `water.low@${id}`).sort());
  const activated = house.journal.flatMap(({ event, about }) => (event === "activated" ? [about] : []));
  expect(activated.sort()).toEqual(ids.map((id) => `alarm:water.low@${id}`).sort());
  expect(engine.step(all, COUNT, at(2_000))).toEqual([]);
}, 60_000);
