/** InfluxDB by its v1 write endpoint: 1.x, and 2.x and 3.x with the same path. What its answers mean, and what to do then. */
import type { InfluxTarget } from "#model/north";
import type { Text } from "#model/text";
import { type Span, seconds } from "#model/time";
import { type OutgoingAnswer, request } from "../../net/outgoing.ts";
import { OutgoingTrouble } from "../../net/outgoing-trouble.ts";
import type { Sender, SenderHouse, Sent } from "../sender.ts";
import type { Waiting } from "../waiting.ts";
import { sampleLines, seriesKeys, toldLines } from "./lines.ts";
import * as say from "./sentences.ts";

const CONNECT_WITHIN = seconds(5);
/** A server that is busy with its disk takes its time for a batch. */
const ANSWER_WITHIN = seconds(30);

export function createInfluxSender(target: InfluxTarget, house: SenderHouse): Sender {
  const { url, database, retentionPolicy, username, password, token, ca, allow } = target;
  const base = url.replace(/\/+$/, "");
  const where = new URL(url).host;
  const keys = seriesKeys(house.site, house.points);
  const authorization =
    token !== undefined
      ? `Token ${token}`
      : username !== undefined
        ? `Basic ${Buffer.from(`${username}:${password ?? ""}`).toString("base64")}`
        : undefined;

  function address(precision: "ms" | "ns"): string {
    const query = new URLSearchParams({ db: database });
    // Nanoseconds are what all three take without a word; 1.x calls them n, 3.x ns.
    if (precision === "ms") query.set("precision", "ms");
    if (retentionPolicy !== undefined) query.set("rp", retentionPolicy);
    return `${base}/write?${query}`;
  }

  return {
    async send(waiting, signal) {
      const isUrgent = waiting.kind === "urgent";
      const body = isUrgent ? toldLines(waiting.rows, house.site) : sampleLines(waiting.samples, keys);
      if (body === "") return { outcome: "taken" };
      try {
        const answer = await request({
          method: "POST",
          url: address(isUrgent ? "ns" : "ms"),
          headers: {
            "content-type": "text/plain; charset=utf-8",
            ...(authorization === undefined ? {} : { authorization }),
          },
          body,
          allow,
          signal,
          connectWithin: CONNECT_WITHIN,
          totalWithin: ANSWER_WITHIN,
          ...(ca === undefined ? {} : { ca }),
        });
        return judge(answer, waiting, {
          where,
          database,
          ...(retentionPolicy === undefined ? {} : { retentionPolicy }),
        });
      } catch (error) {
        if (!(error instanceof OutgoingTrouble)) throw error;
        return { outcome: "try-later", because: error.because };
      }
    },
    async close() {},
  };
}

const UNWANTED =
  /partial write|unable to parse|field type conflict|beyond retention|max-values-per-tag|max-series|unprocessable|line protocol/i;

export interface Asked {
  readonly where: string;
  readonly database: string;
  readonly retentionPolicy?: string;
}

/** What an answer means: statuses by the v1 write API, words by what 1.x, 2.x and 3.x put into the body. */
export function judge({ status, body }: Pick<OutgoingAnswer, "status" | "body">, waiting: Waiting, asked: Asked): Sent {
  const later = (because: Text, after?: Span): Sent => ({
    outcome: "try-later",
    because,
    ...(after === undefined ? {} : { after }),
  });
  const said = inItsWords(body);
  if (status >= 200 && status < 300) return { outcome: "taken" };
  if (/no space left|disk (is )?full|insufficient storage/i.test(said) || status === 507)
    return later(say.diskFull(asked));
  // What 1.x answers while its disk hangs or is full already when a new shard is due.
  if (status >= 500 && /timeout/i.test(said)) return later(say.slowDisk(asked));
  if (status === 401) return later(say.wrongPassword(asked), seconds(30));
  if (status === 403) return later(say.notAllowed(asked, said), seconds(30));
  if (status === 404 && /retention policy/i.test(said)) return later(say.noPolicy(asked), seconds(30));
  if (status === 404) return later(say.noDatabase(asked, said), seconds(30));
  if (status === 413) return { outcome: "too-large", because: say.tooLarge(asked) };
  // 3.x answers so when a limit of databases, tables or columns is reached: the data are well, and have to wait.
  if (/would exceed (number|limit) of/i.test(body)) return later(say.limitReached(asked), seconds(30));
  if (status === 429 || status === 503) return later(say.busy(asked), seconds(5));
  // Only what InfluxDB itself says of the data is believed: a 400 of a proxy must not throw a batch away.
  if ((status === 400 || status === 422) && UNWANTED.test(said)) {
    const count = Number(/dropped[=: ]+(\d+)/i.exec(said)?.[1] ?? linesNamed(body) ?? sizeOf(waiting));
    return { outcome: "taken", refused: { count, because: say.unwanted(asked, said) } };
  }
  if (status >= 500 && /retention policy not found/i.test(said)) return later(say.noPolicy(asked), seconds(30));
  return later(say.oddAnswer(asked, status, said));
}

const sizeOf = (waiting: Waiting): number => (waiting.kind === "urgent" ? waiting.rows.length : waiting.samples.count);

/** 3.x names each line that it refused and keeps the others; it names 100 at most. */
function linesNamed(body: string): number | undefined {
  try {
    const { data } = JSON.parse(body) as { data?: unknown };
    return Array.isArray(data) && data.length > 0 ? data.length : undefined;
  } catch {
    return undefined;
  }
}

/** The server's own sentence, short and in one line: it names fields and measurements, no secrets. */
function inItsWords(body: string): string {
  let text = body;
  try {
    const { error, message, data } = JSON.parse(body) as { error?: unknown; message?: unknown; data?: unknown };
    const [first] = Array.isArray(data) ? (data as { error_message?: unknown }[]) : [];
    text = [message ?? error ?? body, first?.error_message].filter((part) => part !== undefined).join(": ");
  } catch {
    // Not JSON: as it stands.
  }
  return text.replace(/\s+/g, " ").trim().slice(0, 300);
}
