/** The timer heap against a plain list. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { createTimers } from "../../../rules/engine/timers.ts";

const OWNERS = 12;

test("gives timers in the order of time, then of owner, whatever was set, moved and removed", () => {
  const doing = fc.oneof(
    fc.record({
      what: fc.constant("set" as const),
      owner: fc.nat(OWNERS - 1),
      due: fc.oneof(fc.nat(20), fc.constant(Number.POSITIVE_INFINITY)),
    }),
    fc.record({ what: fc.constant("take" as const), now: fc.nat(20) }),
  );
  fc.assert(
    fc.property(fc.array(doing, { maxLength: 80 }), (list) => {
      const timers = createTimers(OWNERS);
      const plain = new Map<number, number>();
      for (const step of list) {
        if (step.what === "set") {
          timers.set(step.owner, step.due);
          if (step.due === Number.POSITIVE_INFINITY) plain.delete(step.owner);
          else plain.set(step.owner, step.due);
        } else {
          const [first] = [...plain].filter(([, due]) => due <= step.now).sort((a, b) => a[1] - b[1] || a[0] - b[0]);
          expect(timers.take(step.now)).toBe(first?.[0] ?? -1);
          if (first) plain.delete(first[0]);
        }
        expect(timers.next()).toBe(Math.min(Number.POSITIVE_INFINITY, ...plain.values()));
        for (let owner = 0; owner < OWNERS; owner += 1)
          expect(timers.due(owner)).toBe(plain.get(owner) ?? Number.POSITIVE_INFINITY);
      }
    }),
  );
});
