// Message move tasks, as the official JavaScript SDK and its version 2 call them over AWS JSON.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';

import sdk, { installed } from '../lib/sdk.mjs';
import { Server } from '../lib/server.mjs';

process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = '1';

let server;
let sqs;
const clients = {};

before(async () => {
  server = await Server.start();
  const where = { endpoint: server.endpoint, region: 'us-east-1', accessKeyId: 'test', secretAccessKey: 'test' };
  sqs = new sdk.SQS({ ...where, credentials: where, maxAttempts: 1 });
  const { SQS } = installed('aws-sdk');
  const v2 = new SQS({ ...where, maxRetries: 0 });
  clients.v3 = (action, input) => sqs[action](input);
  clients.v2 = (action, input) => v2[action](input).promise();
});
after(async () => {
  sqs?.destroy();
  await server?.dispose();
});

const arn_of = (url) => `arn:aws:sqs:us-east-1:000000000000:${url.split('/').pop()}`;

let queues = 0;
async function queue(Attributes = {}) {
  const { QueueUrl } = await sqs.createQueue({ QueueName: `queue-${++queues}`, Attributes });
  return QueueUrl;
}

async function count(QueueUrl) {
  const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] });
  return Number(Attributes.ApproximateNumberOfMessages);
}

// A queue whose ten messages are all among its dead letters.
async function dead_letters() {
  const dead = await queue();
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn_of(dead), maxReceiveCount: 1 });
  const source = await queue({ RedrivePolicy, VisibilityTimeout: '0' });
  const Entries = [...'0123456789'].map((Id) => ({ Id, MessageBody: Id }));
  await sqs.sendMessageBatch({ QueueUrl: source, Entries });
  for (let each = 0; each < 2; ++each) await sqs.receiveMessage({ QueueUrl: source, MaxNumberOfMessages: 10 });
  assert.deepEqual([await count(source), await count(dead)], [0, 10]);
  return { dead, source };
}

for (const version of ['v3', 'v2']) {
  describe(`the SDK ${version}`, () => {
    const call = (action, input) => clients[version](action, input);
    const newest = async (SourceArn) => (await call('listMessageMoveTasks', { SourceArn })).Results[0];

    async function until(SourceArn, status) {
      const deadline = Date.now() + 20_000;
      for (;;) {
        const task = await newest(SourceArn);
        if (task.Status === status) return task;
        assert.ok(Date.now() < deadline, `the task is ${JSON.stringify(task)}, and not ${status} after 20 s`);
        await wait(20);
      }
    }

    async function refused(promise, name, text) {
      await assert.rejects(promise, (error) => {
        assert.equal(version === 'v3' ? error.name : error.code, name);
        assert.equal(error.message, text);
        return true;
      });
    }

    test('dead letters go back to where they came from', async () => {
      const { dead, source } = await dead_letters();
      const { TaskHandle } = await call('startMessageMoveTask', { SourceArn: arn_of(dead) });
      const task = await until(arn_of(dead), 'COMPLETED');

      assert.match(TaskHandle, /^[A-Za-z0-9+/=]+$/);
      assert.equal(task.ApproximateNumberOfMessagesMoved, 10);
      assert.equal(task.ApproximateNumberOfMessagesToMove, 10);
      assert.equal(task.SourceArn, arn_of(dead));
      assert.deepEqual([task.TaskHandle, task.DestinationArn, task.FailureReason], [undefined, undefined, undefined]);
      assert.ok(Math.abs(Number(task.StartedTimestamp) - Date.now()) < 60_000);
      assert.deepEqual([await count(source), await count(dead)], [10, 0]);
    });

    test('dead letters go to another queue', async () => {
      const { dead, source } = await dead_letters();
      const other = await queue();
      await call('startMessageMoveTask', { SourceArn: arn_of(dead), DestinationArn: arn_of(other) });

      assert.equal((await until(arn_of(dead), 'COMPLETED')).DestinationArn, arn_of(other));
      assert.deepEqual([await count(source), await count(dead), await count(other)], [0, 0, 10]);
    });

    test('a task is slowed down and cancelled', async () => {
      const { dead, source } = await dead_letters();
      const SourceArn = arn_of(dead);
      const { TaskHandle } = await call('startMessageMoveTask', { SourceArn, MaxNumberOfMessagesPerSecond: 1 });
      const task = await newest(SourceArn);
      assert.deepEqual([task.Status, task.TaskHandle, task.MaxNumberOfMessagesPerSecond], ['RUNNING', TaskHandle, 1]);
      await refused(call('startMessageMoveTask', { SourceArn }), 'InvalidParameterValue',
        'There is already a task running. Only one active task is allowed for a source queue arn at a given time.');

      const cancelled = await call('cancelMessageMoveTask', { TaskHandle });

      assert.ok(cancelled.ApproximateNumberOfMessagesMoved < 10);
      await until(SourceArn, 'CANCELLED');
      const left = [await count(source), await count(dead)];
      assert.ok(left[0] + left[1] === 10 && left[1] > 0, `${left}`);
    });

    test('what cannot be moved is refused', async () => {
      const plain = arn_of(await queue());
      const start = (SourceArn) => call('startMessageMoveTask', { SourceArn });

      await refused(start(`${plain}-not`), 'ResourceNotFoundException',
        "The resource that you specified for the SourceArn parameter doesn't exist.");
      await refused(start(plain), 'InvalidParameterValue', 'Source queue must be configured as a Dead Letter Queue.');
      await refused(call('cancelMessageMoveTask', { TaskHandle: 'nonsense' }), 'InvalidParameterValue',
        'Value for parameter TaskHandle is invalid.');
    });
  });
}
