// Draws every [data-chart] with ECharts on a canvas. The data and all words come from the server (components/chart.html).
import { BUILDERS } from "./chart_kinds.js";

const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

function readTheme() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return {
    ink: read("--pk-ink"),
    quiet: read("--pk-quiet"),
    rule: read("--pk-rule"),
    main: read("--pk-chart-main"),
    band: read("--pk-chart-band"),
    peer: read("--pk-chart-peer"),
    up: read("--pk-chart-up"),
    down: read("--pk-chart-down"),
    mark: read("--pk-chart-mark"),
    series: [1, 2, 3, 4, 5, 6].map((number) => read(`--pk-chart-${number}`)),
    font: getComputedStyle(document.body).fontFamily,
  };
}

function makeFormat(data, kind) {
  const decimals = data.decimals ?? 1;
  const numbers = new Intl.NumberFormat(document.documentElement.lang || undefined, {
    minimumFractionDigits: kind === "waterfall" ? decimals : 0, // its numbers add up under each other
    maximumFractionDigits: decimals,
  });
  return (value) => (value === null || value === undefined || Number.isNaN(value) ? "–" : numbers.format(value) + (data.unit ? ` ${data.unit}` : ""));
}

function draw(element) {
  const chart = JSON.parse(element.dataset.chart);
  const build = BUILDERS[chart.kind];
  if (!build) return;
  const theme = readTheme();
  const words = {
    value: element.dataset.wordValue,
    score: element.dataset.wordScore,
    interval: element.dataset.wordInterval,
    peers: element.dataset.wordPeers,
    none: element.dataset.wordNone,
  };
  const narrow = element.clientWidth < 480;
  const option = build(chart.data, { theme, words, format: makeFormat(chart.data, chart.kind), narrow });
  if (option.height) element.style.height = `${option.height}px`;
  delete option.height;
  const instance = window.echarts.getInstanceByDom(element) || window.echarts.init(element, null, { renderer: "canvas" });
  instance.setOption(
    {
      animation: !calm,
      animationDuration: 250,
      textStyle: { fontFamily: theme.font, color: theme.ink },
      ...option,
      // Rich text is drawn on the canvas; an HTML tooltip would need inline styles, which the security policy refuses.
      tooltip: { renderMode: "richText", confine: true, borderColor: theme.rule, textStyle: { color: theme.ink, fontSize: 12 }, ...option.tooltip },
    },
    true,
  );
}

function drawAll(root) {
  if (!window.echarts) return;
  const found = [...root.querySelectorAll("[data-chart]")];
  if (root.matches && root.matches("[data-chart]")) found.push(root);
  found.forEach((element) => {
    if (element.dataset.drawn) return;
    element.dataset.drawn = "1";
    draw(element);
    let width = element.clientWidth;
    new ResizeObserver(() => {
      if (element.clientWidth === width || !element.clientWidth) return;
      width = element.clientWidth;
      window.echarts.getInstanceByDom(element).resize();
      draw(element);
    }).observe(element);
  });
}

drawAll(document);
document.addEventListener("htmx:load", (event) => drawAll(event.target));
