/** The live connection: one WebSocket that comes back by itself, and the truth about how old the picture is. */
import type { AlarmBody } from "../../../api/alarm-shapes.ts";
import type { LiveFrame } from "../../../api/live-shapes.ts";
import { after, every, monotonic } from "./browser-clock.ts";
import { alarmsAtOnce, forgetHouse, forgetPoints, house, putFrame } from "./house.svelte.ts";
import { findOutWhoIAm } from "./session.svelte.ts";
import { isUnacknowledged, occurrenceKey } from "./severity.ts";
import { exactly, offset } from "./site-time.svelte.ts";
import { instantOf } from "./time-text.ts";

/** Seconds without a frame until the picture counts as stale, as lost. */
const STALE = 3_000;
const LOST = 10_000;
/** A socket that says nothing for so long is half open: try another. */
const HALF_OPEN = 5_000;
const CONNECT_PATIENCE = 4_000;
const RETRY = [500, 1_000, 2_000, 4_000, 5_000] as const;
const ALIVE = 5_000;

export type LinkState = "connecting" | "live" | "stale" | "lost";
export interface Subscription {
  readonly view: "watch" | "device" | "devices";
  readonly ids?: readonly string[];
}
/** What happened while the connection was away, shown until someone has read it. */
export interface Return {
  readonly away: number;
  readonly fresh: readonly AlarmBody[];
}

let link = $state.raw<LinkState>("connecting");
let silentFor = $state(0);
let pictureOf = $state(Number.NaN);
let back = $state.raw<Return | undefined>(undefined);

let socket: WebSocket | undefined;
let running = false;
let lastSeq = 0;
let heardAt = 0;
let openedAt = 0;
let attempt = 0;
let callOffRetry = () => {};
let subscription: Subscription = { view: "watch" };
let known: ReadonlySet<string> | undefined;
let lostSince = 0;
let audioRunning: () => boolean = () => false;
let hear: () => void = () => {};

export const live = {
  get link() {
    return link;
  },
  /** Milliseconds since the last frame, moving once a second. */
  get silentFor() {
    return silentFor;
  },
  /** The gateway's instant of the last frame: the picture shows that moment and no other. */
  get pictureOf() {
    return pictureOf;
  },
  get back() {
    return back;
  },
};

export const dismissReturn = (): void => {
  back = undefined;
  known = undefined;
};

const wanted = (): ReadonlySet<string> => new Set(subscription.ids ?? []);

function send(message: object): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

/** Says what this page looks at; values come for these devices only. */
export function watchView(view: Subscription): void {
  if (view.view !== subscription.view || view.ids?.join() !== subscription.ids?.join()) forgetPoints();
  subscription = view;
  send({ sub: view });
}

function sayAlive(): void {
  send({ alive: { visible: !document.hidden, audioRunning: audioRunning(), lastSeq } });
}

function freshSince(before: ReadonlySet<string>): AlarmBody[] {
  return [...alarmsAtOnce()].filter((alarm) => isUnacknowledged(alarm) && !before.has(occurrenceKey(alarm)));
}

function take(text: unknown): void {
  let frame: LiveFrame;
  try {
    frame = JSON.parse(String(text)) as LiveFrame;
    if (typeof frame !== "object" || frame === null || typeof frame.seq !== "number") return;
    putFrame(frame, wanted());
  } catch {
    return; // Garbage on the line proves nothing and changes nothing.
  }
  heardAt = monotonic();
  lastSeq = frame.seq;
  const at = instantOf(frame.at);
  if (frame.kind === "heartbeat" || !Number.isFinite(exactly())) offset.hear(at, heardAt);
  judge(at);
  hear();
}

/** Stale, lost, or live again; called on every frame and four times a second. */
function judge(at?: number): void {
  const age = monotonic() - heardAt;
  if (link === "connecting" && !house.whole && age < LOST) return;
  const next: LinkState = age >= LOST ? "lost" : age >= STALE ? "stale" : "live";
  const shown = Math.floor(age / 1_000) * 1_000;
  if (shown !== silentFor) silentFor = shown;
  if (next === "lost" && link !== "lost") {
    lostSince = heardAt;
    if (house.whole) known = new Set([...alarmsAtOnce()].map(occurrenceKey));
    offset.forget();
  }
  if (next === "live") {
    if (at !== undefined && Number.isFinite(at)) pictureOf = at;
    if (known && house.whole) {
      const away = link === "lost" ? monotonic() - lostSince : (back?.away ?? 0);
      back = { away, fresh: freshSince(known) };
      // Frames that were missed may still be on their way: keep comparing for a moment.
      if (link === "lost") {
        const before = known;
        after(2_500, () => {
          if (known === before) known = undefined;
        });
      }
    }
  }
  if (next !== link) link = next;
}

function connect(): void {
  callOffRetry();
  if (!running) return;
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const mine = new WebSocket(`${scheme}//${location.host}/api/live${lastSeq > 0 ? `?since=${lastSeq}` : ""}`);
  socket = mine;
  let opened = false;
  const patience = after(CONNECT_PATIENCE, () => mine.close());
  mine.onopen = () => {
    opened = true;
    openedAt = monotonic();
    patience();
    // The whole list first: counters and the pinned alarm are on every page.
    send({ sub: { view: "watch" } });
    if (subscription.view !== "watch") send({ sub: subscription });
    sayAlive();
  };
  mine.onmessage = (event) => {
    if (mine !== socket) return;
    attempt = 0;
    take(event.data);
  };
  mine.onclose = (event) => {
    patience();
    if (mine !== socket) return;
    socket = undefined;
    // The browser hides why a handshake was refused; a 401 shows itself when asked in plain HTTP.
    if (event.code === 4401 || !opened) void findOutWhoIAm();
    retry();
  };
}

function retry(): void {
  const wait = RETRY[Math.min(attempt, RETRY.length - 1)] ?? 5_000;
  attempt += 1;
  callOffRetry = after(wait * (0.8 + Math.random() * 0.4), connect);
}

/** Tries at once: the network is back, the page is looked at again, or someone pressed the button. */
export function connectNow(): void {
  if (!running || socket?.readyState === WebSocket.OPEN) return;
  attempt = 0;
  const old = socket;
  socket = undefined;
  old?.close();
  connect();
}

function dropHalfOpen(): void {
  if (socket?.readyState !== WebSocket.OPEN || monotonic() - Math.max(heardAt, openedAt) < HALF_OPEN) return;
  const old = socket;
  socket = undefined;
  old.close();
  connect();
}

/**
 * Opens the connection and keeps it; returns the way to stop.
 * @param onHeard called after every frame, also in a hidden page, where timers sleep
 * @param isAudioRunning tells the gateway whether an alarm would be heard here
 */
export function goLive(onHeard: () => void, isAudioRunning: () => boolean): () => void {
  running = true;
  hear = onHeard;
  audioRunning = isAudioRunning;
  heardAt = monotonic();
  link = "connecting";
  lastSeq = 0;
  connect();
  const stops = [
    every(250, () => {
      judge();
      dropHalfOpen();
    }),
    every(ALIVE, sayAlive),
  ];
  const visible = () => {
    sayAlive();
    if (!document.hidden) connectNow();
  };
  // A page that the browser keeps for "back" must not keep its place at the gateway too.
  const leave = () => {
    callOffRetry();
    const old = socket;
    socket = undefined;
    old?.close();
  };
  addEventListener("online", connectNow);
  addEventListener("pagehide", leave);
  addEventListener("pageshow", connectNow);
  document.addEventListener("visibilitychange", visible);
  return () => {
    running = false;
    callOffRetry();
    for (const stop of stops) stop();
    removeEventListener("online", connectNow);
    removeEventListener("pagehide", leave);
    removeEventListener("pageshow", connectNow);
    document.removeEventListener("visibilitychange", visible);
    const old = socket;
    socket = undefined;
    old?.close();
    known = undefined;
    back = undefined;
    forgetHouse();
  };
}
