/** How much of a serial line's time the wanted polls take: pure arithmetic on the plan of reads. */
import type { Text } from "#model/text";
import type { DriverLink } from "../driver.ts";
import { isBitTable, type ModbusAddress } from "./address.ts";
import { nothingLearnt, planReads, type ReadRequest } from "./read-plan.ts";
import type { ModbusRtuOverTcpSettings, ModbusRtuSettings } from "./settings.ts";
import { bitsPerCharacter, frameGap } from "./timing.ts";

type SerialLink = DriverLink<ModbusRtuSettings | ModbusRtuOverTcpSettings, ModbusAddress>;

/** What a unit takes before it answers: 10 to 200 ms in the field; engineering judgement for a quick meter or controller. */
const TURN_AROUND = 20;
/** Unit, function, start, count, check sum. */
const REQUEST = 8;
/** Unit, function, byte count, check sum around the data of a reply. */
const AROUND_DATA = 5;

/** Above this share there is no room left for repeats and for units that do not answer; engineering judgement. */
const TIGHT = 0.7;

/** Share of the line's time that polling every point at its wanted rate takes: 0.4 is 40 %, above 1 cannot be done. */
export function lineLoad({ settings, units }: SerialLink): number {
  const perCharacter = (bitsPerCharacter(settings) * 1_000) / settings.baudRate;
  const around = 2 * frameGap(settings) + TURN_AROUND + settings.pause;
  let load = 0;
  for (const unit of units) {
    const limits = { maxRegisters: unit.maxRegisters, maxGap: settings.maxGap };
    for (const { every, requests } of planReads(unit.points, limits, nothingLearnt).polls) {
      for (const request of requests) load += ((REQUEST + replyBytes(request)) * perCharacter + around) / every;
    }
  }
  return load;
}

const replyBytes = ({ table, count }: ReadRequest): number =>
  AROUND_DATA + (isBitTable(table) ? Math.ceil(count / 8) : 2 * count);

/** A line that cannot carry its polls, or only just. */
export function judge(
  link: SerialLink,
): readonly { readonly grave: boolean; readonly what: Text; readonly todo: Text }[] {
  const load = lineLoad(link);
  if (load <= TIGHT) return [];
  const percent = Math.ceil(load * 100);
  const { baudRate } = link.settings;
  const grave = load > 1;
  return [
    {
      grave,
      what: {
        zh: `串行总线 ${link.id} 在 ${baudRate} 波特下按所需周期轮询要占用 ${percent}% 的时间，${grave ? "读不过来" : "余量不足以应付重试和不应答的设备"}`,
        en: `the polls wanted on the serial line ${link.id} take ${percent} % of its time at ${baudRate} baud, ${grave ? "more than it has" : "too much for repeats and for units that do not answer"}`,
      },
      todo: {
        zh: "加长 every、提高波特率、删去不用的点，或把设备分到两条总线上。",
        en: "Make every longer, raise the baud rate, remove points that nobody uses, or split the units over two lines.",
      },
    },
  ];
}
