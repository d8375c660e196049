/** The ways by which a channel posts: one, or several robots of the same group, of which the next takes over where one cannot. */
import type { Delivery, Message } from "#model/message";
import type { Severity } from "#model/severity";
import { type Instant, milliseconds, minutes, type Span } from "#model/time";
import type { ChannelContext } from "./channel.ts";
import type { Bucket } from "./pace.ts";

/** A robot whose address or secret is wrong is tried again after this while others take its posts: somebody may have mended it. */
const BAD_FOR = minutes(10);

export interface Outlet {
  readonly bucket: Bucket;
  send(message: Message, context: ChannelContext, signal: AbortSignal): Promise<Delivery>;
  /** Monotonic: until then the receiver takes nothing at all. */
  closedUntil: Span;
  /** The receiver wants nothing any more (410): nothing is sent until a test gets through or the site is changed. */
  gone: boolean;
  /** No retry will help, and since when: a wrong secret, a robot that was taken out of its group. */
  bad?: { readonly since: Instant; readonly because: string };
}

/** The reading of the monotonic clock from which on this outlet takes a message of this severity. */
const opensAt = ({ bucket, closedUntil, gone }: Outlet, severity: Severity, at: Span): number =>
  gone ? Infinity : Math.max(closedUntil, bucket.freeAt(severity, at));

/** When the first of them takes a message of this severity; Infinity where all are gone. */
export const firstOpens = (outlets: readonly Outlet[], severity: Severity, at: Span): number =>
  Math.min(...outlets.map((outlet) => opensAt(outlet, severity, at)));

export const isShut = (outlets: readonly Outlet[], at: Span): boolean =>
  outlets.every(({ closedUntil, gone }) => gone || at < closedUntil);

/** The first that takes a post of this severity now, with a token taken from it. */
export function takeOutlet(
  outlets: readonly Outlet[],
  severity: Severity,
  at: Span,
  tried: ReadonlySet<Outlet> = new Set(),
): Outlet | undefined {
  return outlets.find(
    (outlet) => !tried.has(outlet) && opensAt(outlet, severity, at) <= at && outlet.bucket.take(severity, at),
  );
}

/** It surely did not arrive, and not because of the message: another robot of the group may have it at once. */
export const mayGoElsewhere = (delivery: Delivery): boolean =>
  (delivery.outcome === "try-later" && delivery.pause !== undefined) ||
  (delivery.outcome === "refused" && !delivery.only);

/** Writes the outcome of a post into the outlet. `alone`: no other takes over, so every message asks this one. */
export function noteOutlet(
  outlet: Outlet,
  delivery: Delivery,
  clock: { wall: Instant; monotonic: Span },
  alone: boolean,
): void {
  if (delivery.outcome === "refused" && delivery.only) return;
  if (delivery.outcome === "try-later") {
    if (delivery.pause !== undefined) outlet.closedUntil = milliseconds(clock.monotonic + delivery.pause);
    return;
  }
  outlet.gone = delivery.outcome === "refused" && delivery.gone === true;
  if (delivery.outcome === "refused") {
    outlet.bad = { since: outlet.bad?.since ?? clock.wall, because: delivery.because };
    if (!alone) outlet.closedUntil = milliseconds(clock.monotonic + BAD_FOR);
  } else {
    delete outlet.bad;
    outlet.closedUntil = milliseconds(0);
  }
}
