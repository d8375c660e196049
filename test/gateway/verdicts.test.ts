/** In which order and how many at a time verdicts pass the door. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Transition } from "#model/rule";
import type { Severity } from "#model/severity";
import { createPortions, createVerdicts } from "../../gateway/verdicts.ts";
import { verdict } from "../support/building.ts";

const ids = (list: readonly Transition[]) => list.map((one) => one.instance.id);

test("the gravest pass first, whichever samples brought them, and life safety before everything", () => {
  const waiting = createVerdicts();
  waiting.add([
    verdict("light", "l1", "active", { severity: "S4" }),
    verdict("pump", "p1", "active", { severity: "S2" }),
  ]);
  waiting.add([
    verdict("burst", "p2", "active", { severity: "S1" }),
    verdict("smoke", "f1", "active", { severity: "S2", lifeSafety: true }),
  ]);
  expect(ids(waiting.next(3))).toEqual(["smoke@f1", "burst@p2", "pump@p1"]);
  expect(waiting.waiting).toBe(1);
  expect(ids(waiting.next(3))).toEqual(["light@l1"]);
  expect(waiting.next(3)).toEqual([]);
});

test("an alarm that gets graver while it waits takes its earlier turns along", () => {
  const waiting = createVerdicts();
  waiting.add([
    verdict("tank", "t1", "active", { severity: "S3" }),
    verdict("pump", "p1", "active", { severity: "S2" }),
    verdict("tank", "t1", "level", { severity: "S1" }),
  ]);
  expect(waiting.next(9).map(({ instance, to }) => [instance.id, to])).toEqual([
    ["tank@t1", "active"],
    ["tank@t1", "level"],
    ["pump@p1", "active"],
  ]);
});

test("nothing is lost, and what one alarm turned keeps its order, however verdicts come and go", () => {
  const severities: readonly Severity[] = ["S1", "S2", "S3", "S4"];
  const some = fc.record({ alarm: fc.nat({ max: 3 }), severity: fc.constantFrom(...severities), life: fc.boolean() });
  const step = fc.oneof(fc.record({ add: fc.array(some, { maxLength: 6 }) }), fc.record({ next: fc.nat({ max: 5 }) }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const waiting = createVerdicts();
      const came: Transition[] = [];
      const passed: Transition[] = [];
      for (const one of steps) {
        if ("next" in one) {
          passed.push(...waiting.next(one.next));
          continue;
        }
        const list = one.add.map(({ alarm, severity, life }) =>
          verdict("r", `d${alarm}`, "level", { severity, lifeSafety: life }),
        );
        came.push(...list);
        waiting.add(list);
      }
      passed.push(...waiting.next(came.length + 1));
      expect(passed.length).toBe(came.length);
      for (const device of ["d0", "d1", "d2", "d3"]) {
        const of = (list: readonly Transition[]) => list.filter((one) => one.instance.device === device);
        expect(of(passed)).toEqual(of(came));
      }
    }),
  );
});

test("a portion grows while it is quick, shrinks when it is slow, and stays within its bounds", () => {
  const portions = createPortions();
  const first = portions.size();
  portions.took(first - 1, 0.2);
  expect(portions.size()).toBe(first);
  for (let n = 0; n < 20; n += 1) portions.took(portions.size(), 1);
  const most = portions.size();
  expect(most).toBeGreaterThan(first * 4);
  portions.took(most, 0);
  expect(portions.size()).toBe(most);
  portions.took(most, 400);
  expect(portions.size()).toBe(most / 2);
  for (let n = 0; n < 20; n += 1) portions.took(portions.size(), 400);
  expect(portions.size()).toBe(first);
});
