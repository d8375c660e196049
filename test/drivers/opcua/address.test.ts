/** Addresses of OPC UA: what is written is what is meant, and an index is never taken. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatAddress, type OpcuaAddress, parseAddress } from "../../../drivers/opcua/address.ts";

const parsed = (text: string): OpcuaAddress | undefined => {
  const result = parseAddress(text);
  return "value" in result ? result.value : undefined;
};

describe("addresses", () => {
  test("an id keeps whatever stands in it, quotes, dots, brackets and semicolons too", () => {
    expect(parsed('nsu=urn:siemens;s="DB;1"."Arr"[3]')).toEqual({
      kind: "value",
      node: { by: "id", namespace: "urn:siemens", type: "s", id: '"DB;1"."Arr"[3]' },
      parts: [],
    });
  });

  test("what stands behind # is the part of the value", () => {
    expect(parsed("nsu=urn:x;s=Pumps#[3].state.speed")).toMatchObject({
      parts: [{ index: 3 }, { field: "state" }, { field: "speed" }],
    });
    expect(parsed("nsu=urn:x;s=Motor#1")).toMatchObject({ node: { id: "Motor#1" }, parts: [] });
  });

  test("a step of a path without a namespace is in the one before; a URI may hold slashes", () => {
    expect(
      parsed("/Objects/nsu=http://maker.example/UA/;Hall 1/A&/C/nsu=http://opcfoundation.org/UA/;EURange"),
    ).toMatchObject({
      node: {
        by: "path",
        steps: [
          { namespace: "http://opcfoundation.org/UA/", name: "Objects" },
          { namespace: "http://maker.example/UA/", name: "Hall 1" },
          { namespace: "http://maker.example/UA/", name: "A/C" },
          { namespace: "http://opcfoundation.org/UA/", name: "EURange" },
        ],
      },
    });
  });

  test("a method is its object and itself", () => {
    expect(parsed("method:nsu=urn:x;s=Door;nsu=urn:x;s=Door.Open")).toMatchObject({
      kind: "method",
      object: { id: "Door" },
      method: { id: "Door.Open" },
    });
  });

  test("every address that is understood says the same after it was written down", () => {
    const text = fc.string({ minLength: 1, maxLength: 12 });
    const uri = fc.stringMatching(/^urn:[a-z:/.]{1,12}$/);
    const id = fc.record({ by: fc.constant("id" as const), namespace: uri, type: fc.constant("s" as const), id: text });
    const path = fc
      .array(fc.record({ namespace: uri, name: text.filter((name) => !/^\d+:|^nsu=/.test(name)) }), {
        minLength: 1,
        maxLength: 4,
      })
      .map((steps) => ({
        by: "path" as const,
        steps: [{ namespace: "http://opcfoundation.org/UA/", name: "Objects" }, ...steps],
      }));
    const node = fc.oneof(id, path).filter((one) => one.by === "path" || one.id.trim() === one.id);
    const part = fc.oneof(
      fc.record({ index: fc.nat(99) }),
      fc.record({ field: fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,6}$/) }),
    );
    fc.assert(
      fc.property(node, fc.array(part, { minLength: 1, maxLength: 3 }), (place, parts) => {
        const address: OpcuaAddress = { kind: "value", node: place, parts };
        expect(parsed(formatAddress(address))).toEqual(address);
      }),
    );
  });

  test("no text whatever makes the parser throw", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((tail) => `/Objects/${tail}`),
          fc.string().map((tail) => `method:i=85;${tail}`),
        ),
        (text) => {
          expect(() => parseAddress(text)).not.toThrow();
        },
      ),
    );
  });
});
