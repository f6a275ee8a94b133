// Where one is: `#/queues/chat.fifo/conversations?state=Blocked`. Links are plain links, so back, forward and new tabs work.

import { useEffect, useState } from './vendor/htm-preact.js';

/** @typedef {{parts: string[], query: URLSearchParams}} Place */

/** @returns {Place} */
export function place() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  return { parts: path.split('/').filter(Boolean).map(decodeURIComponent), query: new URLSearchParams(query) };
}

/** A link to a page. @param {string[]} parts @param {Record<string, string | undefined>} [query] */
export function to(parts, query = {}) {
  const said = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value) said.set(key, value);
  const text = said.toString();
  return `#/${parts.map(encodeURIComponent).join('/')}${text ? `?${text}` : ''}`;
}

/** The same page, asked otherwise; leaves no trace in the history. @param {Record<string, string | undefined>} query */
export function askOtherwise(query) {
  const { parts, query: before } = place();
  history.replaceState(null, '', to(parts, { ...Object.fromEntries(before), ...query }));
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

export function usePlace() {
  const [at, set] = useState(place);
  useEffect(() => {
    const moved = () => set(place());
    window.addEventListener('hashchange', moved);
    return () => window.removeEventListener('hashchange', moved);
  }, []);
  return at;
}
