/** The first admin: one random code, printed where the gateway was started, good once and for fifteen minutes. */
import { type Clock, minutes } from "#model/time";
import { digest, isSame, newSecret } from "./secrets.ts";

const LASTS = minutes(15);

export interface FirstRun {
  /** The code for the link; `undefined` when an account already exists. */
  readonly code: string | undefined;
  /**
   * Takes the code. True at most once: the caller then makes the account, or calls `giveBack` when that failed. False when
   * the code is wrong, used, too old, or an account exists.
   */
  claim(code: string): boolean;
  giveBack(): void;
}

/** `hasAccounts` is asked at each use: the link dies with the first account, however that one came about. */
export function createFirstRun(clock: Clock, hasAccounts: () => boolean): FirstRun {
  const code = hasAccounts() ? undefined : newSecret();
  const kept = code === undefined ? undefined : digest(code);
  const until = clock.monotonic() + LASTS;
  let used = false;
  return {
    code,
    claim(shown) {
      if (kept === undefined || used || hasAccounts() || clock.monotonic() >= until) return false;
      if (!isSame(digest(shown), kept)) return false;
      used = true;
      return true;
    },
    giveBack() {
      used = false;
    },
  };
}
