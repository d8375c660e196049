/** Lets a plain door decide by the real rules: what a command changes is in its house afterwards. */
import type { Site } from "#model/site";
import type { Instant } from "#model/time";
import { decide } from "../../rules/decide.ts";
import type { PlainDoor } from "./plain-door.ts";

/** Commands are answered by the rules from now on; `tick` takes one heartbeat. */
export function letDecide(door: PlainDoor, site: Site, now: () => Instant): { tick(): Promise<void> } {
  const view = () => ({ site, ...door.house, lastTicket: door.house.tickets.size + door.house.lately.size });
  door.answer = async (happening) => {
    const plan = decide(view(), happening, now());
    if (plan.refusal) return { ok: false, refusal: plan.refusal };
    await door.take({ type: "record", rows: plan });
    return { ok: true, ...plan.answer };
  };
  return {
    async tick() {
      await door.take({ type: "record", rows: decide(view(), { type: "tick" }, now()) });
    },
  };
}
