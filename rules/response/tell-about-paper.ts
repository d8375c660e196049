/** One message about a paper to everybody on duty for some roles, by the screen and every channel of the site. */
import type { Message } from "#model/message";
import type { Text } from "#model/text";
import type { Draft } from "../draft.ts";
import { onDuty } from "./on-duty.ts";

export interface PaperCall {
  readonly paper: string;
  /** The same paper and word tell a person once by each way. */
  readonly word: string;
  readonly step: string;
  readonly roles: readonly string[];
  readonly text: Text;
}

export function tellAboutPaper(draft: Draft, { paper, word, step, roles, text }: PaperCall): void {
  const { site } = draft.view;
  for (const role of roles) {
    for (const person of onDuty(site.people, role, draft.now, site.zone).people) {
      for (const channel of ["console", ...site.channels.map((one) => one.id)]) {
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
          nextTryAt: draft.now,
          createdAt: draft.now,
        };
        draft.putMessage(message);
      }
    }
  }
}
