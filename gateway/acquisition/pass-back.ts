/** Whoever acknowledges an alarm here has it acknowledged at its source too, where the site says so; both are journalled. */
import type { Alarm } from "#model/alarm";
import type { JournalEntry } from "#model/journal";
import type { PointDefinition } from "#model/points";
import type { Clock } from "#model/time";
import type { Written } from "./orders.ts";

export interface PassBackInput {
  readonly points: readonly PointDefinition[];
  /** Alarms as they stand at the start: what was acknowledged before is not passed on again. */
  readonly alarms: Iterable<Alarm>;
  readonly clock: Clock;
  /** One row in the journal; resolves after the commit. */
  record(entry: JournalEntry): Promise<unknown>;
  acknowledge(handle: number, comment: string): Promise<Written>;
}

export interface PassBack extends AsyncDisposable {
  /** Alarms that have just changed, after the commit. */
  changed(alarms: readonly Alarm[]): void;
}

const events: Readonly<Record<Written["outcome"], string>> = {
  done: "pass-back-passed",
  refused: "pass-back-refused",
  unreachable: "pass-back-refused",
  unknown: "pass-back-unknown",
};

export function startPassBack({ points, alarms, clock, record, acknowledge }: PassBackInput): PassBack {
  const sources = new Map(
    points.flatMap((point, handle) => (point.acknowledge ? [[point.id, { point, handle }] as const] : [])),
  );
  /** By alarm: the acknowledgement that is known. */
  const known = new Map<string, number>();
  const running = new Set<Promise<void>>();
  for (const { id, acknowledgedAt } of alarms) if (acknowledgedAt !== undefined) known.set(id, acknowledgedAt);

  async function pass(alarm: Alarm, { point, handle }: { point: PointDefinition; handle: number }): Promise<void> {
    const { id, occurrence, acknowledgedBy = "", comment = "" } = alarm;
    const say = (event: string, more: object = {}) => {
      const at = clock.now();
      const data = { alarm: id, occurrence, point: point.id, by: acknowledgedBy, ...more };
      return record({ occurredAt: at, at, about: `device:${point.device}`, event, actor: "gatehouse", data });
    };
    await say("pass-back-sent");
    const written = await acknowledge(handle, comment);
    await say(events[written.outcome], "because" in written ? { because: written.because } : {});
  }

  return {
    changed(changes) {
      if (sources.size === 0) return;
      for (const alarm of changes) {
        const { id, acknowledge: state, acknowledgedAt } = alarm;
        if (state !== "acknowledged" || acknowledgedAt === undefined || known.get(id) === acknowledgedAt) continue;
        known.set(id, acknowledgedAt);
        for (const read of new Set(alarm.inputs.map(({ point }) => point))) {
          const source = sources.get(read);
          if (!source) continue;
          const passing = pass(alarm, source).finally(() => running.delete(passing));
          running.add(passing);
        }
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(running);
    },
  };
}
