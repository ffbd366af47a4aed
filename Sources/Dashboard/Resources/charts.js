// Small drawings in SVG: counts over time, and bars.
export const CLASS_COLORS = ["#2f81f7", "#e8590c", "#2b9348", "#b5179e", "#b88a00", "#6c757d"];

export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// 65000 → 1:05, 3723000 → 1:02:03
export function clock(ms) {
  const seconds = Math.floor(ms / 1000), h = Math.floor(seconds / 3600), m = Math.floor(seconds / 60) % 60;
  const two = n => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(seconds % 60)}` : `${m}:${two(seconds % 60)}`;
}

function niceTop(value) {
  for (let scale = 1; ; scale *= 10) for (const step of [2, 4, 6, 8, 10]) if (value <= step * scale) return step * scale;
}

// Lines of counts by class; a click or an arrow key seeks.
export function countChart(points, classes, duration, seek) {
  const W = 1000, H = 180, left = 34, bottom = 20;
  const shown = classes.slice(0, CLASS_COLORS.length);
  const top = niceTop(Math.max(1, ...points.flatMap(p => shown.map(c => p.counts[c] ?? 0))));
  const x = ms => left + ms / Math.max(1, duration) * (W - left), y = n => H - n / top * (H - 8);
  const root = svg("svg", { viewBox: `0 0 ${W} ${H + bottom}`, role: "img", "aria-label": "Objects in view over time" });
  for (const share of [0, .5, 1]) {
    root.append(svg("line", { class: "gridline", x1: left, x2: W, y1: y(top * share), y2: y(top * share) }));
    root.append(svg("text", { x: left - 6, y: y(top * share) + 4, "text-anchor": "end" }, String(top * share)));
  }
  for (let i = 0; i <= 4; i++) {
    const anchor = i === 0 ? "start" : i === 4 ? "end" : "middle";
    root.append(svg("text", { x: x(duration * i / 4), y: H + 15, "text-anchor": anchor }, clock(duration * i / 4)));
  }
  shown.forEach((name, index) => {
    const d = points.map((p, i) => `${i ? "L" : "M"}${x(p.ms).toFixed(1)} ${y(p.counts[name] ?? 0).toFixed(1)}`).join("");
    const path = svg("path", { d, fill: "none", stroke: CLASS_COLORS[index], "stroke-width": 2 });
    path.append(svg("title", {}, name));
    root.append(path);
  });
  const head = svg("line", { class: "head", y1: 0, y2: H, x1: left, x2: left });
  root.append(head);
  root.addEventListener("click", event => {
    const box = root.getBoundingClientRect(), at = (event.clientX - box.left) / box.width * W;
    seek(Math.min(duration, Math.max(0, (at - left) / (W - left) * duration)));
  });
  return { root, moveTo: ms => { head.setAttribute("x1", x(ms)); head.setAttribute("x2", x(ms)); } };
}

// Where objects were, over a picture: a cell that saw more is stronger.
export function drawHeatMap(context, map, width, height) {
  const peak = Math.max(...map.cells);
  if (!peak) return;
  const grid = Object.assign(document.createElement("canvas"), { width: map.columns, height: map.rows });
  const cells = grid.getContext("2d");
  map.cells.forEach((count, index) => {
    if (!count) return;
    // The square root: else one place where something stood for long hides all others.
    const share = Math.sqrt(count / peak);
    cells.fillStyle = `hsl(${60 - 60 * share} 100% 50% / ${.2 + .6 * share})`;
    cells.fillRect(index % map.columns, Math.floor(index / map.columns), 1, 1);
  });
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  context.drawImage(grid, 0, 0, width, height);
}

// Upright bars with their names below; values: [name, number].
export function barChart(values, label) {
  const W = 600, H = 150, bottom = 18, top = Math.max(1, ...values.map(([, n]) => n)), step = W / Math.max(1, values.length);
  const root = svg("svg", { viewBox: `0 0 ${W} ${H + bottom}`, role: "img", "aria-label": label });
  const every = Math.ceil(values.length / 10);
  values.forEach(([name, n], i) => {
    const height = n / top * (H - 14);
    const bar = svg("rect", { x: i * step + 1, y: H - height, width: Math.max(1, step - 2), height, class: "column" });
    bar.append(svg("title", {}, `${name}: ${n}`));
    root.append(bar);
    if (i % every === 0) root.append(svg("text", { x: i * step + step / 2, y: H + 14, "text-anchor": "middle" }, name));
  });
  root.append(svg("text", { x: W, y: 10, "text-anchor": "end" }, `most: ${top.toLocaleString("en-US")}`));
  return root;
}
