// The messages of a queue, looked at in the store: nothing is received, counted or hidden. The list changes only when asked to.

import { mailrail } from '../api.js';
import { byteLength, exportLines } from '../bodies.js';
import { confirm } from '../dialogs.js';
import { age, bytes, count, counted } from '../format.js';
import { refresh } from '../live.js';
import { Empty, Failure, Icon, Search, Segments, State, TableFrame } from '../parts.js';
import { askOtherwise } from '../router.js';
import { depth } from '../rows.js';
import { endpoint, mayChange, mayRead } from '../session.js';
import { deleteMessages } from '../taking.js';
import { html, useEffect, useState } from '../vendor/htm-preact.js';
import { openMessage } from './message_drawer.js';
import { askMove } from './move.js';

const MESSAGES_SHOWN = 50;
const PEEK_CALLS_MAX = 40; // Of 100 messages each, for one page of a search.
const messageStates = [['', 'All'], ['Visible', 'Visible'], ['InFlight', 'In flight'], ['Delayed', 'Delayed'], ['Blocked', 'Blocked'], ['Parked', 'Parked']];

function matches(message, text) {
  if (!text) return true;
  const sought = text.toLowerCase();
  const all = [message.Body, message.MessageId, ...Object.values(message.Attributes ?? {}), ...Object.entries(message.MessageAttributes ?? {}).flatMap(([name, value]) => [name, value.StringValue])];
  return all.some((each) => each?.toLowerCase().includes(sought));
}

/**
 * A page of the messages behind a place. Reads on while too few are like the text.
 * @param {{queueUrl: string, state: string, text: string, after?: string}} wanted
 * @returns {Promise<{messages: any[], next?: string, seen: number}>}
 */
export async function readPage({ queueUrl, state, text, after }) {
  const messages = [];
  let next = after;
  let seen = 0;
  for (let call = 0; call < PEEK_CALLS_MAX; ++call) {
    const page = await mailrail('PeekMessages', { QueueUrl: queueUrl, MaxNumberOfMessages: text ? 100 : MESSAGES_SHOWN - messages.length, ...(state ? { State: state } : {}), ...(next ? { After: next } : {}) });
    seen += page.Messages.length;
    messages.push(...page.Messages.filter((each) => matches(each, text)));
    next = page.NextAfter;
    if (!next || messages.length >= MESSAGES_SHOWN) break;
  }
  return { messages, next, seen };
}

export function Messages({ row, query }) {
  const state = query.get('state') ?? '';
  const [text, setText] = useState('');
  const [pages, setPages] = useState([undefined]); // Where each page begins.
  const [loaded, setLoaded] = useState(undefined);
  const [error, setError] = useState(undefined);
  const [chosen, setChosen] = useState(new Set());
  const [isBusy, setBusy] = useState(false);

  const load = async (begins) => {
    setBusy(true);
    setError(undefined);
    try {
      const page = await readPage({ queueUrl: row.QueueUrl, state, text, after: begins.at(-1) });
      setLoaded({ ...page, sent: row.NumberOfMessagesSent });
      setPages(begins);
      setChosen(new Set());
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  useEffect(() => {
    const timer = setTimeout(() => load([undefined]), text ? 250 : 0);
    return () => clearTimeout(timer);
  }, [row.QueueUrl, state, text]);

  const newer = loaded ? Math.max(0, row.NumberOfMessagesSent - loaded.sent) : 0;
  const messages = loaded?.messages ?? [];
  const ids = messages.filter((each) => chosen.has(each.MessageId)).map((each) => each.MessageId);
  const changed = (said) => {
    refresh();
    load(pages);
    return said;
  };
  const toggle = (id) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  return html`<section class="card" aria-label="Messages">
    <header>
      <div class="row">
        <${Segments} label="State" options=${messageStates.filter(([key]) => row.FifoQueue || !['Blocked', 'Parked'].includes(key))} value=${state} onChoose=${(key) => askOtherwise({ state: key })} />
        ${mayRead() && html`<${Search} value=${text} label="Find in bodies and attributes" placeholder="Body, attribute, id" onInput=${setText} />`}
      </div>
      <div class="row">
        ${newer > 0 && html`<button class="button small first" id="newer" onClick=${() => load(pages)}>${count(newer)} newer</button>`}
        <button class="button small" disabled=${isBusy} onClick=${() => load(pages)}>Refresh</button>
        ${messages.length > 0 && mayRead() && html`<button class="button small wide" onClick=${() => exportLines(ids.length ? messages.filter((each) => chosen.has(each.MessageId)) : messages, row.QueueName)}>Export JSONL</button>`}
      </div>
    </header>
    ${error && html`<div class="body"><${Failure} error=${error} /></div>`}
    ${chosen.size > 0 && html`<${Chosen} row=${row} ids=${ids} onChange=${changed} />`}
    ${loaded && !messages.length
      ? html`<${NoMessages} row=${row} isAsked=${Boolean(state || text)} />`
      : html`<${MessageTable} row=${row} messages=${messages} chosen=${chosen} toggle=${toggle} onAll=${(all) => setChosen(new Set(all ? messages.map((each) => each.MessageId) : []))} onChange=${() => changed()} />`}
    <footer>
      <span><${Icon} name="eye" /> A look, not a receive: no receive is counted and nothing is hidden.${text && loaded ? ` ${count(messages.length)} of ${count(loaded.seen)} looked at.` : ''}</span>
      <span class="row">
        <button class="button small" disabled=${isBusy || pages.length < 2} onClick=${() => load(pages.slice(0, -1))}>Earlier</button>
        <button class="button small" disabled=${isBusy || !loaded?.next} onClick=${() => load([...pages, loaded.next])}>Later</button>
      </span>
    </footer>
  </section>`;
}

const NoMessages = ({ row, isAsked }) =>
  isAsked
    ? html`<${Empty} icon="search" title="No message is like that">${count(depth(row))} are in the queue. Choose another state, or look for something else.<//>`
    : html`<${Empty} icon="waiting" title="The queue is empty" command=${`aws --endpoint-url ${endpoint()} sqs send-message --queue-url ${row.QueueName} --message-body hello${row.FifoQueue ? ' --message-group-id room-1' : ''}`}>Send a message to see it here.<//>`;

function Chosen({ row, ids, onChange }) {
  const remove = () =>
    confirm({
      title: `Delete ${counted(ids.length, 'message')}?`,
      text: html`<b>${counted(ids.length, 'message')}</b> chosen on this page leave ${row.QueueName} for ever. They have to be received for that; others received on the way are given back and count one receive more.`,
      verb: `Delete ${counted(ids.length, 'message')}`,
      isDanger: true,
      act: async () => onChange(await deleteMessages(row.QueueUrl, ids)),
    });
  return html`<div class="body row"><b>${count(ids.length)} chosen</b> on this page
    ${mayChange() && html`<button class="button small" onClick=${() => askMove(row, ids, onChange)}>Move</button><button class="button small danger" onClick=${remove}>Delete</button>`}
  </div>`;
}

function MessageTable({ row, messages, chosen, toggle, onAll, onChange }) {
  const isAll = messages.length > 0 && messages.every((each) => chosen.has(each.MessageId));
  return html`<${TableFrame} label="Messages"><table id="messages">
    <thead><tr>
      <th scope="col"><input type="checkbox" aria-label="Choose all on this page" checked=${isAll} onChange=${(event) => onAll(event.target.checked)} /></th>
      <th scope="col">Message</th><th scope="col">State</th>
      ${row.FifoQueue && html`<th scope="col" class="wide">Conversation</th>`}
      <th scope="col" class="number wide">Sent, ago</th><th scope="col" class="number">Receives</th><th scope="col" class="number wide">Size</th>
    </tr></thead>
    <tbody>${messages.map((each) => html`<tr key=${each.SequenceNumber} class=${chosen.has(each.MessageId) ? 'chosen' : ''}>
      <td><input type="checkbox" aria-label=${`Choose ${each.MessageId}`} checked=${chosen.has(each.MessageId)} onChange=${() => toggle(each.MessageId)} /></td>
      <th scope="row"><button class="row-button" onClick=${() => openMessage(each, row, onChange)}><span class="preview">${preview(each)}</span></button></th>
      <td><${State} of=${each.State} /></td>
      ${row.FifoQueue && html`<td class="wide breaks">${each.Attributes?.MessageGroupId}</td>`}
      <td class="number wide">${age(Number(each.Attributes?.SentTimestamp))}</td>
      <td class="number">${count(Number(each.Attributes?.ApproximateReceiveCount ?? 0))}</td>
      <td class="number wide">${each.Body === undefined ? '–' : bytes(byteLength(each.Body))}</td>
    </tr>`)}</tbody>
  </table><//>`;
}

/** The first 120 characters. @param {any} message */
export const preview = (message) => (message.Body === undefined ? `${message.MessageId} (body not shown)` : message.Body.slice(0, 120) || '(empty)');
