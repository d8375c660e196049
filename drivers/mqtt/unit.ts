/** One device behind a broker: what it reported, whether it lives, and what is said when it does not. */
import type { Reason } from "#model/quality";
import type { Text } from "#model/text";
import { type Span, seconds } from "#model/time";
import type { DriverTools, DriverUnit } from "../driver.ts";
import { createDeviceClock, type DeviceClock } from "./device-clock.ts";
import type { Reading } from "./payload.ts";
import { clockOff, quiet } from "./sentences.ts";
import type { MqttSettings } from "./settings.ts";

export interface Outcome {
  readonly handle: number;
  readonly reading: Reading;
}

/** A way to know that a device lives: its last will, or its Sparkplug births. */
interface Sign {
  readonly handles: ReadonlySet<number>;
  state: "unknown" | "alive" | "dead";
  because: Text | undefined;
}

export interface Unit {
  readonly device: string;
  readonly clock: DeviceClock;
  /** A message of the device itself came just now. */
  heard(): void;
  /** `sent`: the times in it say when a message was sent just now. */
  deliver(outcomes: readonly Outcome[], sent?: boolean): void;
  /** Adds points that a sign speaks for. */
  watchSign(sign: string, handles: Iterable<number>): void;
  signs(sign: string): Sign["state"];
  alive(sign: string): void;
  dead(sign: string, because: Text): void;
  /** Says again what time alone makes true. */
  tick(): void;
}

/** A device known to be away is said to be so again at this distance: three times make it offline. */
const SAY_AGAIN = seconds(4);

export function createUnit<Address>(
  unit: DriverUnit<Address>,
  settings: MqttSettings,
  { clock, report, trace }: DriverTools,
  onValue: (handle: number, value: number | string) => void,
): Unit {
  const { device, points } = unit;
  const every = Math.min(...points.map((point) => point.every));
  const quietAfter = Math.max(settings.quietAfter, points.length > 0 ? 3 * every : 0) as Span;
  const deviceClock = createDeviceClock(settings.clockSkew);
  const room = points.length;
  const handles = new Int32Array(room);
  const raw = new Float64Array(room);
  const sourceAt = new Float64Array(room);
  const uncertain = new Uint8Array(room);
  const past = new Uint8Array(room);
  const signs = new Map<string, Sign>();
  /** Points with a live value: what a sign of life may confirm. */
  const live = new Set<number>();
  let lastHeard = clock.monotonic();
  let lastSaid = Number.NEGATIVE_INFINITY;
  let notesSaid = "";

  function deliver(outcomes: readonly Outcome[], sent = false): void {
    let count = 0;
    const flush = () => {
      if (count > 0) report.samples(device, handles, raw, count, 0 as Span, { sourceAt, uncertain, past, sent });
      count = 0;
    };
    const faults = new Map<string, { reason: Reason; because: Text; handles: number[] }>();
    for (const { handle, reading } of outcomes) {
      if (reading.kind === "number") {
        // History comes many at a time.
        if (count === room) flush();
        handles[count] = handle;
        raw[count] = reading.raw;
        sourceAt[count] = reading.sourceAt;
        uncertain[count] = reading.uncertain ? 1 : 0;
        past[count] = reading.past ? 1 : 0;
        count += 1;
        if (!reading.past) live.add(handle);
      } else if (reading.kind === "text") {
        live.add(handle);
        const { value, sourceAt: told, uncertain: unsure } = reading;
        report.text(device, handle, value, { sourceAt: told, uncertain: unsure, sent });
      } else {
        live.delete(handle);
        const key = `${reading.reason} ${reading.because.en}`;
        const same = faults.get(key);
        if (same) same.handles.push(handle);
        else faults.set(key, { reason: reading.reason, because: reading.because, handles: [handle] });
      }
    }
    flush();
    for (const { reason, because, handles } of faults.values())
      report.fault(device, Int32Array.from(handles), handles.length, reason, because, 0 as Span);
    for (const { handle, reading } of outcomes) {
      if (reading.kind === "number" && !reading.past) onValue(handle, reading.raw);
      if (reading.kind === "text") onValue(handle, reading.value);
    }
    sayNotes();
  }

  /** Only when they change; rounded, so that a drifting clock is not news every second. */
  function sayNotes(): void {
    const off = deviceClock.off();
    const notes = off === 0 ? [] : [clockOff(off)];
    const text = off === 0 ? "" : `${Math.round(off / 60_000)}`;
    if (text === notesSaid) return;
    notesSaid = text;
    trace.unit({ device, breaker: "closed", notes });
  }

  function tick(): void {
    const now = clock.monotonic();
    let anyAlive = false;
    const gone = new Set<number>();
    let because: Text | undefined;
    for (const sign of signs.values()) {
      if (sign.state === "alive") {
        anyAlive = true;
        const fresh = Int32Array.from(sign.handles).filter((handle) => live.has(handle));
        if (fresh.length > 0) report.confirmed(device, fresh, fresh.length);
      } else if (sign.state === "dead") {
        because = sign.because;
        for (const handle of sign.handles) gone.add(handle);
      }
    }
    if (anyAlive || now - lastSaid < SAY_AGAIN) return;
    if (because && points.every((point) => gone.has(point.handle))) {
      lastSaid = now;
      report.missed(device, "no-link", because);
    } else if (points.length > 0 && now - lastHeard >= quietAfter) {
      lastSaid = now;
      live.clear();
      report.missed(device, "timeout", quiet(quietAfter));
    }
  }

  return {
    device,
    clock: deviceClock,
    deliver,
    tick,
    heard() {
      lastHeard = clock.monotonic();
    },
    watchSign(sign, more) {
      const known = signs.get(sign);
      signs.set(sign, {
        handles: new Set([...(known?.handles ?? []), ...more]),
        state: known?.state ?? "unknown",
        because: known?.because,
      });
    },
    signs: (sign) => signs.get(sign)?.state ?? "unknown",
    alive(name) {
      const sign = signs.get(name);
      if (!sign) return;
      sign.state = "alive";
      sign.because = undefined;
      lastHeard = clock.monotonic();
    },
    dead(name, because) {
      const sign = signs.get(name);
      if (!sign || sign.state === "dead") return;
      sign.state = "dead";
      sign.because = because;
      for (const handle of sign.handles) live.delete(handle);
      lastSaid = Number.NEGATIVE_INFINITY;
      const whole = points.every((point) => sign.handles.has(point.handle));
      if (whole) tick();
      else report.fault(device, Int32Array.from(sign.handles), sign.handles.size, "no-link", because);
    },
  };
}
