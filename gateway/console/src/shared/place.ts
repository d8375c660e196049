/** A place as people say it: building, floor, room. */
import type { AlarmBody } from "../../../api/alarm-shapes.ts";

/** `A座 12F 机房`; empty when nothing is told. */
export const placeText = (place: AlarmBody["place"]): string =>
  [place.building, place.floor, place.room].filter((part) => part !== undefined && part !== "").join(" ");
