/** What somebody with a link did out of reach, and was refused when it was heard: told in the ticket's story, and nothing else. */
import { expect, test } from "vitest";
import type { Actor } from "#model/account";
import type { Command } from "#model/plan";
import { type Instant, later, minutes } from "#model/time";
import { operator, TEN } from "../../support/building.ts";
import { createDesk } from "./desk.ts";

const firm: Actor = { kind: "link", id: "firm", name: "维保公司", role: "maintainer" };
const past = (minute: number): Instant => later(TEN, minutes(minute));

function taken() {
  const desk = createDesk();
  desk.take("active", TEN);
  const { no } = desk.newest();
  desk.step(desk.newest(), "accept", past(1), { assignee: "李强" }, operator);
  let n = 0;
  const send = (command: Partial<Command>, minute: number, actor: Actor = firm) =>
    desk.house.take(
      { type: "command", id: `late-${++n}`, actor, command: { ticket: no, ...command } as Command },
      past(minute),
    );
  const told = () => desk.house.journal.filter(({ event }) => event === "late-step-refused");
  return { desk, no, send, told };
}
const mitigate = { do: "ticket-step", step: "mitigate", note: "人已救出" } as const;

test("stands in the ticket's story with its own time and the reason, and changes nothing", () => {
  const { desk, no, send, told } = taken();
  const before = desk.now(no);
  const { refusal } = send({ ...mitigate, occurredAt: past(10) }, 30);
  expect(refusal).toMatchObject({ status: 403, code: "not-yours" });
  expect(told()).toMatchObject([
    {
      about: `ticket:${no}`,
      at: past(30),
      occurredAt: past(10),
      actor: "firm",
      data: { step: "mitigate", code: "not-yours", because: refusal?.message, note: "人已救出", through: "link" },
    },
  ]);
  expect(desk.now(no)).toEqual(before);
  const file = { id: "a".repeat(32), what: "photo", type: "image/jpeg", bytes: 9, sha256: "" } as const;
  expect(send({ do: "attach-file", file, occurredAt: past(11) }, 30).refusal).toMatchObject({ code: "not-yours" });
  expect(told().at(-1)).toMatchObject({ occurredAt: past(11), data: { step: "file" } });
});

test("nothing is written of what is refused at once, of the future, of a ticket that nobody knows, and of the desk's own tries", () => {
  const { send, told } = taken();
  expect(send(mitigate, 30).refusal).toBeDefined();
  expect(send({ ...mitigate, occurredAt: past(31) }, 30).refusal).toBeDefined();
  expect(send({ ...mitigate, occurredAt: past(10), ticket: "GD20261121-999999" }, 30).refusal).toBeDefined();
  expect(send({ ...mitigate, step: "depart", occurredAt: past(-10) }, 30, operator).refusal).toBeDefined();
  expect(told()).toEqual([]);
});
