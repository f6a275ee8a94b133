// What is said: the messages of many interleaved conversations, in the order in which they were said.
//
// Read from a corpus of real chat where there is one, else generated from a seed in a similar shape: many short
// conversations, a few long ones, about 150 bytes a message, some of it not ASCII.

import { existsSync, readFileSync } from 'node:fs';

// Beside a clone of the repository.
const CORPUS = new URL('../../../../shared/data/irc-conversations.jsonl', import.meta.url);

// At most `count_max` messages as [{conversation, n, body}], `n` counting from 0 within a conversation, and their source.
export function messages(count_max, { corpus = process.env.CONVERSATIONS_CORPUS ?? CORPUS, random }) {
  const from_corpus = existsSync(corpus);
  const lines = from_corpus ? read(corpus, count_max) : generated(Math.min(count_max, 70_000), random);
  return { messages: numbered(lines), source: from_corpus ? 'the corpus' : 'the generator' };
}

// The same seed gives the same numbers in [0, 1) (mulberry32).
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function read(path, count_max) {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return lines.slice(0, count_max).map((line) => JSON.parse(line));
}

function generated(count, random) {
  const words = [...'hello kernel why apt-get grüße 世界 thanks reboot :) driver sound x11 "quoted"'.split(' ')];
  const pick = (list) => list[Math.floor(random() * list.length)];
  const open = [];
  return Array.from({ length: count }, (_, at) => {
    if (open.length === 0 || random() < 0.15) open.push(`generated_${at % 7}/${at}`);
    // Recent conversations are busiest, and the first stays busy for ever.
    const age = Math.floor(random() ** 3 * Math.min(open.length, 30));
    const conversation = random() < 0.02 ? open[0] : open[open.length - 1 - age];
    const text = Array.from({ length: 1 + Math.floor(random() * 20) }, () => pick(words)).join(' ');
    return { conversation, author: `author${Math.floor(random() * 50)}`, time: '12:00', text };
  });
}

function numbered(lines) {
  const said = new Map();
  return lines.map(({ conversation, author, time, text }) => {
    const n = said.get(conversation) ?? 0;
    said.set(conversation, n + 1);
    return { conversation, n, body: JSON.stringify({ conversation, n, author, time, text }) };
  });
}
