/** What the history of a site teaches about its limits, with a trial of each value. Runs long: in a thread or a process of its own. */
import type { Site } from "#model/site";
import type { Text } from "#model/text";
import { formatInstant, type Instant, instant } from "#model/time";
import { concerned } from "../../rules/tuning/in-force.ts";
import { readHistoryFile } from "../history/file.ts";
import { LEAST_MINUTES, type Learned } from "./learn.ts";
import { learnSite } from "./learn-site.ts";
import { noHistory } from "./run-backtest.ts";
import { suggestionsOf } from "./suggest.ts";
import { type DeviceSuggestion, type Tried, tryValues } from "./trial.ts";

export interface LearningInput {
  /** With the values in force. */
  readonly site: Site;
  readonly from: Instant;
  readonly to: Instant;
  /** Data folder with `history.db`. */
  readonly folder: string;
  readonly progress?: (share: number) => void;
}

/** What one device teaches; m³/h, null where nothing is known. */
export interface DeviceLearning {
  readonly device: string;
  /** Minutes of the range with a known flow, and stretches without. */
  readonly minutes: number;
  readonly gaps: number;
  /** When the flow was known first. */
  readonly begins?: string;
  readonly largestStep: number | null;
  readonly ordinaryStep: number | null;
  readonly median: number | null;
  readonly nightMinimum: number | null;
  readonly hourly: readonly (number | null)[];
  readonly suggestions: readonly Tried[];
  /** Why nothing can be said. */
  readonly because?: Text;
}

export interface LearningReport {
  readonly from: string;
  readonly to: string;
  readonly samples: number;
  readonly devices: readonly DeviceLearning[];
  readonly broken: number;
}

const number = (x: number): number | null => (Number.isFinite(x) ? x : null);

/** Throws NoHistory, or SQLite's error when the file cannot be read. */
export function runLearning({ site, from, to, folder, progress }: LearningInput): LearningReport {
  const range = { from, to };
  using file = readHistoryFile(folder);
  if (!file) throw noHistory(folder);
  const { devices, oddUnit, samples, broken } = learnSite(site, file, range, (share) => progress?.(share / 5));
  const wanted = devices.flatMap((learned): DeviceSuggestion[] => {
    const device = site.devices.find(({ id }) => id === learned.device);
    if (!device) return [];
    return suggestionsOf(learned)
      .filter(({ what }) => concerned(site.rules, device.kind, what).length > 0)
      .map((one) => ({ ...one, device: device.id }));
  });
  const tried =
    wanted.length === 0 ? [] : tryValues(site, wanted, range, folder, (share) => progress?.((1 + share * 4) / 5));
  return {
    from: formatInstant(from),
    to: formatInstant(to),
    samples,
    devices: [
      ...devices.map((learned) =>
        bodyOf(
          learned,
          tried.filter(({ device }) => device === learned.device),
        ),
      ),
      ...oddUnit.map((device) => nothing(device, wrongUnit(device))),
    ],
    broken,
  };
}

function bodyOf(learned: Learned, suggestions: readonly Tried[]): DeviceLearning {
  const { device, minutes, gaps, begins } = learned;
  const known = Number.isNaN(begins) ? {} : { begins: formatInstant(instant(begins)) };
  if (minutes < LEAST_MINUTES) return { ...nothing(device, tooLittle(device, minutes)), minutes, gaps, ...known };
  return {
    device,
    minutes,
    gaps,
    ...known,
    largestStep: number(learned.largestStep),
    ordinaryStep: number(learned.ordinaryStep),
    median: number(learned.median),
    nightMinimum: number(learned.nightMinimum),
    hourly: learned.hourly.map(number),
    suggestions,
  };
}

const nothing = (device: string, because: Text): DeviceLearning => ({
  device,
  minutes: 0,
  gaps: 0,
  largestStep: null,
  ordinaryStep: null,
  median: null,
  nightMinimum: null,
  hourly: [],
  suggestions: [],
  because,
});

const tooLittle = (device: string, minutes: number): Text => ({
  zh: `设备 ${device} 在这段时间内只有 ${minutes} 分钟流量数据，至少需要一天（${LEAST_MINUTES} 分钟）。请让网关多运行几天，或扩大时间范围。`,
  en: `The flow of ${device} is known for ${minutes} min of this range; a day (${LEAST_MINUTES} min) is the least. Let the gateway run for some days, or choose a longer range.`,
});
const wrongUnit = (device: string): Text => ({
  zh: `设备 ${device} 的流量点单位不是流量单位，无法学习。请在 devices/*.yaml 中改为 m3/h、L/s 等。`,
  en: `The flow of ${device} is told in no unit of a flow, so nothing is learned. Give the point a unit such as m3/h or L/s.`,
});
