// That the judge can condemn: for each promise a history that breaks it, beside one that nearly does.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { violations } from './checker.mjs';

const VISIBILITY_MS = 4000;

// Writes histories of one conversation, whose messages are their numbers.
class History {
  events = [];
  #leases = 0;

  sent(n, { id = `id-${n}`, sequence = 100 + n, at = n } = {}) {
    this.events.push({ type: 'sent', conversation: 'c', n, message_id: id, sequence_number: `${sequence}`, at });
    return this;
  }

  // Returns the lease.
  received(consumer, numbers, at, { requested_at = at - 10, id, intact = true } = {}) {
    const lease = ++this.#leases;
    const messages = numbers.map((n) => (
      { conversation: 'c', n, message_id: id ?? `id-${n}`, sequence_number: `${100 + n}`, intact }));
    this.events.push({ type: 'received', lease, consumer, requested_at, at, messages });
    return lease;
  }

  did(type, lease, n, at) {
    this.events.push({ type, lease, conversation: 'c', n, at });
    return this;
  }

  // Processed, and deleted with an acknowledgement.
  handled(lease, n, at) {
    return this.did('processed', lease, n, at).did('deleting', lease, n, at + 1).did('deleted', lease, n, at + 5);
  }

  broken() {
    const said = new Map([['c', 10]]);
    return violations({ said, visibility_ms: VISIBILITY_MS, slack_ms: 100, events: this.events }).map(({ rule }) => rule);
  }
}

// A conversation of three messages: the first two handled by one consumer, the third by another.
function good() {
  const history = new History().sent(0).sent(1).sent(2);
  const one = history.received('one', [0, 1], 1000);
  history.handled(one, 0, 1010).handled(one, 1, 1020);
  const two = history.received('two', [2], 1100);
  return history.handled(two, 2, 1110);
}

const only = (rule, history) => assert.deepEqual([...new Set(history.broken())], [rule]);
const none = (history) => assert.deepEqual(history.broken(), []);

test('a history that keeps every promise is passed', () => none(good()));

test('an acknowledged message that was never processed is found', () => only('nothing_lost', good().sent(3)));

describe('foreign messages', () => {
  test('a message that nobody said is found', () => {
    const history = good();
    history.received('one', [10], 9000);
    assert.ok(history.broken().includes('nothing_foreign'));
  });

  test('an altered body is found', () => {
    const history = new History();
    history.did('processed', history.received('one', [0], 1000, { intact: false }), 0, 1001);
    only('nothing_foreign', history);
  });
});

describe('doubles', () => {
  test('a message delivered under two ids is found', () => {
    const history = good();
    const again = history.received('one', [2], 20_000, { id: 'another' });
    history.did('processed', again, 2, 20_001);
    assert.ok(history.broken().includes('nothing_doubled'));
  });

  test('a send answered with another id than is delivered is found', () => {
    only('nothing_doubled', good().sent(2, { id: 'another' }));
  });

  test('a sequence number that falls is found', () => {
    const history = new History().sent(0, { sequence: 105 }).sent(1, { sequence: 104 });
    assert.deepEqual(history.broken().filter((rule) => rule !== 'nothing_lost'), ['nothing_doubled']);
  });

  test('a send that was retried and answered alike is passed', () => none(good().sent(2)));
});

describe('order', () => {
  test('a message processed before the one said before it is found', () => {
    const history = new History().sent(0).sent(1);
    const lease = history.received('one', [0, 1], 1000);
    only('processed_in_order', history.did('processed', lease, 1, 1001).did('processed', lease, 0, 1002));
  });

  test('a message handed out while an earlier one is not deleted is found', () => {
    const history = new History().sent(0).sent(1);
    history.did('processed', history.received('one', [0], 1000), 0, 1001);
    history.did('processed', history.received('two', [1], 9000), 1, 9001);
    only('nothing_overtaken', history);
  });

  test('a message that comes back behind a later one is found', () => {
    const history = new History();
    const one = history.received('one', [0], 1000);
    history.did('processed', one, 0, 1001).did('deleting', one, 0, 1002);  // Its answer was lost.
    const two = history.received('two', [1], 9000);
    history.handled(two, 1, 9001);
    history.did('processed', history.received('one', [0], 20_000), 0, 20_001);
    only('nothing_overtaken', history);
  });

  test('messages in the wrong order within one answer are found', () => {
    const history = new History();
    const lease = history.received('one', [1, 0], 1000);
    only('nothing_overtaken', history.did('processed', lease, 0, 1001).did('processed', lease, 1, 1002));
  });

  test('a conversation that starts over after its lease ended is passed', () => {
    const history = new History().sent(0).sent(1);
    history.did('processed', history.received('one', [0, 1], 1000), 0, 1001);
    const again = history.received('two', [0, 1], 6000);
    none(history.handled(again, 0, 6001).handled(again, 1, 6002));
  });
});

describe('one holder at a time', () => {
  test('a conversation handed to a second consumer during the lease is found', () => {
    const history = new History();
    const one = history.received('one', [0, 1], 1000);
    history.handled(one, 0, 1010);
    history.received('two', [2], 1100);
    assert.ok(history.broken().includes('one_holder_at_a_time'));
  });

  test('a message that comes back before its lease can have ended is found, also after a delete without answer', () => {
    const history = new History();
    const one = history.received('one', [0], 1000);
    history.did('processed', one, 0, 1001).did('deleting', one, 0, 1002);
    history.received('two', [0], 4880, { requested_at: 4870 });
    only('one_holder_at_a_time', history);
  });

  test('a message that comes back once its lease may have ended is passed', () => {
    const history = new History();
    const one = history.received('one', [0], 1000);
    history.did('processed', one, 0, 1001).did('deleting', one, 0, 1002);
    history.received('two', [0], 4895);
    none(history);
  });

  test('an answer that arrived after its lease proves nothing', () => {
    const history = new History();
    history.did('processed', history.received('one', [0], 6000), 0, 6001);
    history.received('two', [0], 6100, { requested_at: 1000 });
    none(history);
  });
});

describe('deletes', () => {
  test('a message that comes back after its delete was acknowledged is found', () => {
    const history = good();
    history.received('one', [2], 20_000);
    only('deleted_for_good', history);
  });

  test('a delete acknowledged to a consumer that no longer holds the message is found', () => {
    const history = new History();
    const one = history.received('one', [0], 1000);
    history.did('processed', one, 0, 1001);
    history.received('two', [0], 6000);
    only('deleted_for_good', history.did('deleting', one, 0, 6010).did('deleted', one, 0, 6020));
  });
});
