// Screenshots of every page at both widths in both themes, into the directory that is named: for the eye, and for the documents.
//
//   TESTED_MAILRAIL=build/dev/mailrail .tools/node/node tests/e2e/console/screenshots.mjs docs/images

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { Browser, Console, missing } from './lib/console.mjs';
import { fill, keepBusy } from './lib/sample.mjs';
import { stops, visit } from './lib/tour.mjs';

const CHARTS_MS = 90_000; // Until charts have something to show.
const SETTLED_MS = 700;
const sizes = [[1280, 900], [390, 844]];

const directory = process.argv[2];
if (!directory || missing) throw new Error(missing || 'say into which directory');
mkdirSync(directory, { recursive: true });

const [browser, console_] = await Promise.all([Browser.start(), Console.start()]);
const stop = { busy: () => Promise.resolve() };
try {
  await fill(console_);
  stop.busy = keepBusy(console_);
  const pages = await Promise.all(
    ['light', 'dark'].flatMap((theme) => sizes.map(async ([width, height]) => ({ theme, width, page: await browser.open({ theme, width, height }) }))),
  );
  // Each tab sees the history that its charts show by itself where the server keeps none.
  await Promise.all(pages.map(({ page }) => page.goto(console_.address(['queues']))));
  await wait(CHARTS_MS);
  for (const { theme, width, page } of pages) {
    for (const each of stops) {
      await visit(page, console_, each);
      await wait(SETTLED_MS);
      await page.screenshot({ path: join(directory, `${each.name}-${theme}-${width}.png`) });
    }
  }
} finally {
  await stop.busy();
  await browser.close();
  await console_.dispose();
}
