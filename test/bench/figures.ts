/** How the benches of the rules measure and say what they found. */

const sorted = (list: readonly number[]): number[] => [...list].sort((a, b) => a - b);
export const quantile = (list: readonly number[], q: number): number =>
  sorted(list)[Math.min(list.length - 1, Math.floor(list.length * q))] ?? Number.NaN;
export const median = (list: readonly number[]): number => quantile(list, 0.5);
/**
 * Microseconds of this thread. The system books what a running thread has used only at its ticks, every few milliseconds, or when
 * somebody asks for the whole process: asked so first, it is exact to a microsecond or two.
 */
export const cpu = (): number => {
  process.cpuUsage();
  const { user, system } = process.threadCpuUsage();
  return user + system;
};

export function figure(what: string, value: string, target: string, isMet?: boolean): void {
  const met = isMet === undefined ? "" : isMet ? "  met" : "  MISSED";
  console.log(`  ${what.padEnd(58)} ${value.padEnd(34)} ${target}${met}`);
}

/** A generator of its own, so that every run feeds the same samples. */
export function createRandom(): () => number {
  let state = 42;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
