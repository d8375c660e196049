/** Seeded chance: the same seed gives the same building, bit for bit, on the same machine. */

export interface Chance {
  /** Uniform in [0, 1). */
  next(): number;
  between(low: number, high: number): number;
  /** Whole number, both ends included. */
  whole(low: number, high: number): number;
  /** Normal distribution. */
  normal(mean: number, deviation: number): number;
  /** Waiting time of a Poisson process with this mean. */
  exponential(mean: number): number;
}

/** `stream` keeps the uses of one seed apart: more doors drawn do not change the passengers. */
export function createChance(seed: number, stream: string): Chance {
  let state = 2_166_136_261 ^ seed;
  for (const letter of stream) state = Math.imul(state ^ letter.charCodeAt(0), 16_777_619);
  const split = () => {
    // SplitMix32: spreads a poor seed over the four words of the generator.
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
  let a = split();
  let b = split();
  let c = split();
  let counter = 1;
  const next = () => {
    // sfc32 (public domain, PractRand).
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  };
  for (let warmUp = 0; warmUp < 12; warmUp += 1) next();
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    whole: (low, high) => low + Math.floor((high - low + 1) * next()),
    normal: (mean, deviation) =>
      mean + deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    exponential: (mean) => -mean * Math.log(1 - next()),
  };
}
