/** Lets each driver judge its links as a whole: whether the line can carry what the devices on it want. */
import type { PointDefinition } from "#model/points";
import type { Device, SiteLink } from "#model/site";
import { asDriverSees, type Driver } from "../../drivers/driver.ts";
import type { Place, ProblemList } from "./problems.ts";

export interface PlacedLink {
  readonly link: SiteLink;
  readonly driver: Driver<unknown, unknown>;
  readonly place: Place;
}

/** `points` by handle. What cannot work is an error, what only just works a warning, each where the link is written. */
export function judgeLinks(
  links: readonly PlacedLink[],
  devices: readonly Device[],
  points: readonly PointDefinition[],
  problems: ProblemList,
): void {
  for (const { link, driver, place } of links) {
    const verdicts =
      driver.judge?.(
        asDriverSees(
          link,
          devices.filter((device) => device.link === link.id),
          points,
        ),
      ) ?? [];
    for (const { grave, what, todo } of verdicts) {
      if (grave) problems.error(place, what, todo);
      else problems.warning(place, what, todo);
    }
  }
}
