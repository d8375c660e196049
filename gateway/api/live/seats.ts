/** The seats before the live stream, as routes see them: who looks, what they may ask for, and who gives seats away. */
import type { KeptFrame } from "./frames.ts";

export type LiveView = "watch" | "device" | "devices";

/** A socket or an event stream, as the hub sees it. */
export interface Onlooker {
  /** Counted against the limit per person. */
  readonly person: string;
  /** False once the credential ended; asked at every heartbeat. */
  allowed(): boolean;
  send(frame: KeptFrame): void;
  /** Bytes handed over and not yet gone. */
  unsent(): number;
  close(code: number, reason: string): void;
  /** Sends a ping when one is due; false when the other side has not answered for too long. */
  alive(): boolean;
  /** True while a ping is unanswered: perhaps nobody is there any more. */
  doubtful(): boolean;
}

export interface Seat {
  subscribe(view: LiveView, ids: readonly string[]): void;
  leave(): void;
}

export interface Hub {
  /** Whether this person may have one more seat. When all are taken, those that nobody may sit on any more are given up. */
  hasRoom(person: string): boolean;
  /** `since`: the last number the client has; it gets what it missed, or a snapshot when that is gone. */
  join(onlooker: Onlooker, wish: { since?: number | undefined; view: LiveView; ids: readonly string[] }): Seat;
  /** How many seats are taken. */
  taken(): number;
  /** Closes every seat and stops following. */
  close(): void;
}
