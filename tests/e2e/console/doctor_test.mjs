// The console's doctor and `mailrail doctor` say the same of the same server.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { diagnose } from '../../../ui/diagnosis.js';
import { Console } from './lib/console.mjs';
import { fill } from './lib/sample.mjs';

let console_;
before(async () => {
  console_ = await Console.start();
  await fill(console_);
});
after(() => console_?.dispose());

async function told() {
  const run = promisify(execFile);
  const { stdout, stderr } = await run(process.env.TESTED_MAILRAIL, ['doctor', '--endpoint', console_.server.endpoint, '--output', 'json'], {
    env: { ...process.env, AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' },
  }).catch((error) => error);
  assert.ok(stdout, stderr);
  return JSON.parse(stdout);
}

async function observed() {
  const server = await console_.mailrail('DescribeServer', {});
  const { Queues } = await console_.mailrail('DescribeQueues', { MaxResults: 1000 });
  return { server, rows: new Map(Queues.map((row) => [row.QueueName, row])) };
}

const sorted = (findings) => findings.map(({ check, severity, subject, evidence, fix }) => [check, severity, subject, evidence, fix].map(String)).sort();

test('a real server', async () => {
  const cli = await told();
  const { server, rows } = await observed();

  const ours = diagnose(server, rows);

  assert.ok(ours.length >= 3);
  const theirs = cli.Findings.map((each) => ({ check: each.Check, severity: each.Severity, subject: each.QueueName ?? '', evidence: each.Evidence, fix: each.Fix }));
  assert.deepEqual(sorted(ours), sorted(theirs));
});
