/** Outside town the lift firm has an hour, and the half hour without control still asks for outside rescue. */
import { expect, test } from "vitest";
import { minutes } from "#model/time";
import { at, building, operator, policy, verdict } from "../../support/building.ts";
import { createPureHouse } from "../../support/pure-house.ts";

test("rescuers after 45 minutes in the country: their clock is met, the step at 30 minutes ran all the same", () => {
  const usual = policy.classes.elevator_entrapment!;
  const clocks = usual.clocks.map((one) => (one.kind === "rescue-onsite" ? { ...one, target: minutes(60) } : one));
  const house = createPureHouse(
    building({ policy: { ...policy, classes: { ...policy.classes, elevator_entrapment: { ...usual, clocks } } } }),
  );
  const trapped = verdict("elevator.entrapment", "lift-1", "active", { ticket: "elevator_entrapment" });
  house.take({ type: "conditions", transitions: [trapped] }, at(0));
  const no = [...house.tickets.keys()][0]!;
  house.beat(at(0), at(45));
  const command = { do: "ticket-step", ticket: no, step: "arrive", who: "rescue" } as const;
  house.take({ type: "command", id: "c1", actor: operator, command }, at(45));
  const ticket = house.tickets.get(no)!;
  expect(ticket.clocks.find((one) => one.kind === "rescue-onsite")).toMatchObject({ state: "met", metAt: at(45) });
  expect(ticket.ladder.find((row) => row.step.id === "not-mitigated")).toMatchObject({ state: "done", doneAt: at(30) });
});
