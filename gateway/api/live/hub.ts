/**
 * The live stream: one feed from the house, many onlookers. Each frame is written once and handed to all. An onlooker that
 * does not read loses values first and its place second; it never makes another one wait, and never the house.
 */
import type { Alarm } from "#model/alarm";
import type { Ticket } from "#model/ticket";
import { seconds } from "#model/time";
import type { ApiHouse } from "../api-house.ts";
import { byNeed } from "../routes/tickets.ts";
import { firstLook, type HeldBack, holdBack, NOT_WHOLE, ROWS_IN_A_FRAME, showRest } from "./first-look.ts";
import { createFrameRing, type KeptFrame } from "./frames.ts";
import { createPace } from "./pace.ts";
import { createPictures, frameOf } from "./pictures.ts";
import type { Hub, LiveView, Onlooker } from "./seats.ts";

interface Taken {
  readonly onlooker: Onlooker;
  view: LiveView;
  devices: ReadonlySet<string>;
  /** Values were dropped: once there is room again all values of its devices are sent. */
  owesValues: boolean;
  /** Set while its first picture is on its way. */
  held?: HeldBack | undefined;
}

const BEAT = seconds(1);
const TICKETS_IN_A_FRAME = 50;

function gravestFirst(alarms: Iterable<Alarm>, count: number): readonly Alarm[] {
  const all = [...alarms];
  if (all.length <= count) return all;
  const ranks = { S1: 0, S2: 1, S3: 2, S4: 3 } as const;
  const piles: Alarm[][] = [[], [], [], [], []];
  for (const alarm of all) piles[alarm.lifeSafety ? 0 : ranks[alarm.severity] + 1]?.push(alarm);
  return piles.flat().slice(0, count);
}

export function createHub(house: ApiHouse): Hub {
  const { clock, limits, door, table, metrics } = house;
  const pictures = createPictures(house);
  const { at } = pictures;
  const stop = new AbortController();
  const ring = createFrameRing(clock.now(), limits);
  const seats = new Set<Taken>();

  const alarms = new Map<string, Alarm>();
  let floodsMoved = false;
  let wasFlooded = [...door.house.tides.values()].some((tide) => tide.flood !== undefined);
  const tickets = new Map<string, Ticket>();
  const devices = new Set<string>();
  /** How many seats watch the values of a device. */
  const watched = new Map<string, number>();
  /** Points that changed since the last frame of values, by device. */
  const changed = new Map<string, Set<number>>();

  function drop(seat: Taken, code: number, reason: string): void {
    if (!seats.delete(seat)) return;
    watch(seat, -1);
    seat.onlooker.close(code, reason);
  }

  function watch(seat: Taken, by: 1 | -1): void {
    for (const id of seat.devices) {
      const count = (watched.get(id) ?? 0) + by;
      if (count > 0) watched.set(id, count);
      else {
        watched.delete(id);
        changed.delete(id);
      }
    }
  }

  /** For frames that nobody may lose: who has no room for them must come again. */
  function send(seat: Taken, one: KeptFrame): void {
    const room = seat.held ? seat.held.keep(one) : seat.onlooker.unsent() <= limits.closeSocketAbove;
    if (!room) {
      metrics.dropped("live-onlooker");
      drop(seat, 1013, "too slow");
    } else if (!seat.held) {
      seat.onlooker.send(one);
    }
  }

  function sendValues(seat: Taken, one: KeptFrame): void {
    if (seat.held) {
      seat.owesValues = true;
      return;
    }
    if (seat.onlooker.unsent() > limits.dropValuesAbove) {
      metrics.dropped("live-values");
      seat.owesValues = true;
      return;
    }
    seat.onlooker.send(one);
  }

  const everybody = (one: KeptFrame) => {
    for (const seat of seats) send(seat, one);
  };

  /** What cannot be told to the screens is a fault of ours: they come again and get the whole picture, or see that they do not. */
  const failed = (error: unknown) => {
    house.log.error({ because: error instanceof Error ? error.stack : String(error) }, "the screens could not be told");
    for (const seat of seats) drop(seat, 1011, "come again");
  };

  const tellNews = createPace(
    clock,
    limits.alarms,
    stop.signal,
    () => {
      if (floodsMoved) {
        floodsMoved = false;
        const floods = pictures.ofFloods();
        everybody(ring.keep("flood", (seq) => JSON.stringify({ seq, at: at(), kind: "flood", floods })));
      }
      if (alarms.size > 0) {
        const next = gravestFirst(alarms.values(), ROWS_IN_A_FRAME);
        for (const { id } of next) alarms.delete(id);
        const bodies = pictures.ofAlarms(next);
        if (alarms.size > 0) tellNews();
        everybody(ring.keep("alarm", (seq) => JSON.stringify({ seq, at: at(), kind: "alarm", alarms: bodies })));
      }
      if (tickets.size > 0) {
        const next = [...tickets.values()].sort(byNeed).slice(0, TICKETS_IN_A_FRAME);
        for (const { no } of next) tickets.delete(no);
        const bodies = pictures.ofTickets(next);
        if (tickets.size > 0) tellNews();
        everybody(ring.keep("ticket", (seq) => JSON.stringify({ seq, at: at(), kind: "ticket", tickets: bodies })));
      }
      if (devices.size > 0) {
        const bodies = pictures.ofDevices([...devices].flatMap((id) => house.devicesById.get(id) ?? []));
        devices.clear();
        everybody(ring.keep("link", (seq) => JSON.stringify({ seq, at: at(), kind: "link", devices: bodies })));
      }
    },
    failed,
  );

  const values = (ids: ReadonlySet<string>, whole: boolean): KeptFrame | undefined => {
    const bodies = whole ? pictures.allPoints(ids) : [...ids].flatMap((id) => pictures.ofPoints(changed.get(id) ?? []));
    if (bodies.length === 0) return undefined;
    return frameOf({ seq: ring.seq, at: at(), kind: "value", points: bodies });
  };

  const tellValues = createPace(
    clock,
    limits.values,
    stop.signal,
    () => {
      // Seats that watch the same devices share one text.
      const shared = new Map<string, KeptFrame | undefined>();
      for (const seat of seats) {
        if (seat.devices.size === 0) continue;
        const roomAgain = seat.owesValues && seat.onlooker.unsent() <= limits.dropValuesAbove;
        const key = `${roomAgain} ${[...seat.devices].join(",")}`;
        if (!shared.has(key)) shared.set(key, values(seat.devices, roomAgain));
        const one = shared.get(key);
        if (roomAgain) seat.owesValues = false;
        if (one) sendValues(seat, one);
      }
      changed.clear();
    },
    failed,
  );

  const unfollow = house.feed.follow((news) => {
    switch (news.kind) {
      case "alarms":
        for (const alarm of news.alarms) alarms.set(alarm.id, alarm);
        return tellNews();
      case "tickets":
        for (const ticket of news.tickets) tickets.set(ticket.no, ticket);
        return tellNews();
      case "devices":
        for (const state of news.devices) devices.add(state.device);
        return tellNews();
      case "tides": {
        const flooded = news.tides.some((tide) => tide.flood !== undefined);
        if (!flooded && !wasFlooded) return;
        wasFlooded = [...door.house.tides.values()].some((tide) => tide.flood !== undefined);
        floodsMoved = true;
        return tellNews();
      }
      case "messages":
        return;
      case "values": {
        if (watched.size === 0) return;
        let any = false;
        for (let row = 0; row < news.count; row += 1) {
          const handle = news.changed[row] as number;
          const id = table.definitions[handle]?.device;
          if (id === undefined || !watched.has(id)) continue;
          const rows = changed.get(id);
          if (rows) rows.add(handle);
          else changed.set(id, new Set([handle]));
          any = true;
        }
        if (any) tellValues();
      }
    }
  });

  /** The whole picture to a seat that has just been taken. */
  function show(seat: Taken): void {
    const { alarms: first, rest } = firstLook(door.house.alarms.values());
    const { seq } = ring;
    seat.onlooker.send(pictures.snapshot(rest.length === 0 ? seq : NOT_WHOLE, seat.view, seat.devices, first));
    if (rest.length === 0) return;
    const held = holdBack();
    seat.held = held;
    showRest(rest, {
      alarm: (id) => door.house.alarms.get(id),
      present: () => seats.has(seat),
      full: () => seat.onlooker.unsent() > limits.dropValuesAbove,
      wait: () => clock.sleep(limits.alarms, stop.signal).catch(() => {}),
      send: (more, last) =>
        seat.onlooker.send(
          frameOf({ seq: last ? seq : NOT_WHOLE, at: at(), kind: "alarm", alarms: pictures.ofAlarms(more) }),
        ),
    }).then(() => {
      seat.held = undefined;
      for (const one of held.frames) if (seats.has(seat)) send(seat, one);
    }, failed);
  }

  function beat(): void {
    const one = pictures.heartbeat(ring.seq);
    for (const seat of seats) {
      if (!seat.onlooker.allowed()) drop(seat, 4401, "signed out");
      else if (!seat.onlooker.alive()) drop(seat, 1001, "no answer to pings");
      else send(seat, one);
      if (seat.owesValues) tellValues();
    }
  }

  async function heartbeat(): Promise<void> {
    while (!stop.signal.aborted) {
      await clock.sleep(BEAT, stop.signal).catch((reason: unknown) => {
        if (!stop.signal.aborted) throw reason;
      });
      if (!stop.signal.aborted) beat();
    }
  }
  void heartbeat();

  return {
    hasRoom(person) {
      const taken = [...seats].filter((seat) => seat.onlooker.person === person);
      if (taken.length < limits.socketsPerPerson) return true;
      const doubtful = taken.filter((seat) => seat.onlooker.doubtful());
      for (const seat of doubtful) drop(seat, 1001, "no answer to pings");
      return doubtful.length > 0;
    },
    join(onlooker, { since, view, ids }) {
      const known = (wanted: LiveView, list: readonly string[]) =>
        new Set(wanted === "device" ? list.filter((id) => house.devicesById.has(id)) : []);
      const seat: Taken = { onlooker, view, devices: known(view, ids), owesValues: false };
      const missed = since === undefined ? undefined : ring.after(since);
      for (const one of missed ?? []) onlooker.send(one);
      seats.add(seat);
      if (!missed) show(seat);
      watch(seat, 1);
      if (missed && seat.devices.size > 0) sendWhole(seat);
      return {
        subscribe(nextView, nextIds) {
          if (!seats.has(seat)) return;
          watch(seat, -1);
          seat.view = nextView;
          seat.devices = known(nextView, nextIds);
          seat.owesValues = false;
          watch(seat, 1);
          sendWhole(seat);
        },
        leave() {
          if (seats.delete(seat)) watch(seat, -1);
        },
      };
    },
    taken: () => seats.size,
    close() {
      stop.abort();
      unfollow();
      for (const seat of [...seats]) drop(seat, 1001, "the gateway stops");
    },
  };

  /** All present values of a seat's devices: the first thing after a subscription. */
  function sendWhole(seat: Taken): void {
    const one = values(seat.devices, true);
    if (one) sendValues(seat, one);
  }
}
