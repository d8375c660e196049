/** Random nights, decided purely: what must hold of tickets, clocks, ladders and messages holds after each move. */
import fc from "fast-check";
import { beforeAll, test } from "vitest";
import type { Site } from "#model/site";
import { instant } from "#model/time";
import { building, TEN } from "../../support/building.ts";
import { createPureHouse } from "../../support/pure-house.ts";
import { expectLegal, happeningOf, type Move, move, rules, type Seen } from "./any-course.ts";
import { shippedPolicy } from "./shipped-policy.ts";

let site: Site;
beforeAll(async () => {
  site = building({ policy: await shippedPolicy(), rules });
});

function play(moves: readonly Move[]): void {
  const house = createPureHouse(site);
  let now = TEN;
  let seen: Seen = { tickets: new Map(), ranSteps: new Set() };
  for (const [n, one] of moves.entries()) {
    now = instant(now + one.wait * 1_000 + (one.kind === "clock" ? one.jump : 0));
    const plan = house.take(happeningOf(one, n, now, [...house.tickets.values()]), now);
    const open = new Map([...house.tickets].filter(([, ticket]) => ticket.closedAt === undefined));
    expectLegal(one, plan, now, open, house.outbox.values(), seen);
    seen = { tickets: open, ranSteps: seen.ranSteps };
  }
}

test("each step once in a loop, elapsed is the sum of segments, one ticket for a key, nothing lost, nobody told of what is closed", () => {
  fc.assert(
    fc.property(fc.array(move, { size: "max", minLength: 1, maxLength: 40 }), (moves) => play(moves)),
    { numRuns: 250 },
  );
}, 120_000);
