/** Photos, papers and signatures: the ticket says what there is, the vault holds the bytes. */
import type { Actor } from "#model/account";
import type { Command, Plan } from "#model/plan";
import type { Ticket } from "#model/ticket";
import { type Draft, refuse } from "../draft.ts";
import { calledOut, notYours } from "./called-out.ts";
import { beganAt, wakeOfTicket } from "./clocks.ts";
import { wrongTime } from "./why-not.ts";

/** Engineering judgement: six photos for each of ten steps, and some. */
const MOST = 60;

/** An open ticket takes files, and a closed one while it is at hand: the invoice comes later. */
export function attachFile(draft: Draft, command: Extract<Command, { do: "attach-file" }>, actor: Actor): Plan {
  const ticket = draft.ticket(command.ticket) ?? draft.view.lately.get(command.ticket);
  if (!ticket || ticket.state === "merged") {
    return refuse(
      404,
      "no-such-ticket",
      `没有可以附文件的工单 ${command.ticket}。`,
      `There is no ticket ${command.ticket} that takes files.`,
    );
  }
  const standing = actor.kind === "link" ? calledOut(ticket, actor, draft.now) : "mine";
  if (standing === "offered") {
    return refuse(403, "not-yours", "请先接单再上传。", "Accept the work before you send files.");
  }
  if (standing !== "mine") return refuse(403, "not-yours", ...notYours(ticket.no));
  const at = command.occurredAt ?? draft.now;
  if (at > draft.now || (command.occurredAt !== undefined && at < beganAt(ticket))) {
    return wrongTime();
  }
  const files = ticket.files ?? [];
  if (files.length >= MOST) {
    return refuse(409, "too-many-files", `每张工单最多 ${MOST} 个文件。`, `A ticket takes ${MOST} files at most.`);
  }
  const file = { ...command.file, by: actor.name, at };
  const { recoversAt: _, ...rest } = ticket;
  const after: Ticket = { ...rest, handled: true, files: [...files, file] };
  draft.putTicket(
    { ...after, wakeAt: wakeOfTicket(after) },
    "file-attached",
    {
      file: file.id,
      what: file.what,
      bytes: file.bytes,
      ...(actor.kind === "link" ? { through: "link" } : {}),
      ...(command.occurredAt === undefined ? {} : { backEntry: true }),
    },
    at,
  );
  return draft.finish({ ticket: ticket.no });
}
