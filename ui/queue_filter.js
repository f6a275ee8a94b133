// The filter of the queues page: words are parts of names, `key:value` asks for more.
//
//   chat type:fifo age:>60s depth:>=1000 flight:>0 dlq:>0 stuck:>0

import { delayed, depth, inFlight, isDeadLetterQueue, oldestAge } from './rows.js';

const units = { s: 1, m: 60, min: 60, h: 3600, d: 86_400, k: 1000 };

/** @type {Record<string, (row: any) => number>} */
const numbersOf = {
  age: (row) => oldestAge(row) ?? 0,
  depth,
  flight: inFlight,
  delayed,
  dlq: (row) => (isDeadLetterQueue(row) ? depth(row) : 0),
  stuck: (row) => row.ConversationsBlocked + row.ConversationsParked,
  parked: (row) => row.ConversationsParked,
  waiting: (row) => row.WaitingReceives,
};

const types = { fifo: (row) => row.FifoQueue, standard: (row) => !row.FifoQueue, dlq: isDeadLetterQueue };

function comparison(text) {
  const found = /^(>=|<=|>|<|=)?(\d+(?:\.\d+)?)(s|m|min|h|d|k)?$/.exec(text);
  if (!found) return undefined;
  const value = Number(found[2]) * (units[found[3]] ?? 1);
  return {
    '>': (number) => number > value,
    '<': (number) => number < value,
    '>=': (number) => number >= value,
    '<=': (number) => number <= value,
    '=': (number) => number === value,
  }[found[1] ?? '='];
}

function condition(word) {
  const [key, value] = word.split(/:(.*)/s);
  if (value === undefined) return (row) => row.QueueName.toLowerCase().includes(word);
  if (key === 'type' && types[value]) return types[value];
  const compares = numbersOf[key] && comparison(value);
  return compares ? (row) => compares(numbersOf[key](row)) : undefined;
}

/**
 * Which rows a text lets through, and which of its words mean nothing.
 * @param {string} text
 * @returns {{lets: (row: any) => boolean, unknown: string[]}}
 */
export function filterOf(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const conditions = words.map(condition);
  return {
    lets: (row) => conditions.every((each) => !each || each(row)),
    unknown: words.filter((_, index) => !conditions[index]),
  };
}
