// Signatures, as npm's sns-validator verifies them for services that SNS calls. It takes certificates only by https from a host of
// AWS's; so here the envelope's SigningCertURL, which is not signed, gets such a host before, and https leads back to the server.

import assert from 'node:assert/strict';
import http from 'node:http';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { X509Certificate } from 'node:crypto';
import { after, before, test } from 'node:test';

import sdk, { installed } from '../lib/sdk.mjs';
import { Server } from '../lib/server.mjs';

const { SNS } = installed('@aws-sdk/client-sns');
const Validator = installed('sns-validator');
const https = createRequire(import.meta.url)('node:https');

const aws = 'https://sns.us-east-1.amazonaws.com';
const real_get = https.get;

let server;
let sns;
let sqs;

before(async () => {
  server = await Server.start();
  const where = { endpoint: server.endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  sns = new SNS(where);
  sqs = new sdk.SQS(where);
  https.get = (url, answered) => http.get(url.replace(aws, server.endpoint), answered);
  syncBuiltinESMExports();
});
after(async () => {
  https.get = real_get;
  syncBuiltinESMExports();
  sns?.destroy();
  sqs?.destroy();
  await server?.dispose();
});

let topics = 0;
async function subscribed(Attributes = {}) {
  const name = `signed-${++topics}`;
  const { TopicArn } = await sns.createTopic({ Name: name, Attributes });
  const { QueueUrl } = await sqs.createQueue({ QueueName: name, Attributes: { VisibilityTimeout: '0' } });
  await sns.subscribe({ TopicArn, Protocol: 'sqs', Endpoint: `arn:aws:sqs:us-east-1:000000000000:${name}` });
  return { TopicArn, QueueUrl };
}

async function received(QueueUrl) {
  const { Messages } = await sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 5 });
  return JSON.parse(Messages[0].Body);
}

// What the validator says: nothing, or why not.
function verify(envelope, validator = new Validator()) {
  const { SigningCertURL } = envelope;
  assert.match(SigningCertURL, /\/SimpleNotificationService-[0-9a-f]{32}\.pem$/);
  assert.ok(SigningCertURL.startsWith(`${server.endpoint}/`));
  const seen = { ...envelope, SigningCertURL: SigningCertURL.replace(server.endpoint, aws) };
  return new Promise((resolve) => validator.validate(seen, (error) => resolve(error?.message)));
}

async function fetched(path) {
  const response = await fetch(`${server.endpoint}${path}`);
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

for (const version of ['1', '2']) {
  test(`a message that is signed by version ${version} is verified, and refused with anything changed`, async () => {
    const { TopicArn, QueueUrl } = await subscribed({ SignatureVersion: version });
    const { MessageId } = await sns.publish({
      TopicArn,
      Message: 'two\nlines, "quotes", \\ and \u4e16\u{1f69e}',
      Subject: 'About <this> & that',
      MessageAttributes: { kind: { DataType: 'String', StringValue: 'a' } },
    });

    const envelope = await received(QueueUrl);

    assert.deepEqual([envelope.MessageId, envelope.SignatureVersion], [MessageId, version]);
    assert.equal(await verify(envelope), undefined);
    for (const name of ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn']) {
      assert.match(await verify({ ...envelope, [name]: `${envelope[name]}.` }), /signature is invalid/, name);
    }
    const { Subject, ...without } = envelope;
    assert.ok(Subject);
    assert.match(await verify(without), /signature is invalid/);
    const other = version === '1' ? '2' : '1';
    assert.match(await verify({ ...envelope, SignatureVersion: other }), /signature is invalid/);
  });
}

test('a message without a subject is verified', async () => {
  const { TopicArn, QueueUrl } = await subscribed();
  await sns.publish({ TopicArn, Message: 'x' });

  assert.equal(await verify(await received(QueueUrl)), undefined);
});

test('the validator takes the certificate of AWS alone unless it is told otherwise', async () => {
  const { TopicArn, QueueUrl } = await subscribed();
  await sns.publish({ TopicArn, Message: 'x' });
  const envelope = await received(QueueUrl);

  assert.equal(await verify(envelope, new Validator(/^sns\.us-east-1\.amazonaws\.com$/)), undefined);
  assert.match(await verify(envelope, new Validator(/^127\.0\.0\.1/)), /certificate is located on an invalid domain/);
});

test('the certificate is valid for a century, and no other is there', async () => {
  const { TopicArn, QueueUrl } = await subscribed();
  await sns.publish({ TopicArn, Message: 'x' });
  const path = new URL((await received(QueueUrl)).SigningCertURL).pathname;

  const { status, type, text } = await fetched(path);
  const certificate = new X509Certificate(text);

  assert.deepEqual([status, type], [200, 'application/x-pem-file']);
  assert.ok(certificate.verify(certificate.publicKey));
  assert.match(certificate.validTo, /2120 GMT$/);
  const another = path.replace(/-./, path.includes('-0') ? '-1' : '-0');
  assert.equal((await fetched(another)).status, 404);
  assert.equal((await fetched('/SimpleNotificationService-.pem')).status, 404);
});

test('the key stays over a restart and over kill -9', async () => {
  const { TopicArn, QueueUrl } = await subscribed();
  await sns.publish({ TopicArn, Message: 'x' });
  const first = await received(QueueUrl);
  const path = new URL(first.SigningCertURL).pathname;
  const certificate = await fetched(path);

  for (const signal of ['SIGTERM', 'SIGKILL']) {
    await server.end(signal);
    await server.restart();
    await server.ready();

    assert.deepEqual(await received(QueueUrl), first);
    assert.deepEqual(await fetched(path), certificate);
    assert.equal(await verify(first), undefined);
  }
});

// Its first topic is there once CreateTopic has answered, and so is the key.
test('a server that dies after its first topic has the key that it told', async () => {
  await server.dispose();
  server = await Server.start({ port: server.port });
  const { TopicArn, QueueUrl } = await subscribed();
  await server.end('SIGKILL');
  await server.restart();
  await server.ready();
  await sns.publish({ TopicArn, Message: 'x' });
  const before = await received(QueueUrl);
  await server.end('SIGKILL');
  await server.restart();
  await server.ready();

  assert.deepEqual(await received(QueueUrl), before);
  assert.equal(await verify(before), undefined);
});
