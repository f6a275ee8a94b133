// The console in a real browser, on a server of its own. Debian's chromium, driven by playwright-core.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { installed } from '../../lib/sdk.mjs';
import { Server } from '../../lib/server.mjs';

const CHROMIUM = '/usr/bin/chromium';

/** Why the tests in a browser cannot run, or false. */
export const missing = existsSync(CHROMIUM) ? false : `there is no ${CHROMIUM}: tools/setup installs it`;

export const axeSource = () => installed('axe-core').source;

export class Browser {
  static async start() {
    const { chromium } = installed('playwright-core');
    const fonts = fileURLToPath(new URL('fonts.conf', import.meta.url));
    const args = ['--no-sandbox', '--force-color-profile=srgb', '--font-render-hinting=none'];
    const environment = { ...process.env, FONTCONFIG_FILE: fonts };
    return new Browser(await chromium.launch({ executablePath: CHROMIUM, args, env: environment }));
  }

  constructor(browser) {
    this.browser = browser;
  }

  /** A page whose mistakes are kept in `page.mistakes`. */
  async open({ width = 1280, height = 900, theme = 'light' } = {}) {
    const context = await this.browser.newContext({ viewport: { width, height }, colorScheme: theme, reducedMotion: 'reduce' });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000); // On a machine that does other things, too.
    page.mistakes = [];
    page.on('pageerror', (error) => page.mistakes.push(error.stack));
    page.on('console', (message) => {
      if (message.type() === 'error' && /Content Security Policy|Refused to/.test(message.text())) page.mistakes.push(message.text());
    });
    return page;
  }

  close() {
    return this.browser.close();
  }
}

/** Within what a change must be seen. */
export const SEEN_WITHIN_MS = 2_000;

export class Console {
  /** @param {string[]} [options] of `mailrail serve` @param {string} [data] its directory, else a new one */
  static async start(options, data) {
    const server = await Server.start({ options, data });
    return new Console(server);
  }

  constructor(server) {
    this.server = server;
  }

  get url() {
    return this.server.endpoint;
  }

  async dispose() {
    await this.server.dispose();
  }

  /** @param {string[]} parts @param {string} [query] */
  address(parts, query = '') {
    return `${this.url}/#/${parts.map(encodeURIComponent).join('/')}${query}`;
  }

  async call(target, input) {
    const headers = { 'X-Amz-Target': target, 'Content-Type': 'application/x-amz-json-1.0' };
    const response = await fetch(this.server.endpoint, { method: 'POST', headers, body: JSON.stringify(input) });
    const answer = await response.json().catch(() => ({}));
    assert.ok(response.ok, `${target}: ${JSON.stringify(answer)}`);
    return answer;
  }

  sqs(action, input) {
    return this.call(`AmazonSQS.${action}`, input);
  }

  mailrail(action, input) {
    return this.call(`Mailrail.${action}`, input);
  }

  async sns(Action, input) {
    const body = new URLSearchParams({ Version: '2010-03-31', Action, ...input });
    const response = await fetch(this.server.endpoint, { method: 'POST', body });
    const text = await response.text();
    assert.ok(response.ok, text);
    return text;
  }

  async queue(QueueName, Attributes = {}, tags = undefined) {
    const fifo = QueueName.endsWith('.fifo') ? { FifoQueue: 'true', ContentBasedDeduplication: 'true' } : {};
    await this.sqs('CreateQueue', { QueueName, Attributes: { ...fifo, ...Attributes }, tags });
    return QueueName;
  }

  arn(queueName) {
    return `arn:aws:sqs:us-east-1:000000000000:${queueName}`;
  }

  /** @param {string} QueueUrl @param {string[]} bodies @param {string} [group] */
  async send(QueueUrl, bodies, group) {
    for (let from = 0; from < bodies.length; from += 10) {
      const Entries = bodies.slice(from, from + 10).map((MessageBody, index) => ({
        Id: String(index),
        MessageBody,
        ...(QueueUrl.endsWith('.fifo') ? { MessageGroupId: group ?? MessageBody } : {}),
      }));
      const { Failed = [] } = await this.sqs('SendMessageBatch', { QueueUrl, Entries });
      assert.deepEqual(Failed, []);
    }
  }

  /** One of a queue's consumers, by the SDK. @param {string} name @param {string} accessKeyId */
  consumer(name, accessKeyId) {
    const { SQSClient, ReceiveMessageCommand, DeleteMessageCommand } = installed('@aws-sdk/client-sqs');
    const client = new SQSClient({ endpoint: this.url, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey: 'secret' } });
    const QueueUrl = `${this.url}/000000000000/${name}`;
    return {
      receive: async (WaitTimeSeconds = 0) => (await client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds }))).Messages?.[0],
      delete: ({ ReceiptHandle }) => client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle })),
    };
  }

  async peek(QueueUrl) {
    return (await this.mailrail('PeekMessages', { QueueUrl, MaxNumberOfMessages: 100 })).Messages;
  }
}
