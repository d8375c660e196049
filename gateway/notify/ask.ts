/** One HTTP question of a channel, and what its answer means: vendors say no inside HTTP 200. */
import { inOneLine } from "#model/in-one-line";
import type { Delivery } from "#model/message";
import type { Text } from "#model/text";
import type { Span } from "#model/time";
import { type OutgoingAnswer, type OutgoingRequest, post, request } from "../net/outgoing.ts";
import { OutgoingTrouble } from "../net/outgoing-trouble.ts";

/** What one code means. Codes that a vendor's table does not list are tried again. */
export type Verdict =
  | { readonly is: "refused"; readonly because: Text; readonly only?: "this" }
  | { readonly is: "try-later"; readonly because: Text; readonly pause?: Span };

/** The answer, or the delivery that a missing answer means. */
export const ask = (question: OutgoingRequest): Promise<OutgoingAnswer | Delivery> => answered(request(question));

/** The same for JSON text that is posted. */
export const askByPost = (question: Parameters<typeof post>[0]): Promise<OutgoingAnswer | Delivery> =>
  answered(post(question));

async function answered(answer: Promise<OutgoingAnswer>): Promise<OutgoingAnswer | Delivery> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof OutgoingTrouble)) throw error;
    const outcome = error.problem === "not-allowed" || error.problem === "bad-url" ? "refused" : "try-later";
    return { outcome, because: inOneLine(error.because) };
  }
}

export const isDelivery = (answer: OutgoingAnswer | Delivery): answer is Delivery => "outcome" in answer;

/** What a status other than 2xx means to any of them; `undefined` for 2xx. */
export function outcomeOfStatus(status: number): Delivery | undefined {
  if (status >= 200 && status < 300) return undefined;
  const fixed = [400, 401, 403, 404, 405, 410, 413, 415].includes(status);
  if (status === 429) return { outcome: "try-later", because: `HTTP 429: ${inOneLine(tooMany)}`, pause: MINUTE };
  return fixed
    ? { outcome: "refused", because: `HTTP ${status}: ${inOneLine(wrongAddress)}` }
    : { outcome: "try-later", because: `HTTP ${status}: ${inOneLine(notNow)}` };
}

const MINUTE = 60_000;

/** The vendor's code out of the body, or the delivery that a body without one means. */
export function codeIn(body: string, ...names: readonly string[]): number | Delivery {
  const answer = parsed(body);
  for (const name of names) {
    const code = typeof answer === "object" && answer !== null ? (answer as Record<string, unknown>)[name] : undefined;
    if (typeof code === "number") return code;
  }
  return { outcome: "try-later", because: inOneLine(gibberish) };
}

export function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** A code by the vendor's table: 0 is success. Nothing of the body itself is repeated: it may hold what we sent. */
export function outcomeOfCode(code: number, vendor: Text, table: Readonly<Record<number, Verdict>>): Delivery {
  if (code === 0) return { outcome: "accepted" };
  const known = table[code];
  const because = inOneLine({
    zh: `${vendor.zh}返回错误码 ${code}：${known?.because.zh ?? "原因未知，稍后重试"}。`,
    en: `${vendor.en} answered with code ${code}: ${known?.because.en ?? "not known; trying again"}.`,
  });
  if (known?.is === "refused") return { outcome: "refused", because, ...(known.only ? { only: known.only } : {}) };
  return { outcome: "try-later", because, ...(known?.pause === undefined ? {} : { pause: known.pause }) };
}

const tooMany: Text = { zh: "对方限流，暂停一分钟。", en: "Too many requests; waiting a minute." };
const wrongAddress: Text = {
  zh: "对方拒绝该请求。请核对通道的地址和密钥。",
  en: "The other side refuses the request. Check the channel's address and key.",
};
const notNow: Text = { zh: "对方服务异常，稍后重试。", en: "The service there has trouble; trying again." };
const gibberish: Text = {
  zh: "对方的答复不是预期的 JSON，稍后重试。请核对地址，或检查出口是否有认证页面。",
  en: "The answer is not the expected JSON; trying again. Check the address, or whether a sign-in page stands in the way.",
};
