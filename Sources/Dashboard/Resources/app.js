// The pages: which one is shown goes by the address. Everything comes from /api, as /openapi.json describes it.
import { showVideo } from "./player.js";
import { showSummary } from "./summary.js";

export const $ = (selector, root = document) => root.querySelector(selector);

// el("a", {href: "/", class: "x"}, "text", node)
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter(child => child !== null && child !== undefined));
  return node;
}

// What may be too wide: whoever has no mouse moves it by the arrow keys.
export const scroll = (name, ...children) => el("div", { class: "scroll", role: "region", tabindex: 0, "aria-label": name }, ...children);

const grouping = new Intl.NumberFormat("en-US");
export const number = n => grouping.format(n);
export function bytes(n) {
  for (const unit of ["B", "kB", "MB", "GB"]) { if (n < 1000) return `${n < 10 && unit !== "B" ? n.toFixed(1) : Math.round(n)} ${unit}`; n /= 1000; }
  return `${n.toFixed(1)} TB`;
}

export class APIError extends Error {
  constructor(status, code, message) { super(message); this.status = status; this.code = code; }
}

export async function api(path, options = {}) {
  let response;
  try { response = await fetch(`/api/${path}`, options); } catch { throw new APIError(0, "unreachable", "the dashboard does not answer; is it still running?"); }
  if (response.status === 204) return null;
  const body = await response.json().catch(() => null);
  if (response.ok) return body;
  if (response.status === 401 && path !== "session") { await login(); return api(path, options); }
  throw new APIError(response.status, body?.error?.code, body?.error?.message ?? response.statusText);
}

export function toast(text) {
  const box = $("#toast");
  box.textContent = text;
  box.classList.add("shown");
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => box.classList.remove("shown"), 6000);
}

// Asks for the token until it is right.
let asking = null;
function login() {
  asking ??= new Promise(resolve => {
    const dialog = $("#login"), field = $("#token"), error = $("#login-error");
    dialog.addEventListener("cancel", event => event.preventDefault());
    dialog.querySelector("form").addEventListener("submit", async event => {
      event.preventDefault();
      try {
        await api("session", { method: "POST", body: field.value.trim() });
        dialog.close();
        asking = null;
        resolve();
      } catch (failure) { error.textContent = failure.message; field.select(); }
    });
    dialog.showModal();
  });
  return asking;
}

// ---- What changes, as it changes

const listeners = { videos: new Set(), overview: new Set(), jobs: new Set() };
export function listen(name, body) { listeners[name].add(body); }

function connect() {
  const source = new EventSource("/api/events"), sign = $("#connection");
  source.onopen = () => { sign.textContent = "live"; sign.classList.remove("lost"); };
  source.onerror = () => { sign.textContent = "not connected"; sign.classList.add("lost"); };
  for (const name of Object.keys(listeners)) {
    source.addEventListener(name, event => { const value = JSON.parse(event.data); for (const body of listeners[name]) body(value); });
  }
  addEventListener("pagehide", () => source.close());
}

// ---- Pieces

export const stateLabel = state => el("span", { class: `state ${state}` }, state);

export function progressOf(video) {
  const total = video.frames_total ?? 0;
  if (video.state === "ended") return el("div", { class: "progress" }, ledgerText(video));
  if (!total) return el("div", { class: "progress" }, video.frames_done ? `${number(video.frames_done)} frames` : "");
  const share = Math.min(1, video.frames_done / total);
  return el("div", { class: "progress" },
    el("progress", { max: 1, value: share, "aria-label": `${video.video_id}: done` }), `${Math.floor(share * 100)} %`);
}

// Whether every frame is accounted for, and how.
export function ledgerText(video) {
  const ledger = video.ledger;
  if (!ledger) return "";
  const done = ledger.frames_processed + ledger.frames_skipped + ledger.frames_undecodable + ledger.frames_missing;
  const parts = [];
  if (ledger.frames_missing) parts.push(`${number(ledger.frames_missing)} missing`);
  if (ledger.frames_undecodable) parts.push(`${number(ledger.frames_undecodable)} undecodable`);
  if (ledger.frames_expected !== done) parts.push("does not add up");
  return parts.length ? parts.join(", ") : "complete";
}

function ago(text) {
  const seconds = Math.max(0, (Date.now() - Date.parse(text)) / 1000);
  if (seconds < 60) return "now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return new Date(text).toISOString().slice(0, 10);
}

function tile(value, name, note) { return el("div", { class: "tile" }, el("b", {}, value), el("span", {}, name), el("small", {}, note ?? "")); }
export const videoLink = id => `/video?id=${encodeURIComponent(id)}`;

function show(...children) { const main = $("#main"); main.replaceChildren(...children); return main; }

// ---- Videos

const STATES = ["submitting", "live", "waiting", "processing", "ended", "failed"];

async function showVideos(session) {
  const query = new URLSearchParams(location.search);
  const tiles = el("div", { class: "tiles" });
  const jobs = el("ul", { class: "jobs", "aria-label": "Videos being submitted" });
  const rows = el("tbody");
  const pages = el("div", { class: "pages" });
  const search = el("input", { type: "search", value: query.get("q") ?? "", placeholder: "ID or file name" });
  const state = el("select", {}, el("option", { value: "" }, "all"), ...STATES.map(s => el("option", { value: s, selected: query.get("state") === s }, s)));
  const orders = { newest: "last changed", name: "name", state: "state", frames: "length" };
  const order = el("select", {}, ...Object.entries(orders).map(([value, text]) => el("option", { value, selected: query.get("order") === value }, text)));
  const limit = 50;
  let offset = Number(query.get("offset") ?? 0), total = 0;

  const table = el("table", { class: "cards" },
    el("thead", {}, el("tr", {}, ...["Video", "State", "Progress"].map(t => el("th", { scope: "col" }, t)),
      ...["Frames", "Frames/s", "Chunks"].map(t => el("th", { scope: "col", class: "number" }, t)), el("th", { scope: "col" }, "Worker"), el("th", { scope: "col" }, "Changed"))), rows);
  const list = scroll("Videos", table);
  show(el("h1", {}, "Videos"), tiles, session.takes_uploads || !session.is_read_only ? uploadBox(session) : "", jobs,
    el("div", { class: "bar" }, el("label", { class: "wide" }, "Search", search), el("label", {}, "State", state), el("label", {}, "Order", order)), list, pages);

  function row(video) {
    return el("tr", { "data-id": video.video_id },
      el("th", { scope: "row" }, el("a", { href: videoLink(video.video_id) }, video.source ?? video.video_id), el("small", { class: "id faint" }, video.video_id)),
      el("td", {}, stateLabel(video.state)), el("td", {}, progressOf(video)),
      el("td", { class: "number", "data-name": "Frames" }, `${number(video.frames_done)}${video.frames_total ? ` / ${number(video.frames_total)}` : ""}`),
      el("td", { class: "number", "data-name": "Frames/s" }, video.frames_per_second ? number(video.frames_per_second) : ""),
      el("td", { class: "number", "data-name": "Chunks" }, `${number(video.chunks_done)}${video.chunks_total ? ` / ${number(video.chunks_total)}` : ""}`),
      el("td", {}, el("small", {}, video.worker ?? "")), el("td", { "data-name": "Changed" }, el("small", { title: video.updated }, ago(video.updated))));
  }

  async function load() {
    const wanted = new URLSearchParams({ order: order.value, offset, limit });
    if (search.value.trim()) wanted.set("q", search.value.trim());
    if (state.value) wanted.set("state", state.value);
    const page = await api(`videos?${wanted}`);
    total = page.total;
    rows.replaceChildren(...page.videos.map(row));
    list.hidden = total === 0;
    pages.replaceChildren(...(total === 0 ? [emptyNote()] : [
      el("button", { type: "button", disabled: offset === 0, onclick: () => turn(-limit) }, "Back"),
      el("span", {}, `${number(offset + 1)}–${number(Math.min(offset + limit, total))} of ${number(total)}`),
      el("button", { type: "button", disabled: offset + limit >= total, onclick: () => turn(limit) }, "Next")]));
    wanted.delete("limit");
    for (const [name, standard] of [["order", "newest"], ["offset", "0"]]) if (wanted.get(name) === standard) wanted.delete(name);
    history.replaceState(null, "", wanted.size ? `?${wanted}` : "/");
  }
  function emptyNote() {
    return search.value || state.value ? el("p", { class: "empty" }, "No video is like that.")
      : el("div", { class: "empty" }, "There are no videos in this log yet. Upload one above, or submit some:", el("br"), el("code", {}, "lapwing submit VIDEO... --log LOG"));
  }
  function turn(by) { offset = Math.max(0, offset + by); load(); scrollTo(0, 0); }
  function again() { offset = 0; load(); }
  let timer;
  search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(again, 200); });
  state.addEventListener("change", again);
  order.addEventListener("change", again);

  let reload;
  listen("videos", changed => {
    let isNew = false;
    for (const video of changed) {
      const known = rows.querySelector(`tr[data-id="${CSS.escape(video.video_id)}"]`);
      if (known) { if (!known.contains(document.activeElement)) known.replaceWith(row(video)); } else isNew = true;
    }
    if (isNew && !reload) reload = setTimeout(() => { reload = null; load(); }, 1000);
  });
  listen("overview", overview => {
    const count = name => overview.states[name] ?? 0;
    const all = Object.values(overview.states).reduce((a, b) => a + b, 0);
    tiles.replaceChildren(
      tile(number(all), all === 1 ? "video" : "videos", `${number(count("ended"))} ended`),
      tile(number(count("processing") + count("live")), "in progress", `${number(count("waiting") + count("submitting"))} waiting`),
      tile(number(Math.round(overview.frames_per_second)), "frames/s", "over the last seconds"),
      tile(number(overview.workers.length), overview.workers.length === 1 ? "worker" : "workers", `${number(overview.lag)} records behind`),
      tile(number(count("failed")), "failed", ""));
    if (overview.problem) toast(overview.problem);
  });
  listen("jobs", list => {
    jobs.replaceChildren(...list.filter(job => job.state !== "submitted").map(job => {
      const share = job.byte_count ? job.bytes_read / job.byte_count : 0;
      return el("li", { "data-job": job.number }, el("strong", {}, job.name), stateLabel(job.state),
        job.state === "failed" ? el("span", { class: "error" }, job.note ?? "") : el("div", { class: "progress" }, el("progress", { max: 1, value: share, "aria-label": `${job.name}: submitted` }), job.note ?? `${Math.floor(share * 100)} %`));
    }));
  });
  await load();
}

function uploadBox(session) {
  const input = el("input", { type: "file", accept: "video/*,.mkv,.ts,.m2ts,.h264,.h265,.ivf", multiple: true, hidden: true });
  const sending = el("div", { class: "progress", hidden: true });
  const path = el("input", { type: "text", name: "path", placeholder: "folder/video.mp4", required: true });
  const named = el("form", {}, el("label", {}, "A file in a --media folder", path), el("button", { type: "submit" }, "Submit"));
  const box = el("section", { class: "drop", "aria-label": "Add videos" });
  if (session.takes_uploads) {
    box.append(el("button", { type: "button", class: "primary", onclick: () => input.click() }, "Upload videos"), input,
      el("p", { class: "faint" }, `or drop them here (up to ${bytes(session.max_upload_bytes)} each)`), sending);
  }
  box.append(named);
  named.addEventListener("submit", async event => {
    event.preventDefault();
    try {
      const job = await api("submissions", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ path: path.value.trim() }) });
      toast(`${job.name} is on its way`);
      path.value = "";
    } catch (failure) { toast(failure.message); }
  });
  async function take(files) {
    for (const file of files) {
      sending.hidden = false;
      try {
        const job = await send(file, share => sending.replaceChildren(el("progress", { max: 1, value: share, "aria-label": `${file.name}: uploaded` }), `${file.name} ${Math.floor(share * 100)} %`));
        toast(`${job.name} is on its way`);
      } catch (failure) { toast(failure.message); }
    }
    sending.hidden = true;
    input.value = "";
  }
  input.addEventListener("change", () => take([...input.files]));
  box.addEventListener("dragover", event => { event.preventDefault(); box.classList.add("over"); });
  box.addEventListener("dragleave", () => box.classList.remove("over"));
  box.addEventListener("drop", event => { event.preventDefault(); box.classList.remove("over"); if (session.takes_uploads) take([...event.dataTransfer.files]); });
  return box;
}

// fetch() does not say how much has been sent.
function send(file, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/videos?name=${encodeURIComponent(file.name)}`);
    request.responseType = "json";
    request.upload.onprogress = event => { if (event.lengthComputable) onProgress(event.loaded / event.total); };
    request.onload = () => {
      if (request.status < 300) return resolve(request.response);
      reject(new APIError(request.status, request.response?.error?.code, request.response?.error?.message ?? request.statusText));
    };
    request.onerror = () => reject(new APIError(0, "broken", `${file.name}: the upload broke off`));
    request.send(file);
  });
}

// ---- Workers

async function showWorkers() {
  const workers = el("tbody"), partitions = el("tbody"), summary = el("p", { class: "faint" });
  const head = (...names) => el("thead", {}, el("tr", {}, ...names.map(([text, isNumber]) => el("th", { scope: "col", class: isNumber ? "number" : null }, text))));
  show(el("h1", {}, "Workers"), summary,
    scroll("Workers", el("table", { class: "cards" }, head(["Worker"], ["Partitions", true], ["Memory"], ["Peak", true], ["Budget", true]), workers)),
    el("h2", {}, "Partitions"),
    scroll("Partitions", el("table", {}, head(["Topic"], ["Partition", true], ["Committed", true], ["End", true], ["Behind", true], ["Worker"]), partitions)));
  async function load() {
    const status = await api("workers");
    summary.textContent = status.workers.length ? `${number(status.workers.length)} at work, ${number(status.lag)} records behind`
      : "No worker is running. Start one: lapwing worker --log LOG --model MODEL";
    workers.replaceChildren(...status.workers.map(worker => el("tr", {},
      el("th", { scope: "row" }, worker.member), el("td", { class: "number", "data-name": "Partitions" }, number(worker.partitions)),
      el("td", {}, ...(worker.resident_bytes ? [worker.budget_bytes ? el("progress", { class: "memory", max: worker.budget_bytes, value: worker.resident_bytes, "aria-label": `${worker.member}: memory` }) : null, bytes(worker.resident_bytes)] : ["–"])),
      el("td", { class: "number", "data-name": "Peak" }, worker.peak_bytes ? bytes(worker.peak_bytes) : "–"), el("td", { class: "number", "data-name": "Budget" }, worker.budget_bytes ? bytes(worker.budget_bytes) : "–"))));
    partitions.replaceChildren(...status.partitions.filter(p => p.end > 0 || p.member).map(p => el("tr", {},
      el("td", {}, p.topic), el("td", { class: "number" }, p.partition), el("td", { class: "number" }, p.committed == null ? "–" : number(p.committed)),
      el("td", { class: "number" }, number(p.end)), el("td", { class: "number" }, number(p.lag)), el("td", {}, el("small", {}, p.member ?? "–")))));
  }
  await load();
  listen("overview", load);
}

// ---- Dead letters

async function showDeadLetters(session) {
  const rows = el("tbody"), summary = el("p", { class: "faint" });
  const all = el("input", { type: "checkbox", "aria-label": "Choose all" });
  const replay = el("button", { type: "button", class: "primary", disabled: true }, "Send again");
  const table = scroll("Dead letters", el("table", { class: "cards" },
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, session.is_read_only ? "" : all), ...["Time", "Video", "Chunk", "Bytes", "Reason", "Outcome"].map(t => el("th", { scope: "col" }, t)))), rows));
  show(el("h1", {}, "Dead letters"), summary, session.is_read_only ? "" : el("div", { class: "bar" }, replay), table);
  const chosen = () => [...rows.querySelectorAll("input:checked")];
  const changed = () => { replay.disabled = chosen().length === 0; };
  all.addEventListener("change", () => { for (const box of rows.querySelectorAll("input")) box.checked = all.checked; changed(); });
  async function load() {
    const { letters, total } = await api("dead-letters");
    table.hidden = total === 0;
    summary.textContent = total === 0 ? "None: everything could be processed." : `${number(total)} record${total === 1 ? "" : "s"} that could not be processed. Sending one again helps while its video still waits for it.`;
    rows.replaceChildren(...letters.map(letter => {
      const place = `${letter.partition}:${letter.offset}`;
      return el("tr", { "data-place": place },
        el("td", {}, session.is_read_only ? "" : el("input", { type: "checkbox", value: place, "aria-label": `Choose letter ${place}`, onchange: changed })),
        el("td", {}, el("small", {}, letter.time.replace("T", " ").slice(0, 19))),
        el("td", {}, letter.video_id ? el("a", { href: videoLink(letter.video_id) }, letter.video_id) : "–"),
        el("td", { class: "number", "data-name": "Chunk" }, letter.chunk ?? "–"), el("td", { class: "number", "data-name": "Bytes" }, number(letter.bytes)),
        el("td", {}, letter.reason), el("td", { class: "outcome", "aria-live": "polite" }, ""));
    }));
    changed();
  }
  replay.addEventListener("click", async () => {
    const letters = chosen().map(box => { const [partition, offset] = box.value.split(":").map(Number); return { partition, offset }; });
    replay.disabled = true;
    try {
      const outcomes = await api("dead-letters/replay", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ letters }) });
      for (const outcome of outcomes) {
        const row = rows.querySelector(`tr[data-place="${outcome.partition}:${outcome.offset}"]`);
        if (row) row.querySelector(".outcome").textContent = outcome.sent ? "sent again" : outcome.reason;
      }
      const sent = outcomes.filter(o => o.sent).length;
      toast(`${sent} of ${outcomes.length} sent again`);
    } catch (failure) { toast(failure.message); }
    changed();
  });
  await load();
}

// ---- Which page

function theme() {
  const stored = (() => { try { return localStorage.getItem("theme"); } catch { return null; } })();
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = name => { document.documentElement.dataset.theme = name; };
  apply(stored ?? (dark.matches ? "dark" : "light"));
  dark.addEventListener("change", () => { if (!stored) apply(dark.matches ? "dark" : "light"); });
  $("#theme").addEventListener("click", () => {
    const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    apply(next);
    try { localStorage.setItem("theme", next); } catch { /* it lasts for this page, then */ }
  });
}

async function start() {
  theme();
  const path = location.pathname;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.getAttribute("href") === path || (path === "/video" && link.getAttribute("href") === "/")) link.setAttribute("aria-current", "page");
  }
  try {
    const session = await api("session");
    await api("overview"); // asks for the token, where there is one
    const page = { "/": showVideos, "/video": showVideo, "/workers": showWorkers, "/dead-letters": showDeadLetters, "/summary": showSummary }[path];
    await page(session);
    connect();
  } catch (failure) {
    show(el("h1", {}, "That did not work"), el("p", { class: "error", role: "alert" }, failure.message));
    if (!(failure instanceof APIError)) throw failure;
  }
  document.title = `${$("h1")?.textContent ?? ""} – Lapwing`;
}

start();
