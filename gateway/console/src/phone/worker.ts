/**
 * Lets the page behind a one-ticket link be loaded again where there is no signal: the page and its files, and nothing of the API. A
 * phone closes pages as it likes, and what a crew has kept is of no use while the page does not come. Only over TLS or on this
 * machine: browsers allow it nowhere else, and there the page works as before.
 */
const ROOM = "gatehouse-phone";
const PAGE = "/t";
/** Milliseconds after which a weak signal counts as none. */
const PATIENCE = 4_000;

/** What of the worker's world is used; its whole library cannot stand beside that of pages. */
interface WaitingEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface AskedEvent extends WaitingEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
const worker = self as unknown as EventTarget & {
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
};

/** The page as it is now with the files that it names; older files go. */
async function fill(page: Response): Promise<void> {
  const room = await caches.open(ROOM);
  const text = await page.clone().text();
  const files = [...text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((found) => found[1] ?? "");
  const missing = await Promise.all(files.map(async (file) => ((await room.match(file)) ? [] : [file])));
  await room.addAll(missing.flat());
  await room.put(PAGE, page);
  const kept = new Set([PAGE, ...files]);
  for (const { url } of await room.keys()) if (!kept.has(new URL(url).pathname)) await room.delete(url);
}

async function install(): Promise<void> {
  const page = await fetch(PAGE, { cache: "no-store" });
  if (!page.ok) throw new Error("the page did not come");
  await fill(page);
  await worker.skipWaiting();
}

const fromRoom = async (path: string): Promise<Response | undefined> => (await caches.open(ROOM)).match(path);

/** The page of now, or the one that is kept when there is no answer. */
async function page(event: AskedEvent): Promise<Response> {
  const before = await fromRoom(PAGE);
  try {
    const fresh = await fetch(PAGE, {
      cache: "no-cache",
      ...(before ? { signal: AbortSignal.timeout(PATIENCE) } : {}),
    });
    if (fresh.ok) event.waitUntil(fill(fresh.clone()).catch(() => {}));
    return before && fresh.status >= 500 ? before : fresh;
  } catch (error) {
    if (before) return before;
    throw error;
  }
}

worker.addEventListener("install", (event) => (event as WaitingEvent).waitUntil(install()));
worker.addEventListener("activate", (event) => (event as WaitingEvent).waitUntil(worker.clients.claim()));
worker.addEventListener("fetch", (raw) => {
  const event = raw as AskedEvent;
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  // The scope is a prefix: pages of the console whose names begin like this one are none of this worker's.
  if (request.method !== "GET" || origin !== location.origin || pathname.startsWith("/api/")) return;
  if (pathname === PAGE) event.respondWith(page(event));
  else if (request.mode !== "navigate") event.respondWith(fromRoom(pathname).then((kept) => kept ?? fetch(request)));
});
