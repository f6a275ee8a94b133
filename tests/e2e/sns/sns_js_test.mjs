// Topics, subscriptions, messages, tags and permissions, as the official JavaScript SDK calls them: AWS Query, answered in XML.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { installed } from '../lib/sdk.mjs';
import { Server } from '../lib/server.mjs';

const { SNS, paginateListTopics, paginateListSubscriptionsByTopic } = installed('@aws-sdk/client-sns');

let server;
let sns;

before(async () => {
  server = await Server.start();
  sns = new SNS({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});
after(async () => {
  sns?.destroy();
  await server?.dispose();
});

const queue = (name) => `arn:aws:sqs:us-east-1:000000000000:${name}`;

let topics = 0;
async function topic(input = {}) {
  const { TopicArn } = await sns.createTopic({ Name: `topic-${++topics}`, ...input });
  return TopicArn;
}

async function refused(call, name, status, text) {
  await assert.rejects(call, (error) => {
    assert.equal(error.name, name);
    assert.equal(error.$metadata.httpStatusCode, status);
    assert.match(error.message, text);
    return true;
  });
}

test('a topic is made, found, configured and deleted', async () => {
  const TopicArn = await topic({ Attributes: { DisplayName: 'News' } });
  await sns.setTopicAttributes({ TopicArn, AttributeName: 'TracingConfig', AttributeValue: 'Active' });
  const { Attributes } = await sns.getTopicAttributes({ TopicArn });

  assert.match(TopicArn, /^arn:aws:sns:us-east-1:000000000000:topic-\d+$/);
  assert.deepEqual([Attributes.DisplayName, Attributes.TracingConfig, Attributes.Owner], ['News', 'Active', '000000000000']);
  assert.equal(JSON.parse(Attributes.Policy).Id, '__default_policy_ID');
  assert.equal(JSON.parse(Attributes.EffectiveDeliveryPolicy).http.defaultHealthyRetryPolicy.numRetries, 3);
  await sns.deleteTopic({ TopicArn });
  await sns.deleteTopic({ TopicArn });
  await refused(sns.getTopicAttributes({ TopicArn }), 'NotFoundException', 404, /^Topic does not exist$/);
});

test('topics are listed page by page', async () => {
  const made = [];
  for (let each = 0; each < 101; ++each) made.push(await topic());

  const listed = [];
  for await (const { Topics } of paginateListTopics({ client: sns }, {})) listed.push(...Topics);

  assert.deepEqual(listed.map(({ TopicArn }) => TopicArn).sort(), made.sort());
  await Promise.all(made.map((TopicArn) => sns.deleteTopic({ TopicArn })));
  assert.deepEqual((await sns.listTopics({})).Topics, []);
});

test('a queue is subscribed, configured and unsubscribed', async () => {
  const TopicArn = await topic();
  const subscribe = { TopicArn, Protocol: 'sqs', Endpoint: queue('q'), ReturnSubscriptionArn: true };
  const { SubscriptionArn } = await sns.subscribe({ ...subscribe, Attributes: { RawMessageDelivery: 'true' } });
  const attributes = async () => (await sns.getSubscriptionAttributes({ SubscriptionArn })).Attributes;

  assert.equal((await sns.subscribe(subscribe)).SubscriptionArn, SubscriptionArn);
  assert.equal((await attributes()).PendingConfirmation, 'false');
  const FilterPolicy = JSON.stringify({ kind: ['order', { prefix: 're' }] });
  await sns.setSubscriptionAttributes({ SubscriptionArn, AttributeName: 'FilterPolicy', AttributeValue: FilterPolicy });
  assert.deepEqual([(await attributes()).FilterPolicy, (await attributes()).FilterPolicyScope], [FilterPolicy, 'MessageAttributes']);

  const listed = [];
  for await (const page of paginateListSubscriptionsByTopic({ client: sns }, { TopicArn })) listed.push(...page.Subscriptions);
  assert.deepEqual(listed, [{ SubscriptionArn, Owner: '000000000000', Protocol: 'sqs', Endpoint: queue('q'), TopicArn }]);
  await sns.unsubscribe({ SubscriptionArn });
  await refused(sns.getSubscriptionAttributes({ SubscriptionArn }), 'NotFoundException', 404, /^Subscription does not exist$/);
  assert.deepEqual((await sns.listSubscriptions({})).Subscriptions, []);
});

test('tags are set at creation, changed and taken away', async () => {
  const ResourceArn = await topic({ Tags: [{ Key: 'team', Value: 'chat' }] });
  const listed = async () => (await sns.listTagsForResource({ ResourceArn })).Tags;

  await sns.tagResource({ ResourceArn, Tags: [{ Key: 'team', Value: 'mail' }, { Key: 'cost centre', Value: 'a/b=c+d@e' }] });
  assert.deepEqual(await listed(), [{ Key: 'cost centre', Value: 'a/b=c+d@e' }, { Key: 'team', Value: 'mail' }]);
  await sns.untagResource({ ResourceArn, TagKeys: ['team', 'cost centre'] });
  assert.deepEqual(await listed(), []);
  const Tags = [{ Key: 'a', Value: '1' }, { Key: 'a', Value: '2' }];
  await refused(sns.tagResource({ ResourceArn, Tags }), 'InvalidParameterException', 400, /Duplicated keys are not allowed\.$/);
});

test('permissions are statements of the policy, by label', async () => {
  const TopicArn = await topic();
  const labels = async () =>
    JSON.parse((await sns.getTopicAttributes({ TopicArn })).Attributes.Policy).Statement.map(({ Sid }) => Sid);
  const one = { TopicArn, Label: 'one', AWSAccountId: ['111122223333'], ActionName: ['Publish'] };

  await sns.addPermission(one);
  assert.deepEqual(await labels(), ['__default_statement_ID', 'one']);
  await refused(sns.addPermission(one), 'InvalidParameterException', 400, /Statement already exists$/);
  await sns.removePermission({ TopicArn, Label: 'one' });
  assert.deepEqual(await labels(), ['__default_statement_ID']);
});

test('messages are published alone and in batches', async () => {
  const TopicArn = await topic();
  const MessageAttributes = { kind: { DataType: 'String', StringValue: 'a' } };
  const { MessageId, SequenceNumber } = await sns.publish({ TopicArn, Message: 'hi', Subject: 'Hello', MessageAttributes });
  const { Successful, Failed } = await sns.publishBatch({
    TopicArn,
    PublishBatchRequestEntries: [{ Id: 'good', Message: 'hi' }, { Id: 'bad', Message: '' }],
  });

  assert.match(MessageId, /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
  assert.equal(SequenceNumber, undefined);
  assert.deepEqual(Successful.map(({ Id }) => Id), ['good']);
  assert.deepEqual(Failed.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault]), [['bad', 'InvalidParameter', true]]);
  await refused(sns.publish({ TopicArn, Message: 'hi', Subject: '' }), 'InvalidParameterException', 400, /^Invalid parameter: Subject$/);
  await refused(sns.publishBatch({ TopicArn, PublishBatchRequestEntries: [] }), 'EmptyBatchRequestException', 400, /any entries\.$/);
});

test('what mailrail does not deliver says so', async () => {
  await refused(sns.listPlatformApplications({}), 'InvalidAction', 400, /mailrail does not deliver push notifications/);
  await refused(sns.getSMSAttributes({}), 'InvalidAction', 400, /mailrail does not deliver text messages/);
});
