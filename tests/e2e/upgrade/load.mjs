// A client under load, for a test that restarts its server: `load.mjs ENDPOINT SECONDS`. Prints what came of it as JSON.
//
// The AWS SDK for JavaScript v3 with its own retries, as everybody has them: senders, a poller that waits, and a deleter.

import sdk from '../lib/sdk.mjs';

const [endpoint, seconds] = process.argv.slice(2);
const until = Date.now() + Number(seconds) * 1000;
const sqs = new sdk.SQS({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'any', secretAccessKey: 'any' } });
// What a killed server had given out is locked for that long: leases are durable.
const Attributes = { FifoQueue: 'true', VisibilityTimeout: '10' };
const { QueueUrl } = await sqs.createQueue({ QueueName: 'load.fifo', Attributes });

const report = { sent: 0, received: 0, errors: [], attempts: 0, outOfOrder: 0 };
const failed = (what) => (error) => report.errors.push(`${what}: ${error.name} ${error.message}`);
const count = (answer) => (report.attempts += (answer.$metadata.attempts ?? 1) - 1);

async function send(room) {
  for (let number = 1; Date.now() < until; number += 1) {
    const message = { MessageBody: String(number), MessageGroupId: room, MessageDeduplicationId: `${room}-${number}` };
    const answer = await sqs.sendMessage({ QueueUrl, ...message }).catch(failed('send'));
    if (answer) {
      count(answer);
      report.sent += 1;
    }
  }
}

const last = new Map();
async function receive() {
  while (Date.now() < until || report.received < report.sent) {
    if (report.errors.length > 0 && Date.now() > until + 10_000) return;
    const poll = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1, MessageSystemAttributeNames: ['MessageGroupId'] };
    const answer = await sqs.receiveMessage(poll).catch(failed('receive'));
    if (answer) count(answer);
    for (const each of answer?.Messages ?? []) {
      const room = each.Attributes.MessageGroupId;
      if (Number(each.Body) !== (last.get(room) ?? 0) + 1) report.outOfOrder += 1;
      last.set(room, Number(each.Body));
      report.received += 1;
      const deleted = await sqs.deleteMessage({ QueueUrl, ReceiptHandle: each.ReceiptHandle }).catch(failed('delete'));
      if (deleted) count(deleted);
    }
  }
}

console.log('begun');
await Promise.all(['a', 'b', 'c', 'd'].map(send).concat([receive()]));
console.log(JSON.stringify(report));
