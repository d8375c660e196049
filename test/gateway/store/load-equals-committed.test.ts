import fc from "fast-check";
import { expect, test } from "vitest";
import type { Alarm } from "#model/alarm";
import type { Message } from "#model/message";
import type { Plan } from "#model/plan";
import type { Ticket } from "#model/ticket";
import { later, milliseconds } from "#model/time";
import { planRows } from "../../../gateway/store/rows.ts";
import { openLedger } from "../../../gateway/store/sqlite/ledger.ts";
import { createLoading } from "../../../gateway/store/sqlite/loaded.ts";
import { load } from "../../../gateway/store/sqlite/read.ts";
import { verify } from "../../../gateway/store/sqlite/verify.ts";
import { createDataFolder } from "../../support/data-folder.ts";
import { aMessage, anAccount, anAlarm, anEntry, aPlan, aTicket, noon } from "../../support/stored-things.ts";

const anyText = fc.string({ unit: "binary", maxLength: 20 });

const someAlarm: fc.Arbitrary<Alarm> = fc
  .record({
    n: fc.nat(5),
    process: fc.constantFrom("active" as const, "normal" as const),
    acknowledge: fc.constantFrom("acknowledged" as const, "unacknowledged" as const),
    occurrence: fc.nat(),
    comment: anyText,
    value: fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0),
  })
  .map(({ n, value, ...rest }) =>
    anAlarm(`r${n}@d`, { ...rest, inputs: [{ point: "d.p", value, quality: "good", at: noon }] }),
  );

const someTicket: fc.Arbitrary<Ticket> = fc
  .record({
    n: fc.nat(5),
    state: fc.constantFrom("new" as const, "on-site" as const, "merged" as const, "closed" as const),
    assignee: anyText,
    at: fc.nat(1_000_000),
  })
  .map(({ n, at, ...rest }) => aTicket(`GD20261121-00000${n}`, { ...rest, openedAt: later(noon, milliseconds(at)) }));

const someMessage: fc.Arbitrary<Message> = fc
  .record({
    n: fc.nat(8),
    ticket: fc.constantFrom("T1", "T2"),
    step: fc.constantFrom("one", "two"),
    state: fc.constantFrom("pending" as const, "sending" as const, "delivered" as const, "failed" as const),
    because: anyText,
  })
  .map(({ n, ...rest }) => aMessage(`k${n}`, rest));

const somePlan: fc.Arbitrary<Plan> = fc
  .record({
    alarms: fc.uniqueArray(someAlarm, { selector: (a) => a.id, maxLength: 3 }),
    tickets: fc.uniqueArray(someTicket, { selector: (t) => t.no, maxLength: 3 }),
    messages: fc.uniqueArray(someMessage, { selector: (m) => m.key, maxLength: 4 }),
    cancelMessages: fc.array(
      fc.record(
        { ticket: fc.constantFrom("T1", "T2"), step: fc.constantFrom("one", "two") },
        { requiredKeys: ["ticket"] },
      ),
      { maxLength: 1 },
    ),
    accounts: fc.uniqueArray(fc.constantFrom(anAccount("zhang"), anAccount("li", { state: "disabled" })), {
      maxLength: 2,
    }),
    journal: fc.array(
      anyText.map((note) => anEntry("site", "noted", { data: { note } })),
      { maxLength: 2 },
    ),
  })
  .map(aPlan);

const someStory = fc.array(fc.oneof({ weight: 4, arbitrary: somePlan }, fc.constant("reopen" as const)), {
  maxLength: 12,
});

/** What the house must find, kept the simplest way. */
function createModel() {
  const alarms = new Map<string, Alarm>();
  const tickets = new Map<string, Ticket>();
  const messages = new Map<string, Message>();
  const accounts = new Set<string>();
  const waiting = (m: Message) => m.state === "pending" || m.state === "sending";
  return {
    take(plan: Plan) {
      for (const { ticket, step } of plan.cancelMessages) {
        for (const m of messages.values()) {
          if (waiting(m) && m.ticket === ticket && (step ?? m.step) === m.step) messages.delete(m.key);
        }
      }
      for (const a of plan.alarms) alarms.set(a.id, a);
      for (const t of plan.tickets) tickets.set(t.no, t);
      for (const m of plan.messages) messages.set(m.key, m);
      for (const a of plan.accounts) accounts.add(a.id);
    },
    kept: () => ({
      alarms: [...alarms.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
      tickets: [...tickets.values()]
        .filter((t) => t.state !== "closed" && t.state !== "merged")
        .sort((a, b) => (a.no < b.no ? -1 : 1)),
      messages: [...messages.values()].filter(waiting).sort((a, b) => (a.key < b.key ? -1 : 1)),
      accounts: [...accounts].sort(),
      lastTicket: Math.max(0, ...[...tickets.keys()].map((no) => Number(no.slice(-6)))),
    }),
  };
}

test("whatever is committed, and whenever the file is opened again, it holds what was committed", async () => {
  await fc.assert(
    fc.asyncProperty(someStory, async (story) => {
      using folder = createDataFolder();
      const model = createModel();
      let ledger = openLedger(folder.path);
      try {
        let seq = 0;
        for (const step of [...story, "reopen" as const]) {
          if (step === "reopen") {
            ledger[Symbol.dispose]();
            ledger = openLedger(folder.path);
            const loading = createLoading();
            const rest = load(ledger, noon, loading.take);
            const { alarms, tickets, messages, accounts, lastTicket, lastSeq } = loading.finish(rest);
            expect({ alarms, tickets, messages, accounts: accounts.map((a) => a.id), lastTicket }).toEqual(
              model.kept(),
            );
            expect(lastSeq).toBe(seq);
          } else {
            ledger.commit(planRows(step), seq + 1);
            model.take(step);
            seq += step.journal.length;
          }
        }
        expect(
          await verify(
            () => ledger.database,
            async () => {},
          ),
        ).toEqual({ ok: true, rows: seq });
      } finally {
        ledger[Symbol.dispose]();
      }
    }),
    { numRuns: 60, interruptAfterTimeLimit: 60_000 },
  );
}, 120_000);
