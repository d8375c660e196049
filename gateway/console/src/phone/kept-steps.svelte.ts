/**
 * What this page still has to tell the gateway. Steps go in the order in which they were done, one after the other, until each has
 * its answer; photos follow them in a lane of their own, so that no picture on a weak signal holds up "people are free".
 */
import type { ErrorBody } from "../../../api/shapes.ts";
import type { VisitBody } from "../../../api/visit-shapes.ts";
import { isoTime, monotonic, wall } from "../shared/browser-clock.ts";
import { commandId } from "../shared/command-id.ts";
import { phoneEn } from "../shared/words/phone-en.ts";
import { phoneZh } from "../shared/words/phone-zh.ts";
import { forgetFile, keepFile, keptFile } from "./kept-files.ts";
import { isFinal, isVisitOver, type KeptStep, keyOf, LARGEST, readKept, withKept, writeKept } from "./kept-steps.ts";
import { type LastVisit, noteVisit } from "./last-visit.ts";
import { look, sendFile, sendStep, small, type Told } from "./send.ts";

/** Half of what one ticket takes. Engineering judgement: thirty photos of 1,600 pixels are some 15 MB. */
const MOST_PHOTOS = 30;
/** A photo that waits no longer than this is one of now. */
const NOW = 60_000;

export type PhotoTaken = "taken" | "too-many" | "too-large";
type Message = ErrorBody["message"];

export interface KeptSteps {
  /** What the gateway does not know yet, once a try has failed. */
  readonly waiting: readonly KeptStep[];
  readonly refused: readonly KeptStep[];
  /** Photos that are on their way. */
  readonly underWay: number;
  /** The phone keeps nothing (full, or a private window): what waits lasts as long as this page. */
  readonly unsaved: boolean;
  /** Why the gateway hears nothing more from this page: the visit is over, what waits needs a new link. */
  readonly over: Message | undefined;
  /** The visit as the gateway tells it now. */
  hear(visit: VisitBody): void;
  /** The visit as it was told to this tab before it was loaded again. */
  recall(last: LastVisit): void;
  /** The visit with what still waits. */
  shown(visit: VisitBody): VisitBody;
  /** Keeps the step and tells the gateway; `undefined`: there is no signal, it waits. */
  take(step: string, words: Readonly<Record<string, unknown>>, signature?: Blob): Promise<Told | undefined>;
  /** Keeps a photo or paper; it goes out behind the steps. */
  takePhoto(file: Blob): Promise<PhotoTaken>;
  /** Tells the gateway what waits; the last answer that it gave. */
  send(): Promise<Told | undefined>;
  /** The bytes of a photo that was refused, to be saved elsewhere. */
  bytesOf(one: KeptStep): Promise<Blob | undefined>;
  /** The person has read what was refused. */
  putAway(): void;
}

const isPhoto = (one: KeptStep): boolean => one.step === "file";
const gone: Told<never> = {
  ok: false,
  status: 404,
  error: { code: "gone", message: { zh: phoneZh.gone, en: phoneEn.gone } },
};

/** `told` hears every answer of the gateway that holds the visit. */
export function createKeptSteps(told: (visit: VisitBody) => void): KeptSteps {
  let key = "";
  let kept = $state.raw<readonly KeptStep[]>([]);
  let refuses = $state(false);
  /** The last try came to nothing: whoever presses on does not wait for the next one. */
  let lost = $state(false);
  let over = $state.raw<Message | undefined>(undefined);
  /** Files that the phone has no room for, by their command. */
  const held = new Map<string, Blob>();
  let heard: { readonly at: number; readonly mono: number; readonly wall: number } | undefined;
  let sending: Promise<Told | undefined> | undefined;
  let sendingPhotos: Promise<void> | undefined;

  const open = () => kept.filter(({ refused }) => refused === undefined);
  const steps = () => open().filter((one) => !isPhoto(one));
  const photos = () => open().filter(isPhoto);
  /** Another tab may have kept something meanwhile: what stands in the phone is what is changed. */
  function change(work: (now: readonly KeptStep[]) => readonly KeptStep[]): void {
    kept = work(refuses ? kept : readKept(key));
    refuses = !writeKept(key, kept);
  }

  function hear(visit: VisitBody): void {
    heard = { at: Date.parse(visit.now), mono: monotonic(), wall: wall() };
    noteVisit({ visit, wall: heard.wall });
    over = undefined;
    show(visit);
    if (open().length === 0) lost = false;
  }
  function show(visit: VisitBody): void {
    told(visit);
    if (keyOf(visit) === key) return;
    key = keyOf(visit);
    kept = readKept(key);
    lost = open().length > 0;
  }

  /** A sleeping phone stops its monotonic clock, and a new network sets its wall clock: whichever went further is the truth. */
  const gatewayNow = (): number =>
    heard ? heard.at + Math.max(monotonic() - heard.mono, wall() - heard.wall) : wall();
  /** What seems to lie ahead was done, at the latest, when the gateway last told its time. */
  const doneAt = ({ doneAt: at }: KeptStep): string =>
    heard && Date.parse(at) > gatewayNow() ? isoTime(heard.at) : at;

  const bytesOf = async (id: string): Promise<Blob | undefined> => held.get(id) ?? (await keptFile(id));
  async function forgetBytes({ commandId: id, file }: KeptStep): Promise<void> {
    held.delete(id);
    if (file) await forgetFile(id);
  }

  /** What was answered for good leaves the phone, or stays as refused until it was read. `asked`: the person waits for the answer. */
  async function settle(one: KeptStep, answer: Told<unknown>, asked: boolean): Promise<void> {
    const refused = answer.ok || asked ? undefined : answer.error?.message;
    change((all) =>
      refused
        ? all.map((each) => (each.commandId === one.commandId ? { ...each, refused } : each))
        : all.filter((each) => each.commandId !== one.commandId),
    );
    if (!refused) await forgetBytes(one);
  }

  function noteOver(answer: Told<unknown>): void {
    if (answer.ok || !isVisitOver(answer)) return;
    // Of a cookie that opens nothing the gateway knows no more than that somebody should sign in: nobody can here.
    const own = { zh: phoneZh.visitOver, en: phoneEn.visitOver };
    over = answer.status === 401 ? own : (answer.error?.message ?? own);
  }

  /** A step on its first way happens now, by the gateway's clock; one that waited says when it was done, never later than now. */
  async function sendOne(one: KeptStep, fresh: boolean): Promise<Told> {
    const { commandId: id, step, words } = one;
    const when = fresh ? {} : { occurredAt: doneAt(one) };
    if (one.file !== "signature") return sendStep(step, { ...words, commandId: id, ...when });
    const picture = await bytesOf(id);
    if (!picture) return gone;
    const sent = await sendFile(picture, "signature", { commandId: `${id}-signed`, ...when });
    return sent.ok ? sendStep(step, { ...words, commandId: id, ...when, signature: sent.body.id }) : sent;
  }

  async function sendSteps(fresh: string | undefined): Promise<Told | undefined> {
    let last: Told | undefined;
    if (open()[0] && steps()[0]?.commandId !== fresh) {
      last = await look();
      noteOver(last);
      if (!last.ok) return last;
      hear(last.body);
    }
    for (let one = steps()[0]; one; one = steps()[0]) {
      const asked = one.commandId === fresh;
      last = await sendOne(one, asked);
      noteOver(last);
      if (!last.ok && !isFinal(last)) return last;
      if (last.ok) hear(last.body);
      await settle(one, last, asked);
    }
    return last;
  }

  async function send(fresh?: string): Promise<Told | undefined> {
    while (sending) await sending;
    sending = sendSteps(fresh);
    try {
      return await sending;
    } finally {
      sending = undefined;
      lost = steps().length > 0 || (lost && photos().length > 0);
      if (!lost || steps().length === 0) void sendPhotos();
    }
  }

  async function sendOnePhoto(one: KeptStep): Promise<Told<unknown>> {
    const picture = await bytesOf(one.commandId);
    if (!picture) return gone;
    const late = gatewayNow() - Date.parse(one.doneAt) > NOW;
    return sendFile(picture, "photo", { commandId: one.commandId, ...(late ? { occurredAt: doneAt(one) } : {}) });
  }

  async function photosInTurn(): Promise<void> {
    let sent = 0;
    for (let one = photos()[0]; one && steps().length === 0; one = photos()[0]) {
      const answer = await sendOnePhoto(one);
      noteOver(answer);
      lost = !answer.ok && !isFinal(answer);
      if (lost) return;
      await settle(one, answer, false);
      sent += 1;
    }
    if (sent === 0) return;
    const now = await look();
    if (now.ok) hear(now.body);
  }

  async function sendPhotos(): Promise<void> {
    if (sendingPhotos || photos().length === 0) return;
    sendingPhotos = photosInTurn();
    try {
      await sendingPhotos;
    } finally {
      sendingPhotos = undefined;
    }
  }

  async function add(step: string, words: KeptStep["words"], file?: { bytes: Blob; what: "photo" | "signature" }) {
    const id = commandId();
    const at = isoTime(gatewayNow());
    if (file && !(await keepFile(id, file.bytes))) held.set(id, file.bytes);
    const one: KeptStep = {
      commandId: id,
      step,
      words,
      doneAt: at,
      ...(file ? { file: file.what } : {}),
    };
    change((all) => [...all, one]);
    return id;
  }

  return {
    get waiting() {
      return lost ? open() : [];
    },
    get refused() {
      return kept.filter(({ refused }) => refused !== undefined);
    },
    get underWay() {
      return lost ? 0 : photos().length;
    },
    get unsaved() {
      return open().some(({ commandId: id }) => refuses || held.has(id));
    },
    get over() {
      return over;
    },
    hear,
    recall({ visit, wall: at }) {
      heard = { at: Date.parse(visit.now), mono: monotonic(), wall: at };
      show(visit);
      lost = true;
    },
    shown: (visit) => (lost ? withKept(visit, steps()) : visit),
    async take(step, words, signature) {
      const before = lost;
      const id = await add(step, words, signature && { bytes: signature, what: "signature" });
      if (before) {
        void send();
        return undefined;
      }
      const answer = await send(id);
      return lost ? undefined : answer;
    },
    async takePhoto(file) {
      if (photos().length >= MOST_PHOTOS) return "too-many";
      const bytes = await small(file);
      if (bytes.size > LARGEST) return "too-large";
      await add("file", {}, { bytes, what: "photo" });
      if (lost) void send();
      else void sendPhotos();
      return "taken";
    },
    send: () => send(),
    bytesOf: ({ commandId: id }) => bytesOf(id),
    putAway() {
      for (const one of kept) if (one.refused) void forgetBytes(one);
      change((all) => all.filter(({ refused }) => refused === undefined));
    },
  };
}
