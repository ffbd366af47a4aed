// What aggregators have added up, over all videos or those of one camera.
import { $, api, el, number, scroll } from "./app.js";
import { barChart, drawHeatMap } from "./charts.js";

const head = (...names) => el("thead", {}, el("tr", {}, ...names.map(([text, isNumber]) => el("th", { scope: "col", class: isNumber ? "number" : null }, text))));
const cell = value => el("td", { class: "number" }, value);
const table = (caption, header, rows) => scroll(caption, el("table", {}, el("caption", {}, caption), header, el("tbody", {}, ...rows)));
const decimal = value => value == null ? "–" : value.toFixed(2);

// 1500 → 1.5 s, 90000 → 1.5 min
export function span(ms) {
  if (ms == null) return "–";
  if (ms < 60e3) return `${(ms / 1e3).toFixed(1)} s`;
  if (ms < 3600e3) return `${(ms / 60e3).toFixed(1)} min`;
  return `${(ms / 3600e3).toFixed(1)} h`;
}

export function lineTable(lines) {
  const rows = Object.entries(lines).flatMap(([name, classes]) => {
    const counted = Object.entries(classes);
    return (counted.length ? counted : [["–", { in: 0, out: 0 }]]).map(([label, count]) =>
      el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, label), cell(number(count.in)), cell(number(count.out))));
  });
  return rows.length ? table("Lines", head(["Line"], ["Class"], ["In", true], ["Out", true]), rows) : "";
}

export function zoneTable(zones) {
  const rows = Object.entries(zones).flatMap(([name, zone]) => {
    const counted = Object.entries(zone.classes);
    return (counted.length ? counted : [["–", { objects: 0, entries: 0 }]]).map(([label, count]) =>
      el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, label), cell(number(count.objects)), cell(number(count.entries)),
        cell(span(zone.dwell.mean_ms)), cell(decimal(zone.mean)), cell(number(zone.peak))));
  });
  return rows.length ? table("Zones", head(["Zone"], ["Class"], ["Objects", true], ["Entries", true], ["Mean stay", true], ["Mean inside", true], ["Peak", true]), rows) : "";
}

export async function showSummary() {
  const main = $("#main"), query = new URLSearchParams(location.search), camera = query.get("camera");
  const [total, { cameras, videos }] = await Promise.all([api(`summary${camera ? `?camera=${encodeURIComponent(camera)}` : ""}`), api("cameras")]);
  const title = el("h1", {}, camera ? `Camera ${camera}` : "Summary");
  if (!videos) {
    main.replaceChildren(title, el("div", { class: "empty" }, "Nothing has been added up yet. An aggregator does that, beside the workers:", el("br"), el("code", {}, "lapwing aggregate --log LOG --zones zones.yaml")));
    return;
  }
  const tile = (value, name, note) => el("div", { class: "tile" }, el("b", {}, value), el("span", {}, name), el("small", {}, note ?? ""));
  const count = total.videos.ended + total.videos.failed + total.videos.running;
  const classes = Object.entries(total.classes).sort((a, b) => b[1].objects - a[1].objects);
  const canvas = el("canvas", { width: 960, height: 540, role: "img", "aria-label": "Heat map: where objects were" });
  drawHeatMap(canvas.getContext("2d"), total.heat_map, 960, 540);
  const confidence = classes.reduce((sum, [, one]) => sum.map((n, i) => n + one.confidence.histogram[i]), new Array(20).fill(0));
  const wall = total.wall_time.buckets;
  main.replaceChildren(...[
    title, camera ? el("p", {}, el("a", { href: "/summary" }, "All cameras")) : null,
    el("div", { class: "tiles" }, tile(number(count), count === 1 ? "video" : "videos", `${number(total.videos.running)} running, ${number(total.videos.failed)} failed`),
      tile(span(total.duration_ms), "of video", `${number(total.frames)} frames`), tile(number(total.objects), "objects", `${number(total.detections)} detections`),
      tile(decimal(total.mean), "at once", `${number(total.peak)} at most`), tile(span(total.dwell.p50_ms), "median stay", `${span(total.dwell.max_ms)} at most`)),
    table("Classes", head(["Class"], ["Objects", true], ["Mean at once", true], ["Peak", true], ["Median stay", true], ["90 % stay less than", true], ["Mean confidence", true]),
      classes.map(([name, one]) => el("tr", {}, el("th", { scope: "row" }, name), cell(number(one.objects)), cell(decimal(one.mean)), cell(number(one.peak)), cell(span(one.dwell.p50_ms)), cell(span(one.dwell.p90_ms)), cell(decimal(one.confidence.mean))))),
    el("div", { class: "columns" }, zoneTable(total.zones), lineTable(total.lines)),
    cameras.length && !camera ? table("Cameras", head(["Camera"], ["Videos", true], ["Of video", true], ["Objects", true]),
      cameras.map(one => el("tr", {}, el("th", { scope: "row" }, el("a", { href: `/summary?camera=${encodeURIComponent(one.camera)}` }, one.camera)), cell(number(one.videos)), cell(span(one.duration_ms)), cell(number(one.objects))))) : null,
    wall.length ? el("section", {}, el("h2", {}, `Objects first seen, by the time of day they were taken (${total.wall_time.width_minutes} min each)`),
      el("div", { class: "chart" }, barChart(wall.map(bucket => [bucket.start.slice(11, 16), Object.values(bucket.classes).reduce((sum, one) => sum + one.objects, 0)]), "Objects first seen, over time"))) : null,
    el("div", { class: "columns" },
      el("section", {}, el("h2", {}, "Where objects were"), el("div", { class: "heat" }, canvas)),
      el("section", {}, el("h2", {}, "How sure the detector was"), el("div", { class: "chart" }, barChart(confidence.map((n, i) => [(i / 20).toFixed(2), n]), "Detections by confidence")))),
  ].filter(Boolean));
}
