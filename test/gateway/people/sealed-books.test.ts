/** The highest number of a ticket that something was sealed for. */
import { expect, test } from "vitest";
import { highestSealed } from "../../../gateway/people/sealed-books.ts";
import { SINGLE } from "../../../gateway/people/vault.ts";

const sealedFor = (serial: number) => ({ ticket: `GD20261121-${serial}`, kind: "contact" as const, id: SINGLE });

test("is found among as many files as years of a large house leave, in any order; none is zero", () => {
  const many = Array.from({ length: 300_000 }, (_, n) => sealedFor((n * 7_919) % 300_000));
  expect(highestSealed(many)).toBe(299_999);
  expect(highestSealed([])).toBe(0);
});
