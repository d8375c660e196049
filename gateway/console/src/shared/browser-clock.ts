/** The browser's clocks, in one place: a monotonic reading that no one can set back, and timers that hand back their stop. */

/** Milliseconds since the page was opened; unlike the wall clock it never jumps. */
export const monotonic = (): number => performance.now();

/** The browser's own wall clock, in milliseconds since 1970: it may be wrong and may jump. Only to measure a sleep of the phone. */
export const wall = (): number => Date.now();

/** Milliseconds since 1970 as ISO 8601 in UTC. */
export const isoTime = (at: number): string => new Date(at).toISOString();

/** Calls `work` after `ms`; the returned function calls it off. */
export function after(ms: number, work: () => void): () => void {
  const id = setTimeout(work, ms);
  return () => clearTimeout(id);
}

/** Calls `work` every `ms` until the returned function is called. */
export function every(ms: number, work: () => void): () => void {
  const id = setInterval(work, ms);
  return () => clearInterval(id);
}

/**
 * Returns a function that runs `work` once before the next painted frame, however often it is called until then.
 * A hidden page paints no frames, so there a timer stands in.
 */
export function oncePerFrame(work: () => void): () => void {
  let waiting = false;
  const run = () => {
    waiting = false;
    work();
  };
  return () => {
    if (waiting) return;
    waiting = true;
    if (document.hidden) setTimeout(run, 200);
    else requestAnimationFrame(run);
  };
}
