// What whoever looks has chosen, kept in this browser: theme, row height, pinned queues.

import { useEffect, useState } from './vendor/htm-preact.js';

const KEY = 'mailrail';
const watchers = new Set();

function stored() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}');
  } catch {
    return {};
  }
}

/** @type {{theme: 'system' | 'light' | 'dark', isCompact: boolean, pins: string[]}} */
let chosen = { theme: 'system', isCompact: false, pins: [], ...stored() };

/** @param {Partial<typeof chosen>} changes */
export function choose(changes) {
  chosen = { ...chosen, ...changes };
  try {
    localStorage.setItem(KEY, JSON.stringify(chosen));
  } catch {
    // A browser that keeps nothing: it holds for this page.
  }
  applyTheme();
  for (const each of watchers) each(chosen);
}

export function applyTheme() {
  if (chosen.theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen.theme;
}

export function usePreferences() {
  const [value, set] = useState(chosen);
  useEffect(() => {
    watchers.add(set);
    return () => watchers.delete(set);
  }, []);
  return value;
}

/** @param {string} name */
export function togglePin(name) {
  const pins = chosen.pins.includes(name) ? chosen.pins.filter((each) => each !== name) : [...chosen.pins, name];
  choose({ pins });
}
