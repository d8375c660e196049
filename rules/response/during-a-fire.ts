/**
 * Trapped in a lift while the building burns: two emergencies, each with its own ticket, clocks and ladder, and one picture. The
 * lift's ticket hangs under that of the fire, and whoever leads at the fire is told who waits where (FS11 of the device research:
 * one lift of a recall chain stays away). Nothing is folded, and nothing waits for it.
 */
import type { Device } from "#model/site";
import type { Ticket } from "#model/ticket";
import type { Draft } from "../draft.ts";
import { remind } from "./offer.ts";

const isFire = ({ class: of, falseAlarm }: Ticket): boolean => of === "fire_alarm" && !falseAlarm;
const isTrapped = ({ class: of }: Ticket): boolean => of === "elevator_entrapment";

/** One building as far as anybody wrote down; a lift that is recalled by this very panel in any case. */
function isInReach(devices: readonly Device[], lift: Ticket, fire: Ticket): boolean {
  if (lift.drill !== fire.drill || lift.simulated !== fire.simulated) return false;
  const { building } = lift.place;
  if (building === undefined || fire.place.building === undefined || building === fire.place.building) return true;
  const dependsOn = devices.find(({ id }) => id === lift.device)?.dependsOn ?? [];
  return fire.device !== undefined && dependsOn.includes(fire.device);
}

/** The ticket that just began, hung under the fire it belongs to; a fire takes the lifts in which people wait already. */
export function linkToFire(draft: Draft, ticket: Ticket): Ticket {
  if (!isFire(ticket) && !isTrapped(ticket)) return ticket;
  const { devices } = draft.view.site;
  const others = draft.openTickets().filter(({ no }) => no !== ticket.no);
  if (isTrapped(ticket)) {
    const fire = others.find((one) => isFire(one) && isInReach(devices, ticket, one));
    return fire ? hang(draft, ticket, fire) : ticket;
  }
  for (const lift of others) if (isTrapped(lift) && isInReach(devices, lift, ticket)) hang(draft, lift, ticket);
  return ticket;
}

function hang(draft: Draft, lift: Ticket, fire: Ticket): Ticket {
  if (lift.parent === fire.no) return lift;
  const under: Ticket = { ...lift, parent: fire.no };
  draft.putTicket(under, "ticket-hangs-under", { parent: fire.no });
  draft.putTicket(draft.ticket(fire.no) ?? fire, "trapped-in-fire", { child: lift.no, title: lift.title });
  const lead = fire.lead ?? fire.policy.lead;
  remind(
    draft,
    fire,
    `trapped-${lift.no}-${lift.round}`,
    {
      zh: `火警期间：${lift.title.zh}（${lift.no}），请立即告知现场指挥和消防队`,
      en: `during the fire: ${lift.title.en} (${lift.no}): tell whoever leads at the fire, and the fire brigade, now`,
    },
    ["control-room-operator", ...(lead === undefined || lead === "control-room-operator" ? [] : [lead])],
  );
  return under;
}
