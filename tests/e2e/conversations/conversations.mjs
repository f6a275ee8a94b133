// The main job on real input: a chat replayed through one FIFO queue while the server is killed again and again.
//
//   conversations.mjs [--messages N] [--kills N] [--seed N]
//
// Producers and competing consumers on the JavaScript SDK, one conversation a message group; SIGKILL at random moments and a
// restart on the same directory and port. What was promised is judged from the clients' own notes, and told in one line.

import { writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { Server } from '../lib/server.mjs';
import { violations } from './checker.mjs';
import { client, consume, produce, until_answered } from './clients.mjs';
import { messages as read_messages, seeded } from './corpus.mjs';

const PRODUCERS = 4;
const CONSUMERS = 6;
const VISIBILITY_S = 4;
const QUEUE = 'conversations.fifo';

const { values: options } = parseArgs({
  options: {
    messages: { type: 'string', default: '5000' },
    kills: { type: 'string', default: '8' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
  },
});
const random = seeded(Number(options.seed));

class Ledger {
  events = [];
  #leases = 0;
  #unique = { sent: new Set(), processed: new Set() };

  now() {
    return performance.now();
  }

  lease() {
    return ++this.#leases;
  }

  note(type, event) {
    const noted = { type, at: this.now(), ...event };
    this.events.push(noted);
    this.#unique[type]?.add(`${event.conversation} ${event.n}`);
    return noted;
  }

  // How many messages.
  count(type) {
    return this.#unique[type].size;
  }
}

async function main() {
  const started = performance.now();
  const { messages, source } = read_messages(Number(options.messages), { random });
  const server = await Server.start();
  const ledger = new Ledger();
  try {
    const queue_url = await created(server);
    const work = run_clients({ server, queue_url, messages, ledger });
    const restarts = await Promise.race([work.failed, kill_again_and_again({ server, messages, ledger })]);
    await work.finished;
    await check_nothing_comes_back({ server, queue_url, ledger, restarts });
    return verdict({ messages, source, ledger, restarts, seconds: (performance.now() - started) / 1000 });
  } catch (error) {
    console.log(server.output);
    throw error;
  } finally {
    await server.dispose();
  }
}

async function created(server) {
  const sqs = client(server.endpoint);
  const { QueueUrl } = await sqs.createQueue({ QueueName: QUEUE, Attributes: { FifoQueue: 'true' } });
  sqs.destroy();
  return QueueUrl;
}

// Each conversation has one producer, which says its messages in order; any consumer may get it.
function run_clients({ server, queue_url, messages, ledger }) {
  const said = new Map(messages.map(({ conversation, n, body }) => [`${conversation} ${n}`, body]));
  let is_drained = false;
  const producers = Array.from({ length: PRODUCERS }, (_, each) => produce({
    sqs: client(server.endpoint),
    queue_url,
    messages: messages.filter(({ conversation }) => checksum(conversation) % PRODUCERS === each),
    ledger,
    random,
    batch_max: each % 2 === 0 ? 1 : 10,
    parallel: each % 2 === 0 ? 4 : 1,
  }));
  const consumers = Array.from({ length: CONSUMERS }, (_, each) => consume({
    name: `consumer ${each}`,
    sqs: client(server.endpoint),
    queue_url,
    visibility_s: VISIBILITY_S,
    ledger,
    said,
    random,
    deletes: each % 2 === 0 ? 'singly' : 'in a batch',
    is_done: () => is_drained,
  }));
  const drained = Promise.all(producers).then(() => empty(server, queue_url)).then(() => (is_drained = true));
  const finished = Promise.all([drained, ...consumers]);
  finished.catch(() => {});  // Told by whoever awaits it.
  return { finished, failed: finished.then(() => new Promise(() => {})) };
}

const checksum = (text) => [...text].reduce((sum, each) => (sum * 31 + each.codePointAt(0)) >>> 0, 7);

// Resolves once the queue holds nothing, visible, in flight or delayed.
async function empty(server, queue_url) {
  const sqs = client(server.endpoint);
  for (;;) {
    const names = ['', 'NotVisible', 'Delayed'].map((each) => `ApproximateNumberOfMessages${each}`);
    const { answer } = await until_answered(() => sqs.getQueueAttributes({ QueueUrl: queue_url, AttributeNames: names }));
    if (names.every((name) => answer.Attributes[name] === '0')) return sqs.destroy();
    await wait(100);
  }
}

// Kills when a random share of the work is done, and now and then again while it restarts. Returns the restart times in ms.
async function kill_again_and_again({ server, messages, ledger }) {
  const restarts = [];
  const moments = Array.from({ length: Number(options.kills) }, () => 0.02 + 0.9 * random()).sort((a, b) => a - b);
  const done = () => (ledger.count('sent') + ledger.count('processed')) / (2 * messages.length);
  for (const moment of moments) {
    while (done() < moment) await wait(5);
    await wait(30 * random());
    const killed_at = ledger.now();
    for (let kills = random() < 0.25 ? 2 : 1; kills > 0; --kills) {
      await server.end('SIGKILL');
      await server.restart();
      if (kills > 1) await wait(20 * random());
    }
    await answers(server);
    restarts.push(ledger.now() - killed_at);
  }
  return restarts;
}

// Resolves when the server answers a call about the queue.
async function answers(server) {
  const deadline = Date.now() + 60_000;
  const headers = { 'x-amz-target': 'AmazonSQS.GetQueueUrl', 'content-type': 'application/x-amz-json-1.0' };
  const status = () => new Promise((resolve) => {
    const request = http.request(server.endpoint, { method: 'POST', agent: false, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', () => resolve(undefined));
    request.end(JSON.stringify({ QueueName: QUEUE }));
  });
  while ((await status()) !== 200) {
    if (Date.now() > deadline || server.process.exitCode !== null) throw new Error('the server did not come back');
    await wait(1);
  }
}

// One more kill after all is done; then, when every lease that there may be has ended, the queue must be silent.
async function check_nothing_comes_back({ server, queue_url, ledger, restarts }) {
  const killed_at = ledger.now();
  await server.end('SIGKILL');
  await server.restart();
  await answers(server);
  restarts.push(ledger.now() - killed_at);
  await consume_leftovers({ server, queue_url, ledger });
}

async function consume_leftovers({ server, queue_url, ledger }) {
  const sqs = client(server.endpoint);
  const requested_at = ledger.now();
  const { Messages = [] } = await sqs.receiveMessage({
    QueueUrl: queue_url,
    MaxNumberOfMessages: 10,
    WaitTimeSeconds: VISIBILITY_S + 1,
    VisibilityTimeout: 60,
    MessageSystemAttributeNames: ['All'],
  });
  sqs.destroy();
  const messages = Messages.map(({ Body, MessageId, Attributes }) => (
    { ...JSON.parse(Body), message_id: MessageId, sequence_number: Attributes.SequenceNumber, intact: true }));
  if (messages.length > 0) ledger.note('received', { lease: ledger.lease(), consumer: 'the last', requested_at, messages });
}

// Prints the one line, and what was broken where anything was. Returns the exit code.
function verdict({ messages, source, ledger, restarts, seconds }) {
  const said = new Map();
  for (const { conversation } of messages) said.set(conversation, (said.get(conversation) ?? 0) + 1);
  const broken = violations({ said, visibility_ms: VISIBILITY_S * 1000, events: ledger.events });
  const of_type = (type) => ledger.events.filter((event) => event.type === type);
  const received = of_type('received').reduce((sum, event) => sum + event.messages.length, 0);
  const retried = of_type('sent').filter(({ tries }) => tries > 1).length;
  const sorted = restarts.map(Math.round).sort((a, b) => a - b);
  console.log(
    `${broken.length === 0 ? 'KEPT' : 'BROKEN'}: ${messages.length} messages of ${said.size} conversations from ${source}, ` +
    `${PRODUCERS} producers, ${CONSUMERS} consumers; killed ${restarts.length} times, back at the first answer in ` +
    `${sorted[0]}-${sorted.at(-1)} ms (median ${sorted[sorted.length >> 1]}); ` +
    `${ledger.count('sent')} sends acknowledged, ${retried} of them after a lost answer; ` +
    `${ledger.count('processed')} processed, ${received - messages.length} handed out again; ` +
    `${of_type('deleted').length} deletes acknowledged; ` +
    `${broken.length} violations; ${seconds.toFixed(1)} s, seed ${options.seed}`);
  if (broken.length === 0) return 0;
  for (const { rule, conversation, n, text } of broken.slice(0, 20)) {
    console.log(`  ${rule}: ${conversation} #${n} ${text}`);
  }
  const path = join(tmpdir(), `conversations-${options.seed}.json`);
  writeFileSync(path, ledger.events.map((event) => JSON.stringify(event)).join('\n'));
  console.log(`The history is in ${path}.`);
  return 1;
}

process.exit(await main());
