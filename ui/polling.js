// What the stream would bring, asked for by the same actions as anybody's. Each answers as the event of its topic.

import { allIn, mailrail, sns, textIn, wholeList } from './api.js';

const TAIL_MAX = 200;
const administrative = ['parked', 'unparked', 'redriven', 'dead_lettered', 'dropped'];

/** Reads all queues, a thousand a call. */
const queues = () =>
  wholeList(async (NextToken) => {
    const page = await mailrail('DescribeQueues', { MaxResults: 1000, NextToken });
    return [page.Queues, page.NextToken];
  });

async function subscriptions() {
  return wholeList(async (token) => {
    const page = await sns('ListSubscriptions', token ? { NextToken: token } : {});
    const found = allIn(page, 'Subscriptions').map((each) => ({
      SubscriptionArn: textIn(each, 'SubscriptionArn'),
      TopicArn: textIn(each, 'TopicArn'),
      Protocol: textIn(each, 'Protocol'),
      Endpoint: textIn(each, 'Endpoint'),
    }));
    return [found, textIn(page, 'NextToken')];
  });
}

async function topicsWithSubscriptions() {
  const arns = await wholeList(async (token) => {
    const page = await sns('ListTopics', token ? { NextToken: token } : {});
    return [allIn(page, 'Topics').map((each) => textIn(each, 'TopicArn')), textIn(page, 'NextToken')];
  });
  return { Topics: arns.map((TopicArn) => ({ TopicArn })), Subscriptions: await subscriptions() };
}

// Where each list of events goes on.
const places = new Map();

async function events(topic, input) {
  const After = places.get(topic);
  const page = await mailrail('ListEvents', { MaxResults: 500, ...input, ...(After ? { After } : {}) });
  places.set(topic, page.NextAfter);
  return { Events: page.Events, Dropped: After ? page.Missed : 0, Whole: !After };
}

// Of all queues: the newest. What happened before them and was not looked at is counted, so that the tail never lags.
async function newestEvents() {
  const { NextAfter: end } = await mailrail('ListEvents', { After: 'Latest' });
  const place = places.get('tail:') ?? 0;
  const from = Math.max(place, Number(end) - TAIL_MAX);
  const page = await mailrail('ListEvents', { After: String(from), MaxResults: TAIL_MAX, ShowBodies: true });
  places.set('tail:', Number(page.NextAfter));
  return { Events: page.Events, Dropped: place ? from - place : 0, Whole: !place };
}

/** Events are read from their beginning again. */
export const forgetPlaces = () => places.clear();

/** @param {string} topic @returns {Promise<any>} */
export async function poll(topic) {
  const [kind, ...rest] = topic.split(':');
  const name = rest.join(':');
  switch (kind) {
    case 'server':
      return mailrail('DescribeServer');
    case 'queues':
      return { Queues: await queues(), Gone: [], Whole: true };
    case 'conversations':
      return { QueueName: name, ...(await mailrail('ListConversations', { QueueUrl: name, MaxResults: 100 })) };
    case 'tail':
      return name ? events(topic, { QueueUrl: name, ShowBodies: true }) : newestEvents();
    case 'activity':
      return events(topic, { Kinds: administrative });
    case 'topics':
      return topicsWithSubscriptions();
    case 'consumers':
      return { refused: 'Who consumes is told by the stream alone, and this page has none now.' };
    default:
      return undefined; // History is what this tab has seen itself.
  }
}
