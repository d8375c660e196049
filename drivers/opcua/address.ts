/** Addresses on an OPC UA server, as `at` writes them. They name namespaces by URI: indexes change when a server restarts. */
import * as z from "zod";
import type { Text } from "#model/text";
import { complain } from "./settings.ts";

export const STANDARD_NAMESPACE = "http://opcfoundation.org/UA/";

/** `nsu=urn:vendor:plant;s=Pump1.Speed`; without `nsu=` the namespace of the standard. */
export interface ById {
  readonly by: "id";
  readonly namespace: string;
  readonly type: "i" | "s" | "g" | "b";
  readonly id: string;
}

export interface PathStep {
  readonly namespace: string;
  readonly name: string;
}

/** `/Objects/nsu=urn:vendor:plant;Pump1/Speed`, from the root of the server; a step without `nsu=` is in the namespace of the step before. */
export interface ByPath {
  readonly by: "path";
  readonly steps: readonly PathStep[];
}

export type NodePlace = ById | ByPath;

/** What of a value is meant: `#[3].temperature` is field `temperature` of the fourth element. */
export type Part = { readonly index: number } | { readonly field: string };

export type OpcuaAddress =
  | { readonly kind: "value"; readonly node: NodePlace; readonly parts: readonly Part[] }
  /** Written: the method is called. Read: 1 while the server lets it be called. */
  | { readonly kind: "method"; readonly object: NodePlace; readonly method: NodePlace }
  | ConditionAddress;

/** What of a condition (Alarms & Conditions, OPC 10000-9) a point can show. */
export const conditionFields = ["active", "acked", "severity", "message"] as const;
export type ConditionField = (typeof conditionFields)[number];

/** `condition:<condition>#active`, or by its name at its source: `condition:<name>@<source>#active`. */
export interface ConditionAddress {
  readonly kind: "condition";
  /** The condition itself; with a name the source that it belongs to. */
  readonly node: NodePlace;
  readonly name?: string;
  readonly field: ConditionField;
}

/** A sentence when the text is no address. */
type Parsed<T> = { readonly value: T } | { readonly wrong: Text };

const ID = /^(?:nsu=([^;]+);)?([isgb])=(.+)$/s;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const PARTS = /^(?:\[\d{1,9}\]|\.[A-Za-z_][A-Za-z0-9_]*)+$/;

export function parsePlace(text: string): Parsed<NodePlace> {
  if (text.startsWith("/")) return parsePath(text);
  if (/^ns=\d+;/.test(text)) return { wrong: indexUsed };
  const match = ID.exec(text);
  if (!match) return { wrong: noAddress };
  const [, namespace = STANDARD_NAMESPACE, type = "", id = ""] = match;
  if (type === "i" && !(/^\d{1,10}$/.test(id) && Number(id) <= 0xffff_ffff)) return { wrong: badId("i", id) };
  if (type === "g" && !GUID.test(id)) return { wrong: badId("g", id) };
  if (type === "b" && !/^[A-Za-z0-9+/]+={0,2}$/.test(id)) return { wrong: badId("b", id) };
  return { value: { by: "id", namespace, type: type as ById["type"], id } };
}

function parsePath(text: string): Parsed<NodePlace> {
  const steps: PathStep[] = [];
  let namespace = STANDARD_NAMESPACE;
  let rest = text;
  while (rest !== "") {
    const step = /^\/(?:nsu=([^;]+);)?((?:&.|[^/&])+)/s.exec(rest);
    if (!step) return { wrong: badPath };
    namespace = step[1] ?? namespace;
    const name = (step[2] ?? "").replaceAll(/&(.)/gs, "$1");
    if (step[1] === undefined && /^\d+:/.test(name)) return { wrong: indexUsed };
    steps.push({ namespace, name });
    rest = rest.slice(step[0].length);
  }
  const [first] = steps;
  if (!first || !["Objects", "Types", "Views"].includes(first.name)) return { wrong: badPath };
  return { value: { by: "path", steps } };
}

export function parseAddress(text: string): Parsed<OpcuaAddress> {
  if (text.startsWith("method:")) return parseMethod(text.slice("method:".length));
  if (text.startsWith("condition:")) return parseCondition(text.slice("condition:".length));
  const hash = text.lastIndexOf("#");
  const tail = hash < 0 ? "" : text.slice(hash + 1);
  const split = PARTS.test(tail);
  const place = parsePlace(split ? text.slice(0, hash) : text);
  if ("wrong" in place) return place;
  return { value: { kind: "value", node: place.value, parts: split ? partsOf(tail) : [] } };
}

const partsOf = (text: string): Part[] =>
  [...text.matchAll(/\[(\d+)\]|\.(\w+)/g)].map(([, index, field]) =>
    field === undefined ? { index: Number(index) } : { field },
  );

/** The first `;` at which both sides are addresses divides object and method. */
function parseMethod(text: string): Parsed<OpcuaAddress> {
  for (let at = text.indexOf(";"); at >= 0; at = text.indexOf(";", at + 1)) {
    const object = parsePlace(text.slice(0, at));
    const method = parsePlace(text.slice(at + 1));
    if ("value" in object && "value" in method)
      return { value: { kind: "method", object: object.value, method: method.value } };
  }
  return {
    wrong: {
      zh: "方法应写成 method:<对象>;<方法>，两者都是节点地址",
      en: "a method is written method:<object>;<method>, both of them addresses of nodes",
    },
  };
}

/** The first `@` behind which an address stands divides name and source. */
function parseCondition(text: string): Parsed<OpcuaAddress> {
  const hash = text.lastIndexOf("#");
  const field = conditionFields.find((one) => one === text.slice(hash + 1));
  const head = hash < 0 ? "" : text.slice(0, hash);
  if (!field) return { wrong: badCondition };
  const whole = parsePlace(head);
  if ("value" in whole) return { value: { kind: "condition", node: whole.value, field } };
  for (let at = head.indexOf("@"); at > 0; at = head.indexOf("@", at + 1)) {
    const source = parsePlace(head.slice(at + 1));
    if ("value" in source) return { value: { kind: "condition", node: source.value, name: head.slice(0, at), field } };
  }
  return { wrong: whole.wrong === noAddress ? badCondition : whole.wrong };
}

export const OpcuaAddress = z.string().transform((text, context): OpcuaAddress => {
  const parsed = parseAddress(text.trim());
  return "wrong" in parsed ? complain(context, parsed.wrong) : parsed.value;
});

/** The way `parsePlace` reads; the namespace of the standard is left out. */
export function formatPlace(place: NodePlace): string {
  if (place.by === "id")
    return `${place.namespace === STANDARD_NAMESPACE ? "" : `nsu=${place.namespace};`}${place.type}=${place.id}`;
  let before = STANDARD_NAMESPACE;
  return place.steps
    .map(({ namespace, name }) => {
      const told = namespace === before ? "" : `nsu=${namespace};`;
      before = namespace;
      return `/${told}${name.replaceAll(/[&/]/g, "&$&")}`;
    })
    .join("");
}

export function formatAddress(address: OpcuaAddress): string {
  switch (address.kind) {
    case "value": {
      const parts = address.parts.map((part) => ("index" in part ? `[${part.index}]` : `.${part.field}`)).join("");
      return `${formatPlace(address.node)}${parts === "" ? "" : `#${parts}`}`;
    }
    case "method":
      return `method:${formatPlace(address.object)};${formatPlace(address.method)}`;
    case "condition": {
      const name = address.name === undefined ? "" : `${address.name}@`;
      return `condition:${name}${formatPlace(address.node)}#${address.field}`;
    }
  }
}

const indexUsed: Text = {
  zh: "不能用命名空间序号（ns=2 或 2:名称）：服务器重启后序号会变。请写 nsu=<URI>，用 gatehouse browse 可查到",
  en: "a namespace index (ns=2 or 2:Name) changes when the server restarts; write nsu=<URI>, which gatehouse browse shows",
};
const noAddress: Text = {
  zh: "应写成 nsu=<URI>;s=<标识>（或 i= g= b=），或浏览路径 /Objects/nsu=<URI>;<名称>/…",
  en: "write nsu=<URI>;s=<id> (or i= g= b=), or a browse path /Objects/nsu=<URI>;<name>/…",
};
const badCondition: Text = {
  zh: `报警条件应写成 condition:<条件节点>#<字段> 或 condition:<条件名>@<源节点>#<字段>，字段为 ${conditionFields.join("、")}`,
  en: `a condition is written condition:<condition>#<field> or condition:<name>@<source>#<field>, the field one of ${conditionFields.join(", ")}`,
};
const badPath: Text = {
  zh: "浏览路径应从 /Objects 开始，每段写成 名称 或 nsu=<URI>;名称（名称中的 / 写成 &/）",
  en: "a browse path starts with /Objects, each step a name or nsu=<URI>;name (a / in a name is written &/)",
};
const badId = (type: string, id: string): Text => ({
  zh: `${type}=${id} 不是有效的标识`,
  en: `${type}=${id} is no valid id`,
});
