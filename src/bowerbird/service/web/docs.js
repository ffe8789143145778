// A reader of /openapi.json that needs nothing from elsewhere.

import { el } from "/web/elements.js";

const api = await (await fetch("/openapi.json")).json();
const find = (schema) => (schema?.$ref ? api.components.schemas[schema.$ref.split("/").pop()] : schema);

// The type of a schema in a few words, one level deep.
function words(schema) {
  if (!schema) return "anything";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.anyOf || schema.oneOf) return (schema.anyOf ?? schema.oneOf).map(words).join(" or ");
  if (schema.type === "array") return `array of ${words(schema.items ?? {})}`;
  return schema.type ?? "anything";
}

function fields(schema) {
  const full = find(schema) ?? {};
  if (!full.properties) return el("p", {}, words(schema));
  const rows = Object.entries(full.properties).map(([name, part]) => el("tr", {}, el("td", {}, el("code", {}, name)), el("td", {}, words(part)), el("td", {}, full.required?.includes(name) ? "required" : "")));
  return el("div", {}, el("pre", {}, full.description ?? ""), el("table", {}, el("tbody", {}, ...rows)));
}

function body(title, content) {
  const parts = Object.entries(content ?? {}).map(([type, { schema }]) => el("div", {}, el("p", {}, `${title} (${type})`), fields(schema)));
  return el("div", {}, ...parts);
}

function endpoint(address, verb, what) {
  const given = (what.parameters ?? []).map((p) => el("tr", {}, el("td", {}, el("code", {}, p.name)), el("td", {}, `${p.in}, ${words(p.schema)}`), el("td", {}, p.description ?? p.schema?.description ?? "")));
  return el("details", {},
    el("summary", {}, el("span", { class: "verb" }, verb.toUpperCase()), el("code", {}, address), " ", (what.description ?? what.summary ?? "").split("\n")[0]),
    el("div", { class: "inside" },
      el("pre", {}, what.description ?? ""),
      given.length > 0 && el("table", {}, el("tbody", {}, ...given)),
      body("takes", what.requestBody?.content),
      body("gives", what.responses?.["200"]?.content)));
}

const groups = new Map();
for (const [address, verbs] of Object.entries(api.paths)) {
  for (const [verb, what] of Object.entries(verbs)) {
    const tag = what.tags?.[0] ?? "other";
    groups.set(tag, [...(groups.get(tag) ?? []), endpoint(address, verb, what)]);
  }
}
const schemas = Object.entries(api.components?.schemas ?? {}).map(([name, schema]) => el("details", {}, el("summary", {}, el("code", {}, name)), el("div", { class: "inside" }, fields(schema))));
document.getElementById("api").append(
  ...[...groups].map(([tag, rows]) => el("section", {}, el("h2", {}, tag), ...rows)),
  el("section", {}, el("h2", {}, "bodies"), ...schemas));
