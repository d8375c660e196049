/** What the Modbus driver says to people, and what each exception code means for the read that got it. */
import type { Reason } from "#model/quality";
import type { Text } from "#model/text";
import { formatAddress, type ModbusAddress } from "./address.ts";
import type { ModbusPoint } from "./read-plan.ts";

const inSeconds = (ms: number): string => String(ms / 1_000);

/** What people find under each error code of the network, and what they can do. */
const obstacles: Readonly<Record<string, Text>> = {
  ECONNREFUSED: {
    zh: "拒绝连接：该端口没有程序在监听。请检查端口号，以及设备是否启用了 Modbus TCP、是否限制了连接数",
    en: "refused the connection: nothing listens on that port. Check the port, that Modbus TCP is switched on there, and how many clients it allows",
  },
  ETIMEDOUT: {
    zh: "没有回应连接请求。请检查设备电源、网线、IP 地址和 VLAN",
    en: "did not accept the connection in time. Check its power, cable, IP address and VLAN",
  },
  EHOSTUNREACH: {
    zh: "无法到达。请检查设备电源、网线和子网设置",
    en: "cannot be reached. Check its power, cable and subnet",
  },
  ENETUNREACH: {
    zh: "所在网络没有路由。请检查网关的网口和路由设置",
    en: "is in a network without a route. Check the network port and the routes of the gateway",
  },
  ENOTFOUND: {
    zh: "主机名无法解析。请检查站点文件中的 host，或改用 IP 地址",
    en: "has a name that cannot be resolved. Check `host` in the site file, or use the IP address",
  },
  ECONNRESET: {
    zh: "重置了连接。请检查设备是否重启，或连接数是否已满",
    en: "reset the connection. Check whether it restarted, or has too many clients",
  },
};

export function notReachable(where: string, code: string, limit: number): Text {
  const { zh, en } = obstacles[code === "EAI_AGAIN" ? "ENOTFOUND" : code] ?? unknownObstacle(code);
  const waited = code === "ETIMEDOUT" ? inSeconds(limit) : undefined;
  return {
    zh: `${where} ${zh}${waited ? `（已等待 ${waited} 秒）` : ""}；系统会自动重试。`,
    en: `${where} ${en}${waited ? ` (waited ${waited} s)` : ""}; trying again by itself.`,
  };
}

const unknownObstacle = (code: string): Text => ({
  zh: `连接失败（${code}）。请检查设备与网络`,
  en: `could not be connected (${code}). Check the device and the network`,
});

/** The peer ended the connection while an answer was due. */
export function closedInReply(where: string, inTheMiddle: boolean, code: string | undefined): Text {
  const cause = code ? `(${code})` : "";
  return inTheMiddle
    ? {
        zh: `${where} 在应答中途断开了连接${cause}，这次的数据已丢弃。请检查设备是否重启、网络是否稳定；系统会自动重连。`,
        en: `${where} closed the connection in the middle of a reply${cause}; the data was dropped. Check whether it restarted and whether the network is steady; connecting again by itself.`,
      }
    : {
        zh: `${where} 未应答就断开了连接${cause}。请检查设备是否重启，或是否只允许一个客户端连接；系统会自动重连。`,
        en: `${where} closed the connection instead of answering${cause}. Check whether it restarted, or allows one client only; connecting again by itself.`,
      };
}

export const silent = (unit: number, where: string, limit: number): Text => ({
  zh: `${where} 站号 ${unit} 在 ${inSeconds(limit)} 秒内没有应答。请检查设备电源、站号和接线；系统会自动重试。`,
  en: `Unit ${unit} at ${where} did not answer within ${inSeconds(limit)} s. Check its power, unit id and wiring; trying again by itself.`,
});

/** Some bytes of a reply came, and then no more. */
export const cutShort = (unit: number, bytes: number): Text => ({
  zh: `站号 ${unit} 的应答不完整（只收到 ${bytes} 字节）。请检查波特率、接线和干扰；系统会自动重试。`,
  en: `The reply of unit ${unit} is not complete (${bytes} bytes came). Check baud rate, wiring and interference; trying again by itself.`,
});

export const moreFollowed = (unit: number): Text => ({
  zh: `站号 ${unit} 的应答之后还有数据，可能是重复或迟到的应答，已全部丢弃。请检查站号是否重复、总线上是否有另一个主站；系统会自动重试。`,
  en: `More bytes followed the reply of unit ${unit}, which may be a repeated or late reply; all of it was dropped. Check that no two units share an id and that no other master is on the bus; trying again by itself.`,
});

export const neverSilent = (where: string): Text => ({
  zh: `${where} 上不停有数据，无法提问。请检查是否有设备一直在发送、是否有另一个主站，以及 RS-485 的偏置和接线。`,
  en: `${where} is never silent, so nothing can be asked. Check for a device that keeps sending, for another master, and the biasing and wiring of the RS-485 line.`,
});

export const undecodable = (because: string): Text => ({
  zh: `应答无法解码：${because}`,
  en: `The reply could not be decoded: ${because}`,
});

/** `cause` is what the operating system says. */
export function portNotOpened(path: string, cause: string): Text {
  if (/no such file|file not found|cannot find/i.test(cause)) {
    return {
      zh: `串口 ${path} 不存在。请检查转换器是否插好；用 /dev/serial/by-id/ 下的名称可避免重新插拔后改名。系统会自动重试。`,
      en: `There is no serial port ${path}. Check that the adapter is plugged in; a name under /dev/serial/by-id/ stays the same after the next plug. Trying again by itself.`,
    };
  }
  if (/permission|access denied/i.test(cause)) {
    return {
      zh: `没有权限打开串口 ${path}。请把运行网关的用户加入 dialout 组，然后重启网关。`,
      en: `The serial port ${path} may not be opened. Add the user of the gateway to the group dialout and restart the gateway.`,
    };
  }
  if (/lock|busy|temporarily unavailable/i.test(cause)) {
    return {
      zh: `串口 ${path} 正被别的程序占用。请关闭该程序；系统会自动重试。`,
      en: `Another program uses the serial port ${path}. Close that program; trying again by itself.`,
    };
  }
  return {
    zh: `串口 ${path} 无法打开（${cause}）。请检查名称、波特率和转换器；系统会自动重试。`,
    en: `The serial port ${path} cannot be opened (${cause}). Check its name, the baud rate and the adapter; trying again by itself.`,
  };
}

export const noSerialLibrary = (path: string): Text => ({
  zh: `无法打开串口 ${path}：缺少 serialport 程序库。请用 npm ci 重新安装，不要使用 --omit=optional。`,
  en: `The serial port ${path} cannot be opened: the library serialport is missing. Install again with npm ci, without --omit=optional.`,
});

/**
 * What an exception does to the read. `split`: look for the address that is to blame. `refuse`: give these addresses up.
 * `fail`: no value this time. `wait`: asked again soon. `unreachable`: the gateway says that the unit is not there.
 */
export type ExceptionEffect = "split" | "refuse" | "fail" | "wait" | "unreachable";

interface Exception {
  readonly name: Text;
  readonly effect: ExceptionEffect;
  readonly reason: Reason;
  readonly todo: Text;
}

const checkAddress: Text = {
  zh: "请核对点表地址（从 0 起算）和所用的寄存器区。",
  en: "Check the address in the profile (it counts from 0) and the table.",
};
const checkDevice: Text = {
  zh: "请查看设备自身的故障指示；系统会自动重试。",
  en: "Look at the device's own fault display; trying again by itself.",
};
const checkGateway: Text = {
  zh: "请检查网关后面的串行总线、站号和设备电源；系统会自动重试。",
  en: "Check the serial bus behind the gateway, the unit id and the device's power; trying again by itself.",
};

/** Modbus application protocol 1.1b3, chapter 7. Code 3 to a read means that it was too long, so a shorter one is tried. */
const exceptions: Readonly<Record<number, Exception>> = {
  1: { name: { zh: "不支持的功能", en: "illegal function" }, effect: "refuse", reason: "refused", todo: checkAddress },
  2: {
    name: { zh: "非法数据地址", en: "illegal data address" },
    effect: "split",
    reason: "refused",
    todo: checkAddress,
  },
  3: { name: { zh: "非法数据值", en: "illegal data value" }, effect: "split", reason: "refused", todo: checkAddress },
  4: { name: { zh: "设备故障", en: "device failure" }, effect: "fail", reason: "refused", todo: checkDevice },
  5: {
    name: { zh: "已受理，处理中", en: "acknowledged, still working" },
    effect: "wait",
    reason: "refused",
    todo: checkDevice,
  },
  6: { name: { zh: "设备忙", en: "device busy" }, effect: "wait", reason: "refused", todo: checkDevice },
  8: { name: { zh: "存储校验错", en: "memory parity error" }, effect: "fail", reason: "refused", todo: checkDevice },
  10: {
    name: { zh: "网关路径不可用", en: "gateway path unavailable" },
    effect: "unreachable",
    reason: "timeout",
    todo: checkGateway,
  },
  11: {
    name: { zh: "网关后的设备无应答", en: "the device behind the gateway did not answer" },
    effect: "unreachable",
    reason: "timeout",
    todo: checkGateway,
  },
};

const other: Exception = {
  name: { zh: "厂家自定义", en: "not in the standard" },
  effect: "fail",
  reason: "refused",
  todo: checkDevice,
};

export const exceptionOf = (code: number): Exception => exceptions[code] ?? other;

/** The unit answered with an exception that says nothing about single addresses. */
export function answeredException(unit: number, where: string, code: number): Text {
  const { name, todo } = exceptionOf(code);
  return {
    zh: `${where} 站号 ${unit} 返回异常码 ${code}（${name.zh}）。${todo.zh}`,
    en: `Unit ${unit} at ${where} answered exception ${code} (${name.en}). ${todo.en}`,
  };
}

/** The device answers, but not at this address. */
export function refusedAt(address: ModbusAddress, unit: number, code: number): Text {
  const { name, todo } = exceptionOf(code);
  return {
    zh: `站号 ${unit} 拒绝读取 ${formatAddress(address)}：异常码 ${code}（${name.zh}）。${todo.zh}`,
    en: `Unit ${unit} refused to read ${formatAddress(address)}: exception ${code} (${name.en}). ${todo.en}`,
  };
}

export const tooWide = (point: ModbusPoint, maxRegisters: number): Text => ({
  zh: `${formatAddress(point.address)} 占 ${point.address.width} 个寄存器，而该设备一次最多读 ${maxRegisters} 个。请改短该点，或核对设备的 maxRegisters。`,
  en: `${formatAddress(point.address)} takes ${point.address.width} registers, but the device answers at most ${maxRegisters} in one read. Shorten the point, or check maxRegisters of the device.`,
});
