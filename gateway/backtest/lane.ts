/** One engine in a replay, and the alarms that it would have raised. */
import type { Transition } from "#model/rule";
import type { Severity } from "#model/severity";
import type { Text } from "#model/text";
import type { Moment } from "#model/time";
import type { RuleEngine } from "../../rules/engine/engine.ts";

export interface WouldBe {
  /** `<rule>@<device>`. */
  readonly alarm: string;
  readonly device: string;
  readonly severity: Severity;
  /** ms since epoch. `to` is absent while it lasts beyond the replay. */
  readonly from: number;
  readonly to?: number;
  /** ms for which the condition held before the alarm. */
  readonly heldFor: number;
  readonly because: Text;
}

export interface Lane {
  readonly engine: RuleEngine;
  /** Monotonic time of the last look. */
  readonly looked: number;
  step(changed: Int32Array, count: number, at: Moment): void;
  end(at: number): readonly WouldBe[];
}

export function createLane(engine: RuleEngine): Lane {
  const open = new Map<string, WouldBe>();
  const over: WouldBe[] = [];
  let looked = -1;

  function take({ to, instance, severity, because, heldFor }: Transition, now: number): void {
    const before = open.get(instance.id);
    if (to === "active") {
      open.set(instance.id, { alarm: instance.id, device: instance.device, severity, from: now, heldFor, because });
    } else if (to === "level" && before) {
      open.set(instance.id, { ...before, severity: severity < before.severity ? severity : before.severity });
    } else if (to === "normal" && before) {
      over.push({ ...before, to: now });
      open.delete(instance.id);
    }
  }

  return {
    engine,
    get looked() {
      return looked;
    },
    step(changed, count, at) {
      looked = at.mono;
      for (const transition of engine.step(changed, count, at)) take(transition, at.now);
    },
    end: () => [...over, ...open.values()].sort((a, b) => a.from - b.from),
  };
}
