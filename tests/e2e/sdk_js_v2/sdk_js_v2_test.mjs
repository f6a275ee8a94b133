// The JavaScript SDK v2, which is at its end and in many programs: promises, callbacks, requests with events, and AWS JSON.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { installed } from '../lib/sdk.mjs';
import { Server } from '../lib/server.mjs';

process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = '1';
const AWS = installed('aws-sdk');

let server;
let sqs;

const settings = { region: 'us-east-1', accessKeyId: 'test', secretAccessKey: 'test', maxRetries: 0 };

before(async () => {
  server = await Server.start();
  sqs = new AWS.SQS({ ...settings, endpoint: server.endpoint });
});
after(() => server?.dispose());

let queues = 0;
async function queue(Attributes = {}) {
  const suffix = Attributes.FifoQueue ? '.fifo' : '';
  const { QueueUrl } = await sqs.createQueue({ QueueName: `queue-${++queues}${suffix}`, Attributes }).promise();
  return QueueUrl;
}

// That a call is refused with this code, as v2 shows it.
async function refused(request, code) {
  await assert.rejects(request.promise(), (error) => {
    assert.equal(error.code, code);
    assert.equal(Math.floor(error.statusCode / 100), 4);
    assert.ok(error.message.length > 0);
    assert.match(error.requestId, /^[0-9a-f-]{36}$/);
    return true;
  });
}

const nonexistent = 'AWS.SimpleQueueService.NonExistentQueue';

describe('queues', () => {
  test('a queue is made, found, changed, emptied and deleted', async () => {
    const QueueUrl = await queue({ VisibilityTimeout: '45' });
    const QueueName = QueueUrl.split('/').pop();
    await sqs.setQueueAttributes({ QueueUrl, Attributes: { DelaySeconds: '1' } }).promise();
    await sqs.sendMessage({ QueueUrl, MessageBody: 'x' }).promise();
    await sqs.purgeQueue({ QueueUrl }).promise();

    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['All'] }).promise();

    assert.equal((await sqs.getQueueUrl({ QueueName }).promise()).QueueUrl, QueueUrl);
    assert.equal(Object.keys(Attributes).length, 12);
    assert.deepEqual([Attributes.VisibilityTimeout, Attributes.DelaySeconds], ['45', '1']);
    assert.equal(Attributes.ApproximateNumberOfMessagesDelayed, '0');
    await sqs.deleteQueue({ QueueUrl }).promise();
    await refused(sqs.getQueueUrl({ QueueName }), nonexistent);
  });

  test('queues are listed page by page', async () => {
    const names = ['page-a', 'page-b', 'page-c'];
    for (const QueueName of names) await sqs.createQueue({ QueueName }).promise();

    const listed = await new Promise((resolve, reject) => {
      const pages = [];
      sqs.listQueues({ QueueNamePrefix: 'page-', MaxResults: 2 }).eachPage((error, page) => {
        if (error) return reject(error);
        if (page === null) return resolve(pages);
        pages.push(page.QueueUrls.map((url) => url.split('/').pop()));
      });
    });

    assert.deepEqual(listed, [['page-a', 'page-b'], ['page-c']]);
  });

  test('a call goes to the host of its queue, whatever the endpoint', async () => {
    const QueueUrl = await queue();
    const elsewhere = new AWS.SQS(settings);

    const sent = await elsewhere.sendMessage({ QueueUrl, MessageBody: 'x' }).promise();

    assert.equal(sent.$response.request.httpRequest.endpoint.host, `127.0.0.1:${server.port}`);
    assert.equal((await sqs.receiveMessage({ QueueUrl }).promise()).Messages[0].MessageId, sent.MessageId);
  });

  test('an error has the code that programs look for', async () => {
    const QueueUrl = `${server.endpoint}/000000000000/no-such-queue`;
    await refused(sqs.receiveMessage({ QueueUrl }), nonexistent);
    await refused(sqs.deleteQueue({ QueueUrl }), nonexistent);
    const existing = await queue();
    await refused(sqs.receiveMessage({ QueueUrl: existing, MaxNumberOfMessages: 11 }), 'InvalidParameterValue');
    await refused(sqs.sendMessage({ QueueUrl: existing, MessageBody: '' }), 'MissingParameter');
    await refused(sqs.deleteMessage({ QueueUrl: existing, ReceiptHandle: 'nonsense' }), 'ReceiptHandleIsInvalid');
    const same = { QueueName: existing.split('/').pop(), Attributes: { DelaySeconds: '7' } };
    await refused(sqs.createQueue(same), 'QueueAlreadyExists');
  });
});

describe('administration', () => {
  test('tags, permissions and sources of dead letters', async () => {
    const created = await sqs.createQueue({ QueueName: 'dead', tags: { team: 'chat', stage: 'test' } }).promise();
    const { QueueUrl } = created;
    await sqs.tagQueue({ QueueUrl, Tags: { team: 'mail' } }).promise();
    await sqs.untagQueue({ QueueUrl, TagKeys: ['stage'] }).promise();
    assert.deepEqual((await sqs.listQueueTags({ QueueUrl }).promise()).Tags, { team: 'mail' });

    const policy = { deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead', maxReceiveCount: 3 };
    const source = await queue({ RedrivePolicy: JSON.stringify(policy) });
    assert.deepEqual((await sqs.listDeadLetterSourceQueues({ QueueUrl }).promise()).queueUrls, [source]);

    const Label = 'one';
    await sqs.addPermission({ QueueUrl, Label, AWSAccountIds: ['111122223333'], Actions: ['SendMessage'] }).promise();
    const shown = { QueueUrl, AttributeNames: ['Policy'] };
    const { Attributes } = await sqs.getQueueAttributes(shown).promise();
    assert.equal(JSON.parse(Attributes.Policy).Statement[0].Action, 'SQS:SendMessage');
    await sqs.removePermission({ QueueUrl, Label }).promise();
    await refused(sqs.removePermission({ QueueUrl, Label }), 'InvalidParameterValue');
  });
});

describe('messages', () => {
  test('a message comes as it was sent, by callbacks', async () => {
    const QueueUrl = await queue();
    const MessageBody = 'crlf\r\n tab\t "quotes" <tags> & \u00e9\u4e16\u{1f69e}';
    const MessageAttributes = {
      count: { DataType: 'Number.int', StringValue: '0042' },
      raw: { DataType: 'Binary', BinaryValue: Buffer.from([0, 255, 30, 10]) },
    };

    const received = await new Promise((resolve, reject) => {
      const or_fail = (next) => (error, data) => (error ? reject(error) : next(data));
      sqs.sendMessage({ QueueUrl, MessageBody, MessageAttributes }, or_fail((sent) => {
        const all = { QueueUrl, AttributeNames: ['All'], MessageAttributeNames: ['All'] };
        sqs.receiveMessage(all, or_fail(({ Messages }) => resolve({ sent, message: Messages[0] })));
      }));
    });

    const { sent, message } = received;
    assert.deepEqual([message.Body, message.MessageId], [MessageBody, sent.MessageId]);
    assert.equal(message.MD5OfMessageAttributes, sent.MD5OfMessageAttributes);
    assert.equal(message.MessageAttributes.count.StringValue, '0042');
    assert.deepEqual(Buffer.from(message.MessageAttributes.raw.BinaryValue), MessageAttributes.raw.BinaryValue);
    assert.equal(message.Attributes.ApproximateReceiveCount, '1');
  });

  test('a message is released, received again and deleted', async () => {
    const QueueUrl = await queue();
    await sqs.sendMessage({ QueueUrl, MessageBody: 'once' }).promise();

    const [{ ReceiptHandle }] = (await sqs.receiveMessage({ QueueUrl }).promise()).Messages;
    await sqs.changeMessageVisibility({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }).promise();
    const [again] = (await sqs.receiveMessage({ QueueUrl }).promise()).Messages;
    await sqs.deleteMessage({ QueueUrl, ReceiptHandle: again.ReceiptHandle }).promise();

    assert.equal(again.Body, 'once');
    // The server leaves an empty list out; v2 shows it as the Query protocol did.
    assert.deepEqual((await sqs.receiveMessage({ QueueUrl }).promise()).Messages, []);
  });

  test('batches on a FIFO queue keep their order and answer entry by entry', async () => {
    const QueueUrl = await queue({ FifoQueue: 'true', ContentBasedDeduplication: 'true' });
    const Entries = [...'0123456789'].map((Id) => ({ Id, MessageBody: `body ${Id}`, MessageGroupId: 'g' }));

    const sent = await sqs.sendMessageBatch({ QueueUrl, Entries }).promise();
    const { Messages } = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 }).promise();
    const handles = Messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }));
    const longer = handles.map((each) => ({ ...each, VisibilityTimeout: 60 }));
    const changed = await sqs.changeMessageVisibilityBatch({ QueueUrl, Entries: longer }).promise();
    const with_bad = [...handles.slice(1), { Id: 'bad', ReceiptHandle: 'nonsense' }];
    const deleted = await sqs.deleteMessageBatch({ QueueUrl, Entries: with_bad }).promise();

    assert.equal(sent.Successful.length, 10);
    assert.deepEqual(Messages.map(({ Body }) => Body), Entries.map(({ MessageBody }) => MessageBody));
    assert.equal(changed.Successful.length, 10);
    assert.deepEqual(deleted.Successful.map(({ Id }) => Id), [...'123456789']);
    assert.deepEqual(deleted.Failed.map(({ Id, Code }) => [Id, Code]), [['bad', 'ReceiptHandleIsInvalid']]);
  });

  test('a long poll ends as soon as a message is there', async () => {
    const QueueUrl = await queue();
    const polled = sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 20 }).promise();
    const started = performance.now();
    await sqs.sendMessage({ QueueUrl, MessageBody: 'wake' }).promise();

    assert.equal((await polled).Messages[0].Body, 'wake');
    assert.ok(performance.now() - started < 10_000);
  });
});
