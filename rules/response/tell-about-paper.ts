/** One message about a paper to everybody on duty for some roles, by the screen and every channel of the site. */
import type { Message } from "#model/message";
import type { Text } from "#model/text";
import { later, milliseconds } from "#model/time";
import type { Draft } from "../draft.ts";
import { onDuty } from "./on-duty.ts";
import { waysTo } from "./reach.ts";

const NOW = milliseconds(0);

export interface PaperCall {
  readonly paper: string;
  /** The same paper and word tell a person once by each way. */
  readonly word: string;
  readonly step: string;
  readonly roles: readonly string[];
  readonly text: Text;
  /**
   * Absent: by every channel at once. `ordinary`: by the ways and after the times of an ordinary fault. `quiet`: by those of them
   * that wake nobody.
   */
  readonly reach?: "ordinary" | "quiet";
}

export function tellAboutPaper(draft: Draft, { paper, word, step, roles, text, reach }: PaperCall): void {
  const { site } = draft.view;
  for (const role of roles) {
    for (const person of onDuty(site.people, role, draft.now, site.zone).people) {
      const everyWay = ["console", ...site.channels.map(({ id }) => id)].map((channel) => ({ channel, after: NOW }));
      const ways = reach === undefined ? everyWay : waysTo(site, person, "S3");
      for (const { channel, after } of ways) {
        if (reach === "quiet" && after > 0) continue;
        const message: Message = {
          key: [`paper:${paper}`, word, person, channel].join("/"),
          ticket: `paper:${paper}`,
          step,
          severity: "S3",
          role,
          to: person,
          channel,
          text,
          phone: false,
          state: "pending",
          attempts: 0,
          nextTryAt: later(draft.now, after),
          createdAt: draft.now,
        };
        draft.putMessage(message);
      }
    }
  }
}
