/**
 * Text messages and calls by the HTTP interface of a provider. Each provider wants something else, so the site writes the
 * request as templates and says what success looks like. Phone numbers go into the request and nowhere else.
 */
import { channelSettings, type SettingsOf } from "#model/channel-settings";
import { inOneLine } from "#model/in-one-line";
import type { Delivery, Message } from "#model/message";
import { severityName } from "#model/severity";
import type { Text } from "#model/text";
import { ask, isDelivery, outcomeOfAnswer, parsed } from "../../ask.ts";
import type { Channel, ChannelContext } from "../../channel.ts";
import { cutToLetters, headed } from "../../wording.ts";
import { at, fill, type Words } from "./template.ts";

type Settings = SettingsOf<"sms">;

const TYPE = { json: "application/json", form: "application/x-www-form-urlencoded" } as const;

const provider = (kind: "sms" | "voice"): Channel<Settings> => ({
  kind,
  settings: channelSettings[kind],
  async send(message, settings, context, signal) {
    const { phone } = context.person;
    if (phone === undefined) return { outcome: "refused", because: inOneLine(noPhone), only: "this" };
    const words = wordsOf(message, context, phone, settings);
    const headers = Object.entries(settings.headers).map(([name, value]) => [
      name.toLowerCase(),
      fill(value, words, "header"),
    ]);
    const answer = await ask({
      method: settings.method,
      url: fill(settings.url, words, "url"),
      headers: {
        ...(settings.body === undefined ? {} : { "content-type": TYPE[settings.encoding] }),
        ...Object.fromEntries(headers),
      },
      ...(settings.body === undefined ? {} : { body: fill(settings.body, words, settings.encoding) }),
      allow: settings.allow,
      signal,
      ...(settings.ca === undefined ? {} : { ca: settings.ca }),
    });
    if (isDelivery(answer)) return answer;
    return outcomeOfAnswer(answer) ?? judge(answer.body, settings);
  },
});

export const smsChannel = provider("sms");
export const voiceChannel = provider("voice");

/** The link stands where the template has a place for it; otherwise behind the text, whose end then gives way. */
function wordsOf(
  message: Message,
  context: ChannelContext,
  phone: string,
  { longest, language, ...request }: Settings,
): Words {
  const { ticket, person, link } = context;
  const ownPlace = [request.url, request.body, ...Object.values(request.headers)].some((one) =>
    one?.includes("{link}"),
  );
  const behind = link === undefined || ownPlace ? "" : ` ${link}`;
  const { building, floor, room } = ticket?.place ?? {};
  return {
    phone,
    name: person.name,
    text: `${cutToLetters(headed(message, language), Math.max(20, longest - behind.length))}${behind}`,
    link: link ?? "",
    ticket: message.ticket,
    severity: severityName[message.severity][language],
    title: ticket?.title[language] ?? "",
    place: [building, floor, room].filter(Boolean).join(" "),
    key: message.key,
  };
}

function judge(body: string, { success, final }: Settings): Delivery {
  if (!success) return { outcome: "accepted" };
  const document = parsed(body);
  if (document === undefined) return { outcome: "try-later", because: inOneLine(gibberish) };
  const found = at(document, success.pointer);
  if (success.equals.some((value) => value === found)) return { outcome: "accepted" };
  const because = inOneLine({
    zh: `服务商返回 ${shown(found)}，不是成功。请对照其错误码表。`,
    en: `The provider answered ${shown(found)}, which is no success. Look it up in its table of codes.`,
  });
  return final.some((value) => value === found) ? { outcome: "refused", because } : { outcome: "try-later", because };
}

/** A code, never a sentence: what the provider writes may repeat the number. */
function shown(found: unknown): string {
  if (typeof found === "number" || typeof found === "boolean") return String(found).replaceAll(/\d{7,}/g, "…");
  if (typeof found === "string" && /^[\w.:-]{1,64}$/.test(found)) return found.replaceAll(/\d{7,}/g, "…");
  return "?";
}

const noPhone: Text = {
  zh: "此人没有登记电话。请在 people.yaml 里补上 phone。",
  en: "This person has no phone. Add one to people.yaml.",
};
const gibberish: Text = {
  zh: "服务商的答复不是 JSON，稍后重试。请核对 url。",
  en: "The provider's answer is no JSON; trying again. Check the url.",
};
