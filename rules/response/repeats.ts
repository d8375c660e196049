/** Like faults that come again and again: a rectification (专项整改) opens beside them, once, with a supervisor told. */
import type { LadderStep } from "#model/policy";
import type { Ticket } from "#model/ticket";
import { between, type Instant, milliseconds } from "#model/time";
import type { Draft } from "../draft.ts";
import { openTicket } from "./open-ticket.ts";
import { tell } from "./tell.ts";

/** Looks at the faults of this ticket's kind after one more came. Drills, tests, maintenance, false alarms and rectifications do not count. */
export function countRepeats(draft: Draft, ticket: Ticket): void {
  const { repeat } = draft.view.site.policy;
  if (ticket.device === undefined || !counts(ticket)) return;
  const open = draft.openTickets();
  // One that was opened again in this very moment stands in both lists.
  const closed = [...draft.view.lately.values()].filter((one) => !open.some(({ no }) => no === one.no));
  const known = [...closed, ...open];
  const faults = known.filter(
    (one) => one.device === ticket.device && one.class === ticket.class && counts(one) && one.state !== "merged",
  );
  const isLately = (at: Instant) => between(at, draft.now) <= repeat.within;
  const times = faults.flatMap((one) => roundsOf(one)).filter(isLately);
  if (times.length < repeat.count && reopenings(ticket) < TOO_OFTEN) return;
  // What is longer ago is another story, with a rectification of its own.
  const numbers = faults
    .filter((one) => one.no === ticket.no || roundsOf(one).some(isLately))
    .map((one) => one.no)
    .sort();
  if (known.some((one) => one.rectifies?.some((no) => numbers.includes(no)))) return;

  const days = Math.round(repeat.within / 86_400_000);
  const { name } = ticket.policy;
  const device = draft.view.site.devices.find((one) => one.id === ticket.device)?.name;
  const again = reopenings(ticket);
  const often =
    times.length < repeat.count
      ? { zh: `重开 ${again} 次`, en: `opened again ${again} times` }
      : { zh: `${days} 天内 ${times.length} 次`, en: `${times.length} times in ${days} days` };
  const rectification = openTicket(draft, {
    class: "non_urgent",
    device: ticket.device,
    place: ticket.place,
    title: {
      zh: `专项整改：${device?.zh ?? ticket.device} ${name.zh} ${often.zh}`,
      en: `Rectification: ${device?.en ?? ticket.device}, ${name.en}, ${often.en}`,
    },
    openedAt: draft.now,
    simulated: false,
    rectifies: numbers,
  });
  if (!rectification) return;
  const step: LadderStep = {
    id: "repeated-fault",
    after: milliseconds(0),
    unless: [],
    tell: repeat.tell,
    phone: false,
    raiseRescueTier: false,
    say: {
      zh: "同类故障反复发生，请指定责任人、完成时限和验收标准",
      en: "The same fault comes again and again: name an owner, a limit and an acceptance test",
    },
  };
  tell(draft, rectification, [{ step, loop: 0 }]);
}

/** Opened again twice: the work did not hold, however long it took to show (response.md 2.6, E9). */
const TOO_OFTEN = 2;

/** How often it was opened again after somebody had worked on it. */
const reopenings = ({ past = [] }: Ticket): number => past.filter(({ autoRecovered }) => !autoRecovered).length;

const counts = (ticket: Ticket): boolean =>
  !ticket.simulated &&
  !ticket.drill &&
  !ticket.falseAlarm &&
  ticket.judged === undefined &&
  ticket.rectifies === undefined;

/** When each round of a ticket began. */
export const roundsOf = (ticket: Ticket): readonly Ticket["openedAt"][] => {
  const starts = (clocks: Ticket["clocks"]) => clocks.map((clock) => clock.startedAt);
  const began = [...(ticket.past ?? []).map((past) => past.clocks), ticket.clocks].map((clocks) =>
    Math.min(...starts(clocks)),
  );
  return began.map((at, index) => (index === 0 ? ticket.openedAt : (at as Ticket["openedAt"])));
};
