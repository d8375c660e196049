/** One HTTP question of a channel, and what its answer means: vendors say no inside HTTP 200. */
import { inOneLine } from "#model/in-one-line";
import type { Delivery } from "#model/message";
import type { Text } from "#model/text";
import { minutes, type Span } from "#model/time";
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

/** Answers that no retry will change, by status: what is wrong, and what to do about it. */
const REFUSALS: Readonly<Record<number, Text>> = Object.fromEntries(
  [400, 401, 403, 404, 405, 410, 413, 415].map((status) => [
    status,
    {
      zh: "对方拒绝该请求。请核对通道的地址和密钥。",
      en: "The other side refuses the request. Check the channel's address and key.",
    },
  ]),
);

/**
 * What an answer means before anybody reads its body; `undefined` for a 2xx that may be a yes. A page in HTML and a redirect are
 * none: between us and the receiver stands something that answers in its place, such as the sign-in page of a network.
 */
export function outcomeOfAnswer(
  { status, type, body, retryAfter }: OutgoingAnswer,
  refusals: Readonly<Record<number, Text>> = REFUSALS,
): Delivery | undefined {
  const said = (text: Text): string => `HTTP ${status}: ${inOneLine(text)}`;
  if (status >= 200 && status < 300) {
    return isPage(type, body) ? { outcome: "try-later", because: said(pageInTheWay) } : undefined;
  }
  if (status >= 300 && status < 400) return { outcome: "try-later", because: said(sentElsewhere) };
  const refusal = refusals[status];
  if (refusal) return { outcome: "refused", because: said(refusal) };
  if (status === 429) return { outcome: "try-later", because: said(tooMany), pause: restFor(retryAfter ?? MINUTE) };
  const pause = retryAfter === undefined ? {} : { pause: restFor(retryAfter) };
  return { outcome: "try-later", because: said(notNow), ...pause };
}

/** Home-made receivers say a bare `ok` under the type of a page: only markup makes it one. */
const isPage = (type: string, body: string): boolean =>
  /^[\s\ufeff]*<(!doctype\s+html|html|head|body|script|meta|title)\b/i.test(body) ||
  (/^(text\/html|application\/xhtml\+xml)$/.test(type) && /<[a-z!][^>]*>/i.test(body));

const MINUTE = minutes(1);
/** No vendor shuts out for longer (DingTalk), and whoever asks for more is asked again all the same. */
const LONGEST_REST = minutes(10);
const restFor = (asked: Span): Span => (asked < LONGEST_REST ? asked : LONGEST_REST);

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

const tooMany: Text = { zh: "对方限流，稍后重试。", en: "Too many requests; trying again later." };
const sentElsewhere: Text = {
  zh: "地址被转向别处，出于安全不跟随。请在 url 写最终地址，或检查出口是否有上网认证页面。",
  en: "We were sent elsewhere, which is never followed. Write the final address as url, or check whether a sign-in page stands in the way.",
};
const pageInTheWay: Text = {
  zh: "答复是一个网页，不算收到，稍后重试。请检查出口是否有上网认证页面，或 url 是否写错。",
  en: "The answer is a web page, which is no receipt; trying again. Check whether a sign-in page stands in the way, or the url.",
};
const notNow: Text = { zh: "对方服务异常，稍后重试。", en: "The service there has trouble; trying again." };
const gibberish: Text = {
  zh: "对方的答复不是预期的 JSON，稍后重试。请核对地址，或检查出口是否有认证页面。",
  en: "The answer is not the expected JSON; trying again. Check the address, or whether a sign-in page stands in the way.",
};
