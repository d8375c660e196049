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
  if (!isSomewhere(ticket) || !counts(ticket)) return;
  const open = draft.openTickets();
  // One that was opened again in this very moment stands in both lists.
  const closed = [...draft.view.lately.values()].filter((one) => !open.some(({ no }) => no === one.no));
  const known = [...closed, ...open];
  const faults = known.filter((one) => isAboutTheSame(one, ticket) && counts(one) && one.state !== "merged");
  const isLately = (at: Instant) => between(at, draft.now) <= repeat.within;
  const times = faults.flatMap((one) => roundsOf(one)).filter(isLately);
  const isComplaint = ticket.class === "complaint";
  const limit = (isComplaint ? repeat.complaints : undefined) ?? repeat.count;
  if (times.length < limit && reopenings(ticket) < TOO_OFTEN) return;
  // What is longer ago is another story, with a rectification of its own.
  const numbers = faults
    .filter((one) => one.no === ticket.no || roundsOf(one).some(isLately))
    .map((one) => one.no)
    .sort();
  if (known.some((one) => one.rectifies?.some((no) => numbers.includes(no)))) return;

  const days = Math.round(repeat.within / 86_400_000);
  const { name } = ticket.policy;
  const device = draft.view.site.devices.find((one) => one.id === ticket.device)?.name;
  const where = ticket.device ?? Object.values(ticket.place).join(" ");
  const again = reopenings(ticket);
  const often =
    times.length < limit
      ? { zh: `重开 ${again} 次`, en: `opened again ${again} times` }
      : { zh: `${days} 天内 ${times.length} 次`, en: `${times.length} times in ${days} days` };
  const rectification = openTicket(draft, {
    class: "non_urgent",
    ...(ticket.device === undefined ? {} : { device: ticket.device }),
    place: ticket.place,
    title: {
      zh: `专项整改：${device?.zh ?? where} ${name.zh} ${often.zh}`,
      en: `Rectification: ${device?.en ?? where}, ${name.en}, ${often.en}`,
    },
    openedAt: draft.now,
    simulated: false,
    rectifies: numbers,
    project: true,
    ...(repeat.sop ? { sop: [...repeat.sop, ...(isComplaint ? (repeat.complaintSop ?? []) : [])] } : {}),
  });
  if (!rectification) return;
  const step: LadderStep = {
    id: "repeated-fault",
    after: milliseconds(0),
    unless: [],
    tell: repeat.tell,
    phone: false,
    raiseRescueTier: false,
    say: isComplaint
      ? {
          zh: "同一处重复投诉，请约谈责任人，并指定整改责任人、完成时限和验收标准",
          en: "The same complaint comes again: talk with who is responsible; name an owner, a limit and an acceptance test",
        }
      : {
          zh: "同类故障反复发生，请指定责任人、完成时限和验收标准",
          en: "The same fault comes again and again: name an owner, a limit and an acceptance test",
        },
  };
  tell(draft, rectification, [{ step, loop: 0 }]);
}

/** What can come again: about a device, or a complaint from a room. Of a whole building everybody complains of something else. */
const isSomewhere = ({ device, class: kind, place }: Ticket): boolean =>
  device !== undefined || (kind === "complaint" && place.room !== undefined);

function isAboutTheSame(one: Ticket, other: Ticket): boolean {
  if (one.class !== other.class || one.device !== other.device) return false;
  if (one.device !== undefined) return true;
  const [a, b] = [one.place, other.place];
  return (
    a.room !== undefined &&
    a.room === b.room &&
    a.building === b.building &&
    (a.floor ?? b.floor) === (b.floor ?? a.floor)
  );
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
