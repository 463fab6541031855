// A chart of an answer that has names and numbers: bars, or a line where the names are years or days. The table beside it says the same.
import { svg } from "./dom.js";

const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMBERS = new Set(["integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger", "positiveInteger"].map((name) => XSD + name));
const DATES = new Set(["date", "dateTime", "gYear", "gYearMonth"].map((name) => XSD + name));
export const MOST_BARS = 20;
export const MOST_POINTS = 500;

export const isNumber = (term) => term?.type === "literal" && NUMBERS.has(term.datatype) && Number.isFinite(Number(term.value));

/** The columns that hold numbers and, but for gaps, nothing else. */
export function numeric(columns, rows) {
  return columns.map((_, at) => rows.some((row) => row[at]) && rows.every((row) => row[at] === undefined || isNumber(row[at])));
}

const time = (term, name) => {
  if (!term) return NaN;
  if (DATES.has(term.datatype) || (/year|vuosi/iu.test(name) && isNumber(term))) {
    const [, year, month = "1", day = "1"] = /^(-?\d+)(?:-(\d\d))?(?:-(\d\d))?/u.exec(term.value) ?? [];
    return Number(year) + (Number(month) - 1) / 12 + (Number(day) - 1) / 365;
  }
  return NaN;
};

/** What to draw of an answer: `{names, numbers, line}` by the places of columns, or nothing where it does not fit. */
export function fitting(columns, rows) {
  if (rows.length < 2) return undefined;
  const holds = numeric(columns, rows);
  const timed = columns.findIndex((name, at) => rows.every((row) => Number.isFinite(time(row[at], name))));
  const rising = timed >= 0 && rows.every((row, at) => at === 0 || time(row[timed], columns[timed]) > time(rows[at - 1][timed], columns[timed]));
  const named = columns.findIndex((_, at) => !holds[at] && rows.every((row) => row[at]?.type === "literal"));
  const thing = columns.findIndex((_, at) => !holds[at] && rows.some((row) => row[at]));
  const names = rising ? timed : [named, thing, timed].find((at) => at >= 0);
  const numbers = columns.map((_, at) => at).filter((at) => holds[at] && at !== names && rows.filter((row) => row[at]).length > 1);
  return names === undefined || !numbers.length ? undefined : { names, numbers, line: rising };
}

/** The drawing. `write` puts a number into words, `name` a term. */
export function draw(columns, rows, { names, line }, at, { write, name, title }) {
  const shown = rows.filter((row) => row[at] !== undefined);
  const values = shown.map((row) => Number(row[at].value));
  const low = Math.min(0, ...values), high = Math.max(0, ...values) || 1;
  return line ? lines() : bars();

  function bars() {
    const row = 38, some = shown.slice(0, MOST_BARS);
    const place = (value) => (100 * (value - low)) / (high - low);
    const drawn = svg("svg", { class: "chart", role: "img", "aria-label": title, width: "100%", height: row * some.length });
    some.forEach((cells, number) => {
      const y = row * number, told = write(values[number]), label = name(cells[names]);
      const most = Math.max(16, 46 - told.length);
      drawn.append(
        svg("text", { x: 0, y: y + 13 }, label.length > most ? `${label.slice(0, most - 1)}… ` : `${label} `, svg("tspan", { class: "num" }, told)),
        svg("rect", {
          x: `${Math.min(place(0), place(values[number])).toFixed(2)}%`, y: y + 19, height: 10, rx: 2,
          width: `${Math.max(Math.abs(place(values[number]) - place(0)), 0.4).toFixed(2)}%`,
        }),
      );
    });
    return drawn;
  }

  function lines() {
    const height = 260, top = 22, bottom = 28;
    const times = shown.map((cells) => time(cells[names], columns[names]));
    const first = times[0], span = times.at(-1) - first || 1;
    const x = (moment) => `${(1 + (98 * (moment - first)) / span).toFixed(2)}%`;
    const y = (value) => (height - bottom - ((height - top - bottom) * (value - low)) / (high - low)).toFixed(1);
    const drawn = svg("svg", { class: "chart", role: "img", "aria-label": title, width: "100%", height });
    for (const value of ticks(low, high)) {
      drawn.append(svg("line", { x1: 0, x2: "100%", y1: y(value), y2: y(value) }), svg("text", { class: "tick", x: 0, y: y(value) - 4 }, write(value)));
    }
    let labelled = -Infinity;
    shown.forEach((cells, number) => {
      const last = number === shown.length - 1;
      if (number > 0) drawn.append(svg("line", { class: "path", x1: x(times[number - 1]), y1: y(values[number - 1]), x2: x(times[number]), y2: y(values[number]) }));
      if (shown.length <= 60) drawn.append(svg("circle", { cx: x(times[number]), cy: y(values[number]), r: 4 }));
      // A label takes a seventh of the width, and the last one is always there.
      const along = (times[number] - first) / span;
      if (last || (along - labelled > 1 / 7 && along < 6 / 7)) {
        labelled = along;
        const anchor = number === 0 ? "start" : last ? "end" : "middle";
        drawn.append(svg("text", { class: "tick", x: x(times[number]), y: height - 6, "text-anchor": anchor }, name(cells[names])));
      }
    });
    return drawn;
  }
}

function ticks(low, high) {
  const rough = (high - low) / 4, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((one) => one >= rough);
  const made = [];
  for (let value = Math.ceil(low / step) * step; value <= high; value += step) made.push(Number(value.toPrecision(12)));
  return made;
}
