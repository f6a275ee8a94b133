// Every page of the console, and what has to be there before it is looked at.

/** @typedef {{name: string, parts: string[], query?: string, ready: string, open?: string, happens?: (console_: any) => Promise<void>,
 *   opened?: string}} Stop */

/** What stands on the page of the live tail once the server tells it what happens; what happened before is not told. */
export const LISTENING = 'section[aria-label="Events"] :is(.empty, table)';

/** @type {Stop[]} */
export const stops = [
  { name: 'overview', parts: [], ready: 'text=Queues that wait longest' },
  { name: 'queues', parts: ['queues'], ready: '#queues tbody tr' },
  { name: 'queue', parts: ['queues', 'emails'], ready: 'text=Since the server started' },
  { name: 'messages', parts: ['queues', 'chat.fifo', 'messages'], ready: '#messages tbody tr' },
  { name: 'message', parts: ['queues', 'chat.fifo', 'messages'], ready: '#messages tbody tr', open: '#messages .row-button', opened: '#message-body' },
  { name: 'conversations', parts: ['queues', 'chat.fifo', 'conversations'], ready: '#conversations tbody tr' },
  { name: 'conversation', parts: ['queues', 'chat.fifo', 'conversations'], query: '?id=room-135', ready: '#why', opened: '.timeline li' },
  { name: 'consumers', parts: ['queues', 'chat.fifo', 'consumers'], ready: '#consumers tbody tr' },
  { name: 'settings', parts: ['queues', 'chat.fifo', 'settings'], ready: 'text=Delete this queue' },
  { name: 'topics', parts: ['topics'], ready: '.tree .leaf' },
  { name: 'filters', parts: ['topics'], ready: '.tree .leaf', open: 'text=Test filters', opened: '#tested tbody tr' },
  { name: 'dead-letters', parts: ['dead-letters'], ready: '#dead-letters tbody tr' },
  { name: 'tail', parts: ['tail'], ready: LISTENING, happens: (console_) => console_.send('audit-log', ['{"user": "grace", "what": "signed in"}']), opened: '#tail tbody tr' },
  { name: 'doctor', parts: ['doctor'], ready: '.finding' },
  { name: 'activity', parts: ['activity'], ready: '#activity tbody tr' },
  { name: 'connect', parts: ['connect'], ready: '.snippet' },
];

/** @param {import('playwright-core').Page} page @param {import('./console.mjs').Console} console_ @param {Stop} stop */
export async function visit(page, console_, stop) {
  if (await page.locator('dialog').count()) await page.keyboard.press('Escape');
  await page.goto(console_.address(stop.parts, stop.query ?? ''));
  await page.locator(stop.ready).first().waitFor();
  if (stop.open) await page.locator(stop.open).first().click();
  await stop.happens?.(console_);
  if (stop.opened) await page.locator(stop.opened).first().waitFor();
}

/** How many pixels the page is wider than its window. */
export const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
