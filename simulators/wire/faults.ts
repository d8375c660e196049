/** The ways in which a line or a device can misbehave on the wire; each can be switched while the line runs. */
import type { Text } from "../text.ts";

export interface FaultKind {
  /** `line`: the whole port. `unit`: one device on it, or all devices when the port is named. */
  readonly scope: "line" | "unit";
  /** A fault with a time: seconds by default, and the range allowed. */
  readonly seconds?: { readonly default: number; readonly min: number; readonly max: number };
  readonly tells: Text;
}

export const faultKinds = {
  "late-reply": {
    scope: "unit",
    seconds: { default: 5, min: 0.01, max: 120 },
    tells: { zh: "应答迟到，事务号正确", en: "Replies come late, with the right transaction number" },
  },
  "wrong-id": {
    scope: "unit",
    tells: { zh: "应答的事务号错误", en: "Replies carry a wrong transaction number" },
  },
  "foreign-reply": {
    scope: "unit",
    tells: { zh: "收到别的从站的应答", en: "Replies come from another unit" },
  },
  "half-open": {
    scope: "line",
    tells: { zh: "连接半开：可以连上，但没有应答", en: "Half-open: connections stand, nobody answers" },
  },
  silence: {
    scope: "unit",
    tells: { zh: "从站无应答", en: "The unit does not answer" },
  },
  "old-data": {
    scope: "unit",
    tells: { zh: "网关返回旧数据，寄存器全部冻结", en: "Old data: all registers stand still" },
  },
  zeros: {
    scope: "unit",
    tells: { zh: "寄存器全部为 0", en: "All registers read 0" },
  },
  ffff: {
    scope: "unit",
    tells: { zh: "寄存器全部为 FFFF", en: "All registers read FFFF" },
  },
  "exception-2": {
    scope: "unit",
    tells: { zh: "异常码 02：非法数据地址", en: "Exception 02: illegal data address" },
  },
  "exception-4": {
    scope: "unit",
    tells: { zh: "异常码 04：从站设备故障", en: "Exception 04: device failure" },
  },
  "exception-6": {
    scope: "unit",
    tells: { zh: "异常码 06：从站设备忙", en: "Exception 06: device busy" },
  },
  "exception-11": {
    scope: "unit",
    tells: { zh: "异常码 0B：网关目标设备无响应", en: "Exception 0B: the gateway's target does not respond" },
  },
  "drop-idle": {
    scope: "line",
    seconds: { default: 60, min: 0.1, max: 3600 },
    tells: { zh: "空闲连接被断开", en: "Idle connections are dropped" },
  },
  "one-client": {
    scope: "line",
    tells: { zh: "只接受一个客户端", en: "Only one client is accepted" },
  },
  slow: {
    scope: "unit",
    seconds: { default: 0.5, min: 0.01, max: 10 },
    tells: { zh: "应答变慢", en: "Every reply is slow" },
  },
  jitter: {
    scope: "unit",
    seconds: { default: 0.5, min: 0.01, max: 10 },
    tells: { zh: "应答延迟抖动，应答顺序可能颠倒", en: "Reply times jitter; replies may overtake one another" },
  },
  "heartbeat-freeze": {
    scope: "unit",
    tells: { zh: "心跳停止，其他寄存器照常", en: "The heartbeat stands still, the rest goes on" },
  },
  "clock-skew": {
    scope: "unit",
    seconds: { default: 3600, min: -86_400 * 366, max: 86_400 * 366 },
    tells: { zh: "设备时钟偏差，时标不准", en: "The device's clock is wrong; so are its time stamps" },
  },
  reboot: {
    scope: "unit",
    seconds: { default: 5, min: 0.1, max: 600 },
    tells: { zh: "设备重启：先无应答，之后心跳从 0 开始", en: "Restart: silent, then the heartbeat begins at 0" },
  },
} as const satisfies Readonly<Record<string, FaultKind>>;

export type FaultName = keyof typeof faultKinds;

export function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(faultKinds, name);
}

/** The table's row, with `seconds` visible on every kind. */
export function faultKind(name: FaultName): FaultKind {
  return faultKinds[name];
}

/** What the truth says of a fault that was switched. */
export const switched = (name: FaultName, on: boolean): Text =>
  on
    ? {
        zh: `故障投入：${faultKinds[name].tells.zh}（${name}）`,
        en: `Fault on: ${faultKinds[name].tells.en} (${name})`,
      }
    : { zh: `故障解除：${name}`, en: `Fault off: ${name}` };
