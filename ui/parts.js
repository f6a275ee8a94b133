// Small parts that every page is made of.

import { html, useState } from './vendor/htm-preact.js';

const icons = {
  overview: 'M2.5 13.5h11M4 11V8M8 11V3.5M12 11V6',
  queues: 'M2.5 4h11M2.5 8h11M2.5 12h7',
  topics: 'M4 8a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0ZM15 3.5a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0ZM15 12.5a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0ZM4 8h3c2 0 2-4.5 5-4.5M7 8c2 0 2 4.5 5 4.5',
  dead: 'M2 4.5 8 9l6-4.5M2 4h12v8.5H2ZM6 13l4-1',
  tail: 'M1.5 8H4l2-5 4 10 2-5h2.5',
  doctor: 'M8 2.5v11M2.5 8h11',
  activity: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 5v3l2 1.5',
  connect: 'm5 5-3 3 3 3M11 5l3 3-3 3M9 3.5l-2 9',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM10.5 10.5 14 14',
  sun: 'M8 10.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM8 1.5V3M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.400l1 1M11.6 11.600l1 1M3.4 12.600l1-1M11.6 4.400l1-1',
  moon: 'M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7Z',
  screen: 'M2 3h12v8H2ZM6 14h4',
  pause: 'M5.5 3v10M10.5 3v10',
  play: 'M5 3l8 5-8 5Z',
  menu: 'M2 4h12M2 8h12M2 12h12',
  close: 'm4 4 8 8M12 4l-8 8',
  check: 'm3 8.5 3.5 3.5L13 5',
  alert: 'M8 2 1.5 13.5h13ZM8 6.5V9.5M8 11.5v.1',
  stop: 'M5.3 1.800h5.400l3.5 3.5v5.400l-3.5 3.5H5.300l-3.5-3.5V5.300ZM8 5v3.5M8 10.800v.1',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.5V11M8 5v.1',
  lock: 'M4 7.5h8V13H4ZM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.800V8h3',
  parked: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM6.5 11V5H8.5a1.8 1.8 0 0 1 0 3.6h-2',
  plane: 'M2 8 14 2.5 10.5 13.5 7.5 9Z',
  waiting: 'M3 4.5h10v7H3ZM3 4.5 8 8.5l5-4',
  copy: 'M6 6h7.5v7.5H6ZM10 6V2.5H2.5V10H6',
  pin: 'M6 2h4l-.5 4.5L12 9H4l2.5-2.5ZM8 9v5',
  up: 'm4 10 4-4 4 4',
  down: 'm4 6 4 4 4-4',
  right: 'M3 8h10M9.5 4.5 13 8l-3.5 3.5',
  dot: 'M8 10.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z',
  fifo: 'M1.5 8h10M8 4.5 11.5 8 8 11.5M14.5 3.5v9',
  eye: 'M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8ZM8 9.800a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.600Z',
};

/** @param {{name: keyof typeof icons}} properties */
export const Icon = ({ name }) => html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=${icons[name]} /></svg>`;

/** State as text and icon, and colour besides. */
export const Badge = ({ tone = '', icon, children }) =>
  html`<span class=${`badge ${tone}`}>${icon && html`<${Icon} name=${icon} />`}${children}</span>`;

const states = {
  Visible: ['calm', 'waiting', 'visible'],
  Waiting: ['calm', 'waiting', 'waiting'],
  InFlight: ['warn', 'plane', 'in flight'],
  Delayed: ['', 'clock', 'delayed'],
  Blocked: ['bad', 'lock', 'blocked'],
  Parked: ['bad', 'parked', 'parked'],
  Damaged: ['bad', 'alert', 'damaged'],
};

/** Of a message or a conversation. @param {{of: string}} properties */
export function State({ of }) {
  const [tone, icon, text] = states[of] ?? ['', 'dot', of];
  return html`<${Badge} tone=${tone} icon=${icon}>${text}<//>`;
}

/** Nothing for a standard queue: most are. @param {{isFifo: boolean}} properties */
export const Fifo = ({ isFifo }) => (isFifo ? html`<${Badge} icon="fifo">FIFO<//>` : null);

/** What a page says where it has nothing to show, and what to do about it. */
export const Empty = ({ icon = 'info', title, children, command }) => html`<div class="empty">
  <${Icon} name=${icon} />
  <h2>${title}</h2>
  ${children && html`<p>${children}</p>`}
  ${command && html`<${Snippet} text=${command} />`}
</div>`;

/** @param {{text: string, label?: string}} properties */
export function Snippet({ text, label = 'Copy' }) {
  return html`<div class="snippet"><pre>${text}</pre><${Copy} text=${text} label=${label} /></div>`;
}

export function Copy({ text, label = 'Copy', shown }) {
  const [isDone, setDone] = useState(false);
  const copy = async () => {
    await copyText(text);
    setDone(true);
    setTimeout(() => setDone(false), 1500);
  };
  return html`<button type="button" class=${`button small ${shown ? '' : 'quiet'}`} onClick=${copy} aria-label=${isDone ? 'Copied' : label} title=${label}>
    <${Icon} name=${isDone ? 'check' : 'copy'} />${shown && (isDone ? 'Copied' : label)}
  </button>`;
}

/** Also where the page did not come by HTTPS, and browsers keep their clipboard to themselves. @param {string} text */
async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text).catch(() => {});
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

export const Notice = ({ tone = 'calm', icon = 'info', role, children }) =>
  html`<div class=${`notice ${tone}`} role=${role}><${Icon} name=${icon} /><div>${children}</div></div>`;

/** What went wrong, in the server's words. @param {{error: Error | undefined}} properties */
export const Failure = ({ error }) =>
  error ? html`<${Notice} tone="bad" icon="alert" role="alert">${error.message}<//>` : null;

export const Card = ({ title, aside, footer, children, label }) => html`<section class="card" aria-label=${label ?? title}>
  ${title && html`<header><h2>${title}</h2>${aside}</header>`}
  ${children}
  ${footer && html`<footer>${footer}</footer>`}
</section>`;

export const Figure = ({ name, value, unit, note, tone = '', plain }) => html`<div>
  <dt>${name}</dt>
  <dd class=${`${tone} ${plain ? 'plain' : ''}`}>${value}${unit && html`<span class="unit">${unit}</span>`}</dd>
  ${note && html`<dd class="note">${note}</dd>`}
</div>`;

export const Segments = ({ label, options, value, onChoose }) => html`<div class="segments" role="group" aria-label=${label}>
  ${options.map(
    ([key, text]) =>
      html`<button type="button" key=${key} aria-pressed=${String(key === value)} onClick=${() => onChoose(key)}>${text}</button>`,
  )}
</div>`;

/** A table that scrolls by itself where it is too wide, also by keyboard. */
export const TableFrame = ({ label, children, extra = '' }) =>
  html`<div class=${`table-frame ${extra}`} role="region" aria-label=${label} tabindex="0">${children}</div>`;

/** A heading that sorts. @param {{name: string, by: string, sort: {by: string, isDown: boolean}, onSort: Function, extra?: string}} properties */
export function SortHead({ name, by, sort, onSort, extra = '' }) {
  const isSorted = sort.by === by;
  const next = () => onSort({ by, isDown: isSorted ? !sort.isDown : true });
  return html`<th scope="col" class=${extra} aria-sort=${isSorted ? (sort.isDown ? 'descending' : 'ascending') : undefined}>
    <button type="button" onClick=${next}>${name}${isSorted && html`<${Icon} name=${sort.isDown ? 'down' : 'up'} />`}</button>
  </th>`;
}

/** How much of something is used. */
export function Meter({ label, used, limit }) {
  const part = limit ? Math.min(1, used / limit) : 0;
  const tone = part > 0.95 ? 'bad' : part > 0.7 ? 'warn' : 'plain';
  return html`<div class="meter" role="meter" aria-label=${label} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(part * 100)}>
    <span class=${`part ${tone}`} style=${{ width: `${part * 100}%` }}></span>
  </div>`;
}

export const Search = ({ value, onInput, label, placeholder }) => html`<div class="search narrow">
  <${Icon} name="search" />
  <input type="search" value=${value} aria-label=${label} placeholder=${placeholder ?? label} onInput=${(event) => onInput(event.target.value)} />
</div>`;
