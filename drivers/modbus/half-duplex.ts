/**
 * A line of RTU frames: one question at a time. The frames carry no id, so a reply belongs to a question only because of
 * what surrounds it: silence before the question, the right unit, function and length, and silence behind the reply. The
 * silence is longest where a stray reply would fit best.
 */
import { milliseconds, type Span } from "#model/time";
import { type DriverTools, LinkBroken } from "../driver.ts";
import { type Asked, goodLength } from "./asked.ts";
import { countdown, pause } from "./limits.ts";
import type { Answer, Line, Once } from "./line.ts";
import { createPduCoder, type Decoded } from "./pdu.ts";
import { type Heard, hear, withChecksum } from "./rtu-frame.ts";
import { closedInReply, cutShort, moreFollowed, neverSilent, silent, undecodable } from "./sentences.ts";
import { createTurns } from "./turns.ts";
import type { OpenWire, Wire } from "./wire.ts";

export interface HalfDuplexOptions {
  readonly where: string;
  readonly open: OpenWire;
  /** How long a unit may take, beside the time that the bytes need. */
  readonly timeout: Span;
  /** Silence in ms that ends a frame. */
  readonly gap: number;
  /** Silence in ms that the devices want before a question, beside `gap`. */
  readonly pause: number;
  /** Milliseconds that so many bytes take on the wire. */
  wireTime(bytes: number): number;
  /** True when the wire is made anew after a reply that did not come or did not fit. */
  readonly reopen: boolean;
}

/** A line is surely silent after this many ms without a byte: serial adapters pass bytes on in lots of up to 16 ms. */
const QUIET = 20;
/** After so many disturbed waits for silence the line is called noisy. */
const PATIENCE = 25;

/** What comes unasked is shown under the unit id that no device has. */
const NOBODY = 0;

interface Listener {
  data(bytes: Buffer): void;
  gone(code: string | undefined): void;
  abort(because: unknown): void;
}

type Outcome = Exclude<Heard, { kind: "more" }> | { readonly kind: "silent" } | { readonly kind: "hung-up" };

export function createHalfDuplexLine(
  options: HalfDuplexOptions,
  { clock, trace }: Pick<DriverTools, "clock" | "trace">,
  signal: AbortSignal,
): Line {
  const { where, timeout } = options;
  const coder = createPduCoder();
  const turn = createTurns();
  /** Units whose reply did not come, with the time in which it may still come. */
  const owing = new Map<number, Promise<void>>();
  let wire: Wire | undefined;
  let listener: Listener | undefined;
  /** The last good reply. If it were repeated, the repeat would come within `quiet`. */
  let last: { readonly asked: Asked; readonly answer: Answer; readonly quiet: Promise<void> } | undefined;
  /** Bytes that came while nobody asked. */
  let strays = 0;
  /** Something may still be on the way. */
  let unsure = false;
  /** The present wire has brought a good reply. */
  let proven = false;

  async function current(): Promise<Wire> {
    if (wire) return wire;
    proven = false;
    const opened = await options.open(
      {
        data(bytes) {
          if (listener) return listener.data(bytes);
          strays += bytes.length;
          trace.frame("received", NOBODY, bytes);
        },
        gone(code) {
          wire = undefined;
          listener?.gone(code);
        },
      },
      signal,
    );
    if (signal.aborted) {
      await opened.close();
      throw signal.reason;
    }
    wire = opened;
    return opened;
  }

  /** Waits until the line is silent; false when it never is. What comes meanwhile belongs to nobody. */
  async function becameSilent(): Promise<boolean> {
    for (let tries = 0; tries < PATIENCE; tries += 1) {
      strays = 0;
      await pause(Math.max(QUIET, options.gap), signal);
      if (strays === 0) return true;
    }
    return false;
  }

  /** The reply to `asked` did not come or was not to be trusted: it may come any moment from now on. */
  async function doubt(asked: Asked): Promise<void> {
    unsure = true;
    owing.set(
      asked.unit,
      pause(timeout, signal).catch(() => undefined),
    );
    if (options.reopen) await hangUp();
  }

  async function hangUp(): Promise<void> {
    const old = wire;
    wire = undefined;
    await old?.close();
  }

  function listen(asked: Asked, sent: Buffer, limit: number): Promise<Outcome> {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    let heard: Buffer = Buffer.alloc(0);
    const finish = (outcome: Outcome) => {
      cancel();
      listener = undefined;
      strays = 0;
      if (heard.length > 0) trace.frame("received", asked.unit, heard);
      resolve(outcome);
    };
    const fail = (error: unknown) => {
      cancel();
      listener = undefined;
      reject(error);
    };
    const cancel = countdown(limit, () => {
      finish(heard.length > 0 ? { kind: "wrong", because: cutShort(asked.unit, heard.length) } : { kind: "silent" });
    });
    listener = {
      data(bytes) {
        heard = heard.length > 0 ? Buffer.concat([heard, bytes]) : bytes;
        const found = hear(asked, sent, heard);
        if (found.kind !== "more") finish(found);
      },
      gone(code) {
        // Serial servers drop a connection that was idle, perhaps just as a question comes: that is no fault yet.
        if (proven && heard.length === 0) finish({ kind: "hung-up" });
        else fail(new LinkBroken("no-link", closedInReply(where, heard.length > 0, code)));
      },
      abort: fail,
    };
    return promise;
  }

  /** True when nothing followed the reply. Of a unit that owes an older reply, its own may come behind that one. */
  async function nothingFollows(unit: number): Promise<boolean> {
    if (owing.has(unit)) await pause(timeout, signal);
    else if (options.gap > 0) await pause(options.gap, signal);
    else {
      // Once to get out of the reading of sockets, and once for what they read after it.
      await pause(0);
      await pause(0);
    }
    return strays === 0;
  }

  /** A repeat of the last reply would be taken for the answer to this question. */
  const repeatWouldFit = (asked: Asked): boolean =>
    last !== undefined &&
    last.asked.unit === asked.unit &&
    last.asked.function === asked.function &&
    (last.answer.kind === "exception" || goodLength(last.asked) === goodLength(asked));

  async function askOnce(asked: Asked, once: Once | undefined): Promise<{ answer: Answer | "hung-up"; took: Span }> {
    await owing.get(asked.unit);
    if (repeatWouldFit(asked)) await last?.quiet;
    signal.throwIfAborted();
    once?.signal.throwIfAborted();
    const open = await current();
    if ((unsure || strays > 0) && !(await becameSilent())) {
      await doubt(asked);
      return { answer: { kind: "foreign", because: neverSilent(where) }, took: milliseconds(0) };
    }
    unsure = false;
    if (options.pause > 0) await pause(options.pause, signal);
    if (wire !== open) return { answer: "hung-up", took: milliseconds(0) };
    once?.signal.throwIfAborted();

    let decoded: Decoded | undefined;
    const body = coder.encode(0, asked, (found) => {
      decoded = found;
    });
    const sent = withChecksum(body);
    const limit = timeout + options.wireTime(sent.length + 256);
    const began = clock.monotonic();
    const outcome = listen(asked, sent, limit);
    trace.frame("sent", asked.unit, sent);
    open.write(sent);
    once?.onSent();
    const heard = await outcome;
    const took = milliseconds(clock.monotonic() - began);
    switch (heard.kind) {
      case "hung-up":
        return { answer: "hung-up", took };
      case "silent":
        await doubt(asked);
        return { answer: { kind: "silent", because: silent(asked.unit, where, timeout) }, took };
      case "wrong":
        await doubt(asked);
        return { answer: { kind: "foreign", because: heard.because }, took };
      case "frame":
        break;
    }
    if (!(await nothingFollows(asked.unit))) {
      await doubt(asked);
      return { answer: { kind: "foreign", because: moreFollowed(asked.unit) }, took };
    }
    coder.decode(0, Buffer.concat([Buffer.of(heard.unit), heard.pdu]));
    if (!decoded || decoded.kind === "unreadable") {
      await doubt(asked);
      return { answer: { kind: "foreign", because: undecodable(decoded?.because ?? "") }, took };
    }
    owing.delete(asked.unit);
    proven = true;
    last = { asked, answer: decoded, quiet: pause(QUIET, signal).catch(() => undefined) };
    return { answer: decoded, took };
  }

  return {
    async ask(asked, once) {
      const done = await turn(0);
      try {
        for (let tries = 1; ; tries += 1) {
          const { answer, took } = await askOnce(asked, once);
          const again = !once && tries === 1;
          if (answer === "hung-up") {
            if (again) continue;
            throw new LinkBroken("no-link", closedInReply(where, false, undefined));
          }
          // Innocent once: a late reply of another unit spoilt it.
          if (answer.kind === "foreign" && again) continue;
          return { answer, took };
        }
      } finally {
        done();
      }
    },
    async close(because) {
      listener?.abort(because);
      await hangUp();
    },
  };
}
