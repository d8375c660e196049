/** What a screen reader is told: emergencies at once, one at a time; the rest politely, at most one message in 3 s. */
import { after, monotonic } from "./browser-clock.ts";

const PAUSE = 3_000;

let assertive = $state("");
let polite = $state("");
let waitingAssertive: string[] = [];
let waitingPolite: string[] = [];
let lastAt = Number.NEGATIVE_INFINITY;
let planned = false;

export const spoken = {
  get assertive() {
    return assertive;
  },
  get polite() {
    return polite;
  },
};

function next(): void {
  planned = false;
  const urgent = waitingAssertive.shift();
  const calm = urgent === undefined ? waitingPolite.shift() : undefined;
  if (urgent !== undefined) assertive = urgent;
  else if (calm !== undefined) polite = calm;
  else return;
  lastAt = monotonic();
  plan();
}

function plan(): void {
  if (planned || (waitingAssertive.length === 0 && waitingPolite.length === 0)) return;
  planned = true;
  after(Math.max(0, lastAt + PAUSE - monotonic()), next);
}

export function announce(text: string, urgent: boolean): void {
  if (urgent) waitingAssertive.push(text);
  else waitingPolite = [...waitingPolite, text].slice(-3);
  waitingAssertive = waitingAssertive.slice(-3);
  plan();
}
