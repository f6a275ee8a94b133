// A server as it is on a busy morning: for screenshots, and for what every page is examined for.

const names = ['ada', 'grace', 'linus', 'margaret', 'ken'];
const words = ['hello', 'are you there?', 'see you at nine', 'the build is green', 'thanks!'];

/** @param {import('./console.mjs').Console} console_ */
export async function fill(console_) {
  await chats(console_);
  await orders(console_);
  for (const name of ['audit-log', 'push-notifications', 'search-index.fifo']) await console_.queue(name);
  await console_.queue('emails');
  await console_.queue('thumbnails', { VisibilityTimeout: '120' });
  await console_.send('thumbnails', Array.from({ length: 30 }, (_, index) => JSON.stringify({ image: `photo-${2040 + index}.jpg`, width: 320 })));
  await console_.sqs('ReceiveMessage', { QueueUrl: 'thumbnails', MaxNumberOfMessages: 10 });
  await topics(console_);
}

async function chats(console_) {
  await console_.queue('chat-dead.fifo', { MessageRetentionPeriod: '1209600' });
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: console_.arn('chat-dead.fifo'), maxReceiveCount: 3 });
  await console_.queue('chat.fifo', { VisibilityTimeout: '300', RedrivePolicy }, { 'mailrail:on-poison': 'park', team: 'chat' });
  for (let room = 0; room < 18; ++room) {
    const bodies = Array.from({ length: 2 + ((room * 5) % 7) }, (_, index) => JSON.stringify({ room: 100 + room * 7, from: names[(room + index) % 5], text: words[(room * 3 + index) % 5], seq: index }));
    await console_.send('chat.fifo', bodies, `room-${100 + room * 7}`);
  }
  for (let receive = 0; receive < 4; ++receive) await console_.sqs('ReceiveMessage', { QueueUrl: 'chat.fifo', MaxNumberOfMessages: 1 });
  for (const room of ['room-135', 'room-156']) await console_.mailrail('ParkConversation', { QueueUrl: 'chat.fifo', MessageGroupId: room });
}

async function orders(console_) {
  await console_.queue('orders-dead', { MessageRetentionPeriod: '1209600' });
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: console_.arn('orders-dead'), maxReceiveCount: 1 });
  await console_.queue('orders', { VisibilityTimeout: '0', RedrivePolicy });
  await console_.send('orders', Array.from({ length: 9 }, (_, index) => JSON.stringify({ order: 70_311 + index, total: 19.9 + index, currency: 'EUR', items: [{ sku: `A-${17 + index}`, count: 2 }] })));
  for (let receive = 0; receive < 6; ++receive) await console_.sqs('ReceiveMessage', { QueueUrl: 'orders', MaxNumberOfMessages: 10 });
}

async function topics(console_) {
  const made = async (Name, attributes = {}) => /<TopicArn>(.*?)</.exec(await console_.sns('CreateTopic', { Name, ...attributes }))[1];
  const entries = (values) => Object.fromEntries(Object.entries(values).flatMap(([key, value], index) => [[`Attributes.entry.${index + 1}.key`, key], [`Attributes.entry.${index + 1}.value`, value]]));
  const subscribe = (TopicArn, queue, values) => console_.sns('Subscribe', { TopicArn, Protocol: 'sqs', Endpoint: console_.arn(queue), ...entries(values) });
  const messages = await made('messages.fifo', entries({ FifoTopic: 'true', ContentBasedDeduplication: 'true' }));
  await subscribe(messages, 'chat.fifo', { RawMessageDelivery: 'true', FilterPolicy: '{"kind": ["system"]}' });
  await subscribe(messages, 'search-index.fifo', { RawMessageDelivery: 'true', FilterPolicy: '{"kind": ["message", "edit"]}' });
  const signups = await made('signups');
  await subscribe(signups, 'emails', {});
  await subscribe(signups, 'audit-log', { RawMessageDelivery: 'true' });
  await console_.sns('Publish', { TopicArn: signups, Message: '{"user": "ada", "plan": "team"}' });
}

/** Sends and works on e-mails, some a second, until told to stop: so that charts have something to show. @returns {() => Promise<void>} */
export function keepBusy(console_) {
  let isOver = false;
  const run = async () => {
    for (let turn = 0; !isOver; ++turn) {
      const count = 2 + Math.round(2 * Math.sin(turn / 5) + ((turn * 7) % 3) / 2);
      await console_.send('emails', Array.from({ length: Math.max(1, count) }, (_, index) => JSON.stringify({ to: `${names[index % 5]}@example.org`, template: 'welcome', turn })));
      const { Messages = [] } = await console_.sqs('ReceiveMessage', { QueueUrl: 'emails', MaxNumberOfMessages: 3, VisibilityTimeout: 30 });
      for (const { ReceiptHandle } of Messages) if (turn % 4) await console_.sqs('DeleteMessage', { QueueUrl: 'emails', ReceiptHandle });
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  };
  const running = run();
  return () => {
    isOver = true;
    return running;
  };
}
