/** While the desk is flooded the list shows one row for what belongs together; emergencies and life safety never fold. */
import type { AlarmBody } from "../../../api/alarm-shapes.ts";

let one = $state(false);

/** True when somebody wants every row by itself, although it is a flood. */
export const unfolded = (): boolean => one;
export const setUnfolded = (to: boolean): void => {
  one = to;
};

const neverFolds = (alarm: AlarmBody): boolean => alarm.severity === "S1" || alarm.lifeSafety;

export interface Folded {
  readonly rows: readonly AlarmBody[];
  /** Id of a row → how many more stand behind it. */
  readonly behind: ReadonlyMap<string, number>;
}

/** Keeps the first row (the most urgent, as the list is ordered) of each first-up, or else of each device. */
export function fold(rows: readonly AlarmBody[]): Folded {
  const shown: AlarmBody[] = [];
  const behind = new Map<string, number>();
  const heads = new Map<string, string>();
  for (const alarm of rows) {
    const group = alarm.follows ?? alarm.id;
    const head = neverFolds(alarm) ? undefined : (heads.get(group) ?? heads.get(`device ${alarm.device}`));
    if (head === undefined) {
      shown.push(alarm);
      if (neverFolds(alarm)) continue;
      heads.set(group, alarm.id);
      heads.set(`device ${alarm.device}`, alarm.id);
    } else {
      behind.set(head, (behind.get(head) ?? 0) + 1);
    }
  }
  return { rows: shown, behind };
}
