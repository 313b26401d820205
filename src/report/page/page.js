// Draws the pictures that stand in the page as JSON, changes the theme, copies the command. It knows no particular picture:
// what a panel is made of is said in src/report/picture/chart.rs.
"use strict";
(() => {
  const HEIGHT = 300;
  const ONE_OF_SEVERAL = 200;
  const ROW = 18;
  const FONT = "12px system-ui, sans-serif";
  const root = document.documentElement;

  // ── numbers, as src/report/number.rs writes them ──

  const TIMES = [["ns", 1e-9, 1e-6], ["µs", 1e-6, 1e-3], ["ms", 1e-3, 1], ["s", 1, 120], ["min", 60, 7200], ["h", 3600, Infinity]];

  function digits(value, most) {
    const size = Math.abs(value);
    const decimals = size === 0 ? 0 : Math.min(8, Math.max(0, most - 1 - Math.floor(Math.log10(size) + 1e-9)));
    return value.toLocaleString("en-US", { maximumFractionDigits: decimals }).replace("-", "−");
  }

  const unitOf = (size) => TIMES.find(([, , until]) => size < until);

  function seconds(value, most) {
    const size = Math.abs(value);
    if (size === 0) return "0";
    const [unit, factor] = unitOf(size);
    return `${digits(value / factor, most)} ${unit}`;
  }

  const written = {
    seconds,
    rate: (value, most) => (value !== 0 && Math.abs(value) < 0.01 ? `${digits(value * 3600, most)} /h` : `${digits(value, most)} /s`),
    share: (value, most) => `${digits(value * 100, value > 0.99 && value < 1 ? most + Math.ceil(-Math.log10(1 - value)) : most)} %`,
    count: (value, most) => digits(value, most),
    times: (value, most) => `${digits(value, most)}×`,
    relative: (value, most) => `${value > 0 ? "+" : ""}${digits(value * 100, most)} %`,
  };
  const write = (axis, value) => (value == null ? "–" : written[axis.kind](value, 3));

  // ── axes: every scale is drawn as a linear one of transformed values ──

  const scales = {
    linear: { to: (v) => v, back: (v) => v },
    log: { to: (v) => (v > 0 ? Math.log10(v) : null), back: (v) => 10 ** v },
    nines: { to: (v) => (v < 1 ? -Math.log10(1 - v) : null), back: (v) => 1 - 10 ** -v },
    rows: { to: (v) => v, back: (v) => v },
  };
  const place = (axis, value) => (value == null || !Number.isFinite(value) ? null : scales[axis.scale].to(value));

  // What lies beyond an axis that ends stands at its end.
  const inside = (axis, value) => (value == null ? null : Math.min(axis.to ?? Infinity, Math.max(axis.from ?? -Infinity, value)));

  const isBeyond = (axis, value) => value == null || (axis.to != null && value > axis.to);

  const decades = (from, to, steps) => {
    const all = [];
    for (let power = from; power <= to; power++) for (const step of steps) all.push(step * 10 ** power);
    return all;
  };
  const CLOCK = [60, 120, 300, 600, 1800, 3600, 7200, 18000, 36000, 86400, 172800, 432000, 864000];
  const STEPS = {
    seconds: [...decades(-9, 0, [1, 2, 5]), 10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 432000, 864000],
    share: decades(-6, -1, [1, 2, 2.5, 5]),
    count: decades(-3, 12, [1, 2, 5]),
    rate: decades(-6, 9, [1, 2, 5]),
    relative: decades(-6, 6, [1, 2, 2.5, 5]),
    times: decades(-6, 9, [1, 2, 5]),
  };
  const SHARES = [0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999];

  // What a tick of a logarithmic axis may be, from dense to sparse.
  const ladders = (kind) => {
    const until = kind === "seconds" ? (all) => [...all.filter((v) => v < 60), ...CLOCK] : (all) => all;
    const sparse = kind === "seconds" ? [...decades(-9, 1, [1]), 60, 600, 3600, 36000, 360000] : decades(-9, 12, [1]);
    return [until(decades(-9, 12, [1, 2, 5])), until(decades(-9, 12, [1, 3])), sparse, sparse.filter((_, at) => at % 2 === 0)];
  };

  function logTicks(kind, low, high, room) {
    const within = (ladder) => ladder.map(Math.log10).filter((v) => v >= low - 1e-9 && v <= high + 1e-9);
    const all = ladders(kind).map(within);
    return all.find((ticks) => ticks.length <= room) ?? all[all.length - 1];
  }

  function linearTicks(kind, low, high, room) {
    const steps = kind === "rate" && high < 0.1 ? STEPS.count.map((s) => s / 3600) : STEPS[kind];
    const step = steps.find((s) => (high - low) / s <= room) ?? steps[steps.length - 1];
    const ticks = [];
    // No time is negative; what stands there is named elsewhere.
    const first = kind === "seconds" ? Math.max(0, low) : low;
    for (let n = Math.ceil(first / step - 1e-9); n * step <= high + step * 1e-9; n++) ticks.push(n * step + 0);
    return ticks;
  }

  // As many as have room beside each other, the highest first, because they are what is looked for.
  function spread(all, apart) {
    const kept = [];
    for (const value of all.reverse()) if (kept.length === 0 || kept[0] - value >= apart * 0.6) kept.unshift(value);
    return kept;
  }

  function ticks(axis, low, high, pixels, apart) {
    const room = Math.max(2, Math.floor(pixels / apart));
    if (axis.scale === "rows") return axis.rows.map((_, at) => at);
    if (axis.scale === "nines") return spread(SHARES.map(scales.nines.to).filter((v) => v >= low - 1e-9 && v <= high + 1e-9), (high - low) / room);
    return (axis.scale === "log" ? logTicks : linearTicks)(axis.kind, low, high, room);
  }

  const clip = (text, most) => (text.length <= most ? text : `${text.slice(0, most / 2)}…${text.slice(1 - most / 2)}`);
  function labels(axis, all) {
    if (axis.scale === "rows") return all.map((value) => clip(axis.rows[value] ?? "", innerWidth < 600 ? 16 : 28));
    const values = all.map(scales[axis.scale].back);
    // Times that are evenly spaced have the unit of the longest.
    const unit = axis.kind === "seconds" && axis.scale === "linear" && unitOf(Math.max(...values.map(Math.abs)));
    // Nor are rates written by the second and by the hour on one axis.
    if (axis.kind === "rate" && axis.scale === "linear") {
      const isSeldom = Math.max(...values.map(Math.abs)) < 0.1;
      return values.map((value) => (isSeldom ? `${digits(value * 3600, 4)} /h` : `${digits(value, 4)} /s`));
    }
    return values.map((value) => (unit && value !== 0 ? `${digits(value / unit[1], 4)} ${unit[0]}` : written[axis.kind](value, 4)));
  }

  // ── layers ──

  // What a layer reaches: x, and the lowest and the highest y there.
  function reach(layer, lies) {
    switch (layer.is) {
      case "line": return layer.x.map((x, at) => [x, layer.y[at], layer.y[at]]);
      case "band": return layer.x.map((x, at) => [x, layer.low[at], layer.high[at]]);
      case "bars": return layer.bars.flatMap(([from, to, base, top]) => (lies ? [[base, from, from], [top, from, from]] : [[from, base, top], [to, base, top]]));
      case "intervals": return layer.marks.flatMap(([row, value, low, high]) => [low ?? value, value, high ?? value].map((x) => [x, row, row]));
      case "spots": return layer.spots.map(([x, y]) => [x, y, y]);
      default: return [layer.across === "x" ? [layer.at, null, null] : [null, layer.at, layer.at]];
    }
  }

  // The same in places of the panel, so that nothing is transformed twice.
  function placed(panel, layer) {
    const X = (v) => place(panel.x, v);
    const Y = (v) => place(panel.y, v);
    const lies = panel.y.scale === "rows";
    switch (layer.is) {
      case "line": return { ...layer, x: layer.x.map(X), y: layer.y.map(Y) };
      case "band": return { ...layer, x: layer.x.map(X), low: layer.low.map(Y), high: layer.high.map(Y) };
      case "bars": return { ...layer, bars: layer.bars.map(([from, to, base, top]) => (lies ? [from, to, X(base), X(top)] : [X(from), X(to), Y(base), Y(top)])) };
      case "intervals": return { ...layer, marks: layer.marks.map(([row, value, low, high, text, ...more]) => [row, ...[value, low, high].map((v) => X(inside(panel.x, v))), isBeyond(panel.x, value) ? `${text} →` : text, ...more]) };
      case "spots": return { ...layer, spots: layer.spots.map(([x, y, text]) => [X(x), Y(y), text]) };
      default: return { ...layer, at: layer.across === "x" ? X(layer.at) : Y(layer.at) };
    }
  }

  const ends = (values) => {
    const known = values.filter((v) => v != null);
    return known.length === 0 ? null : [known.reduce((a, b) => Math.min(a, b)), known.reduce((a, b) => Math.max(a, b))];
  };

  function bounds(axis, found, margin) {
    let [low, high] = found ?? [0, 1];
    if (low === high) [low, high] = [low - (Math.abs(low) || 1) * 0.1, high + (Math.abs(high) || 1) * 0.1];
    const room = (high - low) * margin;
    return [place(axis, axis.from) ?? (low === 0 ? 0 : low - room), place(axis, axis.to) ?? high + room];
  }

  const probe = document.createElement("span");
  const colour = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const role = (name) => colour(`role-${name}`);

  function stroke(u, colour, width, dash) {
    Object.assign(u.ctx, { strokeStyle: colour, fillStyle: colour, lineWidth: width * devicePixelRatio });
    u.ctx.setLineDash((dash ?? []).map((part) => part * devicePixelRatio));
  }

  function path(ctx, points) {
    ctx.beginPath();
    points.forEach(([x, y], at) => (at === 0 ? ctx.moveTo(x, y) : ctx.lineTo(x, y)));
  }

  const painters = {
    band(u, layer, X, Y) {
      const there = layer.x.map((x, at) => [x, layer.low[at], layer.high[at]]).filter((point) => point.every((v) => v != null));
      stroke(u, role(layer.role), 1);
      u.ctx.globalAlpha = 0.18;
      path(u.ctx, [...there.map(([x, low]) => [X(x), Y(low)]), ...there.reverse().map(([x, , high]) => [X(x), Y(high)])]);
      u.ctx.fill();
    },
    bars(u, layer, X, Y, lies) {
      stroke(u, role(layer.role), 1);
      u.ctx.globalAlpha = 0.8;
      for (const [from, to, base, top] of layer.bars) {
        if ([from, base, top].some((v) => v == null)) continue;
        const [x0, x1, y0, y1] = lies ? [X(base), X(top), Y(from - 0.3), Y(from + 0.3)] : [X(from), X(to), Y(base), Y(top)];
        const gap = !lies && Math.abs(x1 - x0) > 4 ? 1 : 0;
        u.ctx.fillRect(Math.min(x0, x1) + gap, Math.min(y0, y1), Math.max(Math.abs(x1 - x0) - 2 * gap, 1), Math.abs(y1 - y0));
      }
    },
    intervals(u, layer, X, Y, lies, rules) {
      const cap = 4 * devicePixelRatio;
      stroke(u, role(layer.role), 2);
      for (const [row, value, low, high, text, isFaint] of layer.marks) {
        const y = Y(row);
        u.ctx.globalAlpha = isFaint ? 0.45 : 1;
        u.ctx.setLineDash([]);
        if (low != null && high != null) {
          // No cap where it goes on beyond the axis.
          const { left, width } = u.bbox;
          const caps = [X(low), X(high)].filter((x) => x > left + 1 && x < left + width - 1);
          for (const line of [[[X(low), y], [X(high), y]], ...caps.map((x) => [[x, y - cap], [x, y + cap]])]) {
            path(u.ctx, line);
            u.ctx.stroke();
          }
        }
        // What is beyond every number stands at the right end.
        const at = value == null ? u.bbox.left + u.bbox.width - 6 * devicePixelRatio : X(value);
        sign(u.ctx, layer.role, at, y, 5 * devicePixelRatio);
        if (!text) continue;
        u.ctx.globalAlpha = isFaint ? 0.75 : 1;
        word(u, text, low == null ? at : X(low), high == null ? at : X(high), y, rules);
        stroke(u, role(layer.role), 2);
      }
    },
    spots(u, layer, X, Y) {
      for (const [x, y, text] of layer.spots) {
        if (x == null || y == null) continue;
        stroke(u, role(layer.role), 2);
        sign(u.ctx, layer.role, X(x), Y(y), 4 * devicePixelRatio);
        word(u, text, X(x), X(x), Y(y));
      }
    },
    rule(u, layer, X, Y) {
      if (layer.at == null) return;
      stroke(u, role(layer.role), 1.5, [5, 4]);
      const { left, top, width, height } = u.bbox;
      path(u.ctx, layer.across === "x" ? [[X(layer.at), top], [X(layer.at), top + height]] : [[left, Y(layer.at)], [left + width, Y(layer.at)]]);
      u.ctx.stroke();
    },
  };

  // Right of a spot or an interval, or left of it where there is no room, or a rule stands in its way.
  function word(u, text, left, right, y, rules = []) {
    const gap = 9 * devicePixelRatio;
    u.ctx.font = FONT.replace("12px", `${12 * devicePixelRatio}px`);
    u.ctx.fillStyle = colour("ink");
    u.ctx.textBaseline = "middle";
    const size = u.ctx.measureText(text).width;
    const isFree = !rules.some((x) => x > right && x < right + gap + size) || left - gap - size < u.bbox.left;
    const fits = right + gap + size <= u.bbox.left + u.bbox.width && isFree;
    u.ctx.textAlign = fits ? "left" : "right";
    const x = fits ? right + gap : left - gap;
    Object.assign(u.ctx, { strokeStyle: colour("paper"), lineWidth: 4 * devicePixelRatio, lineJoin: "round" });
    u.ctx.setLineDash([]);
    u.ctx.strokeText(text, x, y);
    u.ctx.fillText(text, x, y);
  }

  // Not by colour alone: what is bad is a cross, what is doubtful a diamond.
  function sign(ctx, name, x, y, size) {
    if (name === "bad") {
      for (const way of [-1, 1]) {
        path(ctx, [[x - size, y - way * size], [x + size, y + way * size]]);
        ctx.stroke();
      }
      return;
    }
    ctx.beginPath();
    if (name === "doubtful") path(ctx, [[x - size, y], [x, y - size], [x + size, y], [x, y + size]]);
    else ctx.arc(x, y, size, 0, 2 * Math.PI);
    ctx.fill();
  }

  function paint(u, panel, layers, kinds) {
    const [X, Y] = ["x", "y"].map((scale) => (v) => u.valToPos(v, scale, true));
    const { left, top, width, height } = u.bbox;
    const rules = layers.filter((layer) => layer.is === "rule" && layer.across === "x" && layer.at != null).map((layer) => X(layer.at));
    for (const layer of layers) {
      if (!kinds.includes(layer.is) || !isShown(u, layer)) continue;
      u.ctx.save();
      u.ctx.beginPath();
      // A mark at an end of the axis is whole.
      const edge = layer.is === "intervals" ? 6 * devicePixelRatio : 0;
      u.ctx.rect(left - edge, top, width + 2 * edge, height);
      u.ctx.clip();
      painters[layer.is](u, layer, X, Y, panel.y.scale === "rows", rules);
      u.ctx.restore();
    }
  }

  const isShown = (u, layer) => layer.series == null || u.series[layer.series].show;

  // ── a panel ──

  // How many marks stand in a row at most.
  function crowd(panel) {
    const rows = panel.layers.flatMap((layer) => (layer.marks ?? []).map(([row]) => row));
    const places = [...new Set(rows)];
    return Math.max(1, ...places.map((place) => places.filter((other) => Math.round(other) === Math.round(place)).length));
  }

  // A layer without a label goes with the next of its role that has one.
  function named(layers) {
    let series = 0;
    for (const layer of layers) if (layer.label) layer.series = ++series;
    layers.forEach((layer, at) => {
      layer.series ??= layers.slice(at).find((other) => other.label && other.role === layer.role)?.series;
    });
    return layers.filter((layer) => layer.label);
  }

  function series(layer) {
    const isLine = layer.is === "line";
    const paths = !isLine ? () => null : layer.stroke === "steps" ? uPlot.paths.stepped({ align: 1 }) : uPlot.paths.linear();
    return { label: layer.label, stroke: () => role(layer.role), width: 2, dash: layer.stroke === "dashed" ? [6, 4] : undefined, paths, points: { show: false } };
  }

  function joined(shown, [low, high]) {
    const table = (layer) => {
      if (layer.is !== "line") return [[low, high], [null, null]];
      const points = layer.x.map((x, at) => [x, layer.y[at]]).filter(([x]) => x != null).sort((a, b) => a[0] - b[0]);
      // Two values at one x are a step, which needs an x of its own.
      for (let at = 1; at < points.length; at++) if (points[at][0] <= points[at - 1][0]) points[at][0] = points[at - 1][0] + Math.abs(points[at - 1][0] || 1) * 1e-12;
      return [points.map(([x]) => x), points.map(([, y]) => y)];
    };
    return uPlot.join([[[low, high], [null, null]], ...shown.map(table)]).filter((_, at) => at !== 1);
  }

  const ruler = document.createElement("canvas").getContext("2d");
  const width = (texts) => {
    ruler.font = FONT;
    return Math.max(0, ...texts.map((text) => ruler.measureText(text).width));
  };

  function axis(of, apart, more) {
    return {
      stroke: () => colour("ink-2"),
      grid: { stroke: () => colour("line"), width: 1 },
      ticks: { show: false },
      font: FONT,
      labelFont: FONT,
      label: of.label || undefined,
      labelSize: 18,
      splits: (u, at, low, high) => ticks(of, low, high, (at === 0 ? u.bbox.width : u.bbox.height) / devicePixelRatio, apart),
      values: (u, all) => labels(of, all),
      ...more,
    };
  }

  function draw(panel, host, isAlone) {
    const lies = panel.y.scale === "rows";
    const layers = panel.layers.map((layer) => placed(panel, layer));
    const shown = named(layers);
    const reached = layers.flatMap((layer) => reach(layer, lies));
    const whole = bounds(panel.x, ends(reached.map(([x]) => x)), lies ? 0.04 : 0);
    const tall = (low, high) => {
      if (lies) return [-0.5, panel.y.rows.length - 0.5];
      const seen = reached.filter(([x]) => x == null || (x >= low && x <= high));
      return bounds(panel.y, ends(seen.flatMap(([, bottom, top]) => [bottom, top])), 0.05);
    };
    const height = lies ? panel.y.rows.length * (16 + ROW * crowd(panel)) + 56 : isAlone ? HEIGHT : ONE_OF_SEVERAL;
    if (panel.title) Object.assign(host.appendChild(document.createElement("p")), { className: "whose", textContent: panel.title });
    const legend = host.appendChild(document.createElement("div"));
    legend.className = "legend";
    const options = {
      width: host.clientWidth,
      height,
      legend: { show: false },
      cursor: { y: lies, drag: { x: true, y: false }, points: { size: 7 } },
      scales: {
        x: { time: false, range: (u, low, high) => [low, high] },
        y: { dir: lies ? -1 : 1, range: (u) => tall(u.scales.x.min ?? whole[0], u.scales.x.max ?? whole[1]) },
      },
      axes: [
        axis(panel.x, 76, { size: 30 }),
        axis(panel.y, 34, { size: (u, values) => Math.max(56, 14 + width(values ?? [])), grid: { show: !lies, stroke: () => colour("line"), width: 1 } }),
      ],
      series: [{}, ...shown.map(series)],
      hooks: {
        drawAxes: [(u) => paint(u, panel, layers, ["band", "bars"])],
        draw: [(u) => paint(u, panel, layers, ["intervals", "rule", "spots"])],
        setCursor: [(u) => tell(u, panel, shown, legend)],
        setScale: [(u, key) => key === "x" && zoomed(u, legend, whole)],
      },
    };
    const chart = new uPlot(options, joined(shown, whole), host);
    legends(chart, panel, shown, legend);
    keys(chart, host);
    return chart;
  }

  // ── legend: what is shown, and its values under the cursor ──

  function legends(u, panel, shown, legend) {
    for (const layer of shown) {
      const button = legend.appendChild(document.createElement("button"));
      const mark = button.appendChild(document.createElement("i"));
      mark.className = layer.is === "line" || layer.is === "rule" ? (layer.stroke === "dashed" || layer.is === "rule" ? "dash" : "stroke") : "dot";
      mark.style.color = `var(--role-${layer.role})`;
      button.append(layer.label);
      button.appendChild(document.createElement("b"));
      button.type = "button";
      button.setAttribute("aria-pressed", "true");
      button.addEventListener("click", () => {
        u.setSeries(layer.series, { show: !u.series[layer.series].show });
        button.setAttribute("aria-pressed", String(u.series[layer.series].show));
      });
    }
    legend.appendChild(document.createElement("span")).className = "where";
    const reset = legend.appendChild(document.createElement("button"));
    Object.assign(reset, { type: "button", className: "reset", textContent: "whole picture", hidden: true });
    reset.addEventListener("click", () => u.setData(u.data));
  }

  function zoomed(u, legend, [low, high]) {
    const reset = legend.querySelector(".reset");
    const { min, max } = u.scales.x;
    if (reset) reset.hidden = min <= low + 1e-9 && max >= high - 1e-9;
  }

  function valueAt(u, panel, layer, x, y) {
    switch (layer.is) {
      case "line": {
        const at = u.cursor.idxs?.[layer.series];
        const value = at == null ? null : u.data[layer.series][at];
        return value == null ? "" : write(panel.y, scales[panel.y.scale].back(value));
      }
      case "bars": {
        const lies = panel.y.scale === "rows";
        const bar = layer.bars.find(([from, to]) => (lies ? from === Math.round(y) : x >= from && x < to));
        const back = scales[(lies ? panel.x : panel.y).scale].back;
        return bar ? write(lies ? panel.x : panel.y, lies ? back(bar[3]) - back(bar[2]) : back(bar[3])) : "";
      }
      case "intervals": {
        const mark = layer.marks.find(([row]) => Math.round(row) === Math.round(y));
        const [value, low, high] = (mark ?? []).slice(1).map((v) => (v == null ? null : write(panel.x, scales[panel.x.scale].back(v))));
        return value ? `${value}${low && high ? ` (${low} … ${high})` : ""}` : mark?.[4] ?? "";
      }
      default: return "";
    }
  }

  function tell(u, panel, shown, legend) {
    const { left, top } = u.cursor;
    const isOver = left != null && left >= 0;
    const [x, y] = isOver ? [u.posToVal(left, "x"), u.posToVal(top, "y")] : [];
    const where = panel.y.scale === "rows" ? panel.y.rows[Math.round(y)] ?? "" : isOver ? write(panel.x, scales[panel.x.scale].back(x)) : "";
    const place = legend.querySelector(".where");
    if (!place) return;
    place.textContent = isOver ? where : "";
    const values = legend.querySelectorAll("button > b");
    shown.forEach((layer, at) => (values[at].textContent = isOver ? valueAt(u, panel, layer, x, y) : ""));
  }

  // Arrows move the cursor, Escape shows the whole picture.
  function keys(u, host) {
    host.tabIndex = 0;
    host.addEventListener("keydown", (event) => {
      const across = u.over.clientWidth;
      const step = { ArrowLeft: -across / 50, ArrowRight: across / 50 }[event.key];
      if (event.key === "Escape") u.setData(u.data);
      if (step == null || event.target !== host) return;
      event.preventDefault();
      const left = u.cursor.left >= 0 ? u.cursor.left : across / 2;
      u.setCursor({ left: Math.min(across - 1, Math.max(0, left + step)), top: u.over.clientHeight / 2 });
    });
  }

  // ── the page ──

  let charts = [];

  function figure(element) {
    const picture = JSON.parse(element.querySelector("script[type='application/json']").textContent);
    const host = element.querySelector(".chart");
    host.replaceChildren();
    element.classList.add("drawn");
    for (const panel of picture.panels) {
      const place = host.appendChild(document.createElement("div"));
      charts.push([draw(panel, place, picture.panels.length === 1), place]);
    }
  }

  function all() {
    charts.forEach(([chart]) => chart.destroy());
    charts = [];
    document.querySelectorAll("figure[data-picture]").forEach(figure);
    root.dataset.drawn = String(charts.length);
  }

  function themes() {
    const button = document.querySelector("#theme");
    const isDark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
    const label = () => (button.textContent = isDark() ? "light" : "dark");
    const keep = (theme) => { try { localStorage.setItem("kendall-theme", theme); } catch { /* a page from disk may have no storage */ } };
    try { const kept = localStorage.getItem("kendall-theme"); if (kept === "dark" || kept === "light") root.dataset.theme = kept; } catch { /* the same */ }
    button.hidden = false;
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      keep(root.dataset.theme);
      label();
      all();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { label(); all(); });
    label();
  }

  function copying() {
    for (const button of document.querySelectorAll("button.copy")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        const text = button.parentElement.querySelector("code");
        getSelection().selectAllChildren(text);
        navigator.clipboard?.writeText(text.textContent).then(() => (button.textContent = "copied"), () => {});
      });
    }
  }

  document.body.append(probe);
  probe.hidden = true;
  themes();
  copying();
  all();
  let last = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === last) return;
    last = innerWidth;
    charts.forEach(([chart, host]) => chart.setSize({ width: host.clientWidth, height: chart.height }));
  });
})();
