/** Light or dark, as the system says unless someone chose; and the wall, which is bigger and has no buttons. */
import { keep, kept } from "./keep.ts";

export type Theme = "auto" | "light" | "dark";

const asked = new URLSearchParams(location.search);
const stored = kept("theme");
let theme = $state<Theme>(stored === "light" || stored === "dark" ? stored : "auto");

/** True on a wall display (`?wall=1`): for reading from afar, nothing to press. */
export const wall = asked.get("wall") === "1";

export const themeNow = (): Theme => theme;

export function setTheme(to: Theme): void {
  theme = to;
  keep("theme", to);
  if (to === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = to;
}

/**
 * Size of 1 rem on the wall. A character must fill 16 arcmin for the farthest reader, i.e. 0.00465 of the distance
 * (NUREG-0700); with a font that is 0.93 em high for Chinese. Defaults: 55 inches, read from 4 m.
 * @param distance metres @param diagonal inches @param width CSS pixels of the screen
 */
export function wallRem(distance: number, diagonal: number, width: number): number {
  const millimetresAcross = diagonal * 25.4 * (16 / Math.hypot(16, 9));
  const text = (distance * 4.65 * width) / millimetresAcross / 0.93;
  return Math.min(60, Math.max(16, text));
}

/** Puts theme and wall size on the page; called once before the first paint. */
export function dress(): void {
  setTheme(theme);
  if (!wall) return;
  const number = (name: string, fallback: number) => {
    const value = Number(asked.get(name));
    return Number.isFinite(value) && value > 0 ? value : fallback;
  };
  document.documentElement.dataset.wall = "";
  document.documentElement.style.fontSize = `${wallRem(number("dist", 4), number("diag", 55), window.innerWidth)}px`;
}
