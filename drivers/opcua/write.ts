/** Orders to a server: write and read back, or call a method. What went out is never sent twice. */
import {
  type ArgumentDefinition,
  AttributeIds,
  type ClientSession,
  coerceInt64,
  coerceUInt64,
  DataType,
  DataValue,
  type NodeId,
  NumericRange,
  Variant,
  VariantArrayType,
  WriteValue,
} from "node-opcua";
import type { Text } from "#model/text";
import { type Write, WriteFailed, type WriteOrder } from "../driver.ts";
import { formatAddress, type formatPlace, type OpcuaAddress } from "./address.ts";
import { raced } from "./raced.ts";
import { isNode, type Limits, resolvePlaces } from "./resolve.ts";
import { readValue, statusName } from "./value.ts";

export function createWrite(session: ClientSession, limits: Limits): Write<OpcuaAddress> {
  return async (order, signal) => {
    if (signal.aborted) throw new WriteFailed("unreachable", notSent);
    switch (order.address.kind) {
      case "value":
        return writeValue(session, limits, order, order.address, signal);
      case "method":
        return callMethod(session, limits, order, order.address, signal);
      case "condition":
        throw new WriteFailed("refused", noValueThere);
    }
  };
}

async function nodeOf(
  session: ClientSession,
  limits: Limits,
  place: Parameters<typeof formatPlace>[0],
): Promise<NodeId> {
  const [found] = await beforeSending(resolvePlaces(session, [place], limits));
  if (found && isNode(found)) return found;
  throw new WriteFailed("refused", found ?? notSent);
}

/** Nothing has gone out yet: a failure here is surely none of the device. */
async function beforeSending<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw cause instanceof WriteFailed ? cause : new WriteFailed("unreachable", notSent, { cause });
  }
}

/** The order is out: without an answer nobody knows. A service fault is an answer. */
export async function sent<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await raced(work, signal);
  } catch (cause) {
    const status = cause instanceof Error ? /serviceResult = (Bad\w+)|\((Bad\w+)/.exec(cause.message) : null;
    const code = status?.[1] ?? status?.[2];
    if (code && !/Timeout|Closed|ConnectionRejected|SecureChannel/.test(code))
      throw new WriteFailed("refused", refused(code), { cause });
    throw new WriteFailed("unknown", unanswered, { cause });
  }
}

async function writeValue(
  session: ClientSession,
  limits: Limits,
  order: WriteOrder<OpcuaAddress>,
  address: Extract<OpcuaAddress, { kind: "value" }>,
  signal: AbortSignal,
): Promise<number | string> {
  const nodeId = await nodeOf(session, limits, address.node);
  const present = await beforeSending(session.read({ nodeId, attributeId: AttributeIds.Value }));
  const { dataType } = present.value ?? {};
  const [part] = address.parts;
  const index = part && "index" in part ? part.index : undefined;
  const variant = dataType === undefined ? undefined : variantOf(dataType, order.value, index !== undefined);
  if (!variant) throw new WriteFailed("refused", noSuchValue(order.value, DataType[dataType ?? DataType.Null] ?? "?"));
  if (signal.aborted) throw new WriteFailed("unreachable", notSent);
  const status = await sent(
    session.write(
      new WriteValue({
        nodeId,
        attributeId: AttributeIds.Value,
        value: new DataValue({ value: variant }),
        ...(index === undefined ? {} : { indexRange: new NumericRange(index) }),
      }),
    ),
    signal,
  );
  if (status.value >>> 30 === 2) throw new WriteFailed("refused", refused(statusName(status)));
  const held = await sent(session.read({ nodeId, attributeId: AttributeIds.Value }), signal);
  const type = typeof order.value === "string" ? "text" : "number";
  const found = readValue(held.value, { parts: address.parts, type, at: formatAddress(address) });
  if (typeof found === "object") throw new WriteFailed("unknown", found.because);
  return found;
}

async function callMethod(
  session: ClientSession,
  limits: Limits,
  order: WriteOrder<OpcuaAddress>,
  address: Extract<OpcuaAddress, { kind: "method" }>,
  signal: AbortSignal,
): Promise<number | string> {
  const objectId = await nodeOf(session, limits, address.object);
  const methodId = await nodeOf(session, limits, address.method);
  const definition = await beforeSending(session.getArgumentDefinition(methodId));
  const inputArguments = await beforeSending(argumentsFor(session, definition, order.value));
  if (signal.aborted) throw new WriteFailed("unreachable", notSent);
  const { statusCode } = await sent(session.call({ objectId, methodId, inputArguments }), signal);
  if (statusCode.value >>> 30 === 2) throw new WriteFailed("refused", refused(statusName(statusCode)));
  return order.value;
}

/** No argument, or the one that the method takes. */
async function argumentsFor(
  session: ClientSession,
  { inputArguments }: ArgumentDefinition,
  value: number | string,
): Promise<Variant[]> {
  const [only, ...more] = inputArguments;
  if (!only) return [];
  if (more.length > 0) throw new WriteFailed("refused", tooManyArguments(inputArguments.length));
  const dataType = await session.getBuiltInDataType(only.dataType).catch(() => only.dataType.value as DataType);
  const variant = variantOf(dataType, value, false);
  if (!variant) throw new WriteFailed("refused", noSuchValue(value, DataType[dataType] ?? "?"));
  return [variant];
}

const whole: Readonly<Partial<Record<DataType, readonly [number, number]>>> = {
  [DataType.SByte]: [-128, 127],
  [DataType.Byte]: [0, 255],
  [DataType.Int16]: [-32_768, 32_767],
  [DataType.UInt16]: [0, 65_535],
  [DataType.Int32]: [-2_147_483_648, 2_147_483_647],
  [DataType.UInt32]: [0, 4_294_967_295],
};

/** The number or text in the server's own type; nothing when it does not fit. */
export function variantOf(dataType: DataType, value: number | string, inArray: boolean): Variant | undefined {
  const as = (inner: unknown): Variant =>
    inArray
      ? new Variant({ dataType, arrayType: VariantArrayType.Array, value: [inner] })
      : new Variant({ dataType, arrayType: VariantArrayType.Scalar, value: inner });
  if (typeof value === "string") return dataType === DataType.String ? as(value) : undefined;
  if (!Number.isFinite(value)) return undefined;
  const limits = whole[dataType];
  if (limits) return Number.isInteger(value) && value >= limits[0] && value <= limits[1] ? as(value) : undefined;
  switch (dataType) {
    case DataType.Boolean:
      return value === 0 || value === 1 ? as(value === 1) : undefined;
    case DataType.Float:
    case DataType.Double:
      return as(value);
    case DataType.Int64:
      return Number.isSafeInteger(value) ? as(coerceInt64(value)) : undefined;
    case DataType.UInt64:
      return Number.isSafeInteger(value) && value >= 0 ? as(coerceUInt64(value)) : undefined;
    default:
      return undefined;
  }
}

const noValueThere: Text = {
  zh: "报警条件不能写入，只能确认。请在告警上确认。",
  en: "An alarm condition takes no value, it can only be acknowledged. Acknowledge the alarm.",
};
export const notSent: Text = {
  zh: "命令没有发出：与服务器的连接不可用。请在链路恢复后重试。",
  en: "The order was not sent: there is no connection to the server. Try again once the link is up.",
};
export const unanswered: Text = {
  zh: "命令已发出，但没有收到应答，不知道是否已执行。请到现场或在服务器上核实后再决定是否重发。",
  en: "The order went out and no answer came; nobody knows whether it was carried out. Check on the spot or on the server before sending it again.",
};
const refused = (status: string): Text => {
  const hint = /NotWritable|UserAccessDenied|WriteNotSupported|NotExecutable/.test(status)
    ? { zh: "请检查该节点和用户的写权限", en: "Check the rights of the node and of the user" }
    : { zh: "请检查所写的值和设备状态", en: "Check the value and the state of the device" };
  return { zh: `服务器拒绝执行（${status}）。${hint.zh}。`, en: `The server refused (${status}). ${hint.en}.` };
};
const noSuchValue = (value: number | string, type: string): Text => ({
  zh: `值“${value}”不能写成服务器的类型 ${type}。请检查 scale、offset 和允许的值。`,
  en: `The value "${value}" does not fit the server's type ${type}. Check scale, offset and the allowed values.`,
});
const tooManyArguments = (count: number): Text => ({
  zh: `该方法需要 ${count} 个参数，本网关最多只传一个。请在服务器上提供无参数或单参数的方法。`,
  en: `This method takes ${count} arguments and the gateway passes one at most. Provide a method with one or none on the server.`,
});
