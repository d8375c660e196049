/** Onlookers: they see what was committed and cannot answer. Screens, metrics and the north follow this one feed. */
import type { Alarm } from "#model/alarm";
import type { Tide } from "#model/flood";
import type { Message } from "#model/message";
import type { DeviceState } from "#model/plan";
import type { Ticket } from "#model/ticket";
import type { Moment } from "#model/time";

export type News =
  | { readonly kind: "values"; readonly changed: Int32Array; readonly count: number; readonly at: Moment }
  | { readonly kind: "alarms"; readonly alarms: readonly Alarm[]; readonly at: Moment }
  | { readonly kind: "tickets"; readonly tickets: readonly Ticket[]; readonly at: Moment }
  | { readonly kind: "messages"; readonly messages: readonly Message[]; readonly at: Moment }
  | { readonly kind: "tides"; readonly tides: readonly Tide[]; readonly at: Moment }
  | { readonly kind: "devices"; readonly devices: readonly DeviceState[]; readonly at: Moment };

export interface Feed {
  publish(news: News): void;
  /** Calls back at once, in order; the arrays of `values` are only valid during the call. Returns the way to stop. */
  follow(onlooker: (news: News) => void): () => void;
}

export function createFeed(): Feed {
  const followers = new Set<(news: News) => void>();
  return {
    publish(news) {
      for (const follower of followers) follower(news);
    },
    follow(onlooker) {
      followers.add(onlooker);
      return () => followers.delete(onlooker);
    },
  };
}
