// What the counters of queues were in the last ten minutes, as far as this tab has seen: rates are differences.

import { ageOf } from './format.js';

const KEPT_MS = 600_000;
const SPACING_MS = 5_000; // Between the points of a small line.
const RATE_OVER_LEAST_MS = 900;
const RATE_OVER_MS = 4_500; // A rate is steady enough over that much,
const RATE_OVER_S = 5; // and what the server has kept over that.

/**
 * @typedef {{at: number, visible: number, inFlight: number, delayed: number, oldestAge: number, sent: number, received: number,
 *   deleted: number, empty: number}} Sample
 * @typedef {{sent: number, received: number, deleted: number, empty: number}} Rates
 */

/** @type {Map<string, {recent: Sample[], kept: Sample[]}>} */
const samples = new Map();

/** @param {Map<string, any>} rows @param {number} at */
export function takeSamples(rows, at = Date.now()) {
  for (const [name, row] of rows) add(name, sampleOf(row, at));
  for (const name of samples.keys()) if (!rows.has(name)) samples.delete(name);
}

/** A server that started again counts from nothing. */
export const forgetSamples = () => samples.clear();

function sampleOf(row, at) {
  return {
    at,
    visible: row.ApproximateNumberOfMessages,
    inFlight: row.ApproximateNumberOfMessagesNotVisible,
    delayed: row.ApproximateNumberOfMessagesDelayed,
    oldestAge: row.OldestSentTimestamp === undefined ? 0 : ageOf(row.OldestSentTimestamp),
    sent: row.NumberOfMessagesSent,
    received: row.NumberOfMessagesReceived,
    deleted: row.NumberOfMessagesDeleted,
    empty: row.NumberOfEmptyReceives,
  };
}

function add(name, sample) {
  let series = samples.get(name);
  if (!series) samples.set(name, (series = { recent: [], kept: [] }));
  const { recent, kept } = series;
  if (recent.length && recent[recent.length - 1].sent > sample.sent) recent.length = kept.length = 0;
  recent.push(sample);
  while (recent.length > 2 && sample.at - recent[1].at >= RATE_OVER_MS) recent.shift();
  if (!kept.length || sample.at - kept[kept.length - 1].at >= SPACING_MS) kept.push(sample);
  while (kept.length && sample.at - kept[0].at > KEPT_MS) kept.shift();
}

/** Messages a second, once two looks were had. @param {string} name */
export function ratesOf(name) {
  const recent = samples.get(name)?.recent ?? [];
  const [first, last] = [recent[0], recent[recent.length - 1]];
  return recent.length && last.at - first.at >= RATE_OVER_LEAST_MS ? difference(first, last) : undefined;
}

/** @param {Sample} from @param {Sample} to @returns {Rates} */
function difference(from, to) {
  const seconds = Math.max(0.001, (to.at - from.at) / 1000);
  const per = (what) => Math.max(0, (to[what] - from[what]) / seconds);
  return { sent: per('sent'), received: per('received'), deleted: per('deleted'), empty: per('empty') };
}

/** Rates between the kept points, oldest first. @param {string} name @returns {(Rates & Sample)[]} */
export function historyOf(name) {
  const kept = samples.get(name)?.kept ?? [];
  return kept.slice(1).map((sample, index) => ({ ...sample, ...difference(kept[index], sample) }));
}

/** Of all queues together. @returns {Rates | undefined} */
export function totalRates() {
  const sum = { sent: 0, received: 0, deleted: 0, empty: 0 };
  let seen = false;
  for (const name of samples.keys()) {
    const rates = ratesOf(name);
    if (!rates) continue;
    seen = true;
    for (const what of Object.keys(sum)) sum[what] += rates[what];
  }
  return seen ? sum : undefined;
}

/**
 * How a queue was: from the server's memory where it streams, else as this tab has seen it. A step of which nobody knows is left out.
 * @param {string} name @param {{points: any[]} | undefined} streamed
 */
export function pointsOf(name, streamed) {
  if (!streamed?.points?.length) return historyOf(name).map((each) => ({ ...each, at: each.at / 1000 }));
  const known = streamed.points.filter((each) => each.Visible !== null);
  return known.map((each, index) => ({
    at: each.at,
    visible: each.Visible,
    inFlight: each.InFlight,
    delayed: each.Delayed,
    oldestAge: each.OldestAge ?? 0,
    sent: rateOver(known, index, 'Sent'),
    received: rateOver(known, index, 'Received'),
    deleted: rateOver(known, index, 'Deleted'),
  }));
}

// A second, on the mean of the last few: what comes in batches would be a fence of needles.
function rateOver(points, index, what) {
  let [number, seconds] = [0, 0];
  for (; index >= 0 && seconds < RATE_OVER_S; --index) {
    number += points[index][what] ?? 0;
    seconds += points[index].step;
  }
  return number / seconds;
}
