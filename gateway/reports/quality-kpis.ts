/** The figures about the data itself: bad data raises no alarm, so its time is time without a watch. */
import type { AlarmKpi } from "./alarm-kpis.ts";
import { JUDGEMENT } from "./kpi.ts";

export const qualityKpis: readonly AlarmKpi[] = [
  {
    id: "bad-quality-time",
    group: "quality",
    name: { zh: "坏数据设备时", en: "Device hours of bad data" },
    formula: {
      zh: "各设备任一测点数据失效的时间之和（每 15 分钟记账一次）",
      en: "Time with any point of a device bad, summed over the devices; written down every 15 minutes",
    },
    unit: "span",
    read: (_figures, _now, _kept, data) => data.bad,
  },
  {
    id: "bad-quality-share",
    group: "quality",
    name: { zh: "坏数据时间占比", en: "Share of time with bad data" },
    formula: {
      zh: "坏数据设备时 ÷（设备数 × 统计期）",
      en: "Device hours of bad data ÷ device hours of the window",
    },
    unit: "share",
    target: { atMost: 0.01, source: JUDGEMENT },
    read: (_figures, _now, _kept, data) => data.share,
  },
  {
    id: "bad-quality-devices",
    group: "quality",
    name: { zh: "出现坏数据的设备", en: "Devices with bad data" },
    formula: { zh: "统计期内有测点数据失效的设备数", en: "Devices with any point bad within the window" },
    unit: "count",
    read: (_figures, _now, _kept, data) => data.devices.length,
  },
];
