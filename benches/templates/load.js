"use strict";
const plots = JSON.parse(document.getElementById("data").textContent);
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const figures = (value, most = 3) => value.toLocaleString("en", { maximumSignificantDigits: most });
const two = (value) => String(Math.floor(value)).padStart(2, "0");

const UNITS = {
  seconds: (v) => v < 120 ? `${figures(v, 4)} s` : v < 3600 ? `${Math.floor(v / 60)}:${two(v % 60)}` : `${Math.floor(v / 3600)}:${two(v / 60 % 60)}:${two(v % 60)}`,
  millis: (v) => v >= 1000 ? `${figures(v / 1000)} s` : v >= 1 || v === 0 ? `${figures(v)} ms` : `${figures(v * 1000)} µs`,
  rate: (v) => `${figures(v, 4)}/s`,
  percent: (v) => `${figures(v)} %`,
  mib: (v) => `${figures(v, 4)} MiB`,
  count: (v) => figures(v, 6),
  nines: (v) => `${Number((100 * (1 - 10 ** -v)).toFixed(Math.max(1, Math.ceil(v))))} %`,
};
const SECONDS = [.001, .01, .1, .5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800];
const STEPS = { seconds: SECONDS, nines: [1, 2, 3] };
const FROM_ZERO = ["millis", "rate", "percent", "count"];

function scale(axis, log, isX) {
  if (log) return { time: false, distr: 3, ...(isX && { range: (_, least, most) => [least, most] }) };
  if (isX) return { time: false, range: (_, least, most) => least === most ? [least - .5, most + .5] : [least, most] };
  if (FROM_ZERO.includes(axis.unit)) return { range: (_, __, most) => [0, most > 0 ? most * 1.08 : 1] };
  // What hardly changes is not to look as if it did.
  return { range: (_, least, most) => { const room = Math.max((most - least) * .15, most * .02, 1); return [Math.max(0, least - room), most + room]; } };
}

function axis(of, isX) {
  return {
    stroke: colour("dim"), grid: { stroke: colour("line"), width: 1 }, ticks: { stroke: colour("line"), width: 1 },
    font: "12px system-ui, sans-serif", size: isX ? 32 : 72, space: isX ? 60 : 32, incrs: STEPS[of.unit],
    // A logarithmic axis leaves out what has no room.
    values: (_, all) => all.map((value) => value === null ? null : UNITS[of.unit](value)),
  };
}

function marked(plot) {
  return (u) => {
    const { ctx, bbox } = u;
    ctx.save();
    ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
    plot.marks.forEach((mark, place) => {
      const x = Math.round(u.valToPos(mark.at, "x", true));
      if (x < bbox.left || x > bbox.left + bbox.width) return;
      ctx.strokeStyle = ctx.fillStyle = colour(mark.colour);
      ctx.lineWidth = devicePixelRatio;
      ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      const left = x - bbox.left > ctx.measureText(mark.name).width + 12 * devicePixelRatio;
      ctx.textAlign = left ? "right" : "left";
      const top = bbox.top + (14 + 17 * place) * devicePixelRatio;
      const text = ctx.measureText(mark.name).width + 6 * devicePixelRatio;
      ctx.fillStyle = colour("paper");
      ctx.fillRect(left ? x - text - 2 * devicePixelRatio : x + 2 * devicePixelRatio, top - 12 * devicePixelRatio, text, 16 * devicePixelRatio);
      ctx.fillStyle = colour(mark.colour);
      ctx.fillText(mark.name, x + (left ? -5 : 5) * devicePixelRatio, top);
    });
    ctx.restore();
  };
}

function options(plot, log, width) {
  const lines = plot.lines.map((line) => ({
    label: line.name, stroke: colour(line.colour), width: line.dashed ? 1.25 : 1.75, dash: line.dashed ? [5, 4] : undefined,
    spanGaps: false, value: (_, value) => value === null || value === undefined ? "–" : UNITS[plot.y.unit](value),
  }));
  return {
    width, height: 260, padding: [10, 24, 0, 0],
    scales: { x: scale(plot.x, plot.x.log, true), y: scale(plot.y, log, false) },
    axes: [axis(plot.x, true), axis(plot.y, false)],
    series: [{ label: plot.x.unit === "seconds" ? "at" : plot.x.label, value: (_, value) => value === null ? "–" : UNITS[plot.x.unit](value) }, ...lines],
    // What happens at one time is looked at in all plots together.
    cursor: plot.x.unit === "seconds" ? { sync: { key: "time", setSeries: false } } : {},
    hooks: { draw: [marked(plot)] },
  };
}

class Drawn {
  constructor(figure) {
    this.figure = figure;
    this.plot = plots[figure.dataset.plot];
    this.log = this.plot.y.log;
    if (this.plot.y.unit === "millis") this.toggle();
    this.draw();
    new ResizeObserver(() => this.fit()).observe(figure);
  }

  toggle() {
    const button = document.createElement("button");
    button.type = "button";
    const name = () => { button.textContent = this.log ? "linear" : "log"; button.title = `Show latency on a ${button.textContent} scale`; };
    button.addEventListener("click", () => { this.log = !this.log; name(); this.draw(); });
    name();
    this.figure.append(button);
  }

  width() {
    const { paddingLeft, paddingRight } = getComputedStyle(this.figure);
    return Math.max(200, this.figure.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight));
  }

  draw() {
    this.chart?.destroy();
    const data = [this.plot.at, ...this.plot.lines.map((line) => line.values)];
    this.chart = new uPlot(options(this.plot, this.log, this.width()), data, this.figure);
  }

  fit() {
    if (this.width() !== this.chart.width) this.chart.setSize({ width: this.width(), height: this.chart.height });
  }
}

const drawn = [...document.querySelectorAll("figure[data-plot]")].map((figure) => new Drawn(figure));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawn.forEach((one) => one.draw()));
