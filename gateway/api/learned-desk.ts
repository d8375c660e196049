/** Putting a learned value in force takes two steps: the first says what will change and gives a word, the second with that word does it. */
import { randomBytes } from "node:crypto";
import type { Actor } from "#model/account";
import { LEARNED_UNIT, type Learnable, learnableText } from "#model/learned";
import type { Text } from "#model/text";
import { formatInstant, later, minutes, type Span } from "#model/time";
import { valueInForce } from "../../rules/tuning/in-force.ts";
import { Refused } from "../net/refused.ts";
import type { ApiHouse } from "./api-house.ts";
import { fileGoesFirst, suggestionFor } from "./project-learned.ts";

/** Long enough to look at what the trial says. */
const OFFER_HOLDS = minutes(10);
const KEPT = 100;

type Values = readonly (number | null)[];

interface Offer {
  readonly actor: string;
  readonly device: string;
  readonly what: Learnable;
  readonly found: NonNullable<ReturnType<typeof suggestionFor>>;
  readonly was: Values | undefined;
  /** Monotonic. */
  readonly until: Span;
}

export interface LearnedDesk {
  /** Throws a `Refused` when nothing can be applied there. */
  offer(device: string, what: Learnable, actor: Actor): { confirm: string; expiresAt: string; says: Text };
  /** The word counts for the person, device and value that it was given for; sent again with the same command it changes nothing more. */
  apply(
    wish: { device: string; what: Learnable; reason: string; confirm: string; commandId: string },
    actor: Actor,
  ): Promise<void>;
}

export function createLearnedDesk(house: ApiHouse): LearnedDesk {
  const { clock, site } = house;
  const offers = new Map<string, Offer>();

  return {
    offer(device, what, actor) {
      const found = suggestionFor(house, device, what);
      if (!found) {
        throw new Refused(
          404,
          "nothing-learned",
          `还没有学到设备 ${device} 的${learnableText[what].zh}。请先在规则页运行“从历史学习”。`,
          `Nothing was learned as ${learnableText[what].en} of ${device} yet. Learn from the history on the rules page first.`,
        );
      }
      const now = valueInForce(site, house.learned(), device, what);
      if (now.from === "device") {
        const { zh, en } = fileGoesFirst(device, what);
        throw new Refused(409, "file-goes-first", zh, en);
      }
      const confirm = randomBytes(16).toString("hex");
      const until = (clock.monotonic() + OFFER_HOLDS) as Span;
      offers.set(confirm, { actor: actor.id, device, what, found, was: now.values, until });
      for (const key of offers.keys()) {
        if (offers.size <= KEPT) break;
        offers.delete(key);
      }
      return {
        confirm,
        expiresAt: formatInstant(later(clock.now(), OFFER_HOLDS)),
        says: willDo(device, what, now.values, found.suggestion.values),
      };
    },

    async apply({ device, what, reason, confirm, commandId }, actor) {
      const offer = offers.get(confirm);
      const fits = offer && offer.actor === actor.id && offer.device === device && offer.what === what;
      if (!fits || clock.monotonic() > offer.until) {
        throw new Refused(
          409,
          "not-confirmed",
          "确认已过期，或与所确认的人、设备、参数不符，没有应用。请重新操作。",
          "The confirmation has run out or belongs to another person, device or value. Nothing was applied; begin again.",
        );
      }
      await house.act(commandId, actor, {
        do: "apply-learned",
        device,
        what,
        values: offer.found.suggestion.values,
        ...(offer.was === undefined ? {} : { was: offer.was }),
        reason,
        learned: offer.found.learned,
      });
    },
  };
}

const inWords = (values: Values | undefined): Text => {
  if (values === undefined) return { zh: "未设定", en: "nothing" };
  const text = values.map((value) => value ?? "–").join(" ");
  return { zh: `${text} ${LEARNED_UNIT}`, en: `${text} ${LEARNED_UNIT}` };
};

function willDo(device: string, what: Learnable, was: Values | undefined, values: Values): Text {
  const [before, after] = [inWords(was), inWords(values)];
  const { zh, en } = learnableText[what];
  return {
    zh: `将把设备 ${device} 的${zh}（${what}）从 ${before.zh} 改为 ${after.zh}，规则立即按新值判断，可随时撤回。`,
    en: `This sets ${en} (${what}) of ${device} from ${before.en} to ${after.en}. Rules go by it at once; it can be taken back at any time.`,
  };
}
