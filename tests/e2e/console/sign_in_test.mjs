// Signing in with a key, and what the console lets it do.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';

import { temporaryDirectory } from '../lib/server.mjs';
import { Browser, Console, missing, SEEN_WITHIN_MS } from './lib/console.mjs';

describe('where keys are in force', { skip: missing }, () => {
  const data = temporaryDirectory();
  const key = (...options) => JSON.parse(run('create', ...options, '-o', 'json'));
  const run = (...command) => execFileSync(process.env.TESTED_MAILRAIL, ['key', ...command, '--data', data], { stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' });
  let admin;
  let viewer;
  let browser;
  let console_;
  before(async () => {
    admin = key('--role', 'admin', '--name', 'ada');
    viewer = key('--role', 'view', '--name', 'victor');
    [browser, console_] = await Promise.all([Browser.start(), Console.start([], data)]);
  });
  after(async () => {
    await browser?.close();
    await console_?.dispose();
  });

  async function signIn({ AccessKeyId, SecretAccessKey }, parts = []) {
    const page = await browser.open();
    await page.goto(console_.address(parts));
    await page.getByLabel('Access key id').fill(AccessKeyId);
    await page.getByLabel('Secret access key').fill(SecretAccessKey);
    await page.getByRole('button', { name: 'Sign in' }).click();
    return page;
  }

  test('nobody gets in with a wrong secret, and learns nothing by trying', async () => {
    const page = await signIn({ ...admin, SecretAccessKey: 'guessed' });

    await page.getByText('There is no such access key here, or the secret is not its own.').waitFor();
    assert.equal(await page.locator('.side').count(), 0);
    await page.context().close();
  });

  test('an administrator makes a queue, is named for it, and signs out', async () => {
    const page = await signIn(admin, ['queues']);
    await page.locator('.about').getByText('ada').waitFor();

    await page.getByRole('button', { name: 'Create queue' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('made-here');
    await page.getByRole('dialog').getByRole('button', { name: 'Create', exact: false }).click();
    await page.locator('h1', { hasText: 'made-here' }).waitFor();
    await page.goto(console_.address(['activity']));
    await page.locator('#activity tr', { hasText: 'made-here' }).filter({ hasText: 'CreateQueue' }).getByText('ada').last().waitFor();

    const cookies = await page.context().cookies();
    assert.deepEqual(cookies.map(({ httpOnly, sameSite }) => [httpOnly, sameSite]), [[true, 'Strict']]);
    assert.equal(await page.evaluate(() => document.cookie), '');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Access key id').waitFor();
    await page.context().close();
  });

  test('who may only look is offered nothing else, and is out once the key is revoked', async () => {
    const page = await signIn(viewer, ['queues', 'made-here']);
    await page.getByText('Since the server started').waitFor();

    await page.getByText('read-only').waitFor();
    for (const name of ['Send message', 'Purge']) assert.equal(await page.getByRole('button', { name }).count(), 0, name);
    run('revoke', viewer.AccessKeyId);

    await page.getByLabel('Access key id').waitFor({ timeout: 10 * SEEN_WITHIN_MS });
    await page.context().close();
  });
});
