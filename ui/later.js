// Parts of pages whose files are fetched when they are first needed: a visit loads what it looks at.

import { html, useEffect, useState } from './vendor/htm-preact.js';

const loaded = new Map();

/** @param {{load: () => Promise<Function>}} properties and those of what is loaded */
export function Later({ load, ...properties }) {
  const [, next] = useState(0);
  useEffect(() => {
    if (loaded.has(load)) return;
    load().then((page) => {
      loaded.set(load, page);
      next(1);
    });
  }, [load]);
  const Page = loaded.get(load);
  return Page ? html`<${Page} ...${properties} />` : html`<p class="soft">Loading…</p>`;
}
