/** Keeps one link alive: runs its driver, and when the link breaks, runs it again after a growing pause. */
import type { Text } from "#model/text";
import { type Clock, milliseconds, type Span, seconds } from "#model/time";
import { LinkBroken } from "../../drivers/driver.ts";

const FIRST_PAUSE = seconds(1);
const LAST_PAUSE = seconds(60);
/** A link that has worked this long starts again with the shortest pause. */
const GOOD_RUN = seconds(60);
/** Pauses differ by up to this share either way, so that links that broke together do not come back together. */
const JITTER = 0.2;

export interface Supervised {
  /** One life of the link: resolves when the signal ends it, rejects with `LinkBroken`; `answered` is called at the first reply. */
  run(answered: () => void, signal: AbortSignal): Promise<void>;
  up(): void;
  /** Called for every failed attempt. */
  broken(error: LinkBroken): void;
}

/** Resolves when the signal is raised. Rejects with anything a driver throws that is no `LinkBroken`: that is a bug. */
export async function supervise(
  link: Supervised,
  clock: Clock,
  random: () => number,
  signal: AbortSignal,
): Promise<void> {
  let attempts = 0;
  while (!signal.aborted) {
    let upSince: Span | undefined;
    const answered = () => {
      if (upSince !== undefined) return;
      upSince = clock.monotonic();
      link.up();
    };
    const error = await oneLife(link, answered, signal);
    if (error === undefined) return;
    const wasGood = upSince !== undefined && clock.monotonic() - upSince >= GOOD_RUN;
    attempts = wasGood ? 1 : attempts + 1;
    link.broken(error);
    if (!(await paused(clock, pauseAfter(attempts, random), signal))) return;
  }
}

/** 1, 2, 4 … 60 s, give or take the jitter, never above 60 s. */
export function pauseAfter(attempts: number, random: () => number): Span {
  const pause = FIRST_PAUSE * 2 ** Math.min(attempts - 1, 10) * (1 - JITTER + 2 * JITTER * random());
  return milliseconds(Math.min(pause, LAST_PAUSE));
}

async function oneLife(link: Supervised, answered: () => void, signal: AbortSignal): Promise<LinkBroken | undefined> {
  try {
    await link.run(answered, signal);
  } catch (error) {
    if (signal.aborted) return undefined;
    if (error instanceof LinkBroken) return error;
    throw error;
  }
  return signal.aborted ? undefined : new LinkBroken("no-link", endedEarly);
}

const endedEarly: Text = {
  zh: "通讯驱动自行结束，系统会自动重启该链路。",
  en: "The driver ended by itself; the link is started again.",
};

async function paused(clock: Clock, span: Span, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(span, signal);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
