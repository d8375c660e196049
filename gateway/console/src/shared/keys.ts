/** Single-key shortcuts: matched by place on the keyboard, ignored while someone types or composes Chinese, and switchable. */
import { after } from "./browser-clock.ts";
import { keep, kept } from "./keep.ts";

export type KeyMap = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const maps: KeyMap[] = [];
let on = kept("keys") !== "off";
let afterG = false;

export const keysOn = (): boolean => on;

export function switchKeys(to: boolean): void {
  on = to;
  keep("keys", to ? "on" : "off");
}

/** Adds shortcuts, e.g. `{ KeyA: …, "Shift+KeyA": …, "G KeyW": … }`; the newest map wins. Returns the way to take them back. */
export function addKeys(map: KeyMap): () => void {
  maps.unshift(map);
  return () => {
    const at = maps.indexOf(map);
    if (at >= 0) maps.splice(at, 1);
  };
}

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Enter and Space belong to the button or link that has the focus. */
const pressesControl = (event: KeyboardEvent): boolean =>
  (event.code === "Enter" || event.code === "Space") &&
  event.target instanceof HTMLElement &&
  /^(BUTTON|A|SUMMARY)$/.test(event.target.tagName);

export function listenForKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.code !== "Escape" && (!on || typing(event.target) || pressesControl(event))) return;
    // An open dialog has keys of its own, Escape among them.
    if (document.querySelector("dialog[open]")) return;
    const plain = `${event.shiftKey ? "Shift+" : ""}${event.code}`;
    const name = afterG ? `G ${event.code}` : plain;
    afterG = false;
    if (name === "KeyG") {
      afterG = true;
      after(1_500, () => {
        afterG = false;
      });
      return;
    }
    for (const map of maps) {
      const work = map[name];
      if (work) {
        event.preventDefault();
        work(event);
        return;
      }
    }
  });
}
