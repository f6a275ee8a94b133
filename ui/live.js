// Live data: one stream a tab, or polling where there is none. Pages say which topics they look at, and see them change.
//
// The stream is read by fetch, not by EventSource, because that can send no header. Paused, data still come in, and nobody is
// told until the pause is over.

import { ask, Unreachable } from './api.js';
import { takeServerTime } from './format.js';
import { forgetPlaces, poll } from './polling.js';
import { forgetSamples, takeSamples } from './samples.js';
import { useEffect, useState } from './vendor/htm-preact.js';

const POLL_MS = 5_000;
const SAMPLE_MS = 1_000;
const RETRY_MS = 1_000;
const SILENT_MS = 40_000; // Two heartbeats and a bit: the stream is dead.
const EVENTS_KEPT = 1_000;

/**
 * @typedef {{mode: 'connecting' | 'live' | 'polling' | 'standby' | 'lost', dataAt: number, isPaused: boolean, restartedAt: number,
 *   standby?: {owner: string, why: string}}} Connection standby: where the console of the log's owner is, if this node knows
 */

/** @type {Connection} */
export const connection = { mode: 'connecting', dataAt: 0, isPaused: false, restartedAt: 0 };

/** @type {Map<string, {watchers: number, value: any}>} */
const topics = new Map();
const listeners = new Set();
let isRunning = false;
let lastEventId = '';
let abort = new AbortController();
let isDue = false;

/** Begins to follow what pages look at. */
export function startLive() {
  if (isRunning) return;
  isRunning = true;
  follow();
  setInterval(sampleStill, SAMPLE_MS);
}

// The stream is silent about queues in which nothing happens; their rates are 0 all the same.
function sampleStill() {
  const rows = topics.get('queues')?.value?.rows;
  if (connection.mode !== 'live' || !rows) return;
  takeSamples(rows);
  tell();
}

function tell() {
  if (isDue || connection.isPaused) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    for (const each of listeners) each();
  });
}

/** @param {boolean} isPaused */
export function pause(isPaused) {
  connection.isPaused = isPaused;
  for (const each of listeners) each();
}

/** Re-renders whoever uses it whenever something has come. */
export function useChanges() {
  const [, next] = useState(0);
  useEffect(() => {
    const listener = () => next((number) => number + 1);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, []);
  return connection;
}

/** Re-renders each second: ages grow while nothing happens. */
export function useSeconds() {
  const [, next] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => connection.isPaused || next((number) => number + 1), 1000);
    return () => clearInterval(timer);
  }, []);
}

/**
 * The newest of a topic, or undefined as long as nothing has come. An empty name looks at nothing.
 * @param {string} topic
 */
export function useTopic(topic) {
  useChanges();
  useEffect(() => watch(topic), [topic]);
  return topics.get(topic)?.value;
}

/** @param {string} topic */
function watch(topic) {
  if (!topic) return () => {};
  const entry = topics.get(topic) ?? { watchers: 0, value: undefined };
  topics.set(topic, entry);
  if (++entry.watchers === 1) wantedChanged();
  return () => {
    if (--entry.watchers === 0) wantedChanged();
  };
}

let changing;
function wantedChanged() {
  clearTimeout(changing);
  changing = setTimeout(() => abort.abort(), 30);
}

const isWatched = (name) => (topics.get(name)?.watchers ?? 0) > 0;
const wanted = () => {
  for (const [name, entry] of topics) if (entry.watchers === 0 && isEphemeral(name)) topics.delete(name);
  return [...topics.keys()].filter(isWatched);
};
const isEphemeral = (name) => !['server', 'queues'].includes(name);

/** Where there is no stream, asks for everything at once: somebody has changed something here. */
export const refresh = () => (connection.mode === 'live' ? undefined : abort.abort());

async function follow() {
  for (;;) {
    abort = new AbortController();
    const { signal } = abort;
    try {
      if (await readStream(signal)) continue;
      if (connection.standby) connected('standby');
      else await pollAll(signal);
      await rest(POLL_MS, signal);
    } catch (error) {
      if (signal.aborted) continue;
      if (error instanceof Unreachable || error instanceof TypeError) lose();
      await rest(RETRY_MS, signal);
    }
  }
}

function lose() {
  connection.mode = 'lost';
  for (const each of listeners) each();
}

/** @returns {Promise<void>} */
const rest = (milliseconds, signal) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()));
  });

// Reads the stream until pages look at something else. False: there is none now.
let hasStream = true;
async function readStream(signal) {
  if (!hasStream) return false;
  const names = wanted().map(encodeURIComponent).join(',');
  if (!names) return rest(POLL_MS, signal).then(() => true);
  const after = lastEventId ? `&after=${encodeURIComponent(lastEventId)}` : '';
  const response = await ask(`/_mailrail/stream?topics=${names}${after}`, { signal, headers: { Accept: 'text/event-stream' } });
  const owner = response.headers.get('X-Mailrail-Owner');
  connection.standby = owner === null ? undefined : { owner, why: (await response.json()).message };
  if (!response.ok || !response.headers.get('Content-Type')?.startsWith('text/event-stream')) {
    if (response.status === 404 || response.status === 405) hasStream = false;
    return false;
  }
  connected('live');
  const ending = new AbortController();
  signal.addEventListener('abort', () => ending.abort());
  try {
    await readEvents(/** @type {ReadableStream} */ (response.body).getReader(), ending.signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (!signal.aborted) throw new Unreachable('The stream has ended.');
  return true;
}

async function readEvents(reader, signal) {
  const decoder = new TextDecoder();
  let text = '';
  let silence;
  const watchSilence = () => {
    clearTimeout(silence);
    silence = setTimeout(() => reader.cancel(), SILENT_MS);
  };
  signal.addEventListener('abort', () => reader.cancel().catch(() => {}));
  for (;;) {
    watchSilence();
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true }).replace(/\r/g, '');
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const each of events) takeEvent(each);
  }
  clearTimeout(silence);
}

function takeEvent(block) {
  let kind = 'message';
  const data = [];
  for (const line of block.split('\n')) {
    if (line.startsWith('id:')) lastEventId = line.slice(3).trim();
    else if (line.startsWith('event:')) kind = line.slice(6).trim();
    else if (line.startsWith('data:')) data.push(line.slice(5));
  }
  if (!data.length) return;
  const value = JSON.parse(data.join('\n'));
  if (kind === 'refused') return take(value.Topic, { refused: value.Message });
  const topic = topicOf(kind, value);
  if (topic) take(topic, value);
}

// Of a kind that names a queue there may be one for each queue.
function topicOf(kind, value) {
  const ofKind = [...topics.keys()].filter((name) => name === kind || name.startsWith(`${kind}:`));
  if (ofKind.length <= 1) return ofKind[0];
  return ofKind.find((name) => name === `${kind}:${value.QueueName ?? ''}`) ?? ofKind.find(isWatched);
}

async function pollAll(signal) {
  const names = wanted();
  for (const name of names) {
    if (signal.aborted) return;
    try {
      const value = await poll(name);
      if (value) take(name, value);
    } catch (error) {
      if (error instanceof Unreachable) throw error;
      take(name, { refused: error.message });
    }
  }
  connected('polling');
}

function connected(mode) {
  if (connection.mode === 'lost') {
    connection.restartedAt = Date.now();
    forgetPlaces();
    forgetSamples();
  }
  connection.mode = mode;
  tell();
}

function take(topic, value) {
  const entry = topics.get(topic);
  if (!entry) return;
  if (topic === 'server' && value.Timestamp) takeServerTime(value.Timestamp);
  entry.value = value.refused ? value : merged(topic, entry.value, value);
  connection.dataAt = Date.now();
  tell();
}

/** What is known of a topic after an event. @param {string} topic @param {any} before @param {any} event */
function merged(topic, before, event) {
  const kind = topic.split(':')[0];
  if (kind === 'queues') return mergedQueues(before, event);
  if (kind === 'tail' || kind === 'activity') return mergedEvents(before, event);
  if (kind === 'history') return mergedHistory(before, event);
  return event;
}

function mergedQueues(before, event) {
  const rows = event.Whole || !before?.rows ? new Map() : new Map(before.rows);
  for (const row of event.Queues) rows.set(row.QueueName, row);
  for (const name of event.Gone ?? []) rows.delete(name);
  takeSamples(rows);
  return { rows };
}

let eventNumber = 0;
function mergedEvents(known, event) {
  const before = event.Whole ? undefined : known;
  const fresh = event.Events.map((each) => ({ ...each, number: ++eventNumber }));
  return {
    events: [...(before?.events ?? []), ...fresh].slice(-EVENTS_KEPT),
    dropped: (before?.dropped ?? 0) + (event.Dropped ?? 0),
    seen: (before?.seen ?? 0) + fresh.length,
  };
}

function mergedHistory(before, event) {
  const points = [...(before?.points ?? [])];
  const names = Object.keys(event.Series);
  const length = Math.max(0, ...names.map((name) => event.Series[name].length));
  for (let index = 0; index < length; ++index) {
    const at = event.Start + index * event.Step;
    while (points.length && points.at(-1).at >= at) points.pop();
    points.push({ at, step: event.Step, ...Object.fromEntries(names.map((name) => [name, event.Series[name][index]])) });
  }
  return { points: points.slice(-600) };
}
