/**
 * What a crew does where there is no signal, in a lift shaft or a cellar: kept in the phone with the time at which it was done, and
 * shown as if the gateway had it. Whoever opens the page again finds it.
 */
import type { ErrorBody } from "../../../api/shapes.ts";
import type { VisitBody } from "../../../api/visit-shapes.ts";
import { forget, keep, kept, keptKeys } from "../shared/keep.ts";

export interface KeptStep {
  /** The same however often it is sent, so that the gateway does it once. */
  readonly commandId: string;
  /** A step of the ticket, or `file`. */
  readonly step: string;
  readonly words: Readonly<Record<string, unknown>>;
  /** By the gateway's clock as the phone knows it, ISO 8601. */
  readonly doneAt: string;
  /** Its bytes stand beside it in the phone, under the same id. */
  readonly file?: "photo" | "signature";
  /** What the gateway said when it did not take the step: to be told by phone, and then put away. */
  readonly refused?: ErrorBody["message"];
}

/** W10: 大小不超过5MB; the gateway takes no more (`gateway/api/read-upload.ts`, kept by a test). */
export const LARGEST = 5 * 1_024 * 1_024;

/** Steps that need a certain state, and where they lead: as the rules have it (`rules/response/possible-steps.ts`, kept by a test). */
export const FROM: Readonly<Record<string, readonly string[]>> = {
  accept: ["new", "dispatched"],
  depart: ["accepted"],
  arrive: ["accepted", "en-route", "on-site", "mitigated"],
  mitigate: ["accepted", "en-route", "on-site"],
  repair: ["accepted", "en-route", "on-site", "mitigated"],
  promise: ["accepted", "en-route", "on-site", "mitigated", "on-hold"],
  rate: ["repaired", "verifying"],
};
export const TO: Readonly<Record<string, string>> = {
  accept: "accepted",
  depart: "en-route",
  arrive: "on-site",
  mitigate: "mitigated",
  repair: "repaired",
};

/** Everything that this page tells the gateway. */
const KEPT: ReadonlySet<string> = new Set([...Object.keys(FROM), "decline", "feedback", "note", "sop", "file"]);

type Work = NonNullable<VisitBody["work"]>;
type Promised = Work["promised"][number];

function after(work: Work, { step, words, doneAt }: KeptStep): Work {
  const to = step === "arrive" && work.state === "mitigated" ? undefined : TO[step];
  const sop = work.sop.map((row) =>
    step === "sop" && row.step === words.sop ? { ...row, at: row.at ?? doneAt } : row,
  );
  const promised = step === "promise" ? [{ what: words.what as Promised["what"], until: doneAt }] : [];
  return { ...work, sop, ...(to === undefined ? {} : { state: to }), promised: [...work.promised, ...promised] };
}

/** Steps without a state of their own, once the work is theirs. */
const BESIDE: Readonly<Record<string, (work: Work) => boolean>> = {
  note: () => true,
  sop: (work) => work.sop.some(({ at }) => at === undefined),
  feedback: (work) =>
    work.clocks.some(({ kind, state }) => kind === "feedback" && (state === "running" || state === "breached")),
};

/** The visit as it stands once the gateway has heard of what waits. */
export function withKept(visit: VisitBody, waiting: readonly KeptStep[]): VisitBody {
  const { work } = visit;
  if (!work || waiting.length === 0) return visit;
  const did = (step: string) => waiting.some((one) => one.step === step);
  if (did("decline")) return { ...visit, standing: "declined" };
  const done = waiting.reduce(after, work);
  if (visit.standing === "offered" && !did("accept")) return { ...visit, work: done };
  const fits = (step: string) => FROM[step]?.includes(done.state) ?? BESIDE[step]?.(done) ?? false;
  const can = [...KEPT].filter((step) => step !== "accept" && fits(step) && !(step === "rate" && did("rate")));
  // Giving work back needs somebody else to take it over: that goes by phone, or with a signal.
  return { ...visit, standing: "mine", work: { ...done, can } };
}

const START = "kept.";
/** Of one ticket and one person: on a phone that two of them share, nobody sends under the other's name. */
export const keyOf = ({ no, person }: Pick<VisitBody, "no" | "person">): string => `${START}${no}.${person}`;

/** What this phone still has to tell of a ticket; what is not ours to read is nothing. */
export function readKept(key: string): readonly KeptStep[] {
  try {
    const found: unknown = JSON.parse(kept(key) ?? "[]");
    return Array.isArray(found) ? found.filter(isKeptStep) : [];
  } catch {
    return [];
  }
}

/** Tickets of which this phone still has to tell, and how much. */
export const allKept = (): readonly { readonly no: string; readonly count: number }[] =>
  keptKeys(START).flatMap((key) => {
    const count = readKept(key).length;
    return count === 0 ? [] : [{ no: key.slice(START.length).split(".")[0] ?? "", count }];
  });

const isKeptStep = (one: unknown): one is KeptStep =>
  typeof one === "object" &&
  one !== null &&
  ["commandId", "step", "doneAt"].every((key) => typeof Reflect.get(one, key) === "string") &&
  KEPT.has(String(Reflect.get(one, "step"))) &&
  typeof Reflect.get(one, "words") === "object" &&
  Reflect.get(one, "words") !== null &&
  Number.isFinite(Date.parse(String(Reflect.get(one, "doneAt"))));

/** False: the phone keeps nothing, and it lasts as long as the page. */
export function writeKept(key: string, steps: readonly KeptStep[]): boolean {
  if (steps.length > 0) return keep(key, JSON.stringify(steps));
  forget(key);
  return true;
}

/** The answer to a try. */
interface Judged {
  readonly status: number;
  readonly error?: ErrorBody;
}

/** The visit is over: its time ran out, or the desk took the link back. What waits needs a new link, and is no step that was refused. */
export const isVisitOver = ({ status }: Judged): boolean => status === 401 || status === 410;

/** The gateway has judged, and another try is of no use; whatever stands in between and says no without a reason is not the gateway. */
export const isFinal = (judged: Judged): boolean =>
  judged.status >= 400 &&
  judged.status < 500 &&
  judged.status !== 408 &&
  judged.status !== 429 &&
  !isVisitOver(judged) &&
  judged.error?.message !== undefined;
