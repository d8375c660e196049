/** The words of a notice: a template with the place put in, and the one text that goes out. Pure. */
import type { NoticeDraft, NoticeEdition, NoticeWords } from "#model/notice";
import type { Site } from "#model/site";
import type { Text } from "#model/text";
import type { Ticket } from "#model/ticket";
import type { Instant } from "#model/time";

const fill = (text: Text, place: Text, site: Text): Text => ({
  zh: text.zh.replaceAll("{place}", place.zh).replaceAll("{site}", site.zh),
  en: text.en.replaceAll("{place}", place.en).replaceAll("{site}", site.en),
});

/** Building and floor, and never the room: which flat it is concerns nobody else. The site where the ticket names no building. */
function placeOf(site: Site, { place }: Ticket): Text {
  const words = [place.building, place.floor].filter(Boolean).join(" ");
  return words === "" ? site.name : { zh: words, en: words };
}

/** The template as it reads for this ticket. */
export function wordsFor(site: Site, ticket: Ticket, words: NoticeWords): NoticeWords {
  const place = placeOf(site, ticket);
  return { what: fill(words.what, place, site.name), todo: fill(words.todo, place, site.name) };
}

/** 11月24日 14:00, on the clock of the site. */
export function clockTime(at: Instant, zone: string, language: "zh" | "en"): string {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const time = `${String(local.hour).padStart(2, "0")}:${String(local.minute).padStart(2, "0")}`;
  return language === "zh" ? `${local.month}月${local.day}日 ${time}` : `${local.toPlainDate().toString()} ${time}`;
}

const endOf: Readonly<Record<"update" | "closing" | "withdrawal", Text>> = {
  update: { zh: "·进展", en: " – update" },
  closing: { zh: "·已恢复", en: " – restored" },
  withdrawal: { zh: "·更正", en: " – correction" },
};
const markOf: Readonly<Record<NonNullable<NoticeEdition["held"]>, Text>> = {
  drill: { zh: "【演练】", en: "[DRILL] " },
  simulated: { zh: "【模拟】", en: "[SIMULATED] " },
};

type Parts = NoticeWords & Pick<NoticeDraft, "title" | "backAt"> & { readonly kind: NoticeEdition["kind"] };

/** What happened, when it will be back, what to do, who says it and when: in this order, since a text message loses its end. */
export function noticeText(site: Site, parts: Parts, at: Instant, held?: NoticeEdition["held"]): Text {
  const end = parts.kind === "first" ? { zh: "", en: "" } : endOf[parts.kind];
  const mark = held ? markOf[held] : { zh: "", en: "" };
  const ends = parts.kind === "closing" || parts.kind === "withdrawal";
  const say = (language: "zh" | "en"): string => {
    const zh = language === "zh";
    const time = parts.backAt === undefined ? undefined : clockTime(parts.backAt, site.zone, language);
    const back = zh
      ? `预计恢复：${time ?? "时间待定，确定后另行通知"}。`
      : `Expected back: ${time ?? "not known yet; you will hear from us"}. `;
    const head = zh ? `【${parts.title.zh}${end.zh}】` : `[${parts.title.en}${end.en}] `;
    const gap = zh ? "" : " ";
    const foot = `${site.name[language]}${zh ? "物业" : " property office,"} ${clockTime(at, site.zone, language)}`;
    return `${mark[language]}${head}${parts.what[language]}${gap}${ends ? "" : back}${parts.todo[language]}${gap}${foot}`;
  };
  return { zh: say("zh"), en: say("en") };
}
