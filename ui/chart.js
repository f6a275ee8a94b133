// Charts: lines and stacked areas over time with a unit, a legend with the newest values, a summary in words, and a table of
// the same numbers. uPlot is fetched when the first one is drawn.

import { time } from './format.js';
import { TableFrame } from './parts.js';
import { html, useEffect, useRef, useState } from './vendor/htm-preact.js';

let library;
function uPlot() {
  library ??= new Promise((resolve, reject) => {
    const style = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: new URL('vendor/uplot.css', import.meta.url).href });
    const script = Object.assign(document.createElement('script'), { src: new URL('vendor/uplot.js', import.meta.url).href });
    script.onload = () => resolve(window.uPlot);
    script.onerror = reject;
    document.head.append(style, script);
  });
  return library;
}

/**
 * @typedef {{key: string, name: string, values: number[]}} Series
 * @param {{title: string, unit: string, times: number[], series: Series[], isStacked?: boolean, show: (value: number) => string,
 *   summary: string}} properties `times` are seconds since 1970; a series' key names its colour.
 */
export function Chart({ title, unit, times, series, isStacked, show, summary }) {
  const [isTable, setTable] = useState(false);
  const hasPoints = times.length > 1;
  return html`<figure class="chart" aria-label=${`${title}, ${unit}`}>
    <div class="row apart">
      <h2>${title} <span class="soft small">${unit}</span></h2>
      <button type="button" class="button quiet small" aria-pressed=${String(isTable)} onClick=${() => setTable(!isTable)}>
        ${isTable ? 'Show as chart' : 'Show as table'}
      </button>
    </div>
    ${!hasPoints
      ? html`<div class="canvas soft small row">Collecting: a chart needs two looks. The first points come within seconds.</div>`
      : isTable
        ? html`<${Numbers} title=${title} times=${times} series=${series} show=${show} />`
        : html`<${Canvas} times=${times} series=${series} isStacked=${isStacked} show=${show} />`}
    <ul class="legend">
      ${series.map((each) => html`<li key=${each.key}><span class=${`key ${each.key}`}></span>${each.name} <b>${each.values.length ? show(each.values.at(-1)) : '–'}</b></li>`)}
    </ul>
    <figcaption class="summary">${summary}</figcaption>
  </figure>`;
}

const Numbers = ({ title, times, series, show }) => html`<${TableFrame} label=${`${title} as a table`}>
  <table class="compact">
    <thead><tr><th scope="col">Time</th>${series.map((each) => html`<th scope="col" class="number">${each.name}</th>`)}</tr></thead>
    <tbody>
      ${times
        .map((at, index) => html`<tr key=${at}><th scope="row">${time(at * 1000)}</th>
          ${series.map((each) => html`<td class="number">${show(each.values[index])}</td>`)}</tr>`)
        .reverse()
        .slice(0, 60)}
    </tbody>
  </table>
<//>`;

const colour = (element, name) => {
  const probe = document.createElement('span');
  probe.className = `key ${name}`;
  element.append(probe);
  const value = getComputedStyle(probe).backgroundColor;
  probe.remove();
  return value;
};

function Canvas({ times, series, isStacked, show }) {
  const element = useRef(null);
  const plot = useRef(null);
  const isDark = matchMedia('(prefers-color-scheme: dark)').matches;
  const theme = document.documentElement.dataset.theme ?? (isDark ? 'dark' : 'light');
  const data = plotted(times, series, isStacked);

  useEffect(() => {
    let isGone = false;
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: element.current.clientWidth, height: 180 }));
    uPlot().then((Plot) => {
      if (isGone) return;
      plot.current = new Plot(optionsFor(Plot, element.current, series, isStacked, show), data, element.current);
      resized.observe(element.current);
    });
    return () => {
      isGone = true;
      resized.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [theme, series.map((each) => each.key).join()]);
  useEffect(() => plot.current?.setData(data));
  return html`<div class="canvas" ref=${element} aria-hidden="true"></div>`;
}

// Stacked, each line is the sum of those below it; the highest is drawn first, and the others over it.
function plotted(times, series, isStacked) {
  if (!isStacked) return [times, ...series.map((each) => each.values)];
  const sums = [];
  for (const each of series) sums.push(each.values.map((value, index) => value + (sums.at(-1)?.[index] ?? 0)));
  return [times, ...sums.reverse()];
}

function optionsFor(Plot, element, series, isStacked, show) {
  const style = getComputedStyle(element);
  const soft = colour(element, 'soft-probe') && style.getPropertyValue('color');
  const line = style.borderBottomColor;
  const drawn = isStacked ? [...series].reverse() : series;
  const axis = { stroke: soft, grid: { stroke: line, width: 1, dash: [2, 4] }, ticks: { show: false }, font: `11px ${style.fontFamily}` };
  const spread = (_, __, high) => [0, high > 0 ? high * 1.12 : 1];
  return {
    width: element.clientWidth,
    height: 180,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { show: false }, y: false },
    scales: { y: { range: spread } },
    axes: [
      { ...axis, size: 28, values: [[60, '{HH}:{mm}', null, null, null, null, null, null, 1], [1, '{HH}:{mm}:{ss}', null, null, null, null, null, null, 1]] },
      { ...axis, size: 54, values: (_, ticks) => ticks.map((each) => show(each)) },
    ],
    series: [
      {},
      ...drawn.map((each) => {
        const stroke = colour(element, each.key);
        return { label: each.name, stroke, width: 1.6, points: { show: false }, fill: isStacked ? stroke : undefined, paths: Plot.paths.linear() };
      }),
    ],
  };
}

/** A small line of what came in and what was done. @param {{name: string, into: number[], out: number[]}} properties */
export function Spark({ name, into, out }) {
  if (into.length < 2) return html`<span class="soft small" aria-hidden="true">–</span>`;
  const high = Math.max(...into, ...out, 0.001);
  const path = (values) =>
    values.map((value, index) => `${index ? 'L' : 'M'}${((index / (values.length - 1)) * 96).toFixed(1)} ${(22 - (value / high) * 20).toFixed(1)}`).join('');
  return html`<svg class="spark" viewBox="0 0 96 24" role="img" aria-label=${`Sent and deleted of ${name} in the last minutes`}>
    <path class="out" d=${path(out)} /><path class="in" d=${path(into)} />
  </svg>`;
}
