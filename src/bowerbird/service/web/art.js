// Pictures for media that have none: the hue from the branch of the topic, a handful of compositions
// from the topic, the rest from the media, so that an interest is known at a glance and no two media
// look the same.

import { svg } from "/web/elements.js";

export function hash(text) {
  let h = 2166136261;
  for (const unit of text) h = Math.imul(h ^ unit.codePointAt(0), 16777619);
  h = Math.imul(h ^ (h >>> 15), 2246822507);
  return (h ^ (h >>> 13)) >>> 0;
}

function dice(seed) {
  let s = seed >>> 0;
  const roll = () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return { roll, between: (a, b) => a + roll() * (b - a), whole: (a, b) => a + Math.floor(roll() * (b - a + 1)), pick: (list) => list[Math.floor(roll() * list.length)] };
}

function palette(topic, d) {
  const hue = (hash(topic.split("/")[0]) % 360) + ((hash(topic) % 50) - 25);
  const turn = d.pick([45, 90, 150, 180, 215, 300]);
  const drift = d.between(-18, 18);
  const tone = (l, c, h) => `oklch(${l} ${c} ${((h % 360) + 360) % 360})`;
  const dark = d.roll() < 0.5;
  return {
    ground: dark ? tone(0.3, 0.08, hue + drift) : tone(0.9, 0.06, hue + drift),
    deep: dark ? tone(0.42, 0.11, hue + 20) : tone(0.78, 0.11, hue + 20),
    inks: [tone(0.66, 0.16, hue + drift), tone(dark ? 0.86 : 0.46, 0.12, hue - 25), tone(0.74, 0.16, hue + turn), tone(dark ? 0.95 : 0.3, 0.05, hue + turn)],
  };
}

const circle = (cx, cy, r, fill, more = {}) => svg("circle", { cx, cy, r, fill, ...more });
export const rect = (x, y, width, height, fill, more = {}) => svg("rect", { x, y, width, height, fill, ...more });
const path = (d, fill, more = {}) => svg("path", { d, fill, ...more });
const line = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
export const steps = (n, make) => Array.from({ length: n }, (_, i) => make(i));

const COMPOSITIONS = [
  function hills(d, p) {
    const sun = circle(d.between(20, 80), d.between(18, 42), d.between(8, 17), p.inks[2]);
    return [sun, ...steps(4, (i) => {
      const base = 44 + i * 14, height = d.between(5, 12), from = d.between(0, 6), slow = d.between(0.04, 0.09);
      const top = steps(26, (x) => [x * 4, base + Math.sin(from + x * 4 * slow) * height]);
      return path(`${line(top)}L100 100L0 100Z`, [p.deep, p.inks[0], p.inks[1], p.inks[3]][i]);
    })];
  },
  function rings(d, p) {
    const x = d.between(25, 75), y = d.between(25, 75), n = d.whole(6, 9);
    return steps(n, (i) => circle(x + (i - n) * d.between(-1, 1), y, 72 - (i * 68) / n, i % 2 ? p.inks[(i >> 1) % 4] : p.deep));
  },
  function turns(d, p) {
    const n = d.whole(4, 6), s = 100 / n;
    return steps(n * n, (i) => {
      const x = (i % n) * s, y = Math.floor(i / n) * s, ink = d.pick(p.inks), h = s / 2;
      const arcs = d.roll() < 0.5 ? `M${x + h} ${y}A${h} ${h} 0 0 1 ${x} ${y + h}M${x + s} ${y + h}A${h} ${h} 0 0 0 ${x + h} ${y + s}` : `M${x + h} ${y}A${h} ${h} 0 0 0 ${x + s} ${y + h}M${x} ${y + h}A${h} ${h} 0 0 1 ${x + h} ${y + s}`;
      return path(arcs, "none", { stroke: ink, "stroke-width": s * 0.3 });
    });
  },
  function petals(d, p) {
    const x = d.between(38, 62), y = d.between(38, 62), n = d.whole(6, 12);
    const ring = (long, wide, ink, from) => steps(n, (i) => svg("ellipse", { cx: x, cy: y - long * 0.62, rx: wide, ry: long * 0.5, fill: ink, opacity: 0.86, transform: `rotate(${from + (i * 360) / n} ${x} ${y})` }));
    return [...ring(60, 150 / n, p.deep, 0), ...ring(46, 100 / n, p.inks[0], 180 / n), ...ring(28, 62 / n, p.inks[2], 0), circle(x, y, d.between(4, 8), p.inks[3])];
  },
  function blocks(d, p) {
    const n = d.whole(3, 5), s = 100 / n;
    return steps(n * n, (i) => {
      const x = (i % n) * s, y = Math.floor(i / n) * s, ink = d.pick(p.inks), back = rect(x, y, s + 0.3, s + 0.3, d.pick([p.ground, p.deep, p.inks[1]]));
      const [a, b] = d.pick([[0, 0], [s, 0], [0, s], [s, s]]);
      const shapes = [
        () => circle(x + s / 2, y + s / 2, s * 0.36, ink),
        () => path(`M${x + a} ${y + b}L${x + s - a} ${y + b}A${s} ${s} 0 0 ${(a > 0) === (b > 0) ? 1 : 0} ${x + a} ${y + s - b}Z`, ink),
        () => path(`M${x + a} ${y + b}L${x + s - a} ${y + b}L${x + a} ${y + s - b}Z`, ink),
        () => rect(x + s * 0.25, y + s * 0.25, s * 0.5, s * 0.5, ink),
      ];
      return svg("g", {}, back, d.pick(shapes)());
    });
  },
  function waves(d, p) {
    const n = d.whole(9, 13), tilt = d.between(-25, 25), slow = d.between(0.06, 0.12);
    return [svg("g", { transform: `rotate(${tilt} 50 50)` }, ...steps(n, (i) => {
      const y = -15 + (i * 130) / n, height = d.between(2, 7);
      return path(line(steps(40, (x) => [x * 4 - 30, y + Math.sin(i * 0.9 + x * 4 * slow) * height])), "none", { stroke: p.inks[i % 4], "stroke-width": d.between(2, 6.5), "stroke-linecap": "round" });
    }))];
  },
  function skyline(d, p) {
    const moon = circle(d.between(20, 80), d.between(14, 30), d.between(6, 11), p.inks[2]);
    const house = (x, height, ink) => {
      const wide = d.between(9, 12), lights = steps(d.whole(0, 7), () => rect(x + d.whole(1, 3) * 2.4 - 1, 103 - d.whole(1, Math.floor(height / 4)) * 4, 1.5, 1.9, p.inks[3]));
      return [rect(x, 100 - height, wide, 100, ink), ...lights];
    };
    const row = (low, high, ink) => steps(9, (i) => house(i * 11.5 - 2, d.between(low, high), ink)).flat();
    return [moon, ...row(45, 70, p.deep), ...row(25, 52, p.inks[0]), ...row(8, 30, p.inks[1])];
  },
  function weave(d, p) {
    const n = d.whole(5, 7), s = 100 / n, turn = d.pick([0, 45, 30]);
    const cells = steps(4 * n * n, (i) => {
      const x = (i % (2 * n)) * s - 50, y = Math.floor(i / (2 * n)) * s - 50, over = (i + Math.floor(i / (2 * n))) % 2;
      return over ? rect(x, y + s * 0.14, s, s * 0.72, p.inks[(Math.floor(i / (2 * n)) + 1) % 2]) : rect(x + s * 0.14, y, s * 0.72, s, p.inks[2 + (i % 2)]);
    });
    return [svg("g", { transform: `rotate(${turn} 50 50)` }, ...cells)];
  },
  function orbits(d, p) {
    const x = d.between(35, 65), y = d.between(35, 65), tilt = d.between(-40, 40);
    const stars = steps(22, () => circle(d.between(0, 100), d.between(0, 100), d.between(0.3, 0.9), p.inks[3]));
    const worlds = steps(4, (i) => {
      const rx = 18 + i * 13, at = d.between(0, 6.28);
      return [svg("ellipse", { cx: x, cy: y, rx, ry: rx * 0.5, fill: "none", stroke: p.inks[1], "stroke-width": 0.7 }), circle(x + Math.cos(at) * rx, y + Math.sin(at) * rx * 0.5, d.between(2.5, 6), p.inks[i % 3])];
    });
    return [...stars, svg("g", { transform: `rotate(${tilt} ${x} ${y})` }, circle(x, y, d.between(8, 12), p.inks[2]), ...worlds.flat())];
  },
  function shards(d, p) {
    const n = d.whole(4, 5), s = 100 / n, jolt = steps((n + 1) * (n + 1), () => [d.between(-0.28, 0.28) * s, d.between(-0.28, 0.28) * s]);
    const at = (i, j) => [i * s + (i % n ? jolt[j * (n + 1) + i][0] : 0), j * s + (j % n ? jolt[j * (n + 1) + i][1] : 0)];
    const inks = [...p.inks, p.deep, p.ground];
    return steps(n * n, (k) => {
      const i = k % n, j = Math.floor(k / n), [a, b, c, e] = [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)];
      return svg("g", {}, path(`${line([a, b, c])}Z`, d.pick(inks)), path(`${line([a, c, e])}Z`, d.pick(inks)));
    });
  },
  function grain(d, p) {
    const n = d.whole(9, 12), s = 100 / n, x = d.between(10, 90), y = d.between(10, 90), reach = d.between(50, 85);
    return [circle(x, y, reach * 0.5, p.deep), ...steps(n * n, (i) => {
      const cx = (i % n) * s + s / 2, cy = Math.floor(i / n) * s + s / 2, near = Math.max(0.12, 1 - Math.hypot(cx - x, cy - y) / reach);
      return circle(cx, cy, s * 0.48 * near, p.inks[near > 0.7 ? 2 : near > 0.4 ? 0 : 1]);
    })];
  },
  function fans(d, p) {
    const s = 25, turn = d.pick([0, 0, 180]);
    const scales = steps(7, (j) => steps(6, (i) => {
      const x = i * s - (j % 2 ? s / 2 : 0), y = 108 - (6 - j) * 15, inks = [d.pick(p.inks), p.ground, d.pick(p.inks), p.deep];
      return svg("g", {}, ...inks.map((ink, k) => circle(x, y, 14.5 - k * 3.6, ink)));
    })).flat();
    return [svg("g", { transform: `rotate(${turn} 50 50)` }, ...scales)];
  },
];

export function drawn(item, alt) {
  const topic = item.topics?.[0] ?? item.account_id;
  const d = dice(hash(`${topic}|${item.media_id}`));
  const p = palette(topic, d);
  const compose = COMPOSITIONS[(hash(`${topic}!`) + d.whole(0, 4)) % COMPOSITIONS.length];
  return svg("svg", { class: "picture", viewBox: "0 0 100 100", preserveAspectRatio: "xMidYMid slice", role: "img", "aria-label": alt }, rect(0, 0, 100, 100, p.ground), ...compose(d, p));
}
