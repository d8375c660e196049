/** Which alarm somebody wants to put on the shelf or out of service; the dialog itself is fetched when it is asked for. */
import type { AlarmBody } from "../../../api/alarm-shapes.ts";

export type Quieting = { readonly alarm: AlarmBody; readonly how: "shelve" | "out" };

let asked = $state.raw<Quieting | undefined>(undefined);

export const quieting = (): Quieting | undefined => asked;

export function askToQuiet(alarm: AlarmBody, how: Quieting["how"]): void {
  asked = { alarm, how };
}

export function stopQuieting(): void {
  asked = undefined;
}
