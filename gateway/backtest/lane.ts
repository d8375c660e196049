/** Some of the rules of a replay, and the alarms that they would have raised. */
import type { RuleDefinition, Transition } from "#model/rule";
import type { Severity } from "#model/severity";
import type { Text } from "#model/text";

export interface WouldBe {
  readonly rule: string;
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
  readonly rules: readonly RuleDefinition[];
  take(transition: Transition, now: number): void;
  end(): readonly WouldBe[];
}

export function createLane(rules: readonly RuleDefinition[]): Lane {
  const open = new Map<string, WouldBe>();
  const over: WouldBe[] = [];
  return {
    rules,
    take({ to, instance, severity, because, heldFor }, now) {
      const { id, device, rule } = instance;
      const before = open.get(id);
      if (to === "active") {
        open.set(id, { rule: rule.id, alarm: id, device, severity, from: now, heldFor, because });
      } else if (to === "level" && before) {
        open.set(id, { ...before, severity: severity < before.severity ? severity : before.severity });
      } else if (to === "normal" && before) {
        over.push({ ...before, to: now });
        open.delete(id);
      }
    },
    end: () => [...over, ...open.values()].sort((a, b) => a.from - b.from),
  };
}
