/**
 * The change of shift: a paper that two people sign. It opens by itself when the people change; unsigned, the old shift stays
 * responsible beside the new one, and the lead is told once.
 */
import type { Actor } from "#model/account";
import type { Handover, Paper } from "#model/paper";
import type { Command, Plan } from "#model/plan";
import type { Site } from "#model/site";
import { between, type Instant, later, minutes } from "#model/time";
import { type Draft, refuse } from "../draft.ts";
import { type ShiftChange, shiftChanges } from "./shift-change.ts";
import { openedSince, shiftSnapshot } from "./shift-snapshot.ts";
import { tellAboutPaper } from "./tell-about-paper.ts";
import { wallStamp } from "./wall-times.ts";

type Sign = Extract<Command, { do: "sign-handover" }>;
type Fill = Extract<Command, { do: "fill-handover" }>;

/** A house that has never seen a handover begins with the next change, not with one that was over before it started. */
const SEEN_LIVE = minutes(1);
/** A shift hands over a little before its end, not in the middle of it. */
const EARLY = minutes(60);

const isHandover = (paper: Paper): paper is Handover => paper.kind === "handover";

/** Teams whose post is handed over in writing. */
export function handoverTeams({ policy, people }: Site): readonly string[] {
  const roles = policy.handover?.roles ?? [];
  if (roles.length === 0) return [];
  return people.teams
    .filter((team) => team.roles.some((role) => roles.includes(role)))
    .map((team) => team.id)
    .filter((team) => people.shifts.some((shift) => shift.team === team));
}

/** People of the old shift who are not relieved in writing, for a role that their team holds. */
export function stillResponsible(draft: Draft, role: string): readonly string[] {
  if (draft.view.papers.size === 0) return [];
  const { teams } = draft.view.site.people;
  return draft
    .papers()
    .filter(isHandover)
    .filter((paper) => paper.state === "open" && paper.at <= draft.now)
    .flatMap((paper) => (teams.find((team) => team.id === paper.team)?.roles.includes(role) ? paper.leaving : []));
}

export const handoverId = (team: string, at: Instant, zone: string): string => `JJ${wallStamp(at, zone)}-${team}`;

/** The heartbeat: papers for changes that came, and the lead where nobody signed. */
export function watchHandovers(draft: Draft): void {
  for (const team of handoverTeams(draft.view.site)) {
    const { last } = shiftChanges(draft.view.site.people, team, draft.now, draft.view.site.zone);
    if (!last || draft.paper(handoverId(team, last.at, draft.view.site.zone))) continue;
    const known = draft.papers().some((paper) => isHandover(paper) && paper.team === team && paper.at < last.at);
    if (known || between(last.at, draft.now) <= SEEN_LIVE) open(draft, team, last);
  }
  for (const paper of draft.view.papers.values()) {
    const now = draft.paper(paper.id);
    if (now?.kind === "handover" && now.state === "open" && now.leadTold === undefined && now.signBy <= draft.now)
      tellLead(draft, now);
  }
}

function open(draft: Draft, team: string, change: ShiftChange): Handover {
  const policy = draft.view.site.policy.handover;
  // One that nobody ever signed does not stay open beside the next one: the gap is on record.
  for (const old of draft.papers()) {
    if (isHandover(old) && old.team === team && old.state === "open" && old.at < change.at) {
      draft.cancelMessages(`paper:${old.id}`);
      draft.putPaper({ ...old, state: "closed" }, "handover-missed", { leaving: old.leaving });
    }
  }
  const handover: Handover = {
    kind: "handover",
    id: handoverId(team, change.at, draft.view.site.zone),
    state: "open",
    at: change.at,
    signBy: later(change.at, policy?.grace ?? minutes(0)),
    team,
    leaving: change.leaving,
    coming: change.coming,
    notes: "",
    checks: (policy?.checks ?? []).map(({ id, text }) => ({ id, text })),
  };
  draft.putPaper(handover, "handover-opened", { leaving: handover.leaving, coming: handover.coming });
  return handover;
}

function tellLead(draft: Draft, handover: Handover): void {
  const { site } = draft.view;
  const people = (ids: readonly string[]) =>
    ids.map((id) => site.people.people.find((one) => one.id === id)?.name ?? id).join("、");
  const team = site.people.teams.find((one) => one.id === handover.team)?.name;
  const side = handover.handedBy
    ? { zh: "接班人未签字", en: "the new shift has not signed" }
    : { zh: "交班人未签字", en: "the old shift has not signed" };
  draft.putPaper({ ...handover, leadTold: true }, "handover-unsigned", { missing: side }, handover.signBy);
  tellAboutPaper(draft, {
    paper: handover.id,
    word: "unsigned",
    step: "handover-unsigned",
    roles: site.policy.handover?.tell ?? [],
    text: {
      zh: `交接班 ${handover.id}（${team?.zh ?? handover.team}）：${side.zh}。原班 ${people(handover.leaving)} 仍在岗负责，请到场处理。`,
      en: `Handover ${handover.id} (${team?.en ?? handover.team}): ${side.en}. ${people(handover.leaving)} of the old shift stays responsible; please see to it.`,
    },
  });
}

/** The handover that waits, or the next one a little before its time. */
export function openHandover(draft: Draft, team: string): Plan {
  if (!handoverTeams(draft.view.site).includes(team)) {
    return refuse(
      422,
      "no-handover-team",
      `班组 ${team} 不需要书面交接，或没有排班。`,
      `The team ${team} hands nothing over in writing, or works in no shifts.`,
    );
  }
  const waiting = draft.papers().find((paper) => isHandover(paper) && paper.team === team && paper.state === "open");
  if (waiting) return draft.finish({ paper: waiting.id, already: waiting.id });
  const { site } = draft.view;
  const { next } = shiftChanges(site.people, team, draft.now, site.zone);
  if (!next || between(draft.now, next.at) > EARLY) {
    return refuse(
      409,
      "too-early",
      next
        ? `下一次交班在 ${handoverId(team, next.at, site.zone).slice(11, 15)}，提前 1 小时内方可填写。`
        : "近期没有排班变动。",
      next
        ? "The next change of shift is more than an hour away; it can be filled in from then on."
        : "No change of shift is near.",
    );
  }
  const known = draft.paper(handoverId(team, next.at, site.zone));
  if (known) {
    return refuse(409, "already-signed", "本次交接班已完成签字。", "This handover is signed already.", {
      handover: known.id,
    });
  }
  return draft.finish({ paper: open(draft, team, next).id });
}

function find(draft: Draft, id: string): Handover | { refused: Plan } {
  const paper = draft.paper(id);
  if (!paper || !isHandover(paper)) {
    return { refused: refuse(404, "no-such-handover", `没有交接班 ${id}。`, `There is no handover ${id}.`) };
  }
  if (paper.state === "closed") {
    return {
      refused: refuse(409, "handover-closed", `交接班 ${id} 已结束，不能修改。`, `The handover ${id} is over.`),
    };
  }
  return paper;
}

export function fillHandover(draft: Draft, command: Fill): Plan {
  const paper = find(draft, command.handover);
  if ("refused" in paper) return paper.refused;
  if (paper.handedBy) {
    return refuse(
      409,
      "handover-signed",
      `${paper.handedBy.name} 已签字，内容不能再改；补充事项请记在工单里。`,
      `${paper.handedBy.name} has signed: what was signed stays as it is. Write what is new into the ticket.`,
    );
  }
  const unknown = Object.keys(command.checks ?? {}).filter((id) => !paper.checks.some((check) => check.id === id));
  if (unknown.length > 0) {
    return refuse(
      422,
      "no-such-check",
      `核对单里没有 ${unknown.join("、")}。`,
      `No such check: ${unknown.join(", ")}.`,
    );
  }
  const checks = paper.checks.map((check) => {
    const ok = command.checks?.[check.id];
    return ok === undefined ? check : { ...check, ok };
  });
  draft.putPaper({ ...paper, notes: command.notes ?? paper.notes, checks }, "handover-filled", {
    ...(command.notes === undefined ? {} : { notes: command.notes }),
    ...(command.checks === undefined ? {} : { checks: command.checks }),
  });
  return draft.finish({ paper: paper.id });
}

export function signHandover(draft: Draft, command: Sign, actor: Actor): Plan {
  const paper = find(draft, command.handover);
  if ("refused" in paper) return paper.refused;
  const signature = { account: actor.id, name: actor.name, at: draft.now };
  if (command.side === "leaving") {
    if (paper.handedBy) {
      return refuse(409, "handover-signed", `${paper.handedBy.name} 已签字。`, `${paper.handedBy.name} has signed.`);
    }
    const unseen = paper.checks.filter((check) => check.ok === undefined);
    if (unseen.length > 0) {
      return refuse(
        422,
        "checks-open",
        `设备核对还差：${unseen.map((check) => check.text.zh).join("；")}。`,
        `Not checked yet: ${unseen.map((check) => check.text.en).join("; ")}.`,
        { open: unseen.map((check) => check.id) },
      );
    }
    if (paper.checks.some((check) => check.ok === false) && paper.notes.trim() === "") {
      return refuse(
        422,
        "note-needed",
        "有设备异常，请在特别事项里写明情况。",
        "Some equipment is not in order: write in the notes what it is.",
      );
    }
    const snapshot = shiftSnapshot(draft.view, draft.now);
    draft.putPaper({ ...paper, snapshot, handedBy: signature }, "handover-handed", {
      tickets: snapshot.tickets.length,
    });
    return draft.finish({ paper: paper.id });
  }
  if (!paper.handedBy) {
    return refuse(409, "hand-over-first", "请交班人先签字。", "The one who leaves signs first.");
  }
  if (paper.handedBy.account === actor.id) {
    return refuse(
      409,
      "second-person-needed",
      "接班人须是另一个人，用自己的账号签字。",
      "The one who takes over must be somebody else, with an account of their own.",
    );
  }
  draft.cancelMessages(`paper:${paper.id}`);
  const since = openedSince(paper.snapshot, shiftSnapshot(draft.view, draft.now));
  const more = since.length > 0 ? { since } : {};
  draft.putPaper({ ...paper, ...more, state: "closed", takenBy: signature }, "handover-taken", {
    from: paper.handedBy.name,
    late: draft.now > paper.signBy,
  });
  return draft.finish({ paper: paper.id });
}
