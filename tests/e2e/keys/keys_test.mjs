// A server that has keys, asked by the official JavaScript SDK, which hashes bodies and mends its clock.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { after, before, test } from 'node:test';

import sdk, { installed } from '../lib/sdk.mjs';
import { Server, temporaryDirectory } from '../lib/server.mjs';

const { SNS } = installed('@aws-sdk/client-sns');

let server;
let credentials;
const clients = [];

before(async () => {
  const data = temporaryDirectory();
  const made = JSON.parse(
    execFileSync(process.env.TESTED_MAILRAIL, ['key', 'create', '--role', 'admin', '--data', data, '-o', 'json'], { stdio: ['ignore', 'pipe', 'ignore'] }));
  credentials = { accessKeyId: made.AccessKeyId, secretAccessKey: made.SecretAccessKey };
  server = await Server.start({ data });
});
after(async () => {
  for (const each of clients) each.destroy();
  await server?.dispose();
});

function client(options = {}, Client = sdk.SQS) {
  const made = new Client({ endpoint: server.endpoint, region: 'us-east-1', credentials, maxAttempts: 1, ...options });
  clients.push(made);
  return made;
}

test('the right key gets in, over AWS JSON and AWS Query', async () => {
  const sqs = client();
  const { QueueUrl } = await sqs.createQueue({ QueueName: 'q' });
  await sqs.sendMessage({ QueueUrl, MessageBody: 'hello' });
  const { Messages } = await sqs.receiveMessage({ QueueUrl });
  assert.equal(Messages[0].Body, 'hello');
  await client({}, SNS).createTopic({ Name: 't' });
});

test('a wrong secret and an unknown key are told by the names that the SDK knows', async () => {
  const wrong = { ...credentials, secretAccessKey: 'x'.repeat(40) };
  await assert.rejects(client({ credentials: wrong }).listQueues({}), (error) => {
    assert.match(error.name, /InvalidSignatureException|SignatureDoesNotMatch/);
    assert.equal(error.$metadata.httpStatusCode, 403);
    return true;
  });
  await assert.rejects(client({ credentials: wrong }, SNS).listTopics({}), { name: 'SignatureDoesNotMatch' });
  const unknown = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x'.repeat(40) };
  await assert.rejects(client({ credentials: unknown }).listQueues({}), /The security token included in the request is invalid/);
});

test('the SDK mends a clock that is two hours off, as with AWS', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: Date.now() + 2 * 3600 * 1000 });
  await assert.rejects(client({ maxAttempts: 1 }).listQueues({}), /Signature not yet current/);
  await client({ maxAttempts: 3 }).listQueues({});
});
