/**
 * The fire control room as the rota fills it: how many are there, and for how long without a break. Too few, or somebody there for
 * too long, is kept as a paper of that stretch and told to the lead once.
 */
import type { FireLogPolicy, FireRoomGap } from "#model/fire-log";
import type { Site } from "#model/site";
import type { Text } from "#model/text";
import { between, hours } from "#model/time";
import type { Draft } from "../draft.ts";
import { keepsFireLog } from "./fire-log.ts";
import { inFireRoom, inFireRoomSince } from "./in-fire-room.ts";
import { tellAboutPaper } from "./tell-about-paper.ts";
import { wallStamp } from "./wall-times.ts";

/** The heartbeat: what is not as the policy asks begins, or ends. */
export function watchFireRoom(draft: Draft): void {
  const { site, papers } = draft.view;
  const open: FireRoomGap[] = [];
  for (const paper of papers.values()) if (paper.kind === "fire-room" && paper.state === "open") open.push(paper);
  const { fireLog: policy } = site.policy;
  const wrong = policy && keepsFireLog(site) ? [...tooFew(draft, open, policy), ...tooLong(draft, open, policy)] : [];
  for (const gap of open) if (!wrong.some(({ id }) => id === gap.id)) end(draft, gap);
  for (const gap of wrong) begin(draft, gap);
}

/** A stretch that goes on keeps its paper, unless even fewer are there than when it began. */
function tooFew(draft: Draft, open: readonly FireRoomGap[], policy: FireLogPolicy): readonly FireRoomGap[] {
  const { atLeast, roles } = policy;
  if (atLeast === undefined) return [];
  const { now } = draft;
  const { site } = draft.view;
  const onDuty = inFireRoom(site, roles, now);
  if (onDuty.length >= atLeast) return [];
  const going = open.find(({ asked, onDuty: then }) => "atLeast" in asked && then.length <= onDuty.length);
  if (going) return [going];
  return [newGap(draft, `XG${wallStamp(now, site.zone)}-few`, onDuty, { atLeast })];
}

function tooLong(draft: Draft, open: readonly FireRoomGap[], policy: FireLogPolicy): readonly FireRoomGap[] {
  const { longestShift, roles } = policy;
  if (longestShift === undefined) return [];
  const { site } = draft.view;
  return [...inFireRoomSince(site, roles, draft.now)]
    .filter(([, since]) => between(since, draft.now) >= longestShift)
    .map(([person, since]) => {
      const going = open.find(({ asked }) => "person" in asked && asked.person === person);
      const id = `XG${wallStamp(since, site.zone)}-long-${person}`;
      const asked = { longest: longestShift, person };
      return going ?? newGap(draft, id, inFireRoom(site, roles, draft.now), asked);
    });
}

const newGap = (draft: Draft, id: string, onDuty: readonly string[], asked: FireRoomGap["asked"]): FireRoomGap => ({
  kind: "fire-room",
  id,
  state: "open",
  at: draft.now,
  onDuty,
  asked,
});

function end(draft: Draft, gap: FireRoomGap): void {
  draft.cancelMessages(`paper:${gap.id}`);
  draft.putPaper({ ...gap, state: "closed", to: draft.now }, "fire-room-right");
}

/** Told once: a wall clock that was set back comes to the same stretch again. */
function begin(draft: Draft, gap: FireRoomGap): void {
  const known = draft.paper(gap.id);
  if (known?.kind === "fire-room" && known.state === "open") return;
  draft.putPaper(gap, "atLeast" in gap.asked ? "fire-room-few" : "fire-room-long", { onDuty: gap.onDuty });
  if (known) return;
  const { site } = draft.view;
  tellAboutPaper(draft, {
    paper: gap.id,
    word: "fire-room",
    step: "fire-room",
    roles: site.policy.fireLog?.tell ?? [],
    text: gapText(gap, site),
  });
}

/** What is wrong and what to do, as it is told and as the page shows it. */
export function gapText({ asked, onDuty }: Pick<FireRoomGap, "asked" | "onDuty">, site: Site): Text {
  const nameOf = (id: string) => site.people.people.find((one) => one.id === id)?.name ?? id;
  const names = onDuty.map(nameOf).join("、");
  if ("atLeast" in asked) {
    return {
      zh: `消防控制室在岗 ${onDuty.length} 人（${names || "无人"}），应不少于 ${asked.atLeast} 人。请立即安排持证人员到岗。`,
      en: `Fire control room: ${onDuty.length} on duty (${names || "nobody"}) where ${asked.atLeast} are asked for. Send somebody with a certificate there now.`,
    };
  }
  const most = asked.longest / hours(1);
  return {
    zh: `消防控制室 ${nameOf(asked.person)} 连续值班已超过 ${most} 小时。请安排人员接班。`,
    en: `Fire control room: ${nameOf(asked.person)} has been on duty for more than ${most} h without a break. Send somebody to take over.`,
  };
}
