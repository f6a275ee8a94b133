// What operators and templates call, by the official JavaScript SDK: tags, permissions, sources of dead letters.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import sdk from '../lib/sdk.mjs';
import { Server } from '../lib/server.mjs';

let server;
let sqs;

before(async () => {
  server = await Server.start();
  sqs = new sdk.SQS({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});
after(async () => {
  sqs?.destroy();
  await server?.dispose();
});

let queues = 0;
async function queue(input = {}) {
  const QueueName = `queue-${++queues}`;
  const { QueueUrl } = await sqs.createQueue({ QueueName, ...input });
  return { QueueUrl, arn: `arn:aws:sqs:us-east-1:000000000000:${QueueName}` };
}

async function refused(call, name, text) {
  await assert.rejects(call, (error) => {
    assert.equal(error.name, name);
    assert.match(error.message, text);
    return true;
  });
}

test('tags are set at creation, changed and taken away', async () => {
  const tags = { team: 'chat', Team: '', 'cost centre': 'a/b=c+d@e' };
  const { QueueUrl } = await queue({ tags });
  const listed = async () => (await sqs.listQueueTags({ QueueUrl })).Tags;

  assert.deepEqual(await listed(), tags);
  await sqs.tagQueue({ QueueUrl, Tags: { team: 'mail', stage: 'test' } });
  assert.deepEqual(await listed(), { ...tags, team: 'mail', stage: 'test' });
  await sqs.untagQueue({ QueueUrl, TagKeys: ['team', 'Team', 'not-there'] });
  assert.deepEqual(await listed(), { 'cost centre': tags['cost centre'], stage: 'test' });
  await sqs.untagQueue({ QueueUrl, TagKeys: ['cost centre', 'stage'] });
  assert.equal(await listed(), undefined);
});

test('permissions are statements of the policy, by label', async () => {
  const { QueueUrl, arn } = await queue();
  const policy = async () => {
    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['Policy'] });
    return Attributes && JSON.parse(Attributes.Policy);
  };
  const one = { QueueUrl, Label: 'one', AWSAccountIds: ['111122223333'], Actions: ['SendMessage'] };

  await sqs.addPermission(one);
  await sqs.addPermission({ ...one, Label: 'two', AWSAccountIds: ['111122223333', '444455556666'], Actions: ['*'] });

  const { Statement } = await policy();
  const root = (account) => `arn:aws:iam::${account}:root`;
  const Principal = { AWS: root('111122223333') };
  assert.deepEqual(Statement[0], { Sid: 'one', Effect: 'Allow', Principal, Action: 'SQS:SendMessage', Resource: arn });
  assert.deepEqual([...Statement[1].Principal.AWS].sort(), [root('111122223333'), root('444455556666')]);
  await refused(sqs.addPermission(one), 'InvalidParameterValue', /^Value one for parameter Label is invalid/);
  await sqs.removePermission({ QueueUrl, Label: 'one' });
  await refused(sqs.removePermission({ QueueUrl, Label: 'one' }), 'InvalidParameterValue', /can't find label/);
  await sqs.removePermission({ QueueUrl, Label: 'two' });
  assert.equal(await policy(), undefined);
});

test('a queue of dead letters tells where they come from, page by page', async () => {
  const dead = await queue();
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 3 });
  const sources = [];
  for (let each = 0; each < 3; ++each) sources.push((await queue({ Attributes: { RedrivePolicy } })).QueueUrl);

  const listed = [];
  const paged = sdk.paginateListDeadLetterSourceQueues({ client: sqs, pageSize: 2 }, { QueueUrl: dead.QueueUrl });
  for await (const { queueUrls } of paged) listed.push(queueUrls);

  assert.deepEqual(listed.map(({ length }) => length), [2, 1]);
  assert.deepEqual(listed.flat().sort(), sources.sort());
});
