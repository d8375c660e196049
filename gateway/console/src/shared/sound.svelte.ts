/** The alarm tones of this page, made by WebAudio. A browser stays silent until someone clicks; the badge says so until it runs. */
import { monotonic } from "./browser-clock.ts";
import { alarmsAtOnce, house, ticketsAtOnce } from "./house.svelte.ts";
import { keep, kept } from "./keep.ts";
import { isUnacknowledged, occurrenceKey } from "./severity.ts";
import { exactly } from "./site-time.svelte.ts";
import {
  isSilenced,
  nextTone,
  type Ringing,
  type SoundMemory,
  silence,
  silentMemory,
  sounds,
  type Tone,
  tones,
} from "./sound-plan.ts";
import { instantOf } from "./time-text.ts";

let context: AudioContext | undefined;
let memory: SoundMemory = silentMemory;
let running = $state(false);
let quiet = $state(false);
let volume = $state(Number(kept("volume") ?? "0.6"));

/** True when a tone would really be heard from this page. */
export const soundRunning = (): boolean => running;
/** True while everything that rings is silenced. */
export const soundSilenced = (): boolean => quiet;
export const soundVolume = (): number => volume;

/** Never lower than a fifth: a desk that was turned down at night must still be heard in the morning. */
export function setVolume(to: number): void {
  volume = Math.min(1, Math.max(0.2, to));
  keep("volume", String(volume));
}

function play(tone: Tone): void {
  if (context?.state !== "running") return;
  let start = context.currentTime + 0.02;
  for (const hertz of tone.hertz) {
    const oscillator = context.createOscillator();
    const gain = context.createGain();
    oscillator.type = "triangle";
    oscillator.frequency.value = hertz;
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(volume, start + 0.012);
    gain.gain.setValueAtTime(volume, start + tone.pulse - 0.03);
    gain.gain.linearRampToValueAtTime(0, start + tone.pulse);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(start);
    oscillator.stop(start + tone.pulse);
    start += tone.pulse + tone.gap;
  }
}

function ringingNow(): Ringing[] {
  const ringing: Ringing[] = [];
  const flooded = house.floods.length > 0;
  for (const alarm of alarmsAtOnce()) {
    if (isUnacknowledged(alarm) && sounds(alarm, flooded))
      ringing.push({ key: occurrenceKey(alarm), severity: alarm.severity });
  }
  return ringing;
}

function deadlinesNow(now: number): string[] {
  const due: string[] = [];
  for (const ticket of ticketsAtOnce()) {
    for (const clock of ticket.clocks) {
      if (clock.metAt || (clock.state !== "running" && clock.state !== "breached")) continue;
      const key = `${ticket.no} ${ticket.round} ${clock.kind} ${clock.dueAt}`;
      if (now >= instantOf(clock.warnAt)) due.push(`${key} soon`);
      if (now >= instantOf(clock.dueAt)) due.push(`${key} over`);
    }
  }
  return due;
}

/** Plays what is due. Called on every frame of the stream, since timers sleep in a hidden page, and by a timer while lost. */
export function sound(lost: boolean): void {
  const ringing = ringingNow();
  const next = nextTone(memory, ringing, deadlinesNow(exactly()), lost, monotonic());
  memory = next.memory;
  quiet = isSilenced(memory, ringing);
  if (next.tone) play(next.tone);
}

/** Stops what sounds now; acknowledges nothing. */
export function silenceNow(): void {
  const ringing = ringingNow();
  memory = silence(memory, ringing, monotonic());
  quiet = isSilenced(memory, ringing);
}

function awake(): void {
  running = context?.state === "running";
}

/** Wakes the sound; a browser lets it happen only from a click or a key. Plays one chime so that the ear can check. */
export async function wakeSound(chime: boolean): Promise<void> {
  try {
    context ??= new AudioContext();
    context.onstatechange = awake;
    if (context.state !== "running") await context.resume();
    awake();
    if (chime) play(tones.S4);
  } catch {
    running = false;
  }
}

/** Tries at once (a kiosk may allow it) and at the first click or key anywhere. */
export function startSound(): void {
  if (context) return;
  try {
    context = new AudioContext();
    context.onstatechange = awake;
    awake();
  } catch {
    return;
  }
  const first = () => {
    void wakeSound(false);
    removeEventListener("pointerdown", first, true);
    removeEventListener("keydown", first, true);
  };
  addEventListener("pointerdown", first, true);
  addEventListener("keydown", first, true);
}
