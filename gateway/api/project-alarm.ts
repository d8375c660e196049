/** From alarms and flooded desks to their bodies on the wire. Pure: routes and the live stream use the same. */
import { type Alarm, shownState } from "#model/alarm";
import { inWindow, type Tide } from "#model/flood";
import { type Device, partName } from "#model/site";
import { formatInstant, instant } from "#model/time";
import type { AlarmBody, FloodBody } from "./alarm-shapes.ts";
import { maybe, place, text, time } from "./project.ts";

function shelfBody({ shelf }: Alarm): AlarmBody["shelf"] {
  if (shelf.state === "none") return undefined;
  const { state, by, reason, renewals } = shelf;
  return { kind: state, until: formatInstant(shelf.until), since: formatInstant(shelf.since), by, reason, renewals };
}

function serviceBody({ outage, outageRequest }: Alarm): AlarmBody["service"] {
  const told = outageRequest ?? outage;
  if (!told) return undefined;
  return {
    state: outageRequest ? "requested" : "out",
    since: formatInstant("at" in told ? told.at : told.since),
    by: told.by,
    reason: told.reason,
    reviewAt: formatInstant(told.reviewAt),
    ...("confirmedBy" in told ? maybe("confirmedBy", told.confirmedBy) : {}),
  };
}

export function alarmBody(alarm: Alarm, devices: ReadonlyMap<string, Device>): AlarmBody {
  const device = devices.get(alarm.device);
  return {
    id: alarm.id,
    rule: alarm.rule,
    device: alarm.device,
    deviceName: text(partName(device, alarm.device)),
    place: place(device?.place ?? {}),
    title: text(alarm.title),
    advice: text(alarm.advice),
    occurrence: alarm.occurrence,
    severity: alarm.severity,
    lifeSafety: alarm.lifeSafety,
    state: shownState(alarm),
    because: text(alarm.because),
    activeSince: formatInstant(alarm.activeSince),
    ...maybe("onset", time(alarm.onset)),
    ...maybe("follows", alarm.follows),
    ...maybe("reAlarms", alarm.reAlarms),
    ...maybe("returnedAt", time(alarm.returnedAt)),
    ...maybe("acknowledgedBy", alarm.acknowledgedBy),
    ...maybe("acknowledgedAt", time(alarm.acknowledgedAt)),
    ...maybe("comment", alarm.comment),
    count: alarm.count,
    inputs: alarm.inputs.map((input) => ({
      point: input.point,
      value: input.value,
      ...maybe("unit", input.unit),
      quality: input.quality,
      at: formatInstant(instant(input.at)),
    })),
    quality: alarm.quality.state,
    ...(alarm.quality.state === "bad" ? { qualityReason: alarm.quality.reason } : {}),
    ...maybe("ticket", alarm.ticket),
    ...maybe("chatter", alarm.chatter && { since: formatInstant(alarm.chatter.since), times: alarm.chatter.times }),
    ...maybe("suppressedBy", alarm.suppressedBy.length > 0 ? [...alarm.suppressedBy] : undefined),
    ...maybe("shelf", shelfBody(alarm)),
    ...maybe("service", serviceBody(alarm)),
    simulated: alarm.simulated,
  };
}

/** The desks that are flooded, and how high it stands. */
export const floodBodies = (tides: Iterable<Tide>): FloodBody[] =>
  [...tides].flatMap((tide) =>
    tide.flood
      ? [
          {
            position: tide.position,
            since: formatInstant(tide.flood.since),
            told: tide.flood.told,
            peak: tide.flood.peak,
            now: inWindow(tide),
          },
        ]
      : [],
  );
