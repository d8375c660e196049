/** What is wrong with a way out for messages: kept, so that a start of the house neither tries it in vain nor forgets that it fails. */
import type { Instant } from "./time.ts";

/** One robot of a channel, or the channel itself where it has one only. */
export interface OutletTrouble {
  /** Shut out by its receiver until then. */
  readonly restsUntil?: Instant;
  /** The receiver wants nothing any more (410). */
  readonly gone?: true;
  /** No retry will help, and since when. */
  readonly bad?: { readonly since: Instant; readonly because: string };
}

export interface ChannelTrouble {
  readonly kind: "channel";
  /** `TD-robot`, by the id of the channel. */
  readonly id: string;
  /** Closed: it takes messages again. */
  readonly state: "open" | "closed";
  /** Since when. */
  readonly at: Instant;
  readonly channel: string;
  /** Of the site's files: what was edited since may have mended it. */
  readonly revision: string;
  /** No message gets out by it. */
  readonly fails: boolean;
  /** As the receiver last said it. */
  readonly because: string;
  /** By the order of the robots in the site file. */
  readonly outlets: readonly OutletTrouble[];
}
