/** Changes of alarms and tickets, and samples where the site wants them, as signed JSON to an address of the customer. */
import type { WebhookTarget } from "#model/north";
import { formatInstant, instant, seconds } from "#model/time";
import { post } from "../../net/outgoing.ts";
import { OutgoingTrouble } from "../../net/outgoing-trouble.ts";
import { idOfContent, signedHeaders } from "../../net/signed-headers.ts";
import { sampleBodies } from "../sample-body.ts";
import type { Sender, SenderHouse, Sent } from "../sender.ts";
import type { Waiting } from "../waiting.ts";
import * as say from "./sentences.ts";

const ANSWER_WITHIN = seconds(30);
/** Somebody has to change a setting first. */
const PATIENCE = seconds(30);

export function createWebhookSender(target: WebhookTarget, house: SenderHouse): Sender {
  const { url, secret, allow, ca } = target;
  const where = new URL(url).host;
  const bodyOf = sampleBodies(house.points);

  function dataOf(waiting: Waiting): object {
    if (waiting.kind === "urgent") return { site: house.site, rows: waiting.rows };
    const { samples } = waiting;
    return {
      site: house.site,
      samples: Array.from({ length: samples.count }, (_, i) => ({ point: samples.point[i], ...bodyOf(samples, i) })),
    };
  }

  return {
    async send(waiting, signal) {
      const now = instant(house.now());
      const [type, word] =
        waiting.kind === "urgent" ? ["gatehouse.changes", "changes"] : ["gatehouse.samples", "samples"];
      const data = dataOf(waiting);
      const body = JSON.stringify({ type, timestamp: formatInstant(now), data });
      // The same batch again has the same id, so that a receiver whose answer was lost knows it; and no other batch has it,
      // whatever became of the queue's own numbers: after a restore they are given a second time.
      const id = `${house.site}-${word}-${idOfContent(JSON.stringify(data))}`;
      try {
        const headers = signedHeaders(secret, id, now, body);
        const more = { signal, totalWithin: ANSWER_WITHIN, ...(ca === undefined ? {} : { ca }) };
        const { status } = await post({ url, body, headers, allow, ...more });
        return judge(status, where);
      } catch (error) {
        if (!(error instanceof OutgoingTrouble)) throw error;
        return { outcome: "try-later", because: error.because };
      }
    },
    async close() {},
  };
}

/** Nothing but a 2xx is a receipt: whatever else is answered, the batch stays and is sent again. */
export function judge(status: number, where: string): Sent {
  if (status >= 200 && status < 300) return { outcome: "taken" };
  if (status === 413) return { outcome: "too-large", because: say.tooLarge(where) };
  if (status === 401) return { outcome: "try-later", because: say.wrongSecret(where), after: PATIENCE };
  if (status === 403) return { outcome: "try-later", because: say.denied(where), after: PATIENCE };
  if (status === 404 || status === 410) {
    return { outcome: "try-later", because: say.notThere(where, status), after: PATIENCE };
  }
  return { outcome: "try-later", because: say.oddAnswer(where, status) };
}
