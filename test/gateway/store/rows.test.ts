import { expect, test } from "vitest";
import { planRows, serialOf } from "../../../gateway/store/rows.ts";
import { anAlarm, anEntry, aPlan, aTicket } from "../../support/stored-things.ts";

test("a ticket's serial is the number at the end of its name", () => {
  expect(serialOf("GD20261121-000123")).toBe(123);
  expect(serialOf("GD20261121-")).toBe(0);
  expect(serialOf("一号")).toBe(0);
});

test("a plan that changes an alarm without the journal telling of it is refused", () => {
  const plan = { ...aPlan({ alarms: [anAlarm("r@d")] }), journal: [anEntry("alarm:r@d", "activated")] };
  expect(() => planRows(plan)).toThrow("The plan changes alarm r@d, and its journal does not say the same");
});

test("a plan whose journal tells of a ticket that it does not change is refused", () => {
  const told = aPlan({ tickets: [aTicket("GD-1")] });
  expect(() => planRows({ ...told, tickets: [] })).toThrow("The plan changes ticket GD-1");
});

test("the last journal entry about a ticket counts", () => {
  const first = aTicket("GD-1");
  const last = aTicket("GD-1", { state: "accepted" });
  const early = anEntry("ticket:GD-1", "opened", { after: { ticket: first } });
  expect(() => planRows(aPlan({ tickets: [last], journal: [early] }))).not.toThrow();
  expect(() => planRows({ ...aPlan({ tickets: [first] }), journal: aPlan({ tickets: [last] }).journal })).toThrow();
});
