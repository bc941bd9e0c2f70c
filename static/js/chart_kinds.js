// One builder for each kind of chart: data and theme in, ECharts option out.

const GRID = { left: 8, right: 16, top: 16, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "all" };

function valueAxis(theme, extra) {
  return {
    type: "value",
    axisLabel: { color: theme.quiet, hideOverlap: true },
    splitLine: { lineStyle: { color: theme.rule } },
    nameTextStyle: { color: theme.quiet },
    ...extra,
  };
}

function nameAxis(theme, names, extra) {
  return {
    type: "category",
    data: names,
    axisLabel: { color: theme.ink, hideOverlap: true },
    axisLine: { lineStyle: { color: theme.rule } },
    axisTick: { show: false },
    ...extra,
  };
}

function legend(theme, names) {
  return { bottom: 0, icon: "roundRect", itemWidth: 14, itemHeight: 8, textStyle: { color: theme.quiet }, data: names };
}

function fold(name, narrow) {
  const limit = narrow ? 12 : 22;
  if (name.length <= limit) return name;
  const space = name.lastIndexOf(" ", limit);
  return space > 3 ? `${name.slice(0, space)}\n${name.slice(space + 1)}` : `${name.slice(0, limit)}\n${name.slice(limit)}`;
}

const missing = (value) => value === null || value === undefined;

// An axis that was not assessed is passed over: the outline goes straight from one neighbour to the other, which is where
// the chord between them crosses the axis; with both neighbours missing too there is no outline there.
function passOver(list) {
  const half = (2 * Math.PI) / list.length;
  return list.map((value, index) => {
    if (!missing(value)) return value;
    const before = list[(index + list.length - 1) % list.length];
    const after = list[(index + 1) % list.length];
    return missing(before) || missing(after) || before + after === 0 ? 0 : (2 * before * after * Math.cos(half)) / (before + after);
  });
}

function radar(data, { theme, words, format, narrow }) {
  const present = (list) => list && list.some((value) => !missing(value));
  const gaps = data.values.some(missing);
  const shapes = [];
  const shape = (name, list, colour, style) => shapes.push({ name, value: passOver(list), symbol: "none", itemStyle: { color: colour }, lineStyle: { width: 0 }, ...style });
  if (present(data.uppers)) {
    shape(words.interval, data.uppers, theme.band, { areaStyle: { color: theme.band, opacity: 1 } });
    shape("", data.lowers, theme.band, { areaStyle: { color: "#ffffff", opacity: 1 } });
  }
  if (present(data.peers)) shape(words.peers, data.peers, theme.peer, { lineStyle: { color: theme.peer, type: "dashed", width: 1.5 } });
  if (present(data.values)) {
    shape(words.score, data.values, theme.main, { symbol: gaps ? "none" : "circle", symbolSize: 6, lineStyle: { color: theme.main, width: 2 } });
  }
  const describe = () =>
    data.axes
      .map((axis, index) => {
        const value = data.values[index];
        if (missing(value)) return `${axis}  ${words.none}`;
        const band = data.lowers && !missing(data.lowers[index]) ? `  (${format(data.lowers[index])} – ${format(data.uppers[index])})` : "";
        return `${axis}  ${format(value)}${band}`;
      })
      .join("\n");
  const label = (axis, index) => fold(axis, true) + (missing(data.values[index]) ? `\n(${words.none})` : "");
  return {
    tooltip: { trigger: "item", formatter: describe },
    legend: { ...legend(theme, shapes.filter((one) => one.name).map((one) => ({ name: one.name, itemStyle: one.itemStyle }))), selectedMode: false },
    radar: {
      center: ["50%", "46%"],
      radius: narrow ? "52%" : "66%",
      indicator: data.axes.map((axis, index) => ({ name: label(axis, index), max: data.max ?? 100, min: 0 })),
      axisName: { color: theme.ink, fontSize: 12, lineHeight: 15 },
      splitNumber: 4,
      splitArea: { show: false },
      splitLine: { lineStyle: { color: theme.rule } },
      axisLine: { lineStyle: { color: theme.rule } },
    },
    series: [{ type: "radar", data: shapes, emphasis: { disabled: true } }],
  };
}

function waterfall(data, { theme, format, narrow }) {
  const steps = [
    { ...data.start, whole: true },
    ...data.steps,
    { ...data.end, whole: true },
  ];
  const bars = [];
  let level = 0;
  steps.forEach((step) => {
    const from = step.whole ? 0 : level;
    const to = step.whole ? step.value : level + step.value;
    level = to;
    bars.push({ name: step.name, change: step.value, whole: step.whole, low: Math.min(from, to), size: Math.abs(to - from) });
  });
  const lowest = Math.min(...bars.filter((bar) => !bar.whole || bar.size > 0).map((bar) => (bar.whole ? bar.low + bar.size : bar.low)));
  const highest = Math.max(...bars.map((bar) => bar.low + bar.size));
  const floor = lowest > 20 ? Math.floor(lowest - Math.max(1, (highest - lowest) / 2)) : Math.min(0, lowest);
  const colour = (bar) => (bar.whole ? theme.main : bar.change >= 0 ? theme.up : theme.down);
  const text = (bar) => (bar.whole || bar.change < 0 ? format(bar.change) : `+${format(bar.change)}`);
  return {
    height: Math.max(180, 34 * bars.length + 40),
    grid: { ...GRID, right: narrow ? 44 : 64 },
    tooltip: { trigger: "item", formatter: (item) => `${bars[item.dataIndex].name}  ${text(bars[item.dataIndex])}` },
    xAxis: valueAxis(theme, { min: floor }),
    yAxis: nameAxis(theme, bars.map((bar) => fold(bar.name, narrow)), { inverse: true, axisLabel: { color: theme.ink, interval: 0 } }),
    series: [
      { type: "bar", stack: "level", silent: true, itemStyle: { color: "transparent" }, data: bars.map((bar) => (bar.whole ? floor : bar.low)) },
      {
        type: "bar",
        stack: "level",
        barMaxWidth: 18,
        data: bars.map((bar) => ({ value: bar.whole ? bar.low + bar.size - floor : bar.size, itemStyle: { color: colour(bar), borderRadius: 2 } })),
        label: { show: true, position: "right", color: theme.ink, formatter: (item) => text(bars[item.dataIndex]) },
      },
    ],
  };
}

function line(data, { theme, format }) {
  const series = [];
  data.series.forEach((one, index) => {
    const colour = theme.series[index % theme.series.length];
    if (one.lowers && one.uppers) {
      const gap = one.uppers.map((upper, at) => (upper === null || one.lowers[at] === null ? null : upper - one.lowers[at]));
      const quiet = { type: "line", stack: `band${index}`, symbol: "none", silent: true, lineStyle: { width: 0 }, tooltip: { show: false } };
      series.push({ ...quiet, data: one.lowers }, { ...quiet, data: gap, areaStyle: { color: colour, opacity: 0.14 } });
    }
    series.push({ name: one.name, type: "line", data: one.values, symbol: "circle", symbolSize: 5, showSymbol: data.x.length < 40, connectNulls: false, lineStyle: { width: 2, color: colour }, itemStyle: { color: colour } });
  });
  const many = data.series.length > 1;
  return {
    grid: { ...GRID, top: data.y_name ? 32 : 16, bottom: many ? 36 : 8 },
    tooltip: { trigger: "axis", valueFormatter: format },
    legend: many ? legend(theme, data.series.map((one) => one.name)) : undefined,
    xAxis: nameAxis(theme, data.x, { boundaryGap: data.x.length < 2 }),
    yAxis: valueAxis(theme, { inverse: Boolean(data.inverse), scale: !data.inverse, min: data.inverse ? 1 : undefined, minInterval: data.inverse ? 1 : undefined, name: data.y_name }),
    series,
  };
}

function bar(data, { theme, format, narrow }) {
  const many = data.series.length > 1;
  const names = nameAxis(theme, data.x.map((name) => (data.horizontal ? fold(name, narrow) : name)), data.horizontal ? { inverse: true, axisLabel: { color: theme.ink, interval: 0 } } : {});
  const values = valueAxis(theme, { name: data.horizontal ? undefined : data.y_name });
  return {
    height: data.horizontal ? Math.max(160, 30 * data.x.length * (data.stacked ? 1 : Math.max(1, data.series.length * 0.7)) + 60) : undefined,
    grid: { ...GRID, top: data.y_name ? 32 : 16, bottom: many ? 36 : 8 },
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: format },
    legend: many ? legend(theme, data.series.map((one) => one.name)) : undefined,
    xAxis: data.horizontal ? values : names,
    yAxis: data.horizontal ? names : values,
    series: data.series.map((one, index) => ({
      name: one.name,
      type: "bar",
      stack: data.stacked ? "all" : undefined,
      barMaxWidth: 28,
      data: one.values,
      itemStyle: { color: theme.series[index % theme.series.length], borderRadius: data.stacked ? 0 : 2 },
    })),
  };
}

function intervals(data, { theme, format, narrow }) {
  const rows = data.rows;
  const colour = (row) => (row.mark ? theme.mark : theme.main);
  const drawn = rows.map((row, index) => ({ row, index })).filter(({ row }) => row.value !== null && row.value !== undefined);
  return {
    height: Math.max(140, 26 * rows.length + (data.cuts?.length ? 64 : 44)),
    grid: { ...GRID, top: data.cuts?.length ? 28 : 8, right: narrow ? 24 : 40 },
    tooltip: {
      trigger: "item",
      formatter: (item) => {
        const row = rows[item.value[1]];
        return `${row.name}  ${format(row.value)}  (${format(row.lower)} – ${format(row.upper)})`;
      },
    },
    xAxis: valueAxis(theme, { scale: true, min: data.min, max: data.max, splitNumber: narrow ? 3 : 6, interval: data.max === undefined ? undefined : (data.max - (data.min ?? 0)) / 4 }),
    yAxis: nameAxis(theme, rows.map((row) => fold(row.name, narrow)), { inverse: true, axisLabel: { color: theme.ink, interval: 0 } }),
    series: [
      {
        type: "custom",
        silent: true,
        data: drawn.filter(({ row }) => row.lower !== null && row.upper !== null).map(({ row, index }) => [row.lower, index, row.upper]),
        encode: { x: [0, 2], y: 1 },
        renderItem: (params, api) => {
          const from = api.coord([api.value(0), api.value(1)]);
          const to = api.coord([api.value(2), api.value(1)]);
          const stroke = colour(rows[api.value(1)]);
          const rule = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke, lineWidth: 2 } });
          return { type: "group", children: [rule(from[0], from[1], to[0], to[1]), rule(from[0], from[1] - 4, from[0], from[1] + 4), rule(to[0], to[1] - 4, to[0], to[1] + 4)] };
        },
      },
      {
        type: "scatter",
        symbolSize: 9,
        data: drawn.map(({ row, index }) => ({ value: [row.value, index], itemStyle: { color: colour(row) } })),
        markLine: {
          symbol: "none",
          silent: true,
          lineStyle: { color: theme.down, type: "dashed" },
          label: { formatter: (item) => item.name, color: theme.ink, position: "start" },
          data: (data.cuts || []).map((cut) => ({ name: cut.name, xAxis: cut.value })),
        },
      },
    ],
  };
}

function scatter(data, { theme, format }) {
  return {
    grid: { ...GRID, top: 32, bottom: 28 },
    tooltip: { trigger: "item", formatter: (item) => `${data.points[item.dataIndex].name}  ${format(item.value[0])} / ${format(item.value[1])}` },
    xAxis: valueAxis(theme, { scale: true, boundaryGap: ["5%", "5%"], name: data.x_name, nameLocation: "middle", nameGap: 28 }),
    yAxis: valueAxis(theme, { scale: true, boundaryGap: ["5%", "5%"], name: data.y_name }),
    series: [
      {
        type: "scatter",
        symbolSize: 8,
        data: data.points.map((point) => ({ value: [point.x, point.y], itemStyle: { color: point.mark ? theme.mark : theme.main, opacity: point.mark ? 1 : 0.65 } })),
      },
    ],
  };
}

function bump(data, { theme, format, narrow }) {
  // The name stands at the line's end; a line that ends early leaves it to the table.
  const name = (text) => (text.length > 10 ? `${text.slice(0, 9)}…` : text);
  return {
    height: Math.min(640, Math.max(280, 28 * Math.min(data.worst, 20) + 60)) + (narrow ? 40 : 0),
    grid: { ...GRID, right: narrow ? 16 : 148, bottom: narrow ? 44 : 8 },
    legend: narrow ? { ...legend(theme, data.series.map((one) => one.name)), type: "scroll" } : undefined,
    tooltip: { trigger: "item", formatter: (item) => `${item.seriesName}\n${item.name}  ${format(item.value)}` },
    xAxis: nameAxis(theme, data.x, { boundaryGap: false }),
    yAxis: valueAxis(theme, { inverse: true, min: 1, max: data.worst, minInterval: 1 }),
    series: data.series.map((one, index) => {
      const colour = one.mark ? theme.mark : theme.series[index % theme.series.length];
      return {
        name: one.name,
        type: "line",
        data: one.values,
        z: one.mark ? 5 : 2,
        symbol: "circle",
        symbolSize: one.mark ? 9 : 7,
        connectNulls: false,
        lineStyle: { width: one.mark ? 3.5 : 2, color: colour },
        itemStyle: { color: colour },
        emphasis: { focus: "series", lineStyle: { width: 4 } },
        endLabel: { show: !narrow, formatter: () => name(one.name), color: theme.ink, fontSize: 11, fontWeight: one.mark ? 700 : 400 },
        labelLayout: { moveOverlap: "shiftY" },
      };
    }),
  };
}

export const BUILDERS = { radar, waterfall, line, bar, intervals, scatter, bump };
