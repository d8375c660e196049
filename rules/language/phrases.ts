/** How the functions, signs and relations of the language read in a sentence: `$1`, `$2` … are the arguments. */
import type { Text } from "#model/text";

const pair = (zh: string, en: string): Text => ({ zh, en });

/** By function, and by the number of arguments where that decides. */
export const functionPhrases: Readonly<Record<string, Text>> = {
  abs: pair("$1的绝对值", "the size of $1"),
  avg: pair("$1在 $2内的平均值", "the average of $1 over $2"),
  "avg/1": pair("$1的平均值", "the average of $1"),
  min: pair("$1与 $2中的较小者", "the smaller of $1 and $2"),
  "min/window": pair("$1在 $2内的最小值", "the lowest $1 within $2"),
  "min/1": pair("$1的最小值", "the lowest of $1"),
  max: pair("$1与 $2中的较大者", "the larger of $1 and $2"),
  "max/window": pair("$1在 $2内的最大值", "the highest $1 within $2"),
  "max/1": pair("$1的最大值", "the highest of $1"),
  median: pair("$1在 $2内的中位数", "the median of $1 over $2"),
  "median/3": pair("$1在 $3前 $2内的中位数", "the median of $1 over $2, $3 ago"),
  rate: pair("$1在 $2内的变化率", "the rate of change of $1 over $2"),
  previous: pair("$2前的$1", "$1 of $2 ago"),
  held: pair("$1持续 $2", "$1 for $2"),
  since: pair("距上次$1的时间", "the time since $1"),
  count: pair("$2内$1的次数", "the number of times that $1 within $2"),
  rising: pair("$1刚成立", "$1 begins"),
  falling: pair("$1刚消失", "$1 ends"),
  changed: pair("$1发生变化", "$1 changes"),
  flat: pair("$1在 $2内变动不超过 $3", "$1 moves by at most $3 within $2"),
  stale: pair("$1超过 $2没有更新", "$1 is silent for $2"),
  is_bad: pair("$1的数据不可用", "$1 cannot be read"),
  default: pair("$1（未知时视为$2）", "$1 (or $2 while unknown)"),
  baseline: pair("$1的常值", "the usual $1"),
  baseline_min: pair("近 $3每天 $2的$1最低值", "the lowest $1 at $2 in the last $3"),
  has: pair("设备有$1", "the device has $1"),
  unanswered: pair("$1后 $3内没有$2", "$1 is not followed by $2 within $3"),
  unpreceded: pair("$1之前 $3内没有$2", "$1 without $2 in the $3 before"),
  in_calendar: pair("处于$1时段", "it is $1"),
};

/** Functions of any number of arguments; `$*` is all of them, behind the first where that is a number. */
export const listPhrases: Readonly<Record<string, Text>> = {
  any: pair("任一成立：$*", "any of $*"),
  all: pair("全部成立：$*", "all of $*"),
  vote: pair("至少 $1 项成立：$*", "at least $1 of $*"),
  count_of: pair("成立的个数（$*）", "how many of $* are true"),
  sum: pair("$*之和", "the sum of $*"),
  spread: pair("$*之间的最大差", "how far $* lie apart"),
};

/** Signs between two sides, and how tightly each binds. */
export const signPhrases: Readonly<Record<string, { readonly text: Text; readonly strength: number }>> = {
  "||": { text: pair("$1，或$2", "$1 or $2"), strength: 1 },
  "&&": { text: pair("$1，且$2", "$1 and $2"), strength: 2 },
  "==": { text: pair("$1等于 $2", "$1 is $2"), strength: 3 },
  "!=": { text: pair("$1不等于 $2", "$1 is not $2"), strength: 3 },
  "<": { text: pair("$1低于 $2", "$1 is below $2"), strength: 3 },
  "<=": { text: pair("$1不高于 $2", "$1 is at most $2"), strength: 3 },
  ">": { text: pair("$1高于 $2", "$1 is above $2"), strength: 3 },
  ">=": { text: pair("$1不低于 $2", "$1 is at least $2"), strength: 3 },
  "+": { text: pair("$1 + $2", "$1 + $2"), strength: 4 },
  "-": { text: pair("$1 − $2", "$1 − $2"), strength: 4 },
  "*": { text: pair("$1 × $2", "$1 × $2"), strength: 5 },
  "/": { text: pair("$1 ÷ $2", "$1 ÷ $2"), strength: 5 },
  "%": { text: pair("$1 除以 $2 的余数", "the rest of $1 by $2"), strength: 5 },
};

export const relationPhrases: Readonly<Record<string, Text>> = {
  depends_on: pair("所依赖设备的", " of the device it depends on"),
  building: pair("本楼宇的", " of the same building"),
  floor: pair("本层的", " of the same floor"),
  room: pair("本房间的", " of the same room"),
  site: pair("全站点的", " of the whole site"),
};
export const placePhrases: Readonly<Record<string, Text>> = {
  building: pair("楼宇 $1 的", " of building $1"),
  floor: pair("$1 层的", " of floor $1"),
  room: pair("房间 $1 的", " of room $1"),
  device: pair("设备 $1 的", " of the device $1"),
};

export const factNames: Readonly<Record<string, Text>> = {
  ratedSpeed: pair("额定速度", "rated speed"),
  floors: pair("层数", "number of floors"),
  homeFloor: pair("基站层", "home floor"),
  normalFlow: pair("常流量", "normal flow"),
  rescueDevice: pair("自动救援装置", "rescue device"),
  restricted: pair("受限区域", "restricted area"),
  escapeDoor: pair("疏散门", "escape door"),
};

/** What the calendars are called that the packs ask for; one that only a site has is shown as the name that it is. */
export const calendarNames: Readonly<Record<string, Text>> = {
  night: pair("夜间", "night"),
  small_hours: pair("凌晨", "the small hours"),
};
