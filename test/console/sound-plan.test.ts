import { describe, expect, test } from "vitest";
import {
  isSilenced,
  nextTone,
  type Ringing,
  type SoundMemory,
  silence,
  silentMemory,
  tones,
} from "../../gateway/console/src/shared/sound-plan.ts";

/** Lives through `seconds`, asking four times a second, and writes down what sounded when. */
function live(
  seconds: number,
  ringing: (t: number) => readonly Ringing[],
  more: { deadlines?: (t: number) => string[]; lost?: (t: number) => boolean; press?: (t: number) => boolean } = {},
): string[] {
  let memory: SoundMemory = silentMemory;
  const heard: string[] = [];
  for (let t = 0; t <= seconds; t += 0.25) {
    if (more.press?.(t)) memory = silence(memory, ringing(t), t * 1_000);
    const next = nextTone(memory, ringing(t), more.deadlines?.(t) ?? [], more.lost?.(t) ?? false, t * 1_000);
    memory = next.memory;
    if (next.tone) heard.push(`${t} ${next.tone.name}`);
  }
  return heard;
}
const s1: Ringing = { key: "a#1", severity: "S1" };
const s2: Ringing = { key: "b#1", severity: "S2" };
const s4: Ringing = { key: "c#1", severity: "S4" };

describe("what sounds", () => {
  test("an emergency repeats every 3 s until someone acknowledges it", () => {
    expect(live(10, (t) => (t < 7 ? [s1] : []))).toEqual(["0 S1", "3 S1", "6 S1"]);
  });

  test("only the gravest sounds, and the next takes over when it is acknowledged", () => {
    expect(live(12, (t) => (t < 4 ? [s1, s2] : [s2]))).toEqual(["0 S1", "3 S1", "4.5 S2", "11.5 S2"]);
  });

  test("the lowest chimes once, and again for the next one", () => {
    expect(live(100, (t) => (t < 50 ? [s4] : [s4, { key: "d#1", severity: "S4" }]))).toEqual(["0 S4", "50 S4"]);
  });

  test("silence stops what sounds now; a new alarm sounds again", () => {
    expect(live(20, (t) => (t < 10 ? [s2] : [s2, { key: "e#1", severity: "S2" }]), { press: (t) => t === 1 })).toEqual([
      "0 S2",
      "10 S2",
      "17 S2",
    ]);
  });

  test("an emergency that was silenced but not acknowledged is back after a minute", () => {
    const heard = live(62, () => [s1], { press: (t) => t === 1 });
    expect(heard).toEqual(["0 S1", "61 S1"]);
  });

  test("a deadline is told once when it is near and once when it is over, and waits for an alarm to finish its pulses", () => {
    const deadlines = (t: number) => [...(t >= 5 ? ["k soon"] : []), ...(t >= 10 ? ["k soon", "k over"] : [])];
    expect(live(20, () => [], { deadlines })).toEqual(["5 deadline", "10 deadline"]);
  });

  test("a lost connection has its own tone every 10 s", () => {
    expect(live(25, () => [s1], { lost: (t) => t >= 1 })).toEqual(["0 S1", "1 lost", "11 lost", "21 lost"]);
  });

  test("silenced is said only while something rings", () => {
    expect(isSilenced(silence(silentMemory, [s1], 0), [s1])).toBe(true);
    expect(isSilenced(silence(silentMemory, [s1], 0), [s1, s2])).toBe(false);
    expect(isSilenced(silentMemory, [])).toBe(false);
  });

  test("memory does not grow with a year of alarms", () => {
    let memory = silentMemory;
    for (let i = 0; i < 5_000; i += 1) {
      memory = nextTone(memory, [{ key: `x#${i}`, severity: "S2" }], [`d${i}`], false, i * 8_000).memory;
      if (i % 2) memory = silence(memory, [{ key: `x#${i}`, severity: "S2" }], i * 8_000);
    }
    expect(memory.silenced.size + memory.heard.size + memory.deadlines.size).toBeLessThan(5);
  });

  test("base tones lie at least 20 % apart, so that no two severities are mistaken", () => {
    const base = (["S1", "S2", "S3", "S4"] as const).map((name) => tones[name].hertz[0] ?? 0);
    for (const [i, hertz] of base.entries()) {
      const lower = base[i + 1];
      if (lower !== undefined) expect(hertz / lower).toBeGreaterThanOrEqual(1.2);
    }
  });
});
