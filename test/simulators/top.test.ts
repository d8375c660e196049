/** The terminal view of a fleet: never wider or higher than the screen, the troubled first, Chinese letters counted as two columns. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { picture, redraw, type TopDevice, trim } from "../../simulators/top.ts";

const device = (name: string, more: Partial<TopDevice> = {}): TopDevice => ({
  device: name,
  kind: "elevator",
  link: "lifts-a",
  where: "modbus-tcp 127.0.0.1:15020",
  clients: 1,
  unit: 1,
  playing: null,
  faults: [],
  set: {},
  values: { floor_index: 8, speed: 1.75, door_closed: 1 },
  ...more,
});
const english = (text: { en: string }) => text.en;
const chinese = (text: { zh: string }) => text.zh;
const columns = (line: string) => [...line].reduce((sum, letter) => sum + (/[\u2e80-\uffe6]/.test(letter) ? 2 : 1), 0);

test("80 by 24 holds sixty devices: those that play or are faulty first, and how many are not shown", () => {
  const fleet = Array.from({ length: 60 }, (_, at) => device(`lift-${at + 1}`));
  fleet[40] = device("lift-41", { playing: { scenario: "elevator-entrapment", phase: "running", sinceStart: 12.4 } });
  fleet[50] = device("lift-51", { faults: ["silence"], set: { speed: 0 } });
  const lines = picture(fleet, 80, 24, english);
  expect(lines).toHaveLength(24);
  expect(lines[0]).toBe("60 devices, 1 lines, 1 clients · playing 1 · faulty or held 1");
  expect(lines[2]).toMatch(/^lift-41 +lifts-a\/1 +elevator-entrapment 12s /);
  expect(lines[3]).toMatch(/^lift-51 +lifts-a\/1 +!silence =speed +floor_index=8/);
  expect(lines.at(-1)).toBe("… and 39 more");
});

test("values stand whole or not at all, and a long line keeps the number of the unit", () => {
  const values = { floor_index: 8, speed: 1.75, door_closed: 1, occupied: 0, service_mode: 1, fault_code: 0 };
  const one = device("lift-1", { link: "clubhouse-doors", unit: 247, values });
  for (let width = 60; width < 160; width += 1) {
    const line = picture([one], width, 24, english)[2] ?? "";
    expect(line).toMatch(/clubhou…\/247( |$)/);
    for (const token of line.split(/ +/).filter((word) => word.includes("=")))
      expect(Object.entries(values).map(([point, value]) => `${point}=${value}`)).toContain(token);
  }
});

test("no line is wider than the screen and no picture higher, whatever the screen and the names", () => {
  const names = fc.array(fc.string({ minLength: 1, maxLength: 70, unit: fc.constantFrom("a", "-", "9", "电", "梯") }), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(names, fc.integer({ min: 20, max: 200 }), fc.integer({ min: 3, max: 60 }), (all, width, height) => {
      const lines = picture(
        all.map((name) => device(name)),
        width,
        height,
        chinese,
      );
      expect(lines.length).toBeLessThanOrEqual(height);
      for (const line of lines) expect(columns(line)).toBeLessThanOrEqual(width);
    }),
  );
});

test("a redraw clears what stood behind each line and below the last", () => {
  expect(redraw(["a", "b"])).toBe("\u001b[Ha\u001b[K\nb\u001b[K\u001b[J");
  expect(trim("电梯", 3)).toBe("电 ");
});
