/** The driver `opcua`: what a site may write about an OPC UA server. The library behind it is loaded when a link runs, not before. */
import type { Text } from "#model/text";
import type { Driver } from "../driver.ts";
import { OpcuaAddress } from "./address.ts";
import { OpcuaSettings } from "./settings.ts";

export const opcua: Driver<OpcuaSettings, OpcuaAddress> = {
  kind: "opcua",
  settings: OpcuaSettings,
  address: OpcuaAddress,
  writable,
  acknowledges: (address) => address.kind === "condition",
  async run(link, tools, signal) {
    if (signal.aborted) return;
    const { run } = await import("./run.ts");
    await run(link, tools, signal);
  },
};

/** A whole value, one element of an array, a method; never a field of a structure. */
function writable(address: OpcuaAddress): Text | true {
  if (address.kind === "method") return true;
  if (address.kind === "condition") return onlyAcknowledged;
  const { parts } = address;
  return parts.length === 0 || (parts.length === 1 && "index" in (parts[0] ?? {})) || onlyWhole;
}

const onlyAcknowledged: Text = {
  zh: "报警条件没有可写的值；要把确认传回服务器，请写 acknowledge: true",
  en: "a condition has no value to write; to pass acknowledgements back to the server write acknowledge: true",
};
const onlyWhole: Text = {
  zh: "结构体的单个字段不能写：其余字段会被旧值覆盖",
  en: "a single field of a structure cannot be written: the other fields would be overwritten with old values",
};
