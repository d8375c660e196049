/** Policies are kept by version, so that a ticket goes by its own after an edit, a restart and a restored backup. */
import { type Governing, governing, type KeptPolicy, keptPolicyId } from "#model/kept-policy";
import type { View } from "#model/plan";
import type { Policy } from "#model/policy";
import type { Draft } from "../draft.ts";
import { type Known, keptAs } from "./frozen-policy.ts";
import { tellAboutPaper } from "./tell-about-paper.ts";

const governingOf = (policy: Policy): Governing =>
  Object.fromEntries(governing.flatMap((part) => (policy[part] === undefined ? [] : [[part, policy[part]]]))) as never;

/** The same whatever the order of keys: rows come back from the disk with theirs sorted. */
const told = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) =>
    typeof one === "object" && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );

/**
 * At a start: the policy of the site's files is kept under its version, or under `version~2` where a file was edited without giving
 * it another one; policies that no ticket goes by are put away; and for a version that the house does not know, as after damage
 * to the disk, the present policy stands in from now on, which is told once.
 */
export function keepPolicies(draft: Draft): void {
  const { view, now } = draft;
  const live = governingOf(view.site.policy);
  const version = freeVersion(view, told(live));
  const known = keptAs(view, version);
  for (const paper of view.papers.values()) {
    if (paper.kind !== "policy" || !paper.inForce || paper.version === version) continue;
    const { inForce: _, ...past } = paper;
    draft.putPaper(past, "policy-superseded", { version: paper.version, by: version });
  }
  const used = usedVersions(view);
  const lost = [...used.open].filter(([one]) => !keptAs(view, one) && (one !== version || isDamaged(view, one)));
  if (!known?.inForce) {
    draft.putPaper(paperOf(version, now, live, { inForce: true }), "policy-in-force", { version });
  }
  for (const [one, tickets] of lost) {
    if (one !== version) {
      draft.putPaper(paperOf(one, now, live, { standIn: true }), "policy-lost", { version: one, by: version, tickets });
    }
  }
  if (lost.length > 0) tellLost(draft, lost, version);
  for (const paper of draft.papers()) {
    if (paper.kind !== "policy" || paper.inForce) continue;
    const state = used.all.has(paper.version) ? "open" : "closed";
    if (paper.state !== state)
      draft.putPaper({ ...paper, state }, "policy-put-away", { version: paper.version, state });
  }
}

const paperOf = (
  version: string,
  at: KeptPolicy["at"],
  policy: Governing,
  mark: Pick<KeptPolicy, "inForce" | "standIn">,
): KeptPolicy => ({ kind: "policy", id: keptPolicyId(version), state: "open", at, version, ...mark, policy });

const isDamaged = (known: Known, version: string): boolean =>
  known.papers.has(keptPolicyId(version)) && !keptAs(known, version);

/** The version of the files; with a number behind it while something else is kept under that name. */
function freeVersion(known: Known, content: string): string {
  const { version } = known.site.policy;
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? version : `${version}~${n}`;
    const kept = keptAs(known, name);
    if (!kept || told(kept.policy) === content) return name;
  }
}

/** Versions that tickets go by: how many open ones each, and all that may still be opened again. */
function usedVersions({ tickets, lately }: View): { open: Map<string, number>; all: Set<string> } {
  const open = new Map<string, number>();
  for (const { policyVersion } of tickets.values()) open.set(policyVersion, (open.get(policyVersion) ?? 0) + 1);
  const all = new Set(open.keys());
  for (const { policyVersion } of lately.values()) all.add(policyVersion);
  return { open, all };
}

function tellLost(draft: Draft, lost: readonly (readonly [version: string, tickets: number])[], by: string): void {
  const versions = lost.map(([version]) => version);
  const tickets = lost.reduce((sum, [, count]) => sum + count, 0);
  tellAboutPaper(draft, {
    paper: keptPolicyId(by),
    word: `lost-${draft.now}`,
    step: "policy-lost",
    roles: ["control-room-operator"],
    text: {
      zh: `响应策略 ${versions.join("、")} 的存档缺失或损坏，${tickets} 张未关闭工单的升级和提醒改按现行策略 ${by} 执行，计时和处置步骤不变。请核对这些工单，并检查磁盘和备份`,
      en: `The response policy ${versions.join(", ")} is no longer kept or is damaged: ${tickets} open tickets are escalated by the present one, ${by}; their clocks and steps stay. See how they stand, and check the disk and the backup`,
    },
  });
}
