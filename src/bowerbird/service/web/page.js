// The page of one person: chooser, grid, panel. Everything shown goes in as text nodes or attributes
// of elements made here, never as markup, so that a caption can say what it likes.

import { drawn, hash, rect, steps } from "/web/art.js";
import { el, svg } from "/web/elements.js";

const HEADS = ["click", "long_view", "like", "comment", "save", "share", "follow", "profile_visit", "hide"];
const UNDO = { like: "unlike", save: "unsave" };
const DONE = { like: "Liked", unlike: "Like taken back", save: "Saved", unsave: "Save taken back", hide: "Hidden" };

const state = { user: "", page: null, chosen: null, done: new Map(), felt: new Map(), loads: 0 };
const $ = (id) => document.getElementById(id);

const ICONS = {
  like: "M12 20.5C5 15.5 2.5 12 2.5 8.4A4.9 4.9 0 0 1 12 6.6a4.9 4.9 0 0 1 9.5 1.8c0 3.6-2.5 7.1-9.5 12.1z",
  save: "M6 3.5h12v17l-6-5-6 5z",
  hide: "M3 3l18 18M10 5.3A9.8 9.8 0 0 1 21.5 12a13 13 0 0 1-2.6 3.6M6 7.2A13 13 0 0 0 2.5 12 10 10 0 0 0 16 17.6",
  photo: "M4 7h3l2-3h6l2 3h3v13H4zM12 10a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z",
  video: "M7 4.5v15l12-7.5z",
  story: "M12 3a9 9 0 1 1-6.4 2.6M12 8v8M8 12h8",
  live: "M12 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM7.8 7.8a6 6 0 0 0 0 8.4M16.2 7.8a6 6 0 0 1 0 8.4M5 5a10 10 0 0 0 0 14M19 5a10 10 0 0 1 0 14",
};

function icon(name, props = {}) {
  const stroke = { fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-linecap": "round", "stroke-linejoin": "round" };
  return svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", ...stroke, ...props }, svg("path", { d: ICONS[name] ?? ICONS.photo }));
}

// --- pictures

function picture(item) {
  const alt = item.text || `${item.media_type || "media"} by ${item.account_id}`;
  if (!/^(https?:\/\/|\/[^/])/.test(item.url ?? "")) return drawn(item, alt);
  const film = item.media_type === "video" && !/\.(jpe?g|png|webp|avif|gif)(\?|$)/i.test(item.url);
  const made = film
    ? el("video", { class: "picture", src: item.url, muted: true, loop: true, playsinline: true, preload: "metadata", "aria-label": alt })
    : el("img", { class: "picture", src: item.url, alt, loading: "lazy" });
  made.addEventListener("error", () => made.replaceWith(drawn(item, alt)), { once: true });
  return made;
}

// --- words

const count = (n) => n.toLocaleString("en");
const share = (p) => (p >= 0.1 ? `${(p * 100).toFixed(0)} %` : p >= 0.001 ? `${(p * 100).toFixed(1)} %` : "< 0.1 %");
const leaf = (topic) => topic.split("/").pop();
const said = (action) => (action ?? "engaged with").replaceAll("_", " ");

function ago(ms) {
  const units = [["day", 864e5], ["hour", 36e5], ["minute", 6e4]];
  const [name, size] = units.find(([, size]) => ms >= size) ?? ["minute", 6e4];
  const n = Math.max(0, Math.round(ms / size));
  return n ? `${n} ${name}${n > 1 ? "s" : ""} ago` : "just now";
}

// --- asking the server

async function ask(address, body) {
  const options = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(address, options);
  const given = await answer.json().catch(() => ({}));
  if (answer.ok) return given;
  const { message, help } = given.error ?? { message: `the server answered ${answer.status}` };
  throw new Error(help ? `${message} (${help})` : message);
}

const say = (text) => $("status").replaceChildren(text);

async function load(user, words = "") {
  const turn = ++state.loads;
  $("grid").classList.add("waiting");
  try {
    const page = await ask(`/v1/explore/${encodeURIComponent(user)}`);
    if (turn !== state.loads) return; // a newer one was asked for meanwhile
    Object.assign(state, { user, page, done: new Map() });
    history.replaceState(null, "", `?user=${encodeURIComponent(user)}`);
    close();
    show();
    scrollTo({ top: 0 });
    if (document.activeElement === document.body) $("whose").focus({ preventScroll: true }); // what had it is gone
    say(words || "Point at a picture for the reason, open it for the numbers.");
  } catch (error) {
    say(error.message);
  } finally {
    $("grid").classList.remove("waiting");
  }
}

const unique = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("");

async function act(item, action) {
  const pressed = state.done.get(item.media_id)?.has(action);
  const sent = pressed && UNDO[action] ? UNDO[action] : action;
  const event = { event_id: unique(), user_id: state.user, media_id: item.media_id, action: sent, request_id: state.page.request_id, position: item.position, surface: "explore" };
  try {
    const answer = await ask("/v1/events", [event]);
    if (answer.rejected.length) throw new Error(`the event was refused: ${answer.rejected[0].reason}`);
    remember(item, sent, action);
    const words = `${DONE[sent]}: ${item.account_id}. Durable and folded at offset ${count(answer.offset)}`;
    if ($("live").checked) return await load(state.user, `${words}; this page has read it.`);
    say(`${words}; the next page has read it.`);
    if (action === "hide") drop(item);
    else refreshActs(item);
  } catch (error) {
    say(error.message);
  }
}

function remember(item, sent, action) {
  const done = state.done.get(item.media_id) ?? new Set();
  if (sent === action) done.add(action);
  else done.delete(action);
  state.done.set(item.media_id, done);
  if (sent === action && action !== "hide") state.felt.set(item.account_id, action);
  else state.felt.delete(item.account_id);
}

function drop(item) {
  const tile = document.querySelector(`[data-media="${CSS.escape(item.media_id)}"]`);
  tile?.classList.add("leaving");
  state.page.items = state.page.items.filter((other) => other !== item);
  setTimeout(() => { close(); show(); }, 250);
}

// --- the grid

// Which tiles are larger: some videos 2 x 2, and as many tall ones as make the last row whole.
function spans(items) {
  const size = items.map(() => [1, 1]);
  const n = items.length;
  let last = -6;
  items.forEach((item, i) => {
    const room = i - last >= 7 && i < n - 6;
    if (room && ["video", "live"].includes(item.media_type)) [size[i], last] = [[2, 2], i];
  });
  const big = size.filter(([w]) => w > 1).length;
  const tall = items.map((_, i) => i).filter((i) => size[i][0] === 1 && i > 1 && i < n - 4);
  tall.sort((a, b) => (items[b].media_type === "story") - (items[a].media_type === "story") || hash(items[a].media_id) - hash(items[b].media_id));
  const missing = (3 - ((n + 3 * big) % 3)) % 3;
  for (const i of tall.slice(0, missing)) size[i] = [1, 2];
  return whole(size) ? size : items.map(() => [1, 1]);
}

// Whether tiles of these sizes, packed densely into three columns, leave no hole.
function whole(size) {
  const taken = new Set();
  let bottom = 0;
  for (const [w, h] of size) {
    const cells = (at) => steps(w * h, (k) => at + (k % w) + 3 * Math.floor(k / w));
    let at = 0;
    while ((at % 3) + w > 3 || cells(at).some((cell) => taken.has(cell))) at++;
    for (const cell of cells(at)) taken.add(cell);
    bottom = Math.max(bottom, Math.floor(at / 3) + h);
  }
  return taken.size === 3 * bottom;
}

function buttons(item, named) {
  const done = state.done.get(item.media_id);
  return el("div", { class: "acts" }, ...["like", "save", "hide"].map((action) => {
    const toggles = action in UNDO;
    const props = { class: "act", type: "button", title: said(action), "data-act": action, "aria-label": `${said(action)}: ${item.account_id}`, "aria-pressed": toggles ? String(done?.has(action) ?? false) : null };
    return el("button", { ...props, onclick: () => act(item, action) }, icon(action), named && said(action));
  }));
}

function refreshActs(item) {
  for (const acts of document.querySelectorAll(`[data-media="${CSS.escape(item.media_id)}"] .acts`)) {
    acts.replaceWith(buttons(item, Boolean(acts.closest("aside"))));
  }
}

function mark(item) {
  const felt = state.felt.get(item.reason.seed_account);
  if (felt) return el("span", { class: "mark felt" }, `from your ${felt}`);
  if (item.reason.source === "explore") return el("span", { class: "mark" }, "new here");
  return item.fallback && el("span", { class: "mark" }, "fallback");
}

function tile(item, [w, h]) {
  const topic = item.topics[0];
  const open = el("button", { class: "open", type: "button", "aria-label": `${item.media_type || "media"} by ${item.account_id}${topic ? `, ${leaf(topic)}` : ""}. ${item.reason.text}`, onclick: () => choose(item) }, picture(item), icon(item.media_type, { class: "kind", stroke: "#fff" }), topic && el("span", { class: "topic" }, leaf(topic)), mark(item));
  const veil = el("div", { class: "veil" }, el("p", {}, item.reason.text), buttons(item, false));
  return el("li", { class: `tile ${w > 1 ? "big" : h > 1 ? "tall" : ""}`, "data-media": item.media_id }, open, veil);
}

function show() {
  const { page, user } = state;
  const size = spans(page.items);
  $("whose").replaceChildren(`Explore for ${user}`);
  $("person").value = user;
  document.title = `${user}: Explore`;
  $("grid").replaceChildren(...page.items.map((item, i) => tile(item, size[i])));
  if (!page.items.length) $("grid").replaceChildren(el("li", { class: "empty" }, "There is nothing to show yet: no media has been posted."));
  const fell = page.items.filter((item) => item.fallback).length;
  const facts = [["Version", page.version || "none yet"], ["offset", count(page.offset)], ["made in", `${page.took_ms.toFixed(1)} ms`], ["fallback", `${fell} of ${page.items.length}`, fell > 0]];
  $("facts").replaceChildren(...facts.map(([name, value, warn]) => el("div", {}, el("dt", {}, name), el("dd", { class: warn ? "warn" : null }, String(value)))));
  const warnings = page.warnings ?? [];
  $("warnings").hidden = !warnings.length;
  $("warnings").querySelector("ul").replaceChildren(...warnings.map((text) => el("li", {}, text)));
}

// --- the panel

function way(item) {
  const { seed_account, seed_action, seed_media, via_account, similarity } = item.reason;
  const found = [];
  if (seed_account || seed_media) found.push(`you: ${said(seed_action)}`, seed_account ?? seed_media);
  if (via_account && via_account !== seed_account) found.push(similarity != null ? `${via_account} (${similarity.toFixed(2)})` : via_account);
  return el("ol", { class: "path", "aria-label": "How it got here" }, ...[...found, "this"].map((text) => el("li", {}, el("span", { class: "chip" }, text))));
}

function bars(item) {
  const names = Object.keys(item.signals).sort((a, b) => HEADS.indexOf(a) - HEADS.indexOf(b));
  return el("dl", { class: "bars" }, ...names.flatMap((name) => {
    const most = Math.max(...state.page.items.map((other) => other.signals[name] ?? 0), 1e-9);
    const bar = svg("svg", { viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" }, rect(0, 0, (100 * item.signals[name]) / most, 8, "currentColor"));
    return [el("dt", {}, said(name)), el("dd", {}, bar), el("dd", {}, share(item.signals[name]))];
  }));
}

function sums(item) {
  const rows = [["value of the signals", item.value.toFixed(3)], ["taken off for variety", `− ${item.penalty.toFixed(3)}`], ["counts as", (item.value - item.penalty).toFixed(3)]];
  if (item.propensity < 1) rows.splice(2, 0, ["drawn with a chance of", share(item.propensity)]);
  return el("table", { class: "sum" }, el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map((cell) => el("td", {}, cell))))));
}

async function nearby(item) {
  const box = el("p", { class: "quiet" }, "…");
  ask(`/v1/accounts/${encodeURIComponent(item.account_id)}/similar?k=6`)
    .then(({ similar }) => box.replaceChildren(...(similar.length ? similar.flatMap((near) => [el("span", { class: "chip", title: near.topics.map(leaf).join(", ") }, `${near.account_id} ${near.similarity.toFixed(2)}`), " "]) : ["none known yet"])))
    .catch((error) => box.replaceChildren(error.message));
  return box;
}

async function choose(item) {
  close();
  state.chosen = item;
  const shown = document.querySelector(`[data-media="${CSS.escape(item.media_id)}"]`);
  shown?.classList.add("chosen");
  const about = [item.media_type, ...item.topics.map(leaf), ago(state.page.now - item.ts)].filter(Boolean).join(" · ");
  const signals = Object.keys(item.signals).length > 0;
  const shut = el("button", { class: "close", type: "button", "aria-label": "Close", onclick: () => close(true) }, "×");
  $("detail").dataset.media = item.media_id;
  $("detail").replaceChildren(
    el("div", { class: "large" }, picture(item), shut),
    el("div", { class: "body" },
      el("h2", { id: "detail-title", tabindex: "-1" }, item.account_id),
      el("p", { class: "quiet" }, about), item.text && el("p", {}, item.text), buttons(item, true),
      el("h3", {}, "Why"), el("p", {}, item.reason.text), way(item), el("p", { class: "quiet" }, `source: ${item.reason.source || "none"}`),
      signals && el("h3", {}, "Predicted, beside the page's highest"), signals && bars(item),
      el("h3", {}, "Value"), sums(item),
      item.account_id && el("h3", {}, "Accounts like this one"), item.account_id && (await nearby(item))));
  $("detail").hidden = false;
  $("detail").scrollTop = 0;
  $("detail-title").focus({ preventScroll: true });
}

function close(back = false) {
  const shown = document.querySelector(".tile.chosen");
  shown?.classList.remove("chosen");
  $("detail").hidden = true;
  state.chosen = null;
  if (back) shown?.querySelector(".open").focus();
}

// --- the chooser

let found = [], at = -1, waiting = 0;

function open(people) {
  [found, at] = [people, -1];
  $("people").replaceChildren(...people.map((person, i) => el("li", { id: `person-${i}`, role: "option", "aria-selected": "false", onmousedown: (event) => { event.preventDefault(); pick(i); } }, person.user_id, el("small", {}, [`${count(person.events)} events`, ...person.accounts].join(" · ")))));
  if (!people.length) $("people").replaceChildren(el("li", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, "nobody known by that name; Enter shows their page anyway"));
  $("people").hidden = false;
  $("person").setAttribute("aria-expanded", "true");
}

function shut() {
  $("people").hidden = true;
  $("person").setAttribute("aria-expanded", "false");
  $("person").removeAttribute("aria-activedescendant");
}

function move(by) {
  if ($("people").hidden || !found.length) return;
  at = (at + by + found.length) % found.length;
  [...$("people").children].forEach((row, i) => row.setAttribute("aria-selected", String(i === at)));
  $("person").setAttribute("aria-activedescendant", `person-${at}`);
  $("people").children[at].scrollIntoView({ block: "nearest" });
}

function pick(i) {
  const user = i >= 0 ? found[i].user_id : $("person").value.trim();
  shut();
  if (user) load(user);
}

const people = (query) => ask(`/v1/users?limit=30&query=${encodeURIComponent(query)}`).then(({ users }) => users);

function suggest(query) {
  clearTimeout(waiting);
  waiting = setTimeout(() => people(query).then(open).catch((error) => say(error.message)), 120);
}

$("person").addEventListener("input", () => suggest($("person").value.trim()));
$("person").addEventListener("focus", () => { $("person").select(); suggest(""); });
$("person").addEventListener("blur", () => { clearTimeout(waiting); shut(); });
$("person").addEventListener("keydown", (event) => {
  const keys = { ArrowDown: () => move(1), ArrowUp: () => move(-1), Enter: () => pick(at), Escape: shut };
  if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
});
$("next").addEventListener("click", () => state.user && load(state.user));
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && state.chosen) close(true); });

const wanted = new URLSearchParams(location.search).get("user");
try {
  const first = wanted ?? (await people(""))[0]?.user_id;
  if (first) await load(first);
  else say("Nobody is known yet. Send events to /v1/events, or write a name above.");
} catch (error) {
  say(error.message);
}
