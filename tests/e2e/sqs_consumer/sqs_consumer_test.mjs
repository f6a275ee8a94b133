// Node's usual consumer and producer: `sqs-consumer` with batches, heartbeats and releases, `sqs-producer` with its chunks.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';

import sdk, { installed } from '../lib/sdk.mjs';
import { Server } from '../lib/server.mjs';

const { Consumer } = installed('sqs-consumer');
const { Producer } = installed('sqs-producer');

let server;
let sqs;
let requests = []; // What the client has sent, newest last: {action, members}.

before(async () => {
  server = await Server.start();
  sqs = new sdk.SQS({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  const record = (next) => (args) => {
    const { headers, body } = args.request;
    requests.push({ action: headers['x-amz-target'].split('.').pop(), members: JSON.parse(new TextDecoder().decode(body)) });
    return next(args);
  };
  sqs.middlewareStack.add(record, { step: 'finalizeRequest', name: 'record' });
});
after(async () => {
  sqs?.destroy();
  await server?.dispose();
});

beforeEach(() => (requests = []));
const sent = (action) => requests.filter((each) => each.action === action).map(({ members }) => members);

let queues = 0;
async function queue(Attributes = {}) {
  const suffix = Attributes.FifoQueue ? '.fifo' : '';
  const { QueueUrl } = await sqs.createQueue({ QueueName: `queue-${++queues}${suffix}`, Attributes });
  return QueueUrl;
}

async function counts(QueueUrl) {
  const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['All'] });
  return [Attributes.ApproximateNumberOfMessages, Attributes.ApproximateNumberOfMessagesNotVisible].map(Number);
}

// A consumer that the test's end stops, and the errors that it met.
const running = [];
function consume(queueUrl, options) {
  const consumer = Consumer.create({ queueUrl, sqs, suppressFifoWarning: true, ...options });
  const errors = [];
  for (const event of ['error', 'processing_error', 'timeout_error']) consumer.on(event, (error) => errors.push(error));
  running.push(consumer);
  consumer.start();
  return { consumer, errors };
}
afterEach(() => {
  for (const consumer of running.splice(0)) consumer.stop({ abort: true });
});

// What the next `count` events of this kind bring.
function next(consumer, event, count = 1) {
  return new Promise((resolve, reject) => {
    const values = [];
    const late = setTimeout(() => reject(new Error(`${values.length} of ${count} times ${event} in 20 s`)), 20_000);
    consumer.on(event, (value) => {
      if (values.push(value) !== count) return;
      clearTimeout(late);
      resolve(values);
    });
  });
}

describe('sqs-consumer', () => {
  test('messages are taken one by one and deleted', async () => {
    const queueUrl = await queue();
    const received = [];
    const { consumer, errors } = consume(queueUrl, {
      messageSystemAttributeNames: ['All'],
      messageAttributeNames: ['*'],
      handleMessage: async (message) => (received.push(message), message),
    });
    const MessageAttributes = { trace: { DataType: 'String', StringValue: 'abc' } };
    const processed = next(consumer, 'message_processed', 2);
    await sqs.sendMessage({ QueueUrl: queueUrl, MessageBody: 'a', MessageAttributes });
    await sqs.sendMessage({ QueueUrl: queueUrl, MessageBody: 'b' });
    await processed;

    assert.deepEqual(received.map(({ Body }) => Body).sort(), ['a', 'b']);
    assert.equal(received.find(({ Body }) => Body === 'a').MessageAttributes.trace.StringValue, 'abc');
    assert.equal(received[0].Attributes.ApproximateReceiveCount, '1');
    assert.deepEqual(await counts(queueUrl), [0, 0]);
    assert.deepEqual(errors, []);
  });

  test('empty lists of names are no error and ask for nothing', async () => {
    const queueUrl = await queue();
    await sqs.sendMessage({ QueueUrl: queueUrl, MessageBody: 'plain' });
    const { consumer, errors } = consume(queueUrl, { handleMessage: async (message) => message });
    const [message] = await next(consumer, 'message_processed');

    const [{ AttributeNames, MessageSystemAttributeNames, MessageAttributeNames }] = sent('ReceiveMessage');
    assert.deepEqual([AttributeNames, MessageSystemAttributeNames, MessageAttributeNames], [[], [], []]);
    assert.deepEqual([message.Attributes, message.MessageAttributes], [undefined, undefined]);
    assert.deepEqual(errors, []);
  });

  test('a batch handler takes many, and what it returns is deleted', async () => {
    const queueUrl = await queue({ VisibilityTimeout: '600' });
    const Entries = [...'0123456789'].map((Id) => ({ Id, MessageBody: Id }));
    await sqs.sendMessageBatch({ QueueUrl: queueUrl, Entries });
    const seen = [];
    const odd = ({ Body }) => Number(Body) % 2 === 1;
    const handleMessageBatch = async (messages) => {
      seen.push(...messages.map(({ Body }) => Body));
      return messages.filter(odd);
    };
    const { consumer, errors } = consume(queueUrl, { batchSize: 10, handleMessageBatch });
    await next(consumer, 'message_processed', 5);

    assert.deepEqual(seen.sort(), [...'0123456789']);
    assert.deepEqual(await counts(queueUrl), [0, 5]);
    assert.ok(sent('DeleteMessageBatch').every((each) => each.Entries.length > 0));
    assert.deepEqual(errors, []);
  });

  test('heartbeats keep a message from a second consumer while it is handled', async () => {
    const queueUrl = await queue();
    await sqs.sendMessage({ QueueUrl: queueUrl, MessageBody: 'long' });
    const handle = async (message) => {
      await wait(4500); // Longer than twice the visibility timeout.
      return message;
    };
    const timing = { visibilityTimeout: 2, heartbeatInterval: 1, messageSystemAttributeNames: ['All'] };
    const { consumer: first, errors } = consume(queueUrl, { ...timing, handleMessage: handle });
    await next(first, 'message_received');
    let received_again = 0;
    const { consumer: second } = consume(queueUrl, { ...timing, handleMessage: handle });
    second.on('message_received', () => ++received_again);
    const [message] = await next(first, 'message_processed');

    assert.equal(received_again, 0);
    assert.equal(message.Attributes.ApproximateReceiveCount, '1');
    assert.ok(sent('ChangeMessageVisibility').length >= 3);
    assert.ok(sent('ChangeMessageVisibility').every((each) => each.VisibilityTimeout === 2));
    assert.deepEqual(await counts(queueUrl), [0, 0]);
    assert.deepEqual(errors, []);
  });

  test('heartbeats of a batch go as one call', async () => {
    const queueUrl = await queue();
    const Entries = [...'012'].map((Id) => ({ Id, MessageBody: Id, MessageGroupId: Id }));
    await sqs.sendMessageBatch({ QueueUrl: queueUrl, Entries });
    const handleMessageBatch = async (messages) => {
      await wait(2500);
      return messages;
    };
    const timing = { visibilityTimeout: 2, heartbeatInterval: 1 };
    const { consumer, errors } = consume(queueUrl, { batchSize: 10, ...timing, handleMessageBatch });
    await next(consumer, 'message_processed', 3);

    const heartbeats = sent('ChangeMessageVisibilityBatch').map((each) => each.Entries.length);
    assert.ok(heartbeats.length > 0 && heartbeats.every((entries) => entries === 3), `${heartbeats}`);
    assert.deepEqual(sent('ChangeMessageVisibility'), []);
    assert.deepEqual(await counts(queueUrl), [0, 0]);
    assert.deepEqual(errors, []);
  });

  for (const [how, option] of [['at once', true], ['after the time that it says', 1], ['by a function', () => 0]]) {
    test(`a message whose handler fails comes again ${how}`, async () => {
      const queueUrl = await queue({ VisibilityTimeout: '600' });
      await sqs.sendMessage({ QueueUrl: queueUrl, MessageBody: 'fails once' });
      let tries = 0;
      const { consumer, errors } = consume(queueUrl, {
        terminateVisibilityTimeout: option,
        messageSystemAttributeNames: ['ApproximateReceiveCount'],
        handleMessage: async (message) => {
          if (++tries === 1) throw new Error('this one was not handled');
          return message;
        },
      });
      const [message] = await next(consumer, 'message_processed');

      assert.equal(message.Attributes.ApproximateReceiveCount, '2');
      const failure = 'Unexpected message handler failure: this one was not handled';
      assert.deepEqual(errors.map((error) => error.message), [failure]);
      assert.deepEqual(await counts(queueUrl), [0, 0]);
    });
  }

  test('a batch whose handler fails comes again, too', async () => {
    const queueUrl = await queue({ VisibilityTimeout: '600' });
    const Entries = [...'01'].map((Id) => ({ Id, MessageBody: Id }));
    await sqs.sendMessageBatch({ QueueUrl: queueUrl, Entries });
    let tries = 0;
    const { consumer, errors } = consume(queueUrl, {
      batchSize: 10,
      terminateVisibilityTimeout: true,
      handleMessageBatch: async (messages) => {
        if (++tries === 1) throw new Error('this batch was not handled');
        return messages;
      },
    });
    await next(consumer, 'message_processed', 2);

    assert.equal(errors.length, 1);
    assert.deepEqual(await counts(queueUrl), [0, 0]);
  });

  test('a consumer on a FIFO queue takes each conversation in order', async () => {
    const queueUrl = await queue({ FifoQueue: 'true', ContentBasedDeduplication: 'true' });
    for (const body of ['a1', 'b1', 'a2', 'b2', 'a3']) {
      await sqs.sendMessage({ QueueUrl: queueUrl, MessageBody: body, MessageGroupId: body[0] });
    }
    const order = [];
    const handleMessage = async (message) => (order.push(message.Body), message);
    const { consumer, errors } = consume(queueUrl, { handleMessage });
    await next(consumer, 'message_processed', 5);

    assert.deepEqual(order.filter((body) => body[0] === 'a'), ['a1', 'a2', 'a3']);
    assert.deepEqual(order.filter((body) => body[0] === 'b'), ['b1', 'b2']);
    assert.deepEqual(errors, []);
  });

  test('a consumer that is stopped in its long poll takes no message with it', async () => {
    const queueUrl = await queue({ VisibilityTimeout: '600' });
    const { consumer } = consume(queueUrl, { handleMessage: async (message) => message });
    while (sent('ReceiveMessage').length === 0) await wait(5);
    consumer.stop({ abort: true });
    await next(consumer, 'error');
    await sqs.sendMessage({ QueueUrl: queueUrl, MessageBody: 'for another' });

    const { Messages } = await sqs.receiveMessage({ QueueUrl: queueUrl, WaitTimeSeconds: 10 });
    assert.equal(Messages[0].Body, 'for another');
  });

  test('a consumer of a queue that is gone is told so, and waits before it asks again', async () => {
    const queueUrl = await queue();
    await sqs.deleteQueue({ QueueUrl: queueUrl });
    const handleMessage = async (message) => message;
    const { consumer } = consume(queueUrl, { handleMessage, authenticationErrorTimeout: 60_000 });
    const [error] = await next(consumer, 'error');

    assert.deepEqual([error.code, error.statusCode, error.fault], ['QueueDoesNotExist', 400, 'client']);
    assert.equal(sent('ReceiveMessage').length, 1);
  });
});

describe('sqs-producer', () => {
  test('more than ten messages go as several batches, and the queue tells its size', async () => {
    const queueUrl = await queue();
    const producer = Producer.create({ queueUrl, sqs });
    const messages = Array.from({ length: 25 }, (_, each) => `message-${each}`);

    const results = await producer.send(messages);

    assert.deepEqual(sent('SendMessageBatch').map(({ Entries }) => Entries.length), [10, 10, 5]);
    assert.deepEqual(results.map(({ Id }) => Id), messages);
    assert.equal(new Set(results.map(({ MessageId }) => MessageId)).size, 25);
    assert.equal(await producer.queueSize(), 25);
  });

  test('a FIFO queue takes its messages in order, once each', async () => {
    const queueUrl = await queue({ FifoQueue: 'true' });
    const producer = Producer.create({ queueUrl, sqs, batchSize: 4 });
    const message = (each) => ({ id: each, body: `body ${each}`, groupId: 'g', deduplicationId: `d-${each}` });
    const messages = [...'abcdefghij'].map(message);

    const results = await producer.send(messages);
    await producer.send(message('a'));

    const numbers = results.map(({ SequenceNumber }) => SequenceNumber);
    assert.deepEqual([...numbers].sort(), numbers);
    assert.equal(await producer.queueSize(), 10);
    const { Messages } = await sqs.receiveMessage({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 });
    assert.deepEqual(Messages.map(({ Body }) => Body), messages.map(({ body }) => body));
  });

  test('attributes and delays go with a message', async () => {
    const queueUrl = await queue();
    const producer = Producer.create({ queueUrl, sqs });
    const messageAttributes = { count: { DataType: 'Number', StringValue: '42' } };

    await producer.send([{ id: 'a', body: 'now', messageAttributes }, { id: 'b', body: 'later', delaySeconds: 900 }]);

    const { Messages } = await sqs.receiveMessage({ QueueUrl: queueUrl, MessageAttributeNames: ['All'] });
    assert.deepEqual([Messages[0].Body, Messages[0].MessageAttributes], ['now', messageAttributes]);
    assert.equal(await producer.queueSize(), 0);
  });

  test('messages that are refused are named, and the others are there', async () => {
    const queueUrl = await queue({ MaximumMessageSize: '1024' });
    const producer = Producer.create({ queueUrl, sqs });
    const long = { id: 'long', body: 'x'.repeat(1025) };

    await assert.rejects(producer.send(['short', long, 'another']), { failedMessages: ['long'] });

    assert.equal(await producer.queueSize(), 2);
  });

  test('without an endpoint, calls go to the host of the queue', async () => {
    const queueUrl = await queue();
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const producer = Producer.create({ queueUrl, region: 'us-east-1', credentials });

    await producer.send('through-the-URL');

    assert.equal(await producer.queueSize(), 1);
    producer.sqs.destroy();
  });
});
