/** Lets a plain door decide by the real rules: what a command changes is in its house afterwards. */
import type { Site } from "#model/site";
import type { Instant } from "#model/time";
import type { Reply } from "../../gateway/door.ts";
import { decide } from "../../rules/decide.ts";
import type { PlainDoor } from "./plain-door.ts";

/** Commands are answered by the rules from now on; `tick` takes one heartbeat. */
export function letDecide(door: PlainDoor, site: Site, now: () => Instant): { tick(): Promise<void> } {
  const view = () => ({ site, ...door.house, lastTicket: door.house.tickets.size + door.house.lately.size });
  /** As in the house: a command that comes again is answered and not done again. */
  const answered = new Map<string, Reply>();
  door.answer = async (happening) => {
    const seat = `${happening.actor.id} ${happening.id}`;
    const before = answered.get(seat);
    if (before) return before;
    const plan = decide(view(), happening, now());
    const reply: Reply = plan.refusal ? { ok: false, refusal: plan.refusal } : { ok: true, ...plan.answer };
    if (plan.refusal && plan.journal.length === 0) return reply;
    await door.take({ type: "record", rows: plan });
    answered.set(seat, reply);
    return reply;
  };
  return {
    async tick() {
      await door.take({ type: "record", rows: decide(view(), { type: "tick" }, now()) });
    },
  };
}
