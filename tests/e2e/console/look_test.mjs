// How the console looks to whom: no page scrolls sideways, nothing serious for accessibility, and little to load.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { axeSource, Browser, Console, missing } from './lib/console.mjs';
import { fill } from './lib/sample.mjs';
import { overflow, stops, visit } from './lib/tour.mjs';

const BUDGET_BYTES = 60_000;
const FIRST_PAINT_MS = 300;
const TARGET_PX = 24;

const ui = fileURLToPath(new URL('../../../ui/', import.meta.url));

test('a browser loads at most 60 KB, compressed', { skip: missing }, async () => {
  const console_ = await Console.start();
  try {
    const load = async (path, type) => {
      const response = await fetch(`${console_.url}${path}`, { headers: { Accept: type, 'Accept-Encoding': 'gzip' } });
      assert.equal(response.headers.get('Content-Encoding'), 'gzip', path);
      return [await response.text(), Number(response.headers.get('Content-Length'))];
    };
    const [index, indexBytes] = await load('/', 'text/html');
    const parts = [...new Set(Array.from(index.matchAll(/(?:src|href)="(\/console\/[^"]+)"/g), ([, path]) => path))];
    const sizes = await Promise.all(parts.map(async (path) => (await load(path, '*/*'))[1]));
    const sum = sizes.reduce((all, each) => all + each, indexBytes);

    assert.deepEqual(parts.map((path) => path.split('/').at(-1)), ['mark.svg', 'app.css', 'app.js']);
    assert.ok(sum > 30_000 && sum <= BUDGET_BYTES, `${sum} bytes`);
    console.log(`# ${sum} bytes in ${parts.length + 1} files`);
  } finally {
    await console_.dispose();
  }
});

test('no body is ever set as markup, and no script is made of text', () => {
  for (const name of readdirSync(ui, { recursive: true }).filter((each) => each.endsWith('.js') && !each.startsWith('vendor'))) {
    assert.doesNotMatch(readFileSync(join(ui, name), 'utf8'), /innerHTML|outerHTML|insertAdjacentHTML|dangerously|document\.write|\beval\(|new Function/, name);
  }
});

/** When the page was first painted, in milliseconds since it was asked for. It may be told of after the page can be read. */
const firstPaint = () =>
  new Promise((resolve) => {
    new PerformanceObserver((list) => {
      const painted = list.getEntriesByName('first-contentful-paint')[0];
      if (painted) resolve(painted.startTime);
    }).observe({ type: 'paint', buffered: true });
  });

describe('every page', { skip: missing }, () => {
  let browser;
  let console_;
  before(async () => {
    [browser, console_] = await Promise.all([Browser.start(), Console.start()]);
    await fill(console_);
  });
  after(async () => {
    await browser?.close();
    await console_?.dispose();
  });

  for (const [theme, width] of [['light', 1280], ['dark', 1280], ['light', 390], ['dark', 390]]) {
    test(`fits and is accessible, ${theme} at ${width}`, async () => {
      const page = await browser.open({ theme, width, height: 844 });
      const found = [];
      for (const stop of stops) {
        await visit(page, console_, stop);
        if ((await overflow(page)) > 0) found.push(`${stop.name} is ${await overflow(page)} px too wide`);
        for (const each of await violations(page)) found.push(`${stop.name}: ${each}`);
        for (const each of await smallTargets(page)) found.push(`${stop.name}: ${each}`);
      }
      assert.deepEqual(found, []);
      assert.deepEqual(page.mistakes, []);
      await page.context().close();
    });
  }

  // A first visit begins with a new process of the browser, which is its affair; a page that is loaded again comes from the
  // server just as well where nothing is kept.
  test('is painted quickly', async () => {
    const page = await browser.open();
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Network.setCacheDisabled', { cacheDisabled: true });
    await page.goto(console_.address([]));
    const paints = [];
    for (let load = 0; load < 3; ++load) {
      await page.reload();
      await page.locator('.side').waitFor();
      paints.push(Math.round(await page.evaluate(firstPaint)));
    }
    await page.context().close();
    assert.ok(Math.max(...paints) < FIRST_PAINT_MS, `${paints} ms`);
    console.log(`# first paint after ${paints} ms`);
  });

  test('says whose it is before any script has run', async () => {
    const context = await browser.browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(console_.address([]));
    assert.equal(await page.locator('.opening .brand').innerText(), 'mailrail');
    await context.close();
  });
});

async function violations(page) {
  await page.evaluate(axeSource());
  const { violations: all } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  return all
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.html.slice(0, 120)} ${node.any[0]?.message ?? ''}`).join(' | ')}`);
}

// What can be clicked and is no word in a sentence.
const smallTargets = (page) =>
  page.evaluate((least) => {
    const all = [...document.querySelectorAll('button, input, select, .tabs a, .side a, td a, th a')];
    return all
      .filter((each) => each.checkVisibility() && !each.closest('.hidden-text'))
      .map((each) => [each, each.getBoundingClientRect()])
      .filter(([each, box]) => box.height < least && !each.closest('label') && !/checkbox|radio/.test(each.type))
      .map(([each, box]) => `${each.outerHTML.slice(0, 100)} is ${Math.round(box.width)} by ${Math.round(box.height)} px`)
      .slice(0, 3);
  }, TARGET_PX);
