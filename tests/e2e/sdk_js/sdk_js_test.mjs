// All actions as the official JavaScript SDK calls them: AWS JSON 1.0, bodies verified by the SDK itself.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import http from 'node:http';
import { after, before, describe, test } from 'node:test';

import sdk from '../lib/sdk.mjs';
import { Server } from '../lib/server.mjs';

let server;
let sqs;

before(async () => {
  server = await Server.start();
  sqs = client();
});
after(async () => {
  sqs?.destroy();
  await server?.dispose();
});

function client(options = {}) {
  return new sdk.SQS({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    ...options,
  });
}

let queues = 0;
async function queue(Attributes = {}) {
  const suffix = Attributes.FifoQueue ? '.fifo' : '';
  const { QueueUrl } = await sqs.createQueue({ QueueName: `queue-${++queues}${suffix}`, Attributes });
  return QueueUrl;
}
const fifo = (Attributes = {}) => queue({ FifoQueue: 'true', ...Attributes });

const md5 = (bytes) => createHash('md5').update(bytes).digest('hex');

// The digest of message attributes as Amazon documents it.
function attributes_md5(attributes) {
  const hash = createHash('md5');
  const counted = (bytes) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const [name, value] of Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))) {
    counted(Buffer.from(name));
    counted(Buffer.from(value.DataType));
    hash.update(Buffer.from([value.BinaryValue ? 2 : 1]));
    counted(Buffer.from(value.BinaryValue ?? value.StringValue));
  }
  return hash.digest('hex');
}

// That `call` is refused with the name that JSON clients see and the code that Query clients see.
async function refused(call, name, code = name) {
  await assert.rejects(call, (error) => {
    assert.equal(error.name, name);
    assert.equal(error.Error?.Code, code);
    assert.ok(error.message.length > 0);
    assert.match(error.$metadata.requestId, /^[0-9a-f-]{36}$/);
    return true;
  });
}

const nonexistent = 'AWS.SimpleQueueService.NonExistentQueue';

describe('queues', () => {
  test('a queue is found under its name, and its URL echoes the host', async () => {
    const { QueueUrl } = await sqs.createQueue({ QueueName: 'found' });

    assert.equal(QueueUrl, `${server.endpoint}/000000000000/found`);
    assert.equal((await sqs.getQueueUrl({ QueueName: 'found' })).QueueUrl, QueueUrl);
    assert.equal((await sqs.createQueue({ QueueName: 'found' })).QueueUrl, QueueUrl);
    const different = sqs.createQueue({ QueueName: 'found', Attributes: { DelaySeconds: '7' } });
    await refused(different, 'QueueNameExists', 'QueueAlreadyExists');
  });

  test('attributes are kept, changed and shown', async () => {
    const QueueUrl = await queue({ VisibilityTimeout: '45', MessageRetentionPeriod: '120' });
    await sqs.setQueueAttributes({ QueueUrl, Attributes: { DelaySeconds: '3' } });

    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['All'] });

    assert.equal(Object.keys(Attributes).length, 12);
    assert.equal(Attributes.VisibilityTimeout, '45');
    assert.equal(Attributes.MessageRetentionPeriod, '120');
    assert.equal(Attributes.DelaySeconds, '3');
    assert.equal(Attributes.MaximumMessageSize, '1048576');
    assert.match(Attributes.QueueArn, /^arn:aws:sqs:us-east-1:000000000000:queue-/);
    await refused(sqs.setQueueAttributes({ QueueUrl, Attributes: { Colour: 'red' } }), 'InvalidAttributeName');
    await refused(sqs.setQueueAttributes({ QueueUrl, Attributes: { DelaySeconds: '901' } }), 'InvalidAttributeValue');
  });

  test('queues are listed by prefix and in pages', async () => {
    const names = ['page-a', 'page-b', 'page-c', 'page-d', 'page-e'];
    for (const QueueName of names) await sqs.createQueue({ QueueName });

    const listed = [];
    for await (const page of sdk.paginateListQueues({ client: sqs, pageSize: 2 }, { QueueNamePrefix: 'page-' })) {
      assert.ok(page.QueueUrls.length <= 2);
      listed.push(...page.QueueUrls);
    }

    assert.deepEqual(listed.map((url) => url.split('/').pop()), names);
    assert.equal((await sqs.listQueues({ QueueNamePrefix: 'no-such-' })).QueueUrls, undefined);
  });

  test('a deleted queue is gone for every action', async () => {
    const QueueUrl = await queue();
    await sqs.deleteQueue({ QueueUrl });

    await refused(sqs.getQueueUrl({ QueueName: QueueUrl.split('/').pop() }), 'QueueDoesNotExist', nonexistent);
    await refused(sqs.sendMessage({ QueueUrl, MessageBody: 'late' }), 'QueueDoesNotExist', nonexistent);
    await refused(sqs.receiveMessage({ QueueUrl }), 'QueueDoesNotExist', nonexistent);
    await refused(sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['All'] }), 'QueueDoesNotExist', nonexistent);
    await refused(sqs.purgeQueue({ QueueUrl }), 'QueueDoesNotExist', nonexistent);
  });

  test('purging empties a queue', async () => {
    const QueueUrl = await queue();
    for (const MessageBody of ['a', 'b', 'c']) await sqs.sendMessage({ QueueUrl, MessageBody });
    await sqs.receiveMessage({ QueueUrl });
    await sqs.purgeQueue({ QueueUrl });

    assert.deepEqual(await counts(QueueUrl), { visible: 0, in_flight: 0, delayed: 0 });
    assert.equal((await sqs.receiveMessage({ QueueUrl })).Messages, undefined);
  });
});

async function counts(QueueUrl) {
  const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['All'] });
  return {
    visible: Number(Attributes.ApproximateNumberOfMessages),
    in_flight: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
    delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed),
  };
}

describe('messages', () => {
  test('a message comes as it was sent, with its digests', async () => {
    const QueueUrl = await queue();
    const MessageBody = 'crlf\r\n tab\t "quotes" <tags> & \u00e9\u4e16\u{1f69e}';
    const MessageAttributes = {
      trace: { DataType: 'String', StringValue: 'abc' },
      count: { DataType: 'Number.int', StringValue: '0042' },
      raw: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255, 30, 10]) },
    };

    const sent = await sqs.sendMessage({ QueueUrl, MessageBody, MessageAttributes });
    const names = { MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] };
    const { Messages } = await sqs.receiveMessage({ QueueUrl, ...names });

    assert.equal(sent.MD5OfMessageBody, md5(MessageBody));
    assert.equal(sent.MD5OfMessageAttributes, attributes_md5(MessageAttributes));
    assert.equal(sent.SequenceNumber, undefined);
    const [message] = Messages;
    assert.equal(message.Body, MessageBody);
    assert.equal(message.MessageId, sent.MessageId);
    assert.equal(message.MD5OfMessageAttributes, sent.MD5OfMessageAttributes);
    assert.deepEqual(message.MessageAttributes.raw.BinaryValue, MessageAttributes.raw.BinaryValue);
    assert.equal(message.MessageAttributes.count.StringValue, '0042');
    assert.deepEqual(Object.keys(message.Attributes).sort(), [
      'ApproximateFirstReceiveTimestamp', 'ApproximateReceiveCount', 'SenderId', 'SentTimestamp']);
    assert.equal(message.Attributes.ApproximateReceiveCount, '1');
  });

  test('only the attributes asked for come back, and the digest covers these', async () => {
    const QueueUrl = await queue();
    const Hello = { DataType: 'String', StringValue: 'There' };
    await sqs.sendMessage({ QueueUrl, MessageBody: 'a', MessageAttributes: { Hello, Other: Hello } });

    const { Messages } = await sqs.receiveMessage({ QueueUrl, MessageAttributeNames: ['Hel.*', 'Hello'] });

    assert.deepEqual(Object.keys(Messages[0].MessageAttributes), ['Hello']);
    assert.equal(Messages[0].MD5OfMessageAttributes, attributes_md5({ Hello }));
    assert.equal(Messages[0].Attributes, undefined);
  });

  test('a message is hidden until its visibility timeout ends, and gone once deleted', async () => {
    const QueueUrl = await queue();
    await sqs.sendMessage({ QueueUrl, MessageBody: 'once' });

    const first = (await sqs.receiveMessage({ QueueUrl })).Messages[0];
    assert.equal((await sqs.receiveMessage({ QueueUrl })).Messages, undefined);
    await sqs.changeMessageVisibility({ QueueUrl, ReceiptHandle: first.ReceiptHandle, VisibilityTimeout: 0 });
    const again = (await sqs.receiveMessage({ QueueUrl, AttributeNames: ['ApproximateReceiveCount'] })).Messages[0];
    await sqs.deleteMessage({ QueueUrl, ReceiptHandle: again.ReceiptHandle });

    assert.equal(again.MessageId, first.MessageId);
    assert.notEqual(again.ReceiptHandle, first.ReceiptHandle);
    assert.equal(again.Attributes.ApproximateReceiveCount, '2');
    assert.deepEqual(await counts(QueueUrl), { visible: 0, in_flight: 0, delayed: 0 });
    await sqs.deleteMessage({ QueueUrl, ReceiptHandle: again.ReceiptHandle });
  });

  test('a delayed message waits for its time', async () => {
    const QueueUrl = await queue();
    await sqs.sendMessage({ QueueUrl, MessageBody: 'later', DelaySeconds: 1 });

    assert.equal((await sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 0 })).Messages, undefined);
    assert.deepEqual(await counts(QueueUrl), { visible: 0, in_flight: 0, delayed: 1 });
    assert.equal((await sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 5 })).Messages[0].Body, 'later');
  });

  test('batches answer entry by entry', async () => {
    const QueueUrl = await queue({ MaximumMessageSize: '1024' });
    const entries = ['a', 'b', 'c'].map((each) => ({ Id: each, MessageBody: `body ${each}` }));

    const too_long = { Id: 'long', MessageBody: 'x'.repeat(1025) };
    const sent = await sqs.sendMessageBatch({ QueueUrl, Entries: [...entries, too_long] });
    assert.deepEqual(
      sent.Successful.map(({ Id, MD5OfMessageBody }) => [Id, MD5OfMessageBody]),
      entries.map(({ Id, MessageBody }) => [Id, md5(MessageBody)]));
    assert.deepEqual(faults(sent), [['long', 'InvalidParameterValue', true]]);

    const received = await receive_all(QueueUrl, 3);
    const handles = received.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }));
    const longer = handles.map((each) => ({ ...each, VisibilityTimeout: 60 }));
    const changed = await sqs.changeMessageVisibilityBatch({ QueueUrl, Entries: longer });
    const bad = { Id: 'bad', ReceiptHandle: 'nonsense' };
    const deleted = await sqs.deleteMessageBatch({ QueueUrl, Entries: [...handles, bad] });

    assert.deepEqual(received.map(({ Body }) => Body).sort(), entries.map(({ MessageBody }) => MessageBody));
    assert.equal(changed.Successful.length, 3);
    assert.deepEqual(deleted.Successful.map(({ Id }) => Id), ['0', '1', '2']);
    assert.deepEqual(faults(deleted), [['bad', 'ReceiptHandleIsInvalid', true]]);
    assert.deepEqual(await counts(QueueUrl), { visible: 0, in_flight: 0, delayed: 0 });
  });

  test('a batch that breaks a rule as a whole is refused as a whole', async () => {
    const QueueUrl = await queue();
    const entry = (Id) => ({ Id, MessageBody: 'x' });
    const refused_whole = (Entries, name) =>
      refused(sqs.sendMessageBatch({ QueueUrl, Entries }), name, `AWS.SimpleQueueService.${name}`);
    const large = { MessageBody: 'x'.repeat(600_000) };

    await refused_whole([], 'EmptyBatchRequest');
    await refused_whole([...'abcdefghijk'].map(entry), 'TooManyEntriesInBatchRequest');
    await refused_whole([entry('a'), entry('a')], 'BatchEntryIdsNotDistinct');
    await refused_whole([entry('a:b')], 'InvalidBatchEntryId');
    await refused_whole([{ Id: 'a', ...large }, { Id: 'b', ...large }], 'BatchRequestTooLong');
    assert.deepEqual(await counts(QueueUrl), { visible: 0, in_flight: 0, delayed: 0 });
  });

  test('what is out of range is refused, by name', async () => {
    const QueueUrl = await queue();
    const parameter = ['InvalidParameterValue'];
    const missing = ['MissingParameter'];

    await refused(sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 11 }), ...parameter);
    await refused(sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 21 }), ...parameter);
    await refused(sqs.sendMessage({ QueueUrl, MessageBody: '' }), ...missing);
    await refused(sqs.sendMessage({ QueueUrl, MessageBody: 'a\u0000b' }), 'InvalidMessageContents');
    await refused(sqs.deleteMessage({ QueueUrl, ReceiptHandle: 'nonsense' }), 'ReceiptHandleIsInvalid');
    await refused(sqs.createQueue({ QueueName: 'no/slash' }), ...parameter);
  });

  const faults = ({ Failed }) => Failed.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault]);

  async function receive_all(QueueUrl, count) {
    const received = [];
    while (received.length < count) {
      const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 });
      assert.ok(Messages.length > 0, `only ${received.length} of ${count} messages came`);
      received.push(...Messages);
    }
    return received;
  }
});

describe('long polls', () => {
  test('a long poll ends as soon as a message is there', async () => {
    const QueueUrl = await queue();
    const polled = sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 20 });
    const started = performance.now();
    await sqs.sendMessage({ QueueUrl, MessageBody: 'wake' });

    assert.equal((await polled).Messages[0].Body, 'wake');
    assert.ok(performance.now() - started < 10_000);
  });

  test('a long poll that stays empty ends when its time is over', async () => {
    const QueueUrl = await queue({ ReceiveMessageWaitTimeSeconds: '1' });
    const started = performance.now();

    assert.equal((await sqs.receiveMessage({ QueueUrl })).Messages, undefined);
    assert.ok(performance.now() - started > 900);
  });

  test('a poll wakes when the conversation that it waits for is free', async () => {
    const QueueUrl = await fifo({ ContentBasedDeduplication: 'true' });
    await sqs.sendMessage({ QueueUrl, MessageBody: '1', MessageGroupId: 'g' });
    await sqs.sendMessage({ QueueUrl, MessageBody: '2', MessageGroupId: 'g' });
    const first = (await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 1 })).Messages[0];

    const polled = sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 20 });
    await sqs.deleteMessage({ QueueUrl, ReceiptHandle: first.ReceiptHandle });

    assert.equal((await polled).Messages[0].Body, '2');
  });
});

describe('FIFO queues', () => {
  function send(QueueUrl, MessageGroupId, MessageBody, more = {}) {
    const MessageDeduplicationId = `${MessageGroupId}-${MessageBody}`;
    return sqs.sendMessage({ QueueUrl, MessageBody, MessageGroupId, MessageDeduplicationId, ...more });
  }
  const bodies = (Messages = []) => Messages.map(({ Body }) => Body);

  test('a conversation keeps its order and has one holder at a time', async () => {
    const QueueUrl = await fifo();
    for (const body of ['1', '2', '3']) await send(QueueUrl, 'a', body);
    await send(QueueUrl, 'b', 'other');

    const one = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 1 });
    const two = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
    assert.deepEqual([bodies(one.Messages), bodies(two.Messages)], [['1'], ['other']]);
    assert.equal((await sqs.receiveMessage({ QueueUrl })).Messages, undefined);

    await sqs.deleteMessage({ QueueUrl, ReceiptHandle: one.Messages[0].ReceiptHandle });
    assert.deepEqual(bodies((await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 })).Messages), ['2', '3']);
  });

  test('sequence numbers rise and system attributes tell the conversation', async () => {
    const QueueUrl = await fifo();
    const sent = [await send(QueueUrl, 'g', 'x'), await send(QueueUrl, 'g', 'y')];

    const more = { MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'] };
    const { Messages } = await sqs.receiveMessage({ QueueUrl, ...more });

    const numbers = sent.map(({ SequenceNumber }) => SequenceNumber);
    assert.match(numbers[0], /^\d{20}$/);
    assert.ok(BigInt(numbers[0]) < BigInt(numbers[1]));
    assert.deepEqual(Messages.map(({ Attributes }) => Attributes.SequenceNumber), numbers);
    assert.equal(Messages[0].Attributes.MessageGroupId, 'g');
    assert.equal(Messages[0].Attributes.MessageDeduplicationId, 'g-x');
  });

  test('a second send with the same deduplication id is answered as the first', async () => {
    const QueueUrl = await fifo();
    const first = await send(QueueUrl, 'g', 'x');
    const second = await send(QueueUrl, 'g', 'x');

    assert.equal(second.MessageId, first.MessageId);
    assert.equal(second.SequenceNumber, first.SequenceNumber);
    assert.deepEqual(await counts(QueueUrl), { visible: 1, in_flight: 0, delayed: 0 });
  });

  test('the rules of FIFO sends are told by name', async () => {
    const QueueUrl = await fifo();
    await refused(sqs.sendMessage({ QueueUrl, MessageBody: 'x', MessageDeduplicationId: '1' }), 'MissingParameter');
    await refused(sqs.sendMessage({ QueueUrl, MessageBody: 'x', MessageGroupId: 'g' }), 'InvalidParameterValue');
    await refused(send(QueueUrl, 'g', 'x', { DelaySeconds: 1 }), 'InvalidParameterValue');
    await refused(sqs.createQueue({ QueueName: 'plain', Attributes: { FifoQueue: 'true' } }), 'InvalidParameterValue');
  });

  test('a batch keeps the order of its entries', async () => {
    const QueueUrl = await fifo({ ContentBasedDeduplication: 'true' });
    const Entries = [...'0123456789'].map((each) => ({ Id: each, MessageBody: each, MessageGroupId: 'g' }));
    assert.equal((await sqs.sendMessageBatch({ QueueUrl, Entries })).Successful.length, 10);

    assert.deepEqual(bodies((await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 })).Messages), [...'0123456789']);
  });
});

describe('connections', () => {
  test('many calls share few kept connections', async () => {
    const httpAgent = new http.Agent({ keepAlive: true, maxSockets: 4 });
    const many = client({ requestHandler: { httpAgent } });
    const QueueUrl = await queue();

    const bodies = Array.from({ length: 200 }, (_, each) => `${each}`);
    const sent = await Promise.all(bodies.map((MessageBody) => many.sendMessage({ QueueUrl, MessageBody })));

    assert.equal(new Set(sent.map(({ MessageId }) => MessageId)).size, 200);
    const sockets = Object.values({ ...httpAgent.freeSockets }).flat().length;
    assert.ok(sockets >= 1 && sockets <= 4, `${sockets} connections were kept`);
    many.destroy();
  });
});
