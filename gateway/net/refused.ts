/** How every refusal of the HTTP side looks: a status, a stable code, one sentence in both languages, never a stack. */
import type { Text } from "#model/text";

export interface RefusalBody {
  readonly code: string;
  readonly message: Text;
  readonly detail?: unknown;
}

/** The one way out of a hook or a handler with a refusal; the error handler turns it into the answer. */
export class Refused extends Error {
  readonly statusCode: number;
  readonly code: string;
  readonly text: Text;
  readonly detail: unknown;
  constructor(statusCode: number, code: string, zh: string, en: string, detail?: unknown) {
    super(en);
    this.name = "Refused";
    this.statusCode = statusCode;
    this.code = code;
    this.text = { zh, en };
    this.detail = detail;
  }
}

export const refusalBody = (code: string, message: Text, detail?: unknown): RefusalBody => ({
  code,
  message,
  ...(detail === undefined ? {} : { detail }),
});

/** What a status means when nobody said more. */
const usual: Readonly<Record<number, readonly [code: string, zh: string, en: string]>> = {
  400: ["bad-request", "请求有误，请检查后重试。", "The request is not well formed. Check it and try again."],
  403: ["forbidden", "不允许此操作。", "This is not allowed."],
  404: ["not-found", "没有此地址。", "There is nothing at this address."],
  405: ["wrong-method", "此地址不支持该方法。", "This address does not take this method."],
  408: ["too-slow", "请求未在规定时间内发完。", "The request did not arrive in time."],
  413: ["too-large", "请求正文过大。", "The body is too large."],
  414: ["bad-request", "地址过长。", "The address is too long."],
  415: [
    "wrong-content-type",
    "请求正文须为 application/json。",
    "The body must be application/json. Set the content-type header.",
  ],
  431: ["too-many-headers", "请求头过多或过大。", "The headers are too many or too large."],
  503: ["not-ready", "网关正在启动或停止，请稍后重试。", "The gateway is starting or stopping. Try again shortly."],
};

/** The body for an error that is no `Refused`: only its status is told, nothing that it carries inside. */
export function bodyOfStatus(status: number): RefusalBody {
  const [code, zh, en] = usual[status] ??
    (status < 500 ? usual[400] : undefined) ?? [
      "internal",
      "网关内部出错，已记入日志。",
      "Something went wrong inside the gateway; it is in the log.",
    ];
  return { code, message: { zh, en } };
}
