// Removing or moving chosen messages: SQS lets go of a message only to who has received it. So they are received, and what had to
// be received on the way is given back at once. The store's own peek is what shows messages; this is for changing them.

import { mailrail, sqs } from './api.js';

const HIDDEN_S = 60; // Long enough to find, send and delete those of a page, short enough to get back what was cut off.
const OTHERS_MAX = 5_000;
const REDRIVEN_AT_ONCE = 100;

/**
 * Calls `use` with those of the messages that could be had, in their order, ten at a time. Returns how many it was called with.
 * @param {string} queueUrl @param {string[]} ids in their order @param {(messages: any[]) => Promise<void>} use
 */
async function receiveChosen(queueUrl, ids, use) {
  const order = new Map(ids.map((id, index) => [id, index]));
  const taken = [];
  const others = [];
  try {
    while (taken.length < ids.length && others.length < OTHERS_MAX) {
      const { Messages = [] } = await sqs('ReceiveMessage', {
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: HIDDEN_S,
        WaitTimeSeconds: 0,
        AttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      });
      if (!Messages.length) break;
      for (const each of Messages) (order.has(each.MessageId) ? taken : others).push(each);
    }
    taken.sort((one, other) => (order.get(one.MessageId) ?? 0) - (order.get(other.MessageId) ?? 0));
    for (let from = 0; from < taken.length; from += 10) await use(taken.slice(from, from + 10));
  } catch (error) {
    await giveBack(queueUrl, [...others, ...taken]);
    throw error;
  }
  await giveBack(queueUrl, others);
  return taken.length;
}

// What was deleted meanwhile is refused one by one, which is as well.
async function giveBack(QueueUrl, messages) {
  for (let from = 0; from < messages.length; from += 10) {
    const Entries = messages.slice(from, from + 10).map((each, Id) => ({ Id: String(Id), ReceiptHandle: each.ReceiptHandle, VisibilityTimeout: 0 }));
    await sqs('ChangeMessageVisibilityBatch', { QueueUrl, Entries });
  }
}

async function deleteReceived(QueueUrl, messages) {
  const Entries = messages.map((each, Id) => ({ Id: String(Id), ReceiptHandle: each.ReceiptHandle }));
  const { Failed = [] } = await sqs('DeleteMessageBatch', { QueueUrl, Entries });
  if (Failed.length) throw new Error(`${Failed.length} could not be deleted: ${Failed[0].Message ?? Failed[0].Code}`);
}

const told = (verb, done, wanted) =>
  done === wanted
    ? `${done} ${verb}.`
    : `${done} of ${wanted} ${verb}. The others could not be had now: somebody holds them, or messages before them.`;

/** @param {string} queueUrl @param {string[]} ids in their order */
export async function deleteMessages(queueUrl, ids) {
  return told('deleted', await receiveChosen(queueUrl, ids, (messages) => deleteReceived(queueUrl, messages)), ids.length);
}

/** A message leaves only when the other queue has it. @param {string} from @param {string[]} ids in their order @param {string} to */
export async function moveMessages(from, ids, to) {
  const isFifo = to.endsWith('.fifo');
  const passOn = async (messages) => {
    for (const each of messages) await sqs('SendMessage', passedOn(each, to, isFifo));
    await deleteReceived(from, messages);
  };
  return told('moved', await receiveChosen(from, ids, passOn), ids.length);
}

/**
 * Out of a dead-letter queue no message has to be received.
 * @param {string} QueueUrl @param {string[]} ids @param {string} [DestinationArn] else each goes back to where it came from
 */
export async function redriveMessages(QueueUrl, ids, DestinationArn) {
  const stayed = [];
  for (let from = 0; from < ids.length; from += REDRIVEN_AT_ONCE) {
    const { Messages } = await mailrail('RedriveMessages', { QueueUrl, MessageIds: ids.slice(from, from + REDRIVEN_AT_ONCE), ...(DestinationArn ? { DestinationArn } : {}) });
    stayed.push(...Messages.filter((each) => each.Outcome !== 'Moved'));
  }
  const moved = ids.length - stayed.length;
  return stayed.length ? `${moved} of ${ids.length} moved. ${stayed[0].Why}` : `${moved} moved.`;
}

// Under the message's own id as its deduplication id it is taken once, however often this is tried.
function passedOn(message, QueueUrl, isFifo) {
  const input = { QueueUrl, MessageBody: message.Body };
  if (message.MessageAttributes) input.MessageAttributes = message.MessageAttributes;
  const group = message.Attributes?.MessageGroupId;
  if (group || isFifo) input.MessageGroupId = group ?? message.MessageId;
  if (isFifo) input.MessageDeduplicationId = message.MessageId;
  return input;
}
