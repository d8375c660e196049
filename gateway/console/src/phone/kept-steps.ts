/**
 * Steps done where there is no signal, in a lift shaft or a cellar: kept in the phone with the time at which they were done, and
 * shown as if the gateway had them. Whoever opens the page again finds them.
 */
import type { ErrorBody } from "../../../api/shapes.ts";
import type { VisitBody } from "../../../api/visit-shapes.ts";
import { forget, keep, kept } from "../shared/keep.ts";

export interface KeptStep {
  /** The same however often it is sent, so that the gateway does it once. */
  readonly commandId: string;
  readonly step: string;
  readonly words: Readonly<Record<string, unknown>>;
  /** By the gateway's clock as the phone knows it, ISO 8601. */
  readonly doneAt: string;
  /** What the gateway said when it did not take the step: to be told by phone, and then put away. */
  readonly refused?: ErrorBody["message"];
}

/** Steps that say what happened. Taking work, refusing it and signing for it need the gateway's answer at once. */
const KEPT: ReadonlySet<string> = new Set(["depart", "arrive", "mitigate", "repair", "feedback", "note", "sop"]);
export const isKept = (step: string): boolean => KEPT.has(step);

/** Steps that need a certain state, and where they lead: as the rules have it (`rules/response/possible-steps.ts`, kept by a test). */
export const FROM: Readonly<Record<string, readonly string[]>> = {
  depart: ["accepted"],
  arrive: ["accepted", "en-route", "on-site", "mitigated"],
  mitigate: ["accepted", "en-route", "on-site"],
  repair: ["accepted", "en-route", "on-site", "mitigated"],
};
export const TO: Readonly<Record<string, string>> = {
  depart: "en-route",
  arrive: "on-site",
  mitigate: "mitigated",
  repair: "repaired",
};

type Work = NonNullable<VisitBody["work"]>;

function after(work: Work, { step, words, doneAt }: KeptStep): Work {
  const to = step === "arrive" && work.state === "mitigated" ? undefined : TO[step];
  const sop = work.sop.map((row) =>
    step === "sop" && row.step === words.sop ? { ...row, at: row.at ?? doneAt } : row,
  );
  return { ...work, sop, ...(to === undefined ? {} : { state: to }) };
}

/** The work as it stands once the gateway has heard of what waits; what needs an answer is not offered meanwhile. */
export function withKept(work: Work, waiting: readonly KeptStep[]): Work {
  const done = waiting.reduce(after, work);
  const can = [...KEPT].filter((step) => FROM[step]?.includes(done.state) ?? work.can.includes(step));
  return { ...done, can };
}

const keyOf = (no: string): string => `kept.${no}`;

/** What this phone still has to tell of a ticket; what is not ours to read is nothing. */
export function readKept(no: string): readonly KeptStep[] {
  try {
    const found: unknown = JSON.parse(kept(keyOf(no)) ?? "[]");
    return Array.isArray(found) ? found.filter(isKeptStep) : [];
  } catch {
    return [];
  }
}

const isKeptStep = (one: unknown): one is KeptStep =>
  typeof one === "object" &&
  one !== null &&
  ["commandId", "step", "doneAt"].every((key) => typeof Reflect.get(one, key) === "string") &&
  isKept(String(Reflect.get(one, "step"))) &&
  Number.isFinite(Date.parse(String(Reflect.get(one, "doneAt"))));

export function writeKept(no: string, steps: readonly KeptStep[]): void {
  if (steps.length === 0) forget(keyOf(no));
  else keep(keyOf(no), JSON.stringify(steps));
}

/** The gateway has judged, and another try is of no use; whatever stands in between and says no without a reason is not the gateway. */
export const isFinal = ({ status, error }: { readonly status: number; readonly error?: ErrorBody }): boolean =>
  status >= 400 && status < 500 && status !== 429 && error?.message !== undefined;
