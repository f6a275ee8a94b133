// The judge: were the promises kept, by what was seen from outside?
//
// A history is what the clients noted down, with times of one monotonic clock in milliseconds:
//   {type: 'sent', conversation, n, message_id, sequence_number, at}             a send was acknowledged
//   {type: 'received', lease, consumer, requested_at, at,
//    messages: [{conversation, n, message_id, sequence_number, intact}]}
//   {type: 'processed', lease, conversation, n, at}
//   {type: 'deleting', lease, conversation, n, at}                               a delete was first sent
//   {type: 'deleted', lease, conversation, n, at}                                and acknowledged
// An answer that was lost leaves no event, so whatever is concluded must hold for every moment at which the server may have
// acted: a lease begins between requested_at and at, and lasts for the visibility timeout. An answer that took longer than
// that is late: its lease may have ended before it arrived, so it proves nothing and consumers drop it.

// Returns [{rule, conversation, n, text}], empty if every promise was kept. `said` maps a conversation to how many messages it
// has.
export function violations({ said, visibility_ms, slack_ms = 250, events }) {
  const book = new Book(said, visibility_ms, slack_ms, events);
  return [
    nothing_lost,
    nothing_foreign,
    nothing_doubled,
    processed_in_order,
    nothing_overtaken,
    one_holder_at_a_time,
    deleted_for_good,
  ].flatMap((rule) => [...rule(book)].map((found) => ({ rule: rule.name, ...found })));
}

// The history, sorted by conversation and message.
class Book {
  constructor(said, visibility_ms, slack_ms, events) {
    this.said = said;
    this.visibility_ms = visibility_ms;
    this.slack_ms = slack_ms;
    this.of_type = (type) => events.filter((event) => event.type === type);
    this.sent = this.of_type('sent');
    this.received = this.of_type('received');
    this.processed = this.of_type('processed');
    this.deleted = this.of_type('deleted');
    this.leases = new Map(this.received.map((event) => [event.lease, event]));
    // Per conversation, in the order in which they arrived: what one answer handed over of it.
    this.holds = new Map();
    for (const event of this.received.filter((each) => !this.is_late(each))) this.#add_holds(event);
    for (const holds of this.holds.values()) holds.sort((a, b) => a.at - b.at);
    this.deleting = new Map(this.of_type('deleting').map((event) => [`${event.lease} ${key(event)}`, event.at]));
    this.first_deleting = earliest(this.of_type('deleting'));
  }

  is_late({ requested_at, at }) {
    return at >= requested_at + this.visibility_ms - this.slack_ms;
  }

  // When the holder asked to delete it, or never.
  deleting_at(hold, n) {
    return this.deleting.get(`${hold.lease} ${key({ conversation: hold.conversation, n })}`) ?? Infinity;
  }

  #add_holds({ lease, consumer, requested_at, at, messages }) {
    for (const [conversation, of_it] of grouped(messages)) {
      const numbers = of_it.map(({ n }) => n);
      const held_until = requested_at + this.visibility_ms - this.slack_ms;  // At least.
      const hold = { lease, consumer, conversation, requested_at, at, held_until, numbers, has: new Set(numbers) };
      this.holds.set(conversation, [...(this.holds.get(conversation) ?? []), hold]);
    }
  }
}

function* nothing_lost({ sent, processed }) {
  const seen = new Set(processed.map(key));
  for (const event of sent.filter((each) => !seen.has(key(each)))) {
    yield found(event, 'was acknowledged and never processed');
  }
}

function* nothing_foreign({ said, received }) {
  for (const message of received.flatMap(({ messages }) => messages)) {
    if (!(message.n < said.get(message.conversation))) yield found(message, 'was never said');
    if (!message.intact) yield found(message, 'is not what was said');
  }
}

// One entry in the queue for each message said, however often its send was tried.
function* nothing_doubled({ sent, received }) {
  const entries = new Map();
  for (const message of [...sent, ...received.flatMap(({ messages }) => messages)]) {
    const entry = `${message.message_id} ${message.sequence_number}`;
    const known = entries.get(key(message)) ?? entry;
    if (known !== entry) yield found(message, `is in the queue twice: as ${known} and as ${entry}`);
    entries.set(key(message), entry);
  }
  for (const [, of_it] of grouped(sent)) {
    const by_n = of_it.toSorted((a, b) => a.n - b.n);
    for (let at = 1; at < by_n.length; ++at) {
      if (by_n[at].n === by_n[at - 1].n) continue;
      if (BigInt(by_n[at].sequence_number) > BigInt(by_n[at - 1].sequence_number)) continue;
      yield found(by_n[at], 'has a sequence number that is not above that of the message before it');
    }
  }
}

function* processed_in_order({ processed }) {
  for (const [conversation, of_it] of grouped(processed)) {
    let next = 0;
    for (const { n } of of_it) {
      if (n > next) yield found({ conversation, n }, `was processed before ${next}`);
      next = Math.max(next, n + 1);
    }
  }
}

// A message is handed out with everything before it that is still there, or not at all.
function* nothing_overtaken({ holds, first_deleting }) {
  for (const [conversation, of_it] of holds) {
    let all_deleting_below = 0;  // Whatever is below was asked to be deleted at some time before the current hold.
    for (const [index, hold] of of_it.entries()) {
      const is_gone = (n) => (first_deleting.get(key({ conversation, n })) ?? Infinity) < hold.at;
      while (is_gone(all_deleting_below)) ++all_deleting_below;
      for (const n of hold.numbers) {
        for (let before = all_deleting_below; before < n; ++before) {
          if (hold.has.has(before) || is_gone(before)) continue;
          yield found({ conversation, n }, `was handed out while ${before}, not yet deleted, was not`);
        }
        const ahead = of_it.slice(0, index).find((each) => each.at < hold.requested_at && passed(each, n));
        if (!ahead) continue;
        yield found({ conversation, n }, `came back after ${Math.max(...ahead.numbers)} had been handed out without it`);
      }
      if (hold.numbers.some((n, at) => at > 0 && n <= hold.numbers[at - 1])) {
        yield found({ conversation, n: hold.numbers[0] }, `came in the order ${hold.numbers}`);
      }
    }
  }
}

const passed = (hold, n) => !hold.has.has(n) && hold.numbers.some((each) => each > n);

function* one_holder_at_a_time(book) {
  for (const [conversation, of_it] of book.holds) {
    for (const [index, hold] of of_it.entries()) {
      for (let later = index + 1; later < of_it.length && of_it[later].at < hold.held_until; ++later) {
        const other = of_it[later];
        const held = hold.numbers.find((n) => book.deleting_at(hold, n) >= other.at || other.has.has(n));
        if (held === undefined) continue;
        const left_ms = Math.round(hold.held_until - other.at);
        yield found({ conversation, n: other.numbers[0] },
          `was handed to ${other.consumer} while ${hold.consumer} held ${held}, ${left_ms} ms before it could end`);
      }
    }
  }
}

function* deleted_for_good({ deleted, holds, leases }) {
  for (const { lease, conversation, n, at } of deleted) {
    const { at: received_at } = leases.get(lease);
    for (const hold of holds.get(conversation) ?? []) {
      if (hold.lease === lease || !hold.has.has(n) || hold.at <= received_at) continue;
      yield found({ conversation, n }, hold.at > at
        ? `came back ${Math.round(hold.at - at)} ms after its delete was acknowledged`
        : 'was deleted with a receipt handle that another consumer had made stale');
    }
  }
}

const key = ({ conversation, n }) => `${conversation} ${n}`;
const found = ({ conversation, n }, text) => ({ conversation, n, text });

function grouped(messages) {
  const groups = new Map();
  for (const message of messages) {
    if (!groups.has(message.conversation)) groups.set(message.conversation, []);
    groups.get(message.conversation).push(message);
  }
  return groups;
}

function earliest(events) {
  const times = new Map();
  for (const event of events) times.set(key(event), Math.min(event.at, times.get(key(event)) ?? Infinity));
  return times;
}
