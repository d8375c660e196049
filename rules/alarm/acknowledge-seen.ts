/** "Acknowledge what I saw": one command, a list of occurrences, each answered for itself. */
import { shownState } from "#model/alarm";
import type { Command, SeenAnswer } from "#model/plan";
import type { Draft } from "../draft.ts";
import { acknowledge } from "./acknowledge.ts";
import { noteRefusal } from "./refusals.ts";

type Seen = Extract<Command, { do: "acknowledge-seen" }>;

/** `acknowledged` is called for each alarm that this command has acknowledged. An old occurrence stops nothing but itself. */
export function acknowledgeSeen(
  draft: Draft,
  command: Seen,
  by: string,
  acknowledged: (alarm: string) => void,
): readonly SeenAnswer[] {
  const { reason, comment } = command;
  return command.seen.map(({ alarm, occurrence }): SeenAnswer => {
    const single = {
      do: "acknowledge-alarm",
      alarm,
      occurrence,
      ...(reason === undefined ? {} : { reason }),
      ...(comment === undefined ? {} : { comment }),
    } as const;
    const result = acknowledge(draft, single, by);
    if ("refused" in result) {
      const { refusal } = result.refused;
      if (!refusal) throw new Error(`${alarm} was refused without a word`);
      noteRefusal(draft, single, refusal);
      const present = draft.alarm(alarm);
      return {
        alarm,
        occurrence,
        outcome: "refused",
        refusal: { status: refusal.status, code: refusal.code, message: refusal.message },
        ...(present ? { present: { occurrence: present.occurrence, state: shownState(present) } } : {}),
      };
    }
    if (result.already !== undefined) return { alarm, occurrence, outcome: "already", by: result.already };
    acknowledged(alarm);
    return { alarm, occurrence, outcome: "acknowledged" };
  });
}
