/** A person puts a learned value in force, or takes it back. The site's own file goes first, and nothing is applied over it. */
import type { Actor } from "#model/account";
import { fitsLearnable, type Learnable, type LearnedValue, learnableText, learnedId } from "#model/learned";
import type { Signature } from "#model/paper";
import type { Command, Plan } from "#model/plan";
import { type Draft, refuse } from "../draft.ts";
import { concerned, fitLearned, valueInForce } from "./in-force.ts";

type Apply = Extract<Command, { readonly do: "apply-learned" }>;
type TakeBack = Extract<Command, { readonly do: "take-back-learned" }>;
type Values = readonly (number | null)[];

const sameValues = (a: Values | undefined, b: Values | undefined): boolean =>
  JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** `command.was` is what the person saw in force: refused when that is not so any more. */
export function applyLearned(draft: Draft, command: Apply, actor: Actor): Plan {
  const { site } = draft.view;
  const { device: id, what, values } = command;
  const { zh, en } = learnableText[what];
  const device = site.devices.find((one) => one.id === id);
  if (!device) return refuse(404, "no-such-device", `没有设备 ${id}。`, `There is no device ${id}.`);
  if (concerned(site.rules, device.kind, what).length === 0) {
    return refuse(
      422,
      "no-rule-asks",
      `没有规则使用设备 ${id} 的${zh}，未应用。`,
      `No rule asks for ${en} of ${id}; nothing was applied.`,
    );
  }
  if (!fitsLearnable(what, values)) {
    return refuse(
      422,
      "value-not-allowed",
      `学到的${zh}不在合理范围内，未应用。请换一段正常运行的时间重新学习。`,
      `What was learned as ${en} is out of range; nothing was applied. Learn from a range of ordinary days.`,
    );
  }
  if (device.ownParams?.includes(what)) {
    return refuse(
      409,
      "file-goes-first",
      `devices/*.yaml 中设备 ${id} 写明了 ${what}，以文件为准，未应用。请直接修改文件。`,
      `devices/*.yaml names ${what} of ${id}, and the file goes first; nothing was applied. Change the file instead.`,
    );
  }
  const present = valueInForce(site, fitLearned(site, draft.papers()), id, what);
  if (!sameValues(present.values, command.was)) {
    return refuse(
      409,
      "changed-meanwhile",
      `设备 ${id} 的${zh}已被他人改动，未应用。请刷新后重新核对。`,
      `${en} of ${id} was changed by somebody else meanwhile; nothing was applied. Reload and look again.`,
    );
  }
  if (sameValues(present.values, values) && present.from === "learned") {
    return refuse(409, "already-in-force", `设备 ${id} 的${zh}已是这个值。`, `${en} of ${id} has this value already.`);
  }
  const by = signatureOf(draft, actor);
  const paper: LearnedValue = {
    kind: "learned",
    id: learnedId(id, what),
    state: "open",
    at: draft.now,
    device: id,
    what,
    unit: "m3/h",
    values,
    ...(command.was === undefined ? {} : { was: command.was }),
    reason: command.reason,
    by,
    learned: command.learned,
  };
  const was = command.was ?? null;
  draft.putPaper(paper, "learned-applied", { device: id, what, was, values, reason: command.reason });
  draft.record(`device:${id}`, "learned-applied", { what, was, values, reason: command.reason });
  return draft.finish({ paper: paper.id });
}

export function takeBackLearned(draft: Draft, command: TakeBack, actor: Actor): Plan {
  const { device, what, reason } = command;
  // A row of another release may be named by a word that nobody knows any more: it can be taken back all the same.
  const { zh, en } = Object.hasOwn(learnableText, what) ? learnableText[what as Learnable] : { zh: what, en: what };
  const paper = draft.paper(learnedId(device, what));
  if (paper?.kind !== "learned" || paper.state !== "open") {
    return refuse(
      404,
      "nothing-applied",
      `设备 ${device} 没有应用学到的${zh}。`,
      `Nothing learned is applied as ${en} of ${device}.`,
    );
  }
  const closed: LearnedValue = { ...paper, state: "closed", takenBack: { by: signatureOf(draft, actor), reason } };
  draft.putPaper(closed, "learned-taken-back", { device, what, was: paper.values, reason });
  draft.record(`device:${device}`, "learned-taken-back", { what, was: paper.values, reason });
  return draft.finish({ paper: closed.id });
}

const signatureOf = (draft: Draft, { id, name }: Actor): Signature => ({ account: id, name, at: draft.now });
