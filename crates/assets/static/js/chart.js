// Points at readings in a chart, by mouse, finger or arrow keys. The chart itself comes drawn from the server and carries
// its edges and readings as data.
export function enlivenAll(root) {
  for (const figure of root.querySelectorAll("[data-chart]")) {
    for (const svg of figure.querySelectorAll("svg[data-points]")) enliven(figure, svg);
  }
}

enlivenAll(document);

function enliven(figure, svg) {
  const points = svg.dataset.points.split(" ").filter(Boolean).map((pair) => pair.split(",").map(Number));
  if (points.length === 0) return;
  const [left, top, right, bottom, width, height] = svg.dataset.plot.split(" ").map(Number);
  const from = Number(svg.dataset.from);
  const minutes = (Number(svg.dataset.to) - from) / 60_000;
  const ceiling = Number(svg.dataset.top);
  const floor = Number(svg.dataset.bottom ?? 0);
  const tip = document.createElement("p");
  tip.className = "chart-tip";
  tip.hidden = true;
  tip.setAttribute("role", "status");
  figure.append(tip);
  let chosen = points.length - 1;

  const x = (minute) => left + (minute / minutes) * (right - left);
  const y = (value) => bottom - ((Math.min(value, ceiling) - floor) / (ceiling - floor)) * (bottom - top);

  function point(index) {
    chosen = Math.max(0, Math.min(points.length - 1, index));
    const [minute, value] = points[chosen];
    const box = svg.getBoundingClientRect();
    const frame = figure.getBoundingClientRect();
    tip.textContent = `${clock(from + minute * 60_000, svg)}  ${value}`;
    tip.hidden = false;
    const across = box.left - frame.left + (x(minute) / width) * box.width;
    const down = box.top - frame.top + (y(value) / height) * box.height;
    const half = tip.offsetWidth / 2;
    const within = Math.max(half, Math.min(frame.width - half, across));
    tip.style.translate = `${within - half}px ${Math.max(0, down - tip.offsetHeight - 10)}px`;
  }

  svg.setAttribute("tabindex", "0");
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const minute = ((((event.clientX - box.left) / box.width) * width - left) / (right - left)) * minutes;
    point(nearest(points, minute));
  });
  svg.addEventListener("pointerleave", () => (tip.hidden = true));
  svg.addEventListener("focus", () => point(chosen));
  svg.addEventListener("blur", () => (tip.hidden = true));
  svg.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -12, PageDown: 12, Home: -points.length, End: points.length }[event.key];
    if (!step) return;
    event.preventDefault();
    point(chosen + step);
  });
}

function nearest(points, minute) {
  let best = 0;
  for (let index = 1; index < points.length; index += 1) {
    if (Math.abs(points[index][0] - minute) < Math.abs(points[best][0] - minute)) best = index;
  }
  return best;
}

function clock(at, svg) {
  const zone = svg.closest("[data-zone]")?.dataset.zone;
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
  try {
    return new Intl.DateTimeFormat("en", options).format(at);
  } catch {
    return new Intl.DateTimeFormat("en", { ...options, timeZone: undefined }).format(at);
  }
}
