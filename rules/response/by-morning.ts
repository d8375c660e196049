/** A class that is answered by the morning when it came at night (T21): its policy as it holds for what opens at an instant. */
import type { ClassPolicy, ClockTarget, LadderStep } from "#model/policy";
import { type Instant, milliseconds, type Span } from "#model/time";

/**
 * The policy of what opens `at`: at night its clocks end no later than the morning, and the steps that were due with them come then.
 * A target that ends sooner anyway stays.
 */
export function asOf(policy: ClassPolicy, at: Instant, zone: string): ClassPolicy {
  const { night } = policy;
  const until = night && morningAfter(night, at, zone);
  if (!night || until === undefined) return policy;
  const isMeant = ({ kind, target }: ClockTarget) => night.clocks.includes(kind) && target > until;
  const meant = policy.clocks.filter(isMeant);
  const sooner = (clocks: readonly ClockTarget[]) =>
    clocks.map((clock) => (isMeant(clock) ? { kind: clock.kind, target: until } : clock));
  const move = (step: LadderStep): LadderStep =>
    step.unless.length > 0 &&
    step.unless.every((kind) => meant.some((clock) => clock.kind === kind && clock.target === step.after))
      ? { ...step, after: until }
      : step;
  return {
    ...policy,
    clocks: sooner(policy.clocks),
    bySeverity: Object.fromEntries(Object.entries(policy.bySeverity).map(([key, clocks]) => [key, sooner(clocks)])),
    ...(policy.ladder ? { ladder: policy.ladder.map(move) } : {}),
    extraSteps: policy.extraSteps.map(move),
  };
}

/** How long it is until the morning; undefined by day. Hours are those of the site's clock. */
function morningAfter(night: NonNullable<ClassPolicy["night"]>, at: Instant, zone: string): Span | undefined {
  const now = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const minute = now.hour * 60 + now.minute;
  const isNight =
    night.from < night.to ? minute >= night.from && minute < night.to : minute >= night.from || minute < night.to;
  if (!isNight) return undefined;
  const day = minute < night.by ? now : now.add({ days: 1 });
  const morning = day.withPlainTime({ hour: Math.floor(night.by / 60), minute: night.by % 60 });
  return milliseconds(morning.epochMilliseconds - at);
}
