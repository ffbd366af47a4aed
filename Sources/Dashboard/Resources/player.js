// A video's page: the video with what was found drawn over it, in step.
import { $, api, bytes, el, ledgerText, listen, number, progressOf, stateLabel } from "./app.js";
import { CLASS_COLORS, clock, countChart, drawHeatMap, svg } from "./charts.js";
import { lineTable, zoneTable } from "./summary.js";

const WINDOW = 4000; // milliseconds of boxes that are fetched together

// The boxes of the seconds around where the video is.
class Boxes {
  constructor(id) { this.id = id; this.windows = new Map(); }

  async load(index) {
    if (index < 0 || this.windows.has(index)) return;
    this.windows.set(index, []); // not twice
    try {
      const { frames } = await api(`videos/${this.id}/frames?from_ms=${index * WINDOW}&to_ms=${(index + 1) * WINDOW}`);
      this.windows.set(index, frames);
      if (this.windows.size > 30) this.windows.delete(this.windows.keys().next().value);
    } catch { this.windows.delete(index); }
  }

  // The frame shown at a time: the last that begins no later, half a millisecond of rounding aside.
  async at(ms) {
    const index = Math.floor(Math.max(0, ms) / WINDOW);
    await this.load(index);
    this.load(index + 1);
    for (const window of [this.windows.get(index), this.windows.get(index - 1)]) {
      if (!window?.length || window[0].ms > ms + 1) continue;
      let low = 0, high = window.length - 1;
      while (low < high) { const middle = (low + high + 1) >> 1; if (window[middle].ms <= ms + 1) low = middle; else high = middle - 1; }
      return window[low];
    }
    return null;
  }

  // What a running video has more of by now.
  forget() { for (const [index, frames] of this.windows) if (!frames.length) this.windows.delete(index); }
}

export async function showVideo() {
  const id = new URLSearchParams(location.search).get("id") ?? "";
  const path = encodeURIComponent(id);
  const main = $("#main");
  let detail = await api(`videos/${path}`);
  const [{ objects, total }, counts, zones, summary] = await Promise.all(["objects", "counts", "zones", "summary"].map(
    name => api(`videos/${path}/${name}`).catch(failure => { if (name === "summary") return null; throw failure; })));
  const hasZones = zones.zones.length + zones.lines.length > 0;
  const colors = new Map(objects.map(object => [object.track_id, object.color]));
  const duration = Math.max(1, detail.duration_ms);
  const classes = Object.entries(detail.objects_by_class).sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([name]) => name);

  // The stage
  const canvas = el("canvas", { "aria-hidden": "true" });
  const options = {};
  const toggles = [["boxes", "Boxes", true], ["labels", "Labels", true], ["untracked", "Untracked", false], ["trails", "Trails", false], ["heat", "Heat map", false],
    ...(hasZones ? [["zones", "Zones", true]] : [])].map(([name, text, on]) => {
    const box = el("input", { type: "checkbox", checked: on, onchange: () => { options[name] = box.checked; redraw(); } });
    options[name] = on;
    return el("label", { class: "check" }, box, text);
  });
  const step = frames => { video.pause(); video.currentTime = Math.max(0, video.currentTime + frames / rate()); };
  const rate = () => { const [n, d] = (detail.frame_rate ?? "25").split("/").map(Number); return n / (d || 1) || 25; };
  const video = el("video", { controls: true, muted: true, playsinline: true, preload: "auto", src: detail.media ? `/api/videos/${path}/media` : null, "aria-label": `${id}, with what was found in it` });
  video.muted = true;
  const where = el("span", { class: "faint", "aria-live": "off" });
  const stage = detail.media ? el("div", { class: "stage" }, video, canvas)
    : el("div", { class: "stage" }, el("div", { class: "none" }, "The video is in none of the folders given with --media, nor was it uploaded here."));
  video.addEventListener("error", () => {
    if (!video.getAttribute("src")) return;
    stage.replaceChildren(el("div", { class: "none" }, `This browser cannot play ${detail.media.name} (${detail.codec ?? "unknown codec"}). 'lapwing annotate' makes a video of it that can be played.`));
  });
  const boxes = new Boxes(path);
  let shown = null, offset = 0, isFirst = true;

  function layout() {
    const box = video.getBoundingClientRect();
    const density = window.devicePixelRatio || 1;
    canvas.width = Math.round(box.width * density);
    canvas.height = Math.round(box.height * density);
    // As object-fit: contain does it.
    const scale = Math.min(box.width / detail.width, box.height / detail.height);
    return { scale, density, left: (box.width - detail.width * scale) / 2, top: (box.height - detail.height * scale) / 2 };
  }

  function redraw() {
    if (!detail.width) return;
    const { scale, density, left, top } = layout();
    const context = canvas.getContext("2d");
    context.setTransform(density * scale, 0, 0, density * scale, density * left, density * top);
    const line = 2 / scale;
    if (options.heat && summary) drawHeatMap(context, summary.heat_map, detail.width, detail.height);
    if (options.zones) drawZones(context, line, scale);
    if (options.trails) drawTrails(context, line);
    for (const object of shown?.objects ?? []) {
      const isTracked = object.track_id !== undefined && object.track_id !== null;
      if (!isTracked && !options.untracked) continue;
      const [x1, y1, x2, y2] = object.box, color = isTracked ? colors.get(object.track_id) ?? hue(object.track_id) : "#9aa7b1";
      context.lineWidth = line;
      context.strokeStyle = color;
      context.setLineDash(object.state === "confirmed" ? [] : [4 * line, 3 * line]);
      if (options.boxes) context.strokeRect(x1, y1, x2 - x1, y2 - y1);
      if (options.labels) {
        const text = `${object.label}${isTracked ? ` ${object.track_id}` : ""}`;
        context.font = `600 ${13 / scale}px system-ui, sans-serif`;
        const width = context.measureText(text).width + 8 / scale, height = 18 / scale, y = y1 - height < 0 ? y1 : y1 - height;
        context.fillStyle = color;
        context.fillRect(x1 - line / 2, y, width, height);
        context.fillStyle = ink(color);
        context.textBaseline = "middle";
        context.fillText(text, x1 + 4 / scale, y + height / 2);
      }
    }
    context.setLineDash([]);
    canvas.dataset.frame = shown ? shown.frame : "";
  }

  function drawTrails(context, line) {
    const here = new Set((shown?.objects ?? []).map(object => object.track_id));
    context.lineWidth = line;
    for (const object of objects) {
      if (!here.has(object.track_id) || object.way.length < 2) continue;
      const done = Math.max(2, Math.ceil(object.way.length * Math.min(1, ((shown?.ms ?? 0) - object.first_ms) / Math.max(1, object.last_ms - object.first_ms))));
      context.strokeStyle = object.color;
      context.beginPath();
      object.way.slice(0, done).forEach(([x, y], i) => i ? context.lineTo(x, y) : context.moveTo(x, y));
      context.stroke();
    }
  }

  function drawZones(context, line, scale) {
    const write = (text, x, y) => {
      context.font = `600 ${13 / scale}px system-ui, sans-serif`;
      const width = context.measureText(text).width + 8 / scale;
      context.fillStyle = "#000b";
      context.fillRect(x, y, width, 18 / scale);
      context.fillStyle = "#fff";
      context.textBaseline = "middle";
      context.fillText(text, x + 4 / scale, y + 9 / scale);
    };
    context.lineWidth = line;
    for (const zone of zones.zones) {
      context.beginPath();
      zone.polygon.forEach(([x, y], i) => i ? context.lineTo(x, y) : context.moveTo(x, y));
      context.closePath();
      context.fillStyle = "#ffd54a2e";
      context.fill();
      context.strokeStyle = "#ffd54a";
      context.stroke();
      write(zone.name, Math.min(...zone.polygon.map(([x]) => x)), Math.min(...zone.polygon.map(([, y]) => y)));
    }
    for (const { name, from: [x1, y1], to: [x2, y2] } of zones.lines) {
      context.strokeStyle = "#ff4fd8";
      context.lineWidth = 1.5 * line;
      context.beginPath();
      context.moveTo(x1, y1);
      context.lineTo(x2, y2);
      // An arrow that points where "in" is: to the right of who looks from its beginning to its end.
      const length = Math.hypot(x2 - x1, y2 - y1) || 1, [nx, ny] = [-(y2 - y1) / length, (x2 - x1) / length];
      const [mx, my, reach] = [(x1 + x2) / 2, (y1 + y2) / 2, 22 / scale];
      context.moveTo(mx, my);
      context.lineTo(mx + nx * reach, my + ny * reach);
      for (const turn of [.5, -.5]) {
        const [tx, ty] = [nx * Math.cos(turn) - ny * Math.sin(turn), nx * Math.sin(turn) + ny * Math.cos(turn)];
        context.moveTo(mx + nx * reach, my + ny * reach);
        context.lineTo(mx + nx * reach - tx * reach / 3, my + ny * reach - ty * reach / 3);
      }
      context.stroke();
      write(name, x1, y1);
    }
  }

  async function present(ms) {
    const frame = await boxes.at(ms);
    // The video may have gone on meanwhile; what is drawn is what is shown.
    shown = frame;
    redraw();
    chart.moveTo(Math.min(duration, ms));
    markLanes(ms);
    where.textContent = frame ? `frame ${number(frame.frame)}, ${clock(frame.ms)}` : "";
  }

  if (video.requestVideoFrameCallback) {
    const onFrame = (_, facts) => {
      // Containers may begin at another time than 0; results count from the first frame.
      if (isFirst && video.currentTime < 1 / rate()) offset = facts.mediaTime * 1000;
      isFirst = false;
      present(facts.mediaTime * 1000 - offset);
      video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
  } else {
    const tick = () => { present(video.currentTime * 1000); if (!video.paused) requestAnimationFrame(tick); };
    for (const name of ["play", "seeked", "loadeddata"]) video.addEventListener(name, tick);
  }
  const seek = ms => {
    if (!detail.media) { present(ms); return; }
    // Just inside the frame: times are rounded on their way.
    video.currentTime = (ms + offset) / 1000 + 0.001;
    stage.scrollIntoView({ block: "nearest", behavior: "auto" });
  };
  new ResizeObserver(redraw).observe(stage);

  // The side
  const state = el("p", {}), fill = () => state.replaceChildren(stateLabel(detail.video.state), " ", detail.video.state === "processing" ? progressOf(detail.video) : el("span", { class: "faint" }, ledgerText(detail.video)));
  fill();
  const facts = [["Frames", `${number(detail.frames)}${detail.video.frames_total ? ` of ${number(detail.video.frames_total)}` : ""}`], ["Length", clock(detail.duration_ms)],
    ["Picture", detail.width ? `${detail.width} × ${detail.height}` : "–"], ["Codec", detail.codec ?? "–"], ["Objects", number(total)], ["Most at once", detail.most_objects ? `${detail.most_objects} (frame ${number(detail.busiest_frame)})` : "–"],
    ["Detections", number(detail.detections)], ["Model", detail.model ? `${detail.model.name}, ${detail.model.precision}` : "–"], ["Tracker", detail.tracker ?? "–"], ["Chunks", `${number(detail.video.chunks_done)}${detail.video.chunks_total ? ` of ${number(detail.video.chunks_total)}` : ""}`],
    ["Worker", detail.video.worker ?? "–"]];
  const legend = el("div", { class: "legend" }, ...classes.slice(0, CLASS_COLORS.length).map((name, index) => { const swatch = el("span", { class: "swatch" }); swatch.style.background = CLASS_COLORS[index]; return el("span", {}, swatch, `${name} ${number(detail.objects_by_class[name])}`); }));
  const ledger = detail.video.ledger;
  const ledgerTable = ledger ? el("dl", { class: "facts" }, ...[["expected", ledger.frames_expected], ["processed", ledger.frames_processed], ["skipped", ledger.frames_skipped], ["undecodable", ledger.frames_undecodable], ["missing", ledger.frames_missing]]
    .flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value == null ? "not known yet" : number(value))])) : el("p", { class: "faint" }, "Nothing yet.");

  // Counts, and a lane per object
  const chart = countChart(counts.points, classes, duration, seek);
  const lanes = objects.map(object => {
    const bar = svg("svg", { viewBox: "0 0 1000 14", preserveAspectRatio: "none", "aria-hidden": "true" });
    const frames = Math.max(1, object.runs.at(-1)[1] - object.runs[0][0]), length = object.last_ms - object.first_ms;
    const time = frame => object.first_ms + (frame - object.runs[0][0]) / frames * length;
    for (const [first, last] of object.runs) {
      const x = time(first) / duration * 1000, width = Math.max(3, (time(last) - time(first)) / duration * 1000);
      bar.append(svg("rect", { x, y: 2, width, height: 10, rx: 2, fill: object.color }));
    }
    const lane = el("button", { type: "button", class: "lane", "data-track": object.track_id, "aria-label": `${object.label} ${object.track_id}, seen from ${clock(object.first_ms)} to ${clock(object.last_ms)}: go there`, title: object.object_id },
      el("span", {}, `${object.label} ${object.track_id}`), bar);
    lane.addEventListener("click", event => {
      const box = bar.getBoundingClientRect(), isOnBar = event.clientX >= box.left && event.detail > 0;
      seek(isOnBar ? Math.min(object.last_ms, Math.max(object.first_ms, (event.clientX - box.left) / box.width * duration)) : object.first_ms);
    });
    return { object, lane };
  });
  function markLanes(ms) { for (const { object, lane } of lanes) lane.classList.toggle("here", object.first_ms <= ms && ms <= object.last_ms); }

  const formats = [["jsonl", "JSON lines"], ["csv", "CSV"], ["parquet", "Parquet"], ["coco", "COCO"], ["mot", "MOT"]];
  const downloads = el("div", { class: "bar" }, ...formats.map(([format, text]) => el("a", { class: "button", href: `/api/videos/${path}/results?format=${format}`, download: true }, text)));
  main.replaceChildren(...[
    el("h1", {}, detail.video.source ?? id), el("p", { class: "id faint" }, id), state,
    detail.reason ? el("p", { class: "error" }, detail.reason) : null,
    el("div", { class: "player" },
      el("div", {}, stage, el("div", { class: "bar" }, ...toggles, el("span", { class: "grow" }), where,
        el("button", { type: "button", "aria-label": "One frame back", onclick: () => step(-1) }, "‹"), el("button", { type: "button", "aria-label": "One frame on", onclick: () => step(1) }, "›"))),
      el("div", { class: "side" }, el("h2", {}, "What it is"), el("dl", { class: "facts" }, ...facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
        el("h2", {}, "Frames accounted for"), ledgerTable,
        detail.gaps.length ? el("ul", {}, ...detail.gaps.slice(0, 20).map(gap => el("li", {}, `frame ${number(gap.frame ?? 0)}: ${number(gap.frame_count ?? 0)} frames left out, ${gap.reason ?? ""}`))) : null, el("h2", {}, "Results"), downloads)),
    ...(hasZones && summary ? [el("h2", {}, "Zones and lines"), el("div", { class: "columns" }, zoneTable(summary.zones), lineTable(summary.lines))] : []),
    el("h2", {}, "How many at once"), legend, el("div", { class: "chart" }, chart.root),
    el("h2", {}, total > objects.length ? `The ${number(objects.length)} of ${number(total)} objects that were seen longest` : "Objects"),
    objects.length ? el("div", { class: "timeline", "aria-label": "Timeline of objects" }, ...lanes.map(({ lane }) => lane)) : el("p", { class: "empty" }, "No object was confirmed."),
    el("div", { class: "axis" }, ...[0, .25, .5, .75, 1].map(share => el("span", {}, clock(duration * share)))),
  ].filter(Boolean));

  // A video that is still being worked on: what there is more of is said, and shown when it ends.
  listen("videos", async changed => {
    const mine = changed.find(video => video.video_id === id);
    if (!mine) return;
    const wasRunning = !["ended", "failed"].includes(detail.video.state);
    detail = { ...detail, video: mine };
    boxes.forget();
    fill();
    if (wasRunning && ["ended", "failed"].includes(mine.state)) location.reload();
  });
}

// Tracks that are not on the timeline.
const hue = track => `hsl(${(track * 137.5) % 360} 85% 60%)`;

// Dark or light letters, by the brightness of what they stand on (ITU-R BT.601).
function ink(color) {
  const match = /^#(..)(..)(..)$/.exec(color);
  if (!match) return "#000";
  const [r, g, b] = match.slice(1).map(text => parseInt(text, 16));
  return .299 * r + .587 * g + .114 * b > 140 ? "#000" : "#fff";
}
