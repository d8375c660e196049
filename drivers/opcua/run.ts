/** One life of an OPC UA link: connect, find the nodes, watch or read them, and end with a sentence. */
import type { Text } from "#model/text";
import { milliseconds } from "#model/time";
import type { DriverTools } from "../driver.ts";
import { createAcknowledge } from "./acknowledge.ts";
import type { OpcuaAddress } from "./address.ts";
import { type Connected, connect } from "./connect.ts";
import { itemsOf, type OpcuaLink, placesOf } from "./items.ts";
import { nameCodes } from "./names.ts";
import { raced } from "./raced.ts";
import { poll, type Reader } from "./read.ts";
import { readLimits, resolvePlaces } from "./resolve.ts";
import { brokenBy, notAnswering } from "./sentences.ts";
import { createSink, type Sink } from "./sink.ts";
import { NoSubscription, subscribe, type Watching } from "./subscribe.ts";
import { hostOf } from "./trust.ts";
import { createWrite } from "./write.ts";

export async function run(link: OpcuaLink, tools: DriverTools<OpcuaAddress>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const stop = new AbortController();
  const ending = AbortSignal.any([signal, stop.signal]);
  const sink = createSink(link, tools.report);
  let connected: Connected | undefined;
  try {
    connected = await dial(link, tools, sink, ending);
    await Promise.race([raced(connected.lost, ending), serve(link, tools, connected, sink, ending)]);
  } catch (error) {
    if (!signal.aborted) throw brokenBy(error, hostOf(link.settings.endpoint));
  } finally {
    stop.abort(new Error("The link has ended"));
    await connected?.close();
  }
}

/** A server that takes the connection and says nothing is reported before it is given up. */
async function dial(
  link: OpcuaLink,
  { clock, folder, trace }: DriverTools<OpcuaAddress>,
  sink: Sink,
  signal: AbortSignal,
): Promise<Connected> {
  const { settings } = link;
  const done = new AbortController();
  clock.sleep(milliseconds(settings.timeout / 2), AbortSignal.any([signal, done.signal])).then(
    () => sink.missed("timeout", notAnswering(hostOf(settings.endpoint))),
    () => undefined,
  );
  try {
    return await connect({ link: link.id, settings, folder, clock, trace }, signal);
  } finally {
    done.abort();
  }
}

async function serve(
  link: OpcuaLink,
  tools: DriverTools<OpcuaAddress>,
  connected: Connected,
  sink: Sink,
  signal: AbortSignal,
): Promise<void> {
  const { settings } = link;
  const { session } = connected;
  const { clock, trace } = tools;
  const limits = await raced(readLimits(session), signal);
  const places = placesOf(link);
  const found = await raced(resolvePlaces(session, [...places.values()], limits), signal);
  const resolved = new Map([...places.keys()].map((key, i) => [key, found[i] as (typeof found)[number]] as const));
  const { items, conditions: asked, lost } = itemsOf(link, resolved);
  sink.lose(lost);
  await raced(nameCodes(session, items, limits), signal);
  const reader: Reader = { session, limits, sink, clock, where: hostOf(settings.endpoint) };

  tools.takesOrders(createWrite(session, limits));
  let watching: Watching | undefined;
  tools.takesAcknowledgements(createAcknowledge(session, () => watching?.conditions));

  const tell = (more: readonly Text[]) => {
    for (const { device } of link.units)
      trace.unit({ device, breaker: "closed", notes: [...connected.notes, ...more] });
  };

  const read = (notes: readonly Text[]) => {
    tell(notes);
    for (const { items: parts } of asked)
      for (const item of Object.values(parts)) sink.refuse(item, "BadNoSubscription");
    sink.flush();
    return stay(poll(reader, items, signal), signal);
  };

  if (settings.mode === "poll") return read([]);
  try {
    watching = await raced(subscribe(reader, settings, { items, conditions: asked }, signal), signal);
    tell(watching.notes);
    const running = [watching.ended];
    if (watching.unwatched.length > 0) running.push(poll(reader, watching.unwatched, signal));
    return await stay(Promise.race(running), signal);
  } catch (error) {
    if (!(error instanceof NoSubscription)) throw error;
    return read([noSubscriptions]);
  }
}

/** With nothing to do a link stays open until its end. */
async function stay(work: Promise<void>, signal: AbortSignal): Promise<void> {
  await raced(work, signal);
  await raced(new Promise<never>(() => undefined), signal);
}

const noSubscriptions: Text = {
  zh: "服务器不支持订阅，已改为轮询读取；短于轮询周期的变化可能看不到。",
  en: "The server has no subscriptions, so it is read again and again; changes shorter than that may be missed.",
};
