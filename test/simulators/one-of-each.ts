/** One device of every kind, as the units of a line. */
export const oneOfEach = [
  ...["elevator", "booster", "fire-panel", "utility", "generator", "ups", "gas"].map((kind, at) => ({
    unit: at + 1,
    device: kind,
    kind,
  })),
  { unit: 8, device: "access", kind: "access", params: { doors: ["door-1", "door-2"] } },
];

/** A point of the kind's own map that can be set by hand, and its register: UPS have no heartbeat. */
export const telling = (kind: string): { readonly point: string; readonly at: number } =>
  kind === "ups" ? { point: "runtime", at: 2 } : { point: "heartbeat", at: 0 };
