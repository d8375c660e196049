/** Nothing may move under a hand: true while the pointer or the focus is inside and was used in the last 20 s. */
import { on } from "svelte/events";
import { after } from "./browser-clock.ts";

const IDLE = 20_000;

export interface Hold {
  /** Read it in markup or effects. */
  readonly held: boolean;
  /** `{@attach hold.attach}` on the element to watch. */
  attach(node: HTMLElement): () => void;
  release(): void;
}

export function createHold(): Hold {
  let held = $state(false);
  let callOff = () => {};
  let pointer = false;
  const release = () => {
    callOff();
    held = false;
  };
  const touch = () => {
    callOff();
    callOff = after(IDLE, () => {
      held = false;
    });
    if (!held) held = true;
  };
  return {
    get held() {
      return held;
    },
    attach(node) {
      const leave = () => {
        pointer = false;
        if (!node.contains(document.activeElement)) release();
      };
      const move = () => {
        pointer = true;
        touch();
      };
      const blur = (event: FocusEvent) => {
        if (!pointer && !(event.relatedTarget instanceof Node && node.contains(event.relatedTarget))) release();
      };
      // `on` of Svelte: an element that leaves the page tells it in the middle of a redraw, where nothing may change.
      const stops = [
        on(node, "pointermove", move),
        on(node, "pointerleave", leave),
        on(node, "focusin", touch),
        on(node, "keydown", touch),
        on(node, "focusout", blur),
      ];
      return () => {
        callOff();
        for (const stop of stops) stop();
      };
    },
    release,
  };
}
