// What charts make of what the server has kept.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pointsOf } from '../../../ui/samples.js';

const point = (at, step, Sent) => ({ at, step, Visible: 1, InFlight: 0, Delayed: 0, OldestAge: 0, Sent, Received: 0, Deleted: 0 });
const sent = (points) => pointsOf('q', { points }).map((each) => each.sent);

test('a rate is a second, whatever the step', () => {
  assert.deepEqual(sent([point(0, 60, 600), point(60, 60, 1200)]), [10, 20]);
});

test('a rate is the mean of five seconds, and of as many as there are at first', () => {
  assert.deepEqual(sent([10, 0, 0, 0, 0, 0, 20].map((number, at) => point(at, 1, number))), [10, 5, 10 / 3, 2.5, 2, 0, 4]);
});

test('a step of which nobody knows is left out, not 0', () => {
  const unknown = { at: 1, step: 1, Visible: null, InFlight: null, Delayed: null, OldestAge: null, Sent: null, Received: null, Deleted: null };

  assert.deepEqual(pointsOf('q', { points: [point(0, 1, 3), unknown, point(2, 1, 3)] }).map((each) => each.at), [0, 2]);
});
