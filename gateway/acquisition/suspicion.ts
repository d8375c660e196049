/** Answers that say nothing: some gateways fill the data of a dead device with zeros or with ones and report no error. */
import { type PointDefinition, type Suspect, suspectText } from "#model/points";
import type { Text } from "#model/text";

/** Engineering judgement: fewer values than this are zero together in many healthy devices. */
const FEWEST = 4;

/** What a value of all ones reads as, by width and type: a bit, 8, 16, 32 and 64 bits, signed, and a float. */
const ALL_ONES: ReadonlySet<number> = new Set([1, -1, 0xff, 0xffff, 0xffff_ffff, 2 ** 64]);

const isOnes = (raw: number, point: PointDefinition | undefined): boolean =>
  Number.isNaN(raw) || (raw === 1 ? point?.type === "bool" : ALL_ONES.has(raw));

/** What is remembered between answers: which block began the present row of empty ones. */
export interface Suspicion {
  readonly suspects: readonly Suspect[];
  firstBlock: number | undefined;
}

/** Which suspicion the answer fits, among those that the device file allows. Within a row of empty answers a short one counts too. */
export function suspicious(
  { suspects, firstBlock }: Suspicion,
  definitions: readonly PointDefinition[],
  handles: Int32Array,
  raw: Float64Array,
  count: number,
): Suspect | undefined {
  if (firstBlock === undefined && count < FEWEST) return undefined;
  for (const suspect of suspects) {
    let fits = true;
    for (let i = 0; i < count && fits; i += 1) {
      const number = raw[i] as number;
      fits = suspect === "zeros" ? number === 0 : isOnes(number, definitions[handles[i] as number]);
    }
    if (fits) return suspect;
  }
  return undefined;
}

/** True when the polls have come round without one answer that says anything: then the device is missed as a whole. */
export function nothingElse(suspicion: Suspicion, block: number): boolean {
  if (suspicion.firstBlock === block) return true;
  suspicion.firstBlock ??= block;
  return false;
}

export const emptyAnswer = (suspect: Suspect): Text => {
  const { zh, en } = suspectText[suspect];
  return {
    zh: `设备应答的数据全为 ${zh}，按站点设置视为设备已断开。请检查设备电源和它与网关之间的线路。`,
    en: `The answer is all ${en}, which the site takes for a dead device. Check its power and the line between it and the gateway in front.`,
  };
};
