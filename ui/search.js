// The search box above every page: queues and topics by a part of their name, and conversations of the FIFO queue one is at.

import { useTopic } from './live.js';
import { nameIn } from './format.js';
import { Icon } from './parts.js';
import { place, to } from './router.js';
import { html, useEffect, useRef, useState } from './vendor/htm-preact.js';

const RESULTS_MAX = 8;

function found(text, rows, topics) {
  const sought = text.toLowerCase();
  const hits = (names) => names.filter((name) => name.toLowerCase().includes(sought)).slice(0, RESULTS_MAX);
  const results = hits([...(rows?.keys() ?? [])]).map((name) => ({ name, kind: 'queue', link: to(['queues', name]) }));
  for (const name of hits((topics?.Topics ?? []).map((each) => nameIn(each.TopicArn)))) results.push({ name, kind: 'topic', link: to(['topics'], { name }) });
  const { parts } = place();
  if (parts[0] === 'queues' && parts[1]?.endsWith('.fifo')) {
    results.push({ name: text, kind: `conversation of ${parts[1]}`, link: to(['queues', parts[1], 'conversations'], { id: text }) });
  }
  return results.slice(0, RESULTS_MAX + 2);
}

export function GlobalSearch() {
  const [text, setText] = useState('');
  const [isOpen, setOpen] = useState(false);
  const [chosen, setChosen] = useState(0);
  const input = useRef(null);
  const rows = useTopic('queues')?.rows;
  const topics = useTopic(isOpen ? 'topics' : '');
  const results = text && isOpen ? found(text, rows, topics) : [];

  useEffect(() => {
    const onKey = (event) => {
      const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? '');
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || document.querySelector('dialog[open]')) return;
      event.preventDefault();
      input.current.focus();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);

  const leave = () => {
    setOpen(false);
    setText('');
    input.current.blur();
  };
  const go = (result) => {
    location.hash = result.link;
    leave();
  };
  const onKeyDown = (event) => {
    if (event.key === 'Escape') return leave();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && results.length) {
      event.preventDefault();
      setChosen((chosen + step + results.length) % results.length);
    }
    if (event.key === 'Enter' && results[chosen]) go(results[chosen]);
    return undefined;
  };
  return html`<div class="search" onFocusOut=${(event) => !event.currentTarget.contains(event.relatedTarget) && setOpen(false)}>
    <${Icon} name="search" />
    <input ref=${input} type="text" role="combobox" aria-label="Search queues, topics, conversations" placeholder="Search" aria-expanded=${String(results.length > 0)}
      aria-controls="found" aria-activedescendant=${results.length ? `found-${chosen}` : undefined} autocomplete="off" spellcheck="false" value=${text}
      onFocus=${() => setOpen(true)} onKeyDown=${onKeyDown} onInput=${(event) => (setText(event.target.value), setChosen(0))} />
    <kbd aria-hidden="true">/</kbd>
    <div class=${text && isOpen ? 'found' : 'hidden-text'} id="found" role="listbox" aria-label="Found">
      ${results.map(
        (each, index) => html`<div key=${each.link} id=${`found-${index}`} role="option" aria-selected=${String(index === chosen)} class=${index === chosen ? 'chosen' : ''}
          onMouseDown=${() => go(each)}><span>${each.name}</span><span class="soft small">${each.kind}</span></div>`,
      )}
      ${text && isOpen && !results.length && html`<div role="option" aria-selected="false" aria-disabled="true">No queue or topic has “${text}” in its name.</div>`}
    </div>
  </div>`;
}
