// The console's doctor and `mailrail doctor` say the same of the same server.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { isDeepStrictEqual, promisify } from 'node:util';

import { diagnose } from '../../../ui/diagnosis.js';
import { Console } from './lib/console.mjs';
import { fill } from './lib/sample.mjs';

let console_;
before(async () => {
  console_ = await Console.start(['--test-api']);
});
after(() => console_?.dispose());

async function told() {
  const run = promisify(execFile);
  const { stdout, stderr } = await run(process.env.TESTED_MAILRAIL, ['doctor', '--endpoint', console_.server.endpoint, '--output', 'json'], {
    env: { ...process.env, AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' },
  }).catch((error) => error);
  assert.ok(stdout, stderr);
  const { Findings } = JSON.parse(stdout);
  return Findings.map((each) => ({ check: each.Check, severity: each.Severity, subject: each.QueueName ?? '', evidence: each.Evidence, fix: each.Fix }));
}

async function seen() {
  const server = await console_.mailrail('DescribeServer', {});
  const { Queues } = await console_.mailrail('DescribeQueues', { MaxResults: 1000 });
  const whys = new Map();
  for (const { QueueName } of Queues.filter((row) => row.ConversationsBlocked > 0)) {
    const { Conversations } = await console_.mailrail('ListConversations', { QueueUrl: QueueName, State: 'Blocked', MaxResults: 1 });
    if (Conversations.length) whys.set(QueueName, Conversations[0].Why);
  }
  return diagnose(server, new Map(Queues.map((row) => [row.QueueName, row])), whys);
}

// Durations are told to the second, and one may begin between the two: who disagrees does so time and again.
async function bothTell() {
  let both;
  for (let look = 0; look < 5; ++look) {
    both = { seen: await seen(), told: await told() };
    if (isDeepStrictEqual(both.seen, both.told)) break;
  }
  assert.deepEqual(both.seen, both.told);
  return both.seen;
}

const checks = (findings) => new Set(findings.map(({ check }) => check));

test('they agree on a server on a busy morning', async () => {
  await fill(console_);

  const findings = await bothTell();

  for (const check of ['no-dead-letter-queue', 'parked-conversations']) assert.ok(checks(findings).has(check), check);
});

test('they agree on all that goes wrong as time goes by', async () => {
  const advance = async (by) => assert.ok((await fetch(`${console_.url}/_mailrail/clock`, { method: 'POST', body: JSON.stringify({ advance: by }) })).ok);
  const receive = async (QueueUrl, MaxNumberOfMessages = 10) => (await console_.sqs('ReceiveMessage', { QueueUrl, MaxNumberOfMessages })).Messages ?? [];
  const bodies = (number) => Array.from({ length: number }, (_, index) => `${index}`);
  await console_.queue('one-room.fifo');
  await console_.send('one-room.fifo', bodies(1_100), "ada's-room");
  await console_.queue('stuck.fifo', { VisibilityTimeout: '3600' });
  await console_.send('stuck.fifo', ['held', 'behind'], 'room-1');
  await receive('stuck.fifo', 1);
  await console_.queue('slow', { VisibilityTimeout: '5' });
  await console_.send('slow', bodies(120));
  const received = (await Promise.all(bodies(12).map(() => receive('slow')))).flat();
  await console_.queue('asked-too-often');
  for (let call = 0; call < 1_000; call += 50) await Promise.all(bodies(50).map(() => receive('asked-too-often')));

  await advance('31s');
  await Promise.all(received.map(({ ReceiptHandle }) => console_.sqs('DeleteMessage', { QueueUrl: 'slow', ReceiptHandle })));
  await advance('400s');

  const findings = await bothTell();
  const expected = ['one-conversation', 'blocked-conversations', 'visibility-timeout', 'no-consumer', 'dead-letters', 'short-polling'];
  assert.deepEqual(expected.filter((check) => !checks(findings).has(check)), []);
});
