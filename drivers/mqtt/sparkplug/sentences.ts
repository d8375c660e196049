/** What is said about Sparkplug nodes, devices and metrics. */
import type { Text } from "#model/text";

export const malformed = (why: string): Text => ({
  zh: `Sparkplug 消息无法解码（${why}）。请检查边缘节点的软件版本。`,
  en: `The Sparkplug message cannot be decoded (${why}). Check the software of the edge node.`,
});
export const nodeDied = (node: string): Text => ({
  zh: `Sparkplug 节点 ${node} 已离线（NDEATH）。请检查节点电源和网络。`,
  en: `The Sparkplug node ${node} is gone (NDEATH). Check its power and network.`,
});
export const deviceDied = (device: string): Text => ({
  zh: `Sparkplug 设备 ${device} 已离线（DDEATH）。请检查设备与节点之间的连接。`,
  en: `The Sparkplug device ${device} is gone (DDEATH). Check the line between node and device.`,
});
export const notBorn = (who: string): Text => ({
  zh: `尚未收到 ${who} 的 BIRTH 消息，已请求其重新发布。`,
  en: `No BIRTH of ${who} has come yet; it is asked for one.`,
});
export const noSuchMetric: Text = {
  zh: "BIRTH 消息里没有该指标。请检查点的地址与节点的配置。",
  en: "The BIRTH does not name this metric. Check the address of the point and the set-up of the node.",
};
export const isNull = (metric: string): Text => ({
  zh: `指标 ${metric} 为空（is_null），设备没有数据。`,
  en: `The metric ${metric} is null: the device has no value.`,
});
export const markedBad = (metric: string): Text => ({
  zh: `节点把指标 ${metric} 标为无效。`,
  en: `The node marks the metric ${metric} as bad.`,
});
export const notAPoint = (metric: string, datatype: string): Text => ({
  zh: `指标 ${metric} 的类型 ${datatype} 不能作为一个点的值。`,
  en: `The metric ${metric} of type ${datatype} holds nothing that a point can show.`,
});
export const wordUnknown = (metric: string, word: string): Text => ({
  zh: `指标 ${metric} 是文本“${word.slice(0, 40)}”，不在点的 words 里。`,
  en: `The metric ${metric} is the text "${word.slice(0, 40)}", which is no word of the point.`,
});
export const doesNotFit = (metric: string, datatype: string): Text => ({
  zh: `该值不能写入类型为 ${datatype} 的指标 ${metric}。`,
  en: `The value does not fit the metric ${metric} of type ${datatype}.`,
});
