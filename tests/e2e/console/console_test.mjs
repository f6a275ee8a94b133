// What somebody does with the console, in a real browser on a real server.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';

import { Browser, Console, missing, SEEN_WITHIN_MS } from './lib/console.mjs';
import { Line } from './lib/line.mjs';
import { LISTENING } from './lib/tour.mjs';

const LOAD_MS = 6_000;
const SENDERS = 12;

describe('the console', { skip: missing }, () => {
  let browser;
  let console_;
  let page;
  before(async () => {
    [browser, console_] = await Promise.all([Browser.start(), Console.start()]);
  });
  after(async () => {
    await browser?.close();
    await console_?.dispose();
  });
  afterEach(async () => {
    const mistakes = page?.mistakes ?? [];
    await page?.context().close();
    page = undefined;
    assert.deepEqual(mistakes, []);
  });

  const go = async (parts, query) => {
    page ??= await browser.open();
    await page.goto(console_.address(parts, query));
    return page;
  };
  const text = (locator) => locator.innerText();

  test('an empty server shows how to make the first queue, with its address', async () => {
    await go([]);

    const snippet = page.locator('.empty .snippet');
    await snippet.waitFor();

    assert.match(await text(snippet), /sqs create-queue/);
    assert.ok((await text(snippet)).includes(console_.url));
    await page.getByText('boto3.client').waitFor();
  });

  test('a message that is sent shows up in its row without a reload', async () => {
    const name = await console_.queue('counted');
    await go(['queues']);
    const row = page.locator('#queues tbody tr', { hasText: name });
    await row.waitFor();
    assert.equal(await text(row.locator('td').nth(1)), '0');

    await console_.send(name, ['one', 'two']);

    await row.locator('td').nth(1).getByText('2', { exact: true }).waitFor({ timeout: SEEN_WITHIN_MS });
  });

  test('looking 100 times changes neither receive counts nor the order', async () => {
    const name = await console_.queue('looked-at.fifo');
    const bodies = ['first', 'second', 'third'];
    await console_.send(name, bodies, 'room');
    const looked = () => console_.peek(name).then((messages) => messages.map(({ Body, State, Attributes }) => [Body, State, Attributes.ApproximateReceiveCount]));
    const earlier = await looked();
    await go(['queues', name, 'messages']);
    await page.locator('#messages').getByText('third').waitFor();

    for (let look = 0; look < 100; ++look) {
      const answered = page.waitForResponse((response) => response.request().headers()['x-amz-target'] === 'Mailrail.PeekMessages');
      await page.getByRole('button', { name: 'Refresh' }).click();
      await answered;
    }

    assert.deepEqual(await looked(), earlier);
    const { Messages } = await console_.sqs('ReceiveMessage', { QueueUrl: name, MaxNumberOfMessages: 10, AttributeNames: ['All'] });
    assert.deepEqual(Messages.map((each) => [each.Body, each.Attributes.ApproximateReceiveCount]), bodies.map((body) => [body, '1']));
  });

  test('a purge wants the name of the queue typed, and says how many', async () => {
    const name = await console_.queue('purged');
    await console_.send(name, ['a', 'b', 'c']);
    await go(['queues', name]);
    await page.getByRole('button', { name: 'Purge' }).click();
    const dialog = page.getByRole('dialog');
    const yes = dialog.getByRole('button', { name: 'Delete 3 messages' });
    assert.match(await text(dialog), /3 messages will be deleted/);

    assert.ok(await yes.isDisabled());
    await dialog.getByRole('textbox').fill('purge');
    assert.ok(await yes.isDisabled());
    await dialog.getByRole('textbox').press('Enter');
    assert.equal((await console_.peek(name)).length, 3);
    await dialog.getByRole('textbox').fill(name);
    await yes.click();

    await page.getByText(`${name} was purged.`).waitFor();
    assert.equal((await console_.peek(name)).length, 0);
  });

  test('a queue is paused after a question and goes on without one, and says so meanwhile', async () => {
    const name = await console_.queue('held-back');
    await console_.send(name, ['kept']);
    await go(['queues', name]);
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    const dialog = page.getByRole('dialog');
    assert.match(await text(dialog), /takes messages and gives none out/);
    assert.equal((await console_.sqs('ListQueueTags', { QueueUrl: name })).Tags?.['mailrail:paused'], undefined);

    await dialog.getByRole('button', { name: 'Pause', exact: true }).click();

    await page.getByText(`${name} is paused.`).waitFor();
    await page.locator('.notice', { hasText: 'It takes messages and gives none out.' }).waitFor();
    assert.equal((await console_.sqs('ReceiveMessage', { QueueUrl: name })).Messages, undefined);
    await page.goto(console_.address(['queues']));
    await page.locator('#queues tbody tr', { hasText: name }).getByText('paused').waitFor();
    await page.goto(console_.address(['queues', name]));
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await page.getByText(`${name} gives its messages out again.`).waitFor();
    assert.equal((await console_.sqs('ReceiveMessage', { QueueUrl: name })).Messages.length, 1);
  });

  test('a queue shows how to receive from it', async () => {
    const name = await console_.queue('explained');
    await go(['queues', name]);

    const snippet = page.locator('.snippet', { hasText: 'receive-message' });
    await snippet.waitFor();

    assert.ok((await text(snippet)).includes(`${console_.url}/000000000000/${name}`));
    await page.getByRole('link', { name: 'For each SDK' }).click();
    await page.getByRole('heading', { name: 'Connect' }).waitFor();
  });

  test('of five dead letters the two that are chosen go back, in order', async () => {
    const dead = await console_.queue('failed-dead.fifo');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: console_.arn(dead), maxReceiveCount: 3 });
    const source = await console_.queue('failed.fifo', { VisibilityTimeout: '0', RedrivePolicy });
    await console_.send(source, ['one', 'two', 'three', 'four', 'five'], 'room');
    for (let receive = 0; receive < 4; ++receive) await console_.sqs('ReceiveMessage', { QueueUrl: source, MaxNumberOfMessages: 10 });
    await go(['dead-letters']);
    await page.locator('#dead-letter-queues tr', { hasText: dead }).getByText('5', { exact: true }).waitFor();
    await page.getByRole('button', { name: dead }).click();

    const receives = async () => Object.fromEntries((await console_.peek(dead)).map(({ Body, Attributes }) => [Body, Attributes.ApproximateReceiveCount]));
    const before = await receives();
    for (const body of ['four', 'two']) await page.locator('#dead-letters tr', { hasText: body }).getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Redrive 2 chosen' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('where each came from').waitFor({ state: 'attached' });
    await dialog.getByRole('button', { name: 'Move 2 messages' }).click();

    await page.getByText('2 moved.').waitFor();
    assert.deepEqual((await console_.peek(source)).map(({ Body }) => Body), ['two', 'four']);
    assert.deepEqual((await console_.peek(dead)).map(({ Body, State }) => [Body, State]), [['one', 'Visible'], ['three', 'Visible'], ['five', 'Visible']]);
    assert.deepEqual(await receives(), { one: before.one, three: before.three, five: before.five });
  });

  test('all dead letters go back slowly at first, and the redrive can be stopped', async () => {
    const dead = await console_.queue('many-dead');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: console_.arn(dead), maxReceiveCount: 1 });
    const source = await console_.queue('many-failed', { RedrivePolicy });
    await console_.send(dead, Array.from({ length: 200 }, (_, index) => String(index)));
    await go(['dead-letters'], `?queue=${dead}`);

    await page.getByRole('button', { name: 'Redrive all' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox').selectOption(source);
    await dialog.getByLabel('At most, messages a second').fill('500');
    assert.ok(await dialog.getByLabel('Slowly at first').isChecked());
    await dialog.getByRole('button', { name: 'Move 200 messages' }).click();
    await page.getByText('of 200 moved').waitFor();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await dialog.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByText('The redrive was stopped.').waitFor();

    const { Results } = await console_.sqs('ListMessageMoveTasks', { SourceArn: console_.arn(dead) });
    const { Status, ApproximateNumberOfMessagesMoved: moved, MaxNumberOfMessagesPerSecond } = Results[0];
    assert.deepEqual([Status, MaxNumberOfMessagesPerSecond], ['CANCELLED', 500]);
    assert.ok(moved > 0 && moved < 200, `${moved} were moved`);
  });

  test('a blocked conversation is named with who holds it, and can be parked and retried', async () => {
    const name = await console_.queue('blocked.fifo', { VisibilityTimeout: '600' });
    await console_.send(name, ['held', 'behind'], 'room-stuck');
    await console_.sqs('ReceiveMessage', { QueueUrl: name, MaxNumberOfMessages: 1 });
    await console_.send(name, ['free'], 'room-free');
    await go(['queues', name, 'conversations']);

    const row = page.locator('#conversations tbody tr', { hasText: 'room-stuck' });
    await row.waitFor();
    assert.match(await text(row), /blocked/);
    assert.match(await text(row), /000000000000/);
    assert.match(await text(page.locator('.notice').first()), /1 blocked, 0 parked\.[^]*room-stuck of blocked\.fifo is blocked/);

    await row.getByRole('button', { name: 'room-stuck' }).click();
    await page.locator('#why').getByText('is blocked for').waitFor();
    await page.getByRole('button', { name: 'Park', exact: true }).click();
    await page.getByRole('button', { name: 'Park 2 messages' }).click();
    await page.locator('#why').getByText('is parked').waitFor();
    await page.getByRole('button', { name: 'Retry', exact: true }).click();
    await page.getByRole('button', { name: 'Retry 2 messages' }).click();
    await page.locator('#why').getByText('is blocked for').waitFor();
  });

  test('each consumer is shown with how it waits, how long it takes, and what it lets come back', async () => {
    const name = await console_.queue('consumed', { VisibilityTimeout: '2' });
    const [quick, careless] = ['AKIAQUICK', 'AKIACARELESS'].map((key) => console_.consumer(name, key));
    await go(['queues', name, 'consumers']);
    await page.getByText('Nobody has received yet').waitFor();
    const rows = page.locator('#consumers tbody tr');
    const cell = async (key, column, shown, later = 0) => {
      const row = rows.filter({ hasText: key });
      await row.waitFor();
      const heads = await page.locator('#consumers thead th').allInnerTexts();
      await row.locator('th, td').nth(heads.indexOf(column)).filter({ hasText: shown }).waitFor({ timeout: SEEN_WITHIN_MS + later });
    };

    await console_.send(name, ['one']);
    await careless.receive();
    await cell('AKIACARELESS', 'Leases expired', /^1$/, 2_000);
    await quick.delete(await quick.receive());
    await careless.receive();
    const waiting = quick.receive(20);

    await cell('AKIAQUICK', 'Long polls open', /^1$/);
    await cell('AKIACARELESS', 'Empty', /^50 %$/);
    await cell('AKIACARELESS', 'Receive to delete', /^–$/);
    await cell('AKIAQUICK', 'Receive to delete', /^[0-9.]+ m?s$/);
    await cell('AKIAQUICK', 'Leases expired', /^0$/);
    assert.match(await text(rows.filter({ hasText: 'AKIAQUICK' }).locator('th')), /^127\.0\.0\.1 AKIAQUICK\naws-sdk-js\/3/);
    await console_.send(name, ['two']);
    await quick.delete(await waiting);
    await cell('AKIAQUICK', 'Long polls open', /^0$/);
    await page.locator('#consumers td').filter({ hasText: /^0\.[1-9]$/ }).first().waitFor();
    assert.equal(await rows.count(), 2);
  });

  test('a conversation is found by its id among thousands, and pages lead on', async () => {
    const name = await console_.queue('many.fifo');
    await console_.send(name, Array.from({ length: 2_000 }, (_, index) => `room-${index}`));
    await go(['queues', name, 'conversations']);
    const rows = page.locator('#conversations tbody tr');
    await rows.nth(99).waitFor();
    assert.equal(await rows.count(), 100);

    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Page 2, as it was').waitFor();
    await rows.getByText('room-100', { exact: true }).waitFor();
    await page.getByLabel('Open a conversation by its group id').fill('room-1777');
    await page.keyboard.press('Enter');

    await page.locator('#why').getByText('room-1777').waitFor();
  });

  test('the tail stays quick under load, and counts what it leaves out', async () => {
    const name = await console_.queue('busy');
    await go(['tail']);
    await page.locator(LISTENING).waitFor();
    const entries = Array.from({ length: 10 }, (_, Id) => ({ Id: String(Id), MessageBody: `{"at": ${Id}}` }));
    const until = Date.now() + LOAD_MS;
    let sent = 0;
    const sender = async () => {
      for (; Date.now() < until; sent += 10) await console_.sqs('SendMessageBatch', { QueueUrl: name, Entries: entries });
    };
    const slowest = page.evaluate(
      (milliseconds) =>
        new Promise((resolve) => {
          const end = performance.now() + milliseconds;
          let before = performance.now();
          let gap = 0;
          const frame = (now) => {
            gap = Math.max(gap, now - before);
            before = now;
            if (now < end) requestAnimationFrame(frame);
            else resolve(gap);
          };
          requestAnimationFrame(frame);
        }),
      LOAD_MS,
    );

    await Promise.all(Array.from({ length: SENDERS }, sender));

    assert.ok((await slowest) < 1_000, `a frame took ${await slowest} ms`);
    await page.locator('#dropped').getByText('not shown').waitFor({ timeout: 12_000 });
    assert.ok((await page.locator('#tail tbody tr').count()) <= 100);
    await page.locator('.page-head').getByRole('button', { name: 'Pause' }).click();
    await page.locator('#connection').getByText('Paused').waitFor({ timeout: 1_000 });
    assert.ok(sent >= 1_000, `only ${sent} were sent`);
    console.log(`# ${Math.round(sent / (LOAD_MS / 1000))} messages a second; the slowest frame took ${Math.round(await slowest)} ms`);
  });

  test('the tail goes on where it was when the server could not be reached for a while', async () => {
    const name = await console_.queue('tailed.fifo');
    const line = await Line.to(console_.server.port);
    try {
      page = await browser.open();
      await page.goto(`${line.url}/#/tail?queue=${name}`);
      await page.locator(LISTENING).waitFor();
      const conversations = page.locator('#tail td:nth-child(4)');
      await console_.send(name, ['one', 'two']);
      await conversations.getByText('two').waitFor();

      await line.cut();
      await page.getByText('The server does not answer.').waitFor();
      await console_.send(name, ['three', 'four']);
      await line.mend();
      await page.getByText('Reconnected.').waitFor();
      await conversations.getByText('four').waitFor();
      await console_.send(name, ['five']);
      await conversations.getByText('five').waitFor();

      assert.deepEqual(await conversations.allInnerTexts(), ['five', 'four', 'three', 'two', 'one']);
      await page.locator('#dropped').getByText('nothing left out').waitFor();
    } finally {
      await line.cut();
    }
  });

  test('a node that stands by says so, leads to the owner, and shows its pages once it owns the log', async () => {
    const stream = '**/_mailrail/stream?*';
    const why = "This node stands by. The console is the owner's, at http://owner.example/.";
    page = await browser.open();
    await page.route(stream, (route) => route.fulfill({ status: 503, headers: { 'X-Mailrail-Owner': 'http://owner.example/' }, json: { message: why } }));
    await go(['queues']);

    await page.getByRole('heading', { name: 'This node stands by' }).waitFor();
    await page.getByText(why).waitFor();
    assert.equal(await page.getByRole('link', { name: 'Go there' }).getAttribute('href'), 'http://owner.example/');
    await page.locator('#connection').getByText('Standing by').waitFor();

    await page.unroute(stream);
    await page.getByRole('heading', { name: 'Queues' }).waitFor();
    await page.locator('#connection').getByText('Live').waitFor();
  });

  test('a body is only ever text', async () => {
    const name = await console_.queue('hostile.fifo');
    const body = '<script>window.harmed = 1</script><img src="x" onerror="window.harmed = 1">';
    await console_.send(name, [body], '<img/src=x/onerror=window.harmed=1>');
    await go(['queues', name, 'messages']);

    await page.locator('#messages .row-button').click();

    assert.equal(await text(page.locator('#message-body')), body);
    await page.goto(console_.address(['queues', name, 'conversations']));
    await page.locator('#conversations').getByText('<img/src=x').waitFor();
    await page.goto(console_.address(['tail']));
    await page.locator(LISTENING).waitFor();
    await console_.send(name, [`${body} again`], '<img/src=x/onerror=window.harmed=1>');
    await page.locator('#tail').getByText('<img/src=x').first().waitFor();
    assert.equal(await page.evaluate(() => window.harmed), undefined);
    assert.equal(await page.locator('img, td b, th b').count(), 0);
  });

  test('keys alone search, open, and leave a dialog', async () => {
    const name = await console_.queue('keyboard');
    await go(['queues']);
    await page.locator('#queues').getByText(name).waitFor();

    await page.keyboard.press('/');
    await page.keyboard.type('keyb');
    await page.getByRole('option', { name }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('h1', { hasText: name }).waitFor();

    const send = page.getByRole('button', { name: 'Send message' });
    await send.focus();
    await page.keyboard.press('Enter');
    const body = page.getByRole('dialog').getByLabel('Body');
    await body.and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.ok(await send.evaluate((button) => button === document.activeElement));
    await page.keyboard.press('Enter');
    await body.and(page.locator(':focus')).waitFor();
    await page.keyboard.type('by keys alone');
    await page.getByRole('button', { name: 'Send', exact: true }).press('Enter');
    await page.getByText('Sent, on disk').waitFor();
    assert.deepEqual((await console_.peek(name)).map(({ Body }) => Body), ['by keys alone']);
  });

  test('what an operator did is told once, though the stream begins anew', async () => {
    const before = await console_.queue('made-before');
    await go(['activity']);
    const rows = (name) => page.locator('#activity tbody tr', { hasText: name });
    await rows(before).first().waitFor();

    await page.keyboard.press('/');
    const later = await console_.queue('made-later');
    await rows(later).first().waitFor();

    assert.equal(await rows(before).count(), 1);
    assert.equal(await rows(later).count(), 1);
  });

  test('paused, nothing moves until it goes on', async () => {
    const name = await console_.queue('paused');
    await go(['queues', name, 'messages']);
    await page.getByText('The queue is empty').waitFor();
    await page.getByRole('button', { name: 'Pause updates' }).click();
    const other = await browser.open();
    await other.goto(console_.address(['queues', name, 'messages']));
    await other.getByText('The queue is empty').waitFor();

    await console_.send(name, ['later']);
    await other.locator('#newer').getByText('1 newer').waitFor();
    await other.context().close();
    assert.equal(await page.locator('#newer').count(), 0);
    await page.getByRole('button', { name: 'Resume updates' }).click();

    await page.locator('#newer').getByText('1 newer').click({ timeout: SEEN_WITHIN_MS });
    await page.locator('#messages').getByText('later').waitFor();
  });

  test('a server that starts again is found again, and the page says so', async () => {
    const name = await console_.queue('survivor');
    await go(['queues']);
    await page.locator('#queues').getByText(name).waitFor();

    await console_.server.end('SIGKILL');
    await page.getByText('The server does not answer.').waitFor();
    await console_.server.restart();
    await console_.server.ready();

    await page.getByText('Reconnected.').waitFor();
    await console_.send(name, ['after']);
    await page.locator('#queues tbody tr', { hasText: name }).locator('td').nth(1).getByText('1', { exact: true }).waitFor({ timeout: SEEN_WITHIN_MS });
  });
});
