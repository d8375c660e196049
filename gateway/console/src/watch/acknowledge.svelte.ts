/** Acknowledging: shown at once as a hollow tick, solid when the gateway has it, taken back with its words when it refuses. */
import type { AlarmBody, SeenBody } from "../../../api/alarm-shapes.ts";
import type { ErrorBody } from "../../../api/shapes.ts";
import { command } from "../shared/ask.ts";
import { after } from "../shared/browser-clock.ts";
import { putAlarms } from "../shared/house.svelte.ts";
import { live } from "../shared/live.svelte.ts";
import { may } from "../shared/session.svelte.ts";
import { type AlarmState, isUnacknowledged, occurrenceKey } from "../shared/severity.ts";

export type Reason = "real" | "false" | "test" | "maintenance";
export const reasons: readonly Reason[] = ["real", "false", "test", "maintenance"];

export type Attempt =
  | { readonly state: "sending" }
  | { readonly state: "done" }
  /** `present` is the state that the gateway says the alarm has now. */
  | { readonly state: "refused"; readonly status: number; readonly error: ErrorBody; readonly present?: AlarmState };

let attempts = $state.raw<ReadonlyMap<string, Attempt>>(new Map());
let asking = $state.raw<AlarmBody | undefined>(undefined);

/** What became of the acknowledgement of this occurrence, if it was tried here. */
export const attemptOf = (alarm: AlarmBody): Attempt | undefined => attempts.get(occurrenceKey(alarm));

/** The emergency whose reason is being asked for. */
export const askingFor = (): AlarmBody | undefined => asking;

export const stopAsking = (): void => {
  asking = undefined;
};

/** Why acknowledging is not possible now: a word for the tooltip, or nothing when it is. */
export function cannotAcknowledge(): "lost" | "role" | undefined {
  if (!may("acknowledge")) return "role";
  return live.link === "lost" ? "lost" : undefined;
}

function note(alarm: AlarmBody, attempt: Attempt): void {
  const next = new Map(attempts);
  next.set(occurrenceKey(alarm), attempt);
  // Old attempts say nothing any more; a console runs for months.
  for (const key of next.keys()) {
    if (next.size <= 200) break;
    next.delete(key);
  }
  attempts = next;
}

/** Takes the note away again, unless another attempt was made meanwhile. */
function forgetLater(alarm: AlarmBody, ms: number): void {
  const key = occurrenceKey(alarm);
  const noted = attempts.get(key);
  after(ms, () => {
    if (attempts.get(key) !== noted) return;
    const next = new Map(attempts);
    next.delete(key);
    attempts = next;
  });
}

/** A 409 brings the alarm as it stands now. */
function presentIn(detail: unknown, id: string): AlarmBody | undefined {
  const found = typeof detail === "object" && detail !== null && "alarm" in detail ? detail.alarm : undefined;
  return typeof found === "object" && found !== null && "id" in found && found.id === id
    ? (found as AlarmBody)
    : undefined;
}

/** Acknowledges, or first asks for the reason when the alarm is an emergency. */
export function acknowledge(alarm: AlarmBody | undefined): void {
  if (!alarm || cannotAcknowledge() || !isUnacknowledged(alarm)) return;
  const earlier = attemptOf(alarm);
  if (earlier?.state === "sending" || earlier?.state === "done") return;
  if (alarm.severity === "S1") asking = alarm;
  else void send(alarm, undefined, "");
}

let seenRefused = $state(0);
/** How many of the last list were not acknowledged, shown for half a minute. */
export const refusedOfSeen = (): number => seenRefused;

/** Of the rows on the screen those that one press may acknowledge: an emergency asks for its reason, one by one. */
export const acknowledgeable = (rows: readonly AlarmBody[]): readonly AlarmBody[] =>
  rows.filter((alarm) => isUnacknowledged(alarm) && alarm.severity !== "S1" && !attemptOf(alarm));

/** Acknowledges what was on the screen when it was pressed: a list of occurrences, and not "all that are active". */
export async function acknowledgeSeen(rows: readonly AlarmBody[]): Promise<void> {
  const seen = acknowledgeable(rows).slice(0, 200);
  if (cannotAcknowledge() || seen.length === 0) return;
  for (const alarm of seen) note(alarm, { state: "sending" });
  const answer = await command<SeenBody>("/api/alarms/acknowledge", {
    seen: seen.map(({ id, occurrence }) => ({ id, occurrence })),
  });
  const results = new Map(answer.ok ? answer.body.results.map((one) => [one.id, one]) : []);
  let refused = 0;
  for (const alarm of seen) {
    const one = results.get(alarm.id);
    if (answer.ok && one && one.outcome !== "refused") note(alarm, { state: "done" });
    else {
      refused += 1;
      const error = answer.ok ? undefined : answer.error;
      const message = one?.message ?? error?.message;
      if (message) {
        const code = one?.code ?? error?.code ?? "unknown";
        note(alarm, {
          state: "refused",
          status: one?.status ?? (answer.ok ? 0 : answer.status),
          error: { code, message },
        });
      }
    }
    if (one?.alarm) putAlarms([one.alarm]);
    forgetLater(alarm, one && one.outcome !== "refused" ? 5_000 : 30_000);
  }
  seenRefused = refused;
  if (refused > 0) after(30_000, () => (seenRefused = 0));
}

export async function send(alarm: AlarmBody, reason: Reason | undefined, comment: string): Promise<void> {
  asking = undefined;
  if (cannotAcknowledge()) return;
  note(alarm, { state: "sending" });
  const answer = await command(`/api/alarms/${encodeURIComponent(alarm.id)}/acknowledge`, {
    occurrence: alarm.occurrence,
    ...(reason ? { reason } : {}),
    ...(comment.trim() === "" ? {} : { comment: comment.trim() }),
  });
  if (answer.ok) {
    note(alarm, { state: "done" });
    // The stream says the same within a moment; should someone take the acknowledgement back, the button must return.
    return forgetLater(alarm, 5_000);
  }
  const present = presentIn(answer.error.detail, alarm.id);
  const refused: Attempt = {
    state: "refused",
    status: answer.status,
    error: answer.error,
    ...(present ? { present: present.state } : {}),
  };
  note(alarm, refused);
  if (present) {
    // It is a new occurrence: the words of the refusal belong to the row that people look at now.
    if (occurrenceKey(present) !== occurrenceKey(alarm)) {
      note(present, refused);
      forgetLater(present, 30_000);
    }
    putAlarms([present]);
  }
  forgetLater(alarm, 30_000);
}
