// Producers and consumers, as a careful application on the JavaScript SDK would be: whatever fails is tried again.
//
// They note down in the ledger what they saw, when they saw it. The SDK's own retries are off, so that each try is counted.

import { setTimeout as wait } from 'node:timers/promises';

import sdk from '../lib/sdk.mjs';

const BATCH_MAX = 10;
const RETRY_AFTER_MS = 20;
const WINDOW = 64;  // How far a producer looks ahead for a conversation that it isn't just sending to.

export function client(endpoint) {
  return new sdk.SQS({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: { requestTimeout: 10_000 },
  });
}

// Calls until it is answered. Resolves to the answer and the number of tries; a refusal by the server is final and thrown.
export async function until_answered(call, { until = Infinity } = {}) {
  for (let tries = 1; ; ++tries) {
    try {
      return { answer: await call(), tries };
    } catch (error) {
      const was_refused = error.$fault === 'client' && error.$metadata?.httpStatusCode < 500;
      if (was_refused || performance.now() > until) throw error;
      await wait(RETRY_AFTER_MS);
    }
  }
}

// Sends `messages`, several at a time but one after the other within a conversation. Batches of `batch_max`, or singly at 1.
// Now and then an answer is thrown away as if the network had lost it, and the send tried again a little later.
export async function produce({ sqs, queue_url, messages, ledger, random, batch_max, parallel }) {
  const rest = [...messages].reverse();
  const window = [];
  const busy = new Set();
  let freed = Promise.withResolvers();

  // The next messages of conversations that nobody is sending to, in order.
  function take() {
    while (window.length < WINDOW && rest.length > 0) window.push(rest.pop());
    const taken = [];
    const passed = new Set();
    for (const message of [...window]) {
      if (taken.length === batch_max) break;
      if (busy.has(message.conversation) || passed.has(message.conversation)) {
        passed.add(message.conversation);
      } else {
        taken.push(message);
        window.splice(window.indexOf(message), 1);
      }
    }
    for (const { conversation } of taken) busy.add(conversation);
    return taken;
  }

  async function work() {
    while (window.length + rest.length > 0) {
      const taken = take();
      if (taken.length === 0) {
        await freed.promise;
        continue;
      }
      await send({ sqs, queue_url, messages: taken, ledger, random });
      for (const { conversation } of taken) busy.delete(conversation);
      freed.resolve();
      freed = Promise.withResolvers();
    }
  }

  await Promise.all(Array.from({ length: parallel }, work));
}

async function send({ sqs, queue_url, messages, ledger, random }) {
  const entries = messages.map(({ conversation, n, body }, at) => ({
    Id: `${at}`,
    MessageBody: body,
    MessageGroupId: conversation,
    MessageDeduplicationId: `${conversation}#${n}`,
  }));
  const { Id, ...single } = entries[0];
  const call = () => until_answered(() => entries.length === 1
    ? sqs.sendMessage({ QueueUrl: queue_url, ...single })
    : sqs.sendMessageBatch({ QueueUrl: queue_url, Entries: entries }));
  const lost = random() < 0.02 ? await call() : undefined;
  if (lost) await wait(300 * random());
  const { answer, tries: more_tries } = await call();
  const tries = more_tries + (lost?.tries ?? 0);
  if (answer.Failed?.length > 0) throw new Error(`an entry was refused: ${JSON.stringify(answer.Failed[0])}`);
  const results = entries.length === 1 ? [{ Id: '0', ...answer }] : answer.Successful;
  for (const { Id: at, MessageId, SequenceNumber } of results) {
    const { conversation, n } = messages[at];
    ledger.note('sent', { conversation, n, message_id: MessageId, sequence_number: SequenceNumber, tries });
  }
}

// Receives, processes and deletes until `is_done`. Now and then it forgets what it received, as a crashed consumer would.
export async function consume({ name, sqs, queue_url, visibility_s, ledger, said, random, deletes, is_done }) {
  while (!is_done()) {
    const requested_at = ledger.now();
    let answer;
    try {
      answer = await sqs.receiveMessage({
        QueueUrl: queue_url,
        MaxNumberOfMessages: BATCH_MAX,
        WaitTimeSeconds: 1,
        VisibilityTimeout: visibility_s,
        MessageSystemAttributeNames: ['All'],
      });
    } catch (error) {
      if (error.$fault === 'client' && error.$metadata?.httpStatusCode < 500) throw error;
      await wait(RETRY_AFTER_MS);
      continue;
    }
    if (!answer.Messages) continue;
    const lease = ledger.lease();
    const messages = answer.Messages.map((each) => ({ receipt_handle: each.ReceiptHandle, ...noted(each, said) }));
    const { at } = ledger.note('received', { lease, consumer: name, requested_at, messages });
    const held_until = requested_at + visibility_s * 1000;
    if (at >= held_until - 500 || random() < 0.01) continue;

    for (const { conversation, n } of messages) ledger.note('processed', { lease, conversation, n });
    await remove({ sqs, queue_url, lease, messages, ledger, deletes, held_until });
  }
}

function noted({ Body, MessageId, Attributes }, said) {
  const { conversation, n } = JSON.parse(Body);
  const intact = said.get(`${conversation} ${n}`) === Body && Attributes.MessageGroupId === conversation;
  return { conversation, n, message_id: MessageId, sequence_number: Attributes.SequenceNumber, intact };
}

// Deletes singly or as a batch; what can't be deleted before its lease ends comes back.
async function remove({ sqs, queue_url, lease, messages, ledger, deletes, held_until }) {
  const note = (type, { conversation, n }) => ledger.note(type, { lease, conversation, n });
  const parts = deletes === 'singly' ? messages.map((each) => [each]) : [messages];
  for (const part of parts) {
    for (const message of part) note('deleting', message);
    const Entries = part.map(({ receipt_handle }, at) => ({ Id: `${at}`, ReceiptHandle: receipt_handle }));
    try {
      const { answer } = await until_answered(() => part.length === 1
        ? sqs.deleteMessage({ QueueUrl: queue_url, ReceiptHandle: part[0].receipt_handle })
        : sqs.deleteMessageBatch({ QueueUrl: queue_url, Entries }), { until: held_until });
      const successful = part.length === 1 ? [{ Id: '0' }] : answer.Successful ?? [];
      for (const { Id } of successful) note('deleted', part[Id]);
    } catch {
      return;  // Out of reach or refused as expired, so the lease is over: somebody else's now.
    }
  }
}
