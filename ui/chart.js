// Charts: lines and stacked areas over time with a unit, a legend with the newest values or those below the pointer, a summary in
// words, and a table of the same numbers. They are SVG: colours come from the style sheet, in either theme.

import { time } from './format.js';
import { TableFrame } from './parts.js';
import { html, useEffect, useRef, useState } from './vendor/htm-preact.js';

const HEIGHT = 180;
const MARGIN = { left: 52, right: 6, top: 8, bottom: 22 };
const TICKS = 4;

/**
 * @typedef {{key: string, name: string, values: number[]}} Series
 * @param {{title: string, unit: string, times: number[], series: Series[], isStacked?: boolean, show: (value: number) => string,
 *   tick?: (value: number) => string, summary: string}} properties `times` are seconds since 1970; a series' key names its colour.
 */
export function Chart({ title, unit, times, series, isStacked, show, tick = show, summary }) {
  const [isTable, setTable] = useState(false);
  const [pointed, setPointed] = useState(undefined);
  const at = pointed !== undefined && pointed < times.length ? pointed : times.length - 1;
  return html`<figure class="chart" aria-label=${`${title}, ${unit}`}>
    <div class="row apart straight">
      <h2>${title} <span class="soft small">${unit}</span></h2>
      <button type="button" class="button quiet small" aria-pressed=${String(isTable)} onClick=${() => setTable(!isTable)}>${isTable ? 'Show as chart' : 'Show as table'}</button>
    </div>
    ${times.length < 2
      ? html`<div class="canvas soft small row">Collecting: a chart needs two looks. The first points come within seconds.</div>`
      : isTable
        ? html`<${Numbers} title=${title} times=${times} series=${series} show=${show} />`
        : html`<${Canvas} times=${times} series=${series} isStacked=${isStacked} tick=${tick} pointed=${pointed} onPoint=${setPointed} />`}
    <ul class="legend">
      ${series.map((each) => html`<li key=${each.key}><span class=${`key ${each.key}`}></span>${each.name} <b>${each.values.length ? show(each.values[at]) : '–'}</b></li>`)}
      ${pointed !== undefined && times[at] && html`<li>at ${time(times[at] * 1000)}</li>`}
    </ul>
    <figcaption class="summary">${summary}</figcaption>
  </figure>`;
}

const Numbers = ({ title, times, series, show }) => html`<${TableFrame} label=${`${title} as a table`}>
  <table class="compact">
    <thead><tr><th scope="col">Time</th>${series.map((each) => html`<th scope="col" class="number">${each.name}</th>`)}</tr></thead>
    <tbody>
      ${times
        .map((at, index) => html`<tr key=${at}><th scope="row">${time(at * 1000)}</th>${series.map((each) => html`<td class="number">${show(each.values[index])}</td>`)}</tr>`)
        .reverse()
        .slice(0, 60)}
    </tbody>
  </table>
<//>`;

/** Round numbers from 0 to at least the highest. @param {number} highest @returns {number[]} */
function ticksTo(highest) {
  const rough = Math.max(highest, 0.1) / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5].find((each) => each * power >= rough) ?? 10);
  return Array.from({ length: Math.ceil(highest / step) + 1 || 2 }, (_, index) => index * step);
}

// Stacked, each line is the sum of those below it, and the highest is drawn first.
function linesOf(series, isStacked) {
  if (!isStacked) return series;
  const lines = [];
  for (const each of series) lines.push({ ...each, values: each.values.map((value, index) => value + (lines.at(-1)?.values[index] ?? 0)) });
  return lines.reverse();
}

function Canvas({ times, series, isStacked, tick, pointed, onPoint }) {
  const element = useRef(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const resized = new ResizeObserver(([entry]) => setWidth(Math.floor(entry.contentRect.width)));
    resized.observe(element.current);
    return () => resized.disconnect();
  }, []);
  const lines = linesOf(series, isStacked);
  const ticks = ticksTo(Math.max(...lines.flatMap((each) => each.values)));
  const [first, last] = [times[0], times.at(-1)];
  const x = (at) => MARGIN.left + ((at - first) / (last - first || 1)) * (width - MARGIN.left - MARGIN.right);
  const y = (value) => HEIGHT - MARGIN.bottom - (value / ticks[ticks.length - 1]) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const line = (values) => values.map((value, index) => `${index ? 'L' : 'M'}${x(times[index]).toFixed(1)} ${y(value).toFixed(1)}`).join('');
  const area = (values) => `${line(values)}L${x(last).toFixed(1)} ${y(0)}L${x(first)} ${y(0)}Z`;
  const onMove = (event) => {
    const at = first + ((event.offsetX - MARGIN.left) / (width - MARGIN.left - MARGIN.right)) * (last - first);
    const next = times.findIndex((each) => each >= at);
    onPoint(next < 0 ? times.length - 1 : next);
  };
  return html`<div class="canvas" ref=${element} aria-hidden="true">
    ${width > 0 && html`<svg width=${width} height=${HEIGHT} onPointerMove=${onMove} onPointerLeave=${() => onPoint(undefined)}>
      ${ticks.map((each) => html`<g key=${each}><path class="rule" d=${`M${MARGIN.left} ${y(each)}H${width - MARGIN.right}`} /><text x=${MARGIN.left - 8} y=${y(each) + 4} text-anchor="end">${tick(each)}</text></g>`)}
      ${lines.map((each) => html`<path key=${each.key} class=${`${isStacked ? 'area' : 'line'} ${each.key}`} d=${isStacked ? area(each.values) : line(each.values)} />`)}
      <text x=${MARGIN.left} y=${HEIGHT - 4}>${time(first * 1000)}</text>
      <text x=${width - MARGIN.right} y=${HEIGHT - 4} text-anchor="end">${time(last * 1000)}</text>
      ${pointed !== undefined && times[pointed] && html`<path class="pointer" d=${`M${x(times[pointed])} ${MARGIN.top}V${HEIGHT - MARGIN.bottom}`} />`}
    </svg>`}
  </div>`;
}

/** A small line of what came in and what was done. @param {{name: string, into: number[], out: number[]}} properties */
export function Spark({ name, into, out }) {
  if (into.length < 2) return html`<span class="soft small" aria-hidden="true">–</span>`;
  const high = Math.max(...into, ...out);
  if (!high) return html`<svg class="spark" viewBox="0 0 96 24" role="img" aria-label=${`Nothing was sent to ${name} in the last minutes`}><path class="still" d="M0 22H96" /></svg>`;
  const path = (values) => values.map((value, index) => `${index ? 'L' : 'M'}${((index / (values.length - 1)) * 96).toFixed(1)} ${(22 - (value / high) * 20).toFixed(1)}`).join('');
  return html`<svg class="spark" viewBox="0 0 96 24" role="img" aria-label=${`Sent and deleted of ${name} in the last minutes`}>
    <path class="out" d=${path(out)} /><path class="in" d=${path(into)} />
  </svg>`;
}
