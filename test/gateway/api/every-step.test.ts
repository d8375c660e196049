/** Every state, every step, every role: one table, written by hand from the contract, against the real routes and the real rules. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Role, roles } from "#model/account";
import { type TicketStep, ticketSteps } from "#model/plan";
import type { Ticket, TicketState } from "#model/ticket";
import { formatInstant, hours, later } from "#model/time";
import { people } from "../../support/building.ts";
import { letDecide } from "../../support/deciding-door.ts";
import { START, type Stand, startStand, testSite, ticket } from "./stand.ts";

const NO = "GD20261121-000001";
const OTHER = "GD20261121-000002";
const FIRM = "维保公司";
const states = "new dispatched accepted en-route on-site mitigated repaired verifying closed on-hold merged".split(
  " ",
) as TicketState[];

/**
 * What becomes of the ticket. `=` it is done and the state stays · a letter: the state that follows (Dispatched Accepted En-route
 * on-Site Mitigated Repaired Verifying Closed New Hold; `o` the other ticket goes on) · `-` 409 wrong-state · `!` 409 already-accepted.
 */
const TABLE: Readonly<Record<TicketStep, string>> = {
  //               n d a e s m r v c h g
  acknowledge: "   = = = = = = = = - = -",
  review: "        = - - - - - - - - - -",
  dispatch: "      D D D - - - - - - - -",
  accept: "        A A ! ! ! - - - - - -",
  decline: "       - N N N - - - - - - -",
  depart: "        - - E - - - - - - - -",
  arrive: "        S S S S S M - - - - -",
  plan: "          = = = = = = = = - = -",
  mitigate: "      - - M M M - - - - - -",
  repair: "        - - R R R R - - - - -",
  verify: "        - - - - - - V - - - -",
  "follow-up": "   - - - - - - V V - - -",
  rate: "          - - - - - - = = = - -",
  close: "         - - - - - - C C - - -",
  feedback: "      = = = = = = = = - = -",
  promise: "       = = = = = = - - - = -",
  assign: "        = = = = = = = = - = -",
  escalate: "      = = = = = = = = - = -",
  note: "          = = = = = = = = - = -",
  sop: "           = = = = = = = = - = -",
  "false-alarm": " V V V V V V V V - V -",
  hold: "          - H H H H H - - - - -",
  resume: "        - - - - - - - - - A -",
  // Begun anew: this class is sent out without waiting for anybody.
  reopen: "        - - - - - - - - D - -",
  merge: "         o o o o o o o o - o -",
  "confirm-phone": "= = = = = = = = - = -",
  // Of tickets that were opened for something expected; this one was not.
  reschedule: "    - - - - - - - - - - -",
  "call-off": "    - - - - - - - - - - -",
};
const LETTERS: Readonly<Record<string, TicketState>> = {
  D: "dispatched",
  A: "accepted",
  E: "en-route",
  S: "on-site",
  M: "mitigated",
  R: "repaired",
  V: "verifying",
  C: "closed",
  N: "new",
  H: "on-hold",
  o: "dispatched",
};
/** Judgements of the desk; the others are the crew's as well. */
const DESK = new Set<TicketStep>(["review", "false-alarm", "merge", "reopen", "hold", "reschedule", "call-off"]);
/** What a team lead alone may allow. */
const LEAD = new Set<TicketStep>(["review", "hold"]);
const may = (role: Role, step: TicketStep) =>
  role === "operator" || role === "supervisor" || (role === "maintainer" && !DESK.has(step));
/** Steps of somebody without an account, with a link to this one ticket. */
const BY_LINK = new Set<TicketStep>(
  "accept decline depart arrive mitigate repair feedback promise note sop rate".split(" ") as TicketStep[],
);

let stand: Stand;
let n = 0;
const site = testSite({
  people: { ...people, people: [...people.people, { id: "firm", name: FIRM, contractor: true }] },
});
beforeAll(async () => {
  stand = await startStand({ site });
  letDecide(stand.door, site, () => stand.clock.now());
});
afterAll(async () => stand[Symbol.asyncDispose]());

function put(state: TicketState): void {
  const { tickets, lately } = stand.door.house;
  tickets.clear();
  lately.clear();
  const over = state === "closed" || state === "merged";
  const one = ticket(NO, {
    severity: "S3",
    state,
    alarms: [],
    sop: [{ step: "look", text: { zh: "看现场", en: "look" }, mandatory: false }],
    calls: [{ step: "a", role: "team-lead", person: "wang", name: "王芳" }],
    ...(over ? { closedAt: START } : {}),
    ...(state === "new" || state === "dispatched" ? {} : { assignee: FIRM }),
    ...(state === "on-hold"
      ? { hold: { state: "accepted", reason: "parts", by: "x", since: START, until: later(START, hours(1)) } }
      : {}),
    offers: [{ person: "firm", round: 1, state: "open", at: START, until: later(START, hours(1)) }],
  } as Partial<Ticket>);
  (over ? lately : tickets).set(NO, one);
  tickets.set(OTHER, ticket(OTHER, { severity: "S3", device: "lift-2", alarms: [] }));
}
const wordsOf = (step: TicketStep): Record<string, unknown> => ({
  note: "说明",
  ...(step === "dispatch" || step === "assign" ? { assignee: "李强" } : {}),
  ...(step === "confirm-phone" ? { assignee: "王芳" } : {}),
  ...(step === "sop" ? { sop: "look" } : {}),
  ...(step === "hold" ? { reason: "parts" } : {}),
  ...(step === "merge" ? { into: OTHER } : {}),
  ...(step === "promise" ? { what: "finish", until: formatInstant(later(START, hours(1))) } : {}),
  ...(step === "rate" ? { score: 5, how: "phone" } : {}),
});
const cells = (step: TicketStep): readonly string[] => TABLE[step].trim().split(" ");
function expected(step: TicketStep, index: number): string {
  const cell = cells(step)[index];
  const state = states[index] as TicketState;
  if (cell === "-") return "409 wrong-state";
  if (cell === "!") return "409 already-accepted";
  return `200 ${cell === "=" ? state : LETTERS[cell ?? ""]}`;
}
const standing = () => stand.door.house.tickets.get(NO) ?? stand.door.house.lately.get(NO);

test("the table has every step and every state of the contract", () => {
  expect(Object.keys(TABLE).sort()).toEqual([...ticketSteps].sort());
  for (const step of ticketSteps) expect([step, cells(step).length]).toEqual([step, states.length]);
});

describe.each(ticketSteps)("%s", (step) => {
  test.each(roles)("by a %s, in every state", async (role) => {
    const found: string[] = [];
    const wanted: string[] = [];
    for (const [index, state] of states.entries()) {
      put(state);
      const before = standing();
      const answer = await stand.ask("POST", `/api/tickets/${NO}/${step}`, {
        as: role,
        body: { commandId: `every-${++n}`, ...wordsOf(step) },
      });
      const refused = answer.status !== 200;
      found.push(`${state}: ${answer.status} ${refused ? answer.body.code : answer.body.state}`);
      const plain = may(role, step) ? expected(step, index) : "403 not-your-role";
      const led = LEAD.has(step) && role === "operator" && plain.startsWith("200");
      wanted.push(`${state}: ${led ? "403 approval-needed" : plain}`);
      if (!refused) continue;
      // A refusal speaks both languages and leaves everything as it was.
      expect(answer.body.message).toEqual({
        zh: expect.stringMatching(/\p{Script=Han}/u),
        en: expect.stringMatching(/\w/),
      });
      expect(standing()).toBe(before);
    }
    expect(found).toEqual(wanted);
  });

  test("by a link, in every state", async () => {
    const found: string[] = [];
    const wanted: string[] = [];
    for (const [index, state] of states.entries()) {
      put(state);
      const before = standing();
      const reply = await stand.door.take({
        type: "command",
        id: `link-${++n}`,
        actor: { kind: "link", id: "firm", name: FIRM, role: "maintainer" },
        command: {
          do: "ticket-step",
          ticket: NO,
          step,
          ...wordsOf(step),
          ...(step === "promise" ? { until: later(START, hours(1)) } : {}),
        },
      });
      found.push(
        `${state}: ${reply.ok ? `200 ${standing()?.state}` : `${reply.refusal.status} ${reply.refusal.code}`}`,
      );
      const isOffered = state === "new" || state === "dispatched";
      const over = state === "closed" || state === "merged";
      const early = step === "accept" || step === "decline" || step === "note";
      wanted.push(
        `${state}: ${
          over
            ? "409 wrong-state"
            : isOffered && !early
              ? "409 accept-first"
              : BY_LINK.has(step)
                ? expected(step, index)
                : "403 not-yours"
        }`,
      );
      if (!reply.ok) expect(standing()).toBe(before);
    }
    expect(found).toEqual(wanted);
  });
});

test("owners are told three words, whatever goes on inside (W6)", async () => {
  const words: Record<string, string> = {};
  for (const state of states) {
    put(state);
    stand.stored.set(NO, standing() as Ticket);
    const { body } = await stand.ask("GET", `/api/tickets/${NO}`, { as: "operator" });
    words[state] = `${body.publicState.zh} ${body.publicState.en}`;
  }
  const work = "处理中 In work";
  const done = "已完成 Done";
  expect(words).toEqual({
    new: "待派单 Waiting",
    ...Object.fromEntries(
      ["dispatched", "accepted", "en-route", "on-site", "mitigated", "on-hold"].map((s) => [s, work]),
    ),
    ...Object.fromEntries(["repaired", "verifying", "closed", "merged"].map((s) => [s, done])),
  });
});
