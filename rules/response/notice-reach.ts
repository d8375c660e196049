/** Whom a notice reached, as a way tells of itself or somebody counted. Pure. */
import type { Actor } from "#model/account";
import type { Command, Plan } from "#model/plan";
import { type Draft, refuse } from "../draft.ts";
import { noticeOf, putNotice } from "./notice.ts";

export function reportReach(draft: Draft, command: Extract<Command, { do: "report-reach" }>, actor: Actor): Plan {
  const notice = noticeOf(draft, command.ticket);
  const edition = notice?.editions.find((one) => one.n === command.edition);
  const way = edition?.ways.find((one) => one.id === command.way);
  if (!notice || !edition || !way) {
    return refuse(404, "no-such-edition", "没有这一期通知或这条途径。", "There is no such edition, or no such way.");
  }
  const before = edition.reports[way.id];
  const delivered = command.delivered ?? before?.delivered;
  const read = command.read ?? before?.read;
  if (Math.max(delivered ?? 0, read ?? 0) > way.households || (delivered !== undefined && (read ?? 0) > delivered)) {
    return refuse(
      422,
      "more-than-households",
      `${way.name.zh}覆盖 ${way.households} 户，已读不能多于送达，送达不能多于覆盖户数。`,
      `${way.name.en} serves ${way.households} households: no more can be delivered, nor more read than delivered.`,
      { households: way.households },
    );
  }
  const report = {
    ...(delivered === undefined ? {} : { delivered }),
    ...(read === undefined ? {} : { read }),
    by: actor.name,
    at: draft.now,
  };
  const editions = notice.editions.map((one) =>
    one.n === edition.n ? { ...one, reports: { ...one.reports, [way.id]: report } } : one,
  );
  putNotice(draft, { ...notice, editions }, "notice-reach", {
    edition: edition.n,
    way: way.name,
    delivered: delivered ?? null,
    read: read ?? null,
  });
  return draft.finish({ paper: notice.id });
}
