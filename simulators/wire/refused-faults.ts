/** Faults that a wire cannot have, each with the reason and with what comes nearest. */
import type { Text } from "../text.ts";
import type { FaultName } from "./faults.ts";

export type RefusedFaults = Readonly<Partial<Record<FaultName, Text>>>;

const noConnections: Text = {
  zh: "串口总线上没有连接可断；要让设备不应答，请用 silence",
  en: "A serial bus has no connections to break; for a device that does not answer use silence",
};
export const refusedOnSerial: RefusedFaults = {
  "half-open": noConnections,
  "drop-idle": noConnections,
  "one-client": noConnections,
};

export const refusedOnOpcua: RefusedFaults = {
  "wrong-id": {
    zh: "OPC UA 的安全通道自己核对请求号，编号不符的应答到不了客户端；要让连接无应答，请用 half-open",
    en: "The secure channel of OPC UA matches replies by itself, and no client sees one with a wrong number; for a connection without answers use half-open",
  },
  "foreign-reply": {
    zh: "OPC UA 的每个值都按节点读取，不会错拿别的设备的应答；要让数值不可信，请用 old-data、zeros 或 ffff",
    en: "OPC UA reads each value by its node and mixes up no devices; for values not to be trusted use old-data, zeros or ffff",
  },
};

const nobodyAsks: Text = {
  zh: "MQTT 设备自己上报，没有人向它提问，也就没有应答；要让它不再上报，请用 silence",
  en: "A device on MQTT speaks by itself: nobody asks, so there is no reply to be wrong; for one that says nothing use silence",
};
const refusedOnBroker: RefusedFaults = {
  "foreign-reply": nobodyAsks,
  "exception-2": nobodyAsks,
  "exception-4": nobodyAsks,
  "exception-6": nobodyAsks,
  "exception-11": nobodyAsks,
  "one-client": {
    zh: "线路本身是代理服务器的客户端，能连几个客户端由代理服务器决定；要断开线路，请用 half-open 或 drop-idle",
    en: "The line itself is a client of the broker, and how many there may be is the broker's affair; to break the line use half-open or drop-idle",
  },
};
export const refusedOnSparkplug: RefusedFaults = refusedOnBroker;
export const refusedOnMqtt: RefusedFaults = { ...refusedOnBroker, "wrong-id": nobodyAsks };

const noGate: Text = {
  zh: "只有 mqtt:// 和 mqtts:// 的连接能被扣住或断开",
  en: "Only connections of mqtt:// and mqtts:// can be held or dropped",
};
/** Where the line has no socket of its own that could be held. */
export const refusedWithoutSocket: RefusedFaults = { "half-open": noGate, "drop-idle": noGate };
