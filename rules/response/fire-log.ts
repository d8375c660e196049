/**
 * The log of the fire control room: an entry falls due every so often by the site's clock and, where the policy asks for it, when
 * the shift changes; whoever is on duty makes it, and the lead is told once of what nobody wrote. Downtime leaves no gap: what fell due meanwhile is opened afterwards, each once.
 */
import type { Actor } from "#model/account";
import type { FireDrill, FireLog } from "#model/fire-log";
import type { Command, Plan, View } from "#model/plan";
import type { Site } from "#model/site";
import { between, days, type Instant, instant, later, minutes, type Span } from "#model/time";
import { type Draft, refuse } from "../draft.ts";
import { fireRoomTeams, inFireRoom } from "./in-fire-room.ts";
import { shiftChangesWithin } from "./shift-change.ts";
import { shiftSnapshot } from "./shift-snapshot.ts";
import { tellAboutPaper } from "./tell-about-paper.ts";
import { wallStamp, wallTimes } from "./wall-times.ts";

type Fill = Extract<Command, { do: "fill-fire-log" }>;

/** A house that has never kept this log begins with the next entry, not with one that was due before it started. */
const SEEN_LIVE = minutes(1);
/** An entry that nobody made within a day is missed for good: who writes later writes from hearsay. */
const OPEN_FOR = days(1);

/** A site without a fire panel has no fire control room. */
export const keepsFireLog = ({ policy, devices }: Site): boolean =>
  policy.fireLog !== undefined && devices.some(({ kind }) => kind === "fire");

export const fireLogId = (at: Instant, zone: string): string => `XF${wallStamp(at, zone)}`;

/** The hours at which an entry falls due after `from` up to `to`, by the clock on the wall. */
export function fireLogTimes(every: Span, from: Instant, to: Instant, zone: string): readonly Instant[] {
  const apart = every / minutes(1);
  const hours = Array.from({ length: (24 * 60) / apart }, (_, n) => n * apart);
  return wallTimes(hours, { from, to }, zone);
}

type Entry = Pick<FireLog, "at" | "handover">;

/** What falls due after `from`: by the hour and, where the policy asks for it, at each change of shift. Both at once are one entry. */
function entriesDue({ policy, people, zone }: Site, from: Instant, to: Instant): readonly Entry[] {
  const { every, atHandover, roles } = policy.fireLog ?? { roles: [] };
  const due = new Map<Instant, Entry>();
  for (const at of every === undefined ? [] : fireLogTimes(every, from, to, zone)) due.set(at, { at });
  for (const team of atHandover ? fireRoomTeams(people, roles) : []) {
    for (const { at, leaving, coming } of shiftChangesWithin(people, team, { from, to }, zone)) {
      const other = due.get(at)?.handover;
      const both = (mine: readonly string[], theirs: readonly string[] = []) => [...new Set([...theirs, ...mine])];
      due.set(at, {
        at,
        handover: { leaving: both(leaving, other?.leaving), coming: both(coming, other?.coming) },
      });
    }
  }
  return [...due.values()].sort((a, b) => a.at - b.at);
}

/** The heartbeat: entries that fell due, those that nobody made, and those that are too old to be made. */
export function watchFireLog(draft: Draft): void {
  const { site, papers } = draft.view;
  const { fireLog: policy } = site.policy;
  if (!policy || !keepsFireLog(site)) return;
  let newest: Instant | undefined;
  const late: FireLog[] = [];
  for (const paper of papers.values()) {
    if (paper.kind !== "fire-log") continue;
    // One far in the future is of a clock that ran ahead: the log goes on without waiting for that day.
    const isAhead = between(draft.now, paper.at) > OPEN_FOR;
    if (!isAhead && (newest === undefined || paper.at > newest)) newest = paper.at;
    if (paper.state !== "open") continue;
    if (between(paper.at, draft.now) >= OPEN_FOR) {
      draft.cancelMessages(`paper:${paper.id}`);
      draft.putPaper({ ...paper, state: "closed" }, "fire-log-missed", { onDuty: paper.onDuty });
    } else if (paper.leadTold === undefined && paper.fillBy <= draft.now) late.push(paper);
  }
  const yesterday = instant(draft.now - OPEN_FOR);
  // A wall clock that was set back asks for nothing twice: what is written has a later hour.
  const from = newest === undefined ? instant(draft.now - SEEN_LIVE) : instant(Math.max(newest, yesterday));
  if (between(from, draft.now) > 0) {
    for (const entry of entriesDue(site, from, draft.now)) {
      const paper = open(draft, entry);
      if (paper.fillBy <= draft.now) late.push(paper);
    }
  }
  tellLead(draft, late);
}

function open(draft: Draft, { at, handover }: Entry): FireLog {
  const { site } = draft.view;
  const policy = site.policy.fireLog;
  const paper: FireLog = {
    kind: "fire-log",
    id: fireLogId(at, site.zone),
    state: "open",
    at,
    fillBy: later(at, policy?.grace ?? minutes(0)),
    onDuty: inFireRoom(site, policy?.roles ?? [], at),
    checks: (policy?.checks ?? []).map(({ id, text }) => ({ id, text })),
    ...(handover ? { handover } : {}),
  };
  draft.putPaper(paper, "fire-log-due", { onDuty: paper.onDuty, ...handover }, at);
  return paper;
}

/** Several that were missed while the house was down are one message: the newest paper carries it. */
function tellLead(draft: Draft, late: readonly FireLog[]): void {
  const newest = late.at(-1);
  if (!newest) return;
  for (const paper of late)
    draft.putPaper({ ...paper, leadTold: true }, "fire-log-overdue", { onDuty: paper.onDuty }, paper.fillBy);
  const { site } = draft.view;
  const names = newest.onDuty.map((id) => site.people.people.find((one) => one.id === id)?.name ?? id).join("、");
  const hour = ({ id }: FireLog) => `${id.slice(11, 13)}:${id.slice(13, 15)}`;
  const zh = late.map((paper) => `${hour(paper)}${paper.handover ? "（交接班）" : ""}`).join("、");
  const en = late.map((paper) => `${hour(paper)}${paper.handover ? " (handover)" : ""}`).join(", ");
  tellAboutPaper(draft, {
    paper: newest.id,
    word: "overdue",
    step: "fire-log-overdue",
    roles: site.policy.fireLog?.tell ?? [],
    text: {
      zh: `消防控制室值班记录 ${zh} 未填写（在岗：${names || "无人"}）。请到消防控制室核实并督促补记。`,
      en: `Fire control room log: no entry for ${en} (on duty: ${names || "nobody"}). Please see to it that somebody is at the panel and that it is written.`,
    },
  });
}

/** Fire drills that go on, or ended since the entry before was due. */
function fireDrills({ tickets, lately }: Pick<View, "tickets" | "lately">, since: Instant): readonly FireDrill[] {
  return [...tickets.values(), ...lately.values()]
    .filter(({ drill, class: kind, closedAt }) => drill && kind === "fire_alarm" && (closedAt ?? since) >= since)
    .map(({ no, title, openedAt, closedAt }) => ({
      ticket: no,
      title,
      from: openedAt,
      ...(closedAt === undefined ? {} : { to: closedAt }),
    }));
}

/** What the house itself knows of the fire system at `now`. */
export function fireSystemSeen(
  view: Pick<View, "tickets" | "lately" | "alarms" | "devices">,
  { devices, policy }: Site,
  now: Instant,
): NonNullable<FireLog["seen"]> {
  const drills = fireDrills(view, instant(now - (policy.fireLog?.every ?? 0)));
  const fire = new Set(devices.filter(({ kind }) => kind === "fire").map(({ id }) => id));
  const { at, alarms, silent } = shiftSnapshot(view, now);
  return {
    at,
    alarms: alarms.filter(({ device }) => fire.has(device)),
    silent: silent.filter((device) => fire.has(device)),
    ...(drills.length > 0 ? { drills } : {}),
  };
}

export function fillFireLog(draft: Draft, command: Fill, actor: Actor): Plan {
  const paper = draft.paper(command.log);
  if (paper?.kind !== "fire-log") {
    return refuse(404, "no-such-log", `没有值班记录 ${command.log}。`, `There is no log entry ${command.log}.`);
  }
  if (paper.filledBy) {
    const { name } = paper.filledBy;
    return refuse(
      409,
      "log-filled",
      `${paper.id} 已由 ${name} 填写，不能再改。新情况请记入下一条。`,
      `${name} has made the entry ${paper.id}; it stays as it is. Write what is new into the next one.`,
    );
  }
  if (paper.state === "closed") {
    return refuse(
      409,
      "log-missed",
      `${paper.id} 已超过 24 小时，按漏记存档，不能补填。`,
      `More than a day has gone by: ${paper.id} is kept as missed and cannot be filled in.`,
    );
  }
  const unseen = paper.checks.filter((check) => command.checks[check.id] === undefined);
  if (unseen.length > 0) {
    return refuse(
      422,
      "checks-open",
      `还有未检查项：${unseen.map((check) => check.text.zh).join("；")}。`,
      `Not checked yet: ${unseen.map((check) => check.text.en).join("; ")}.`,
      { open: unseen.map((check) => check.id) },
    );
  }
  const checks = paper.checks.map((check) => ({ ...check, ok: command.checks[check.id] === true }));
  const isUsual =
    command.panel === "normal" && command.linkage === "automatic" && checks.every((check) => check.ok === true);
  if (!isUsual && command.remarks.trim() === "") {
    return refuse(
      422,
      "note-needed",
      "有异常，请写明报警或故障部位、原因及处理情况。",
      "Something is out of order: write where, why, and what was done.",
    );
  }
  draft.cancelMessages(`paper:${paper.id}`);
  draft.putPaper(
    {
      ...paper,
      state: "closed",
      checks,
      entry: { panel: command.panel, linkage: command.linkage, remarks: command.remarks.trim() },
      seen: fireSystemSeen(draft.view, draft.view.site, draft.now),
      filledBy: { account: actor.id, name: actor.name, at: draft.now },
    },
    "fire-log-filled",
    { panel: command.panel, linkage: command.linkage, late: draft.now > paper.fillBy },
  );
  return draft.finish({ paper: paper.id });
}
