/** The office that delivers messages, at a plain door, with everything it did to be looked at. */
import type { Message } from "#model/message";
import type { ChannelSetting, Person, Site } from "#model/site";
import type { Ticket } from "#model/ticket";
import type { Log } from "../../../gateway/log.ts";
import { startDelivery } from "../../../gateway/notify/deliver-outbox.ts";
import { building, people as everybody } from "../../support/building.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { createPlainDoor } from "../../support/plain-door.ts";

/** A door with tickets and some messages, and the office that delivers them. */
export function startOffice({
  messages,
  channels,
  tickets,
  people,
  site = {},
}: {
  readonly messages: readonly Message[];
  readonly channels: readonly ChannelSetting[];
  readonly tickets: readonly Ticket[];
  readonly people?: readonly Person[];
  readonly site?: Partial<Site>;
}) {
  const clock = createManualClock();
  const door = createPlainDoor({ messages, tickets });
  /** Every row of progress, in the order in which the door got them. */
  const steps: Message[] = [];
  let wake = () => {};
  const take = door.take;
  door.take = async (happening) => {
    const reply = await take(happening);
    if (happening.type === "record") steps.push(...(happening.rows.messages ?? []));
    wake();
    return reply;
  };
  const logged: string[] = [];
  const line = (level: string) => (facts: object, text: string) =>
    logged.push(`${level} ${text} ${JSON.stringify(facts)}`);
  const log: Log = { info: line("info"), warn: line("warn"), error: line("error") };
  const dropped: [string, number | undefined][] = [];
  const whole = building({ channels, ...(people ? { people: { ...everybody, people } } : {}), ...site });
  const office = startDelivery({
    door,
    site: whole,
    clock,
    log,
    metrics: { dropped: (what, count) => dropped.push([what, count]) },
  });
  return {
    site: whole,
    clock,
    door,
    office,
    steps,
    logged,
    dropped,
    /** Waits until a message has come to this state. */
    async reached(key: string, state: Message["state"], attempts?: number): Promise<Message> {
      const fits = (row: Message) =>
        row.key === key && row.state === state && (attempts === undefined || row.attempts === attempts);
      for (;;) {
        const found = steps.find(fits);
        if (found) return found;
        await new Promise<void>((done) => {
          wake = done;
        });
      }
    },
    history: (key: string) => steps.filter((row) => row.key === key).map((row) => row.state),
    [Symbol.asyncDispose]: () => office[Symbol.asyncDispose](),
  };
}
