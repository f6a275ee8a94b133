// Live tail: what happens to messages, as it happens, as far as somebody can read it. What was left out is counted.

import { time, count, short } from '../format.js';
import { connection, pause, useTopic } from '../live.js';
import { Badge, Empty, Icon, Notice, Segments, TableFrame } from '../parts.js';
import { askOtherwise, to } from '../router.js';
import { endpoint } from '../session.js';
import { totalRates, ratesOf } from '../samples.js';
import { html } from '../vendor/htm-preact.js';

const EVENTS_SHOWN = 100;
const tailKinds = [['', 'All'], ['sent', 'Sends'], ['received', 'Receives'], ['deleted', 'Deletes'], ['dead_lettered', 'Dead letters']];
const eventLooks = {
  sent: ['calm', 'waiting', 'sent'],
  received: ['warn', 'plane', 'received'],
  deleted: ['good', 'check', 'deleted'],
  dead_lettered: ['bad', 'dead', 'dead-lettered'],
  redriven: ['', 'right', 'redriven'],
  expired: ['', 'clock', 'expired'],
  dropped: ['bad', 'close', 'dropped'],
  parked: ['bad', 'parked', 'parked'],
  unparked: ['good', 'play', 'goes on'],
};

/** What happened, as text and icon. @param {{kind: string}} properties */
export function Kind({ kind }) {
  const [tone, icon, text] = eventLooks[kind] ?? ['', 'dot', kind];
  return html`<${Badge} tone=${tone} icon=${icon}>${text}<//>`;
}

export function TailPage({ at }) {
  const queue = at.query.get('queue') ?? '';
  const kind = at.query.get('kind') ?? '';
  const text = (at.query.get('text') ?? '').toLowerCase();
  const rows = useTopic('queues')?.rows;
  const value = useTopic(`tail:${queue}`);
  const rates = queue ? ratesOf(queue) : totalRates();
  if (value?.refused) return html`<h1>Live tail</h1><${Notice} tone="warn" icon="lock">${value.refused}<//>`;
  const lets = (event) => (!kind || event.Kind === kind) && (!text || [event.MessageGroupId, event.MessageId, event.Body, event.QueueName].some((each) => each?.toLowerCase().includes(text)));
  const events = (value?.events ?? []).filter(lets).slice(-EVENTS_SHOWN).reverse();
  return html`
    <div class="page-head">
      <div><h1>Live tail</h1></div>
      <div class="row">
        <span class="soft small nowrap">${rates ? `${short(Math.round(rates.sent))} sent, ${short(Math.round(rates.deleted))} deleted a second` : 'measuring the rate'}</span>
        <span id="dropped">${value?.dropped ? html`<${Badge} tone="warn" icon="alert">${count(value.dropped)} not shown<//>` : html`<${Badge} icon="check">nothing left out<//>`}</span>
        <button class="button" onClick=${() => pause(!connection.isPaused)}><${Icon} name=${connection.isPaused ? 'play' : 'pause'} />${connection.isPaused ? 'Resume' : 'Pause'}</button>
      </div>
    </div>
    <section class="card" aria-label="Events">
      <header><div class="row grow">
        <select aria-label="Queue" value=${queue} onChange=${(event) => askOtherwise({ queue: event.target.value })}>
          <option value="">All queues</option>${[...(rows?.keys() ?? [])].map((name) => html`<option key=${name} value=${name}>${name}</option>`)}
        </select>
        <${Segments} label="What" options=${tailKinds} value=${kind} onChoose=${(key) => askOtherwise({ kind: key })} />
        <div class="search narrow"><${Icon} name="search" /><input type="search" aria-label="Filter events" placeholder="Conversation, id, body" value=${at.query.get('text') ?? ''} onInput=${(event) => askOtherwise({ text: event.target.value })} /></div>
      </div></header>
      ${!value
        ? html`<p class="body soft">Listening…</p>`
        : !events.length
          ? html`<${Empty} icon="tail" title=${value.seen ? 'Nothing of that has happened' : 'Nothing happens'} command=${value.seen ? undefined : `aws --endpoint-url ${endpoint()} sqs send-message --queue-url QUEUE --message-body hello`}>${value.seen ? 'Choose another queue or kind, or change the filter.' : 'Send, receive or delete a message and it shows up here.'}<//>`
          : html`<${TableFrame} label="Events" extra="tail"><table class="compact" id="tail">
              <thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col">Queue</th><th scope="col" class="wide">Conversation</th><th scope="col" class="wide">Message</th><th scope="col" class="number wide">Receive</th></tr></thead>
              <tbody>${events.map((each) => html`<tr key=${each.number}>
                <td class="nowrap mono">${time(each.Timestamp)}</td><td><${Kind} kind=${each.Kind} /></td>
                <td><a class="breaks" href=${to(['queues', each.QueueName])}>${each.QueueName}</a></td>
                <td class="wide breaks">${each.MessageGroupId && html`<a href=${to(['queues', each.QueueName, 'conversations'], { id: each.MessageGroupId })}>${each.MessageGroupId}</a>`}</td>
                <td class="wide">${each.Body ? html`<span class="body-text">${each.Body.slice(0, 240)}</span>` : html`<span class="mono soft small" title=${each.MessageId}>${each.SequenceNumber?.replace(/^0+/, '') ?? ''}</span>`}</td>
                <td class="number wide">${each.Kind === 'received' ? each.ApproximateReceiveCount : ''}</td>
              </tr>`)}</tbody>
            </table><//>`}
      <footer><span>The newest ${EVENTS_SHOWN} of ${count(value?.events?.length ?? 0)} kept in this tab, newest first.</span></footer>
    </section>`;
}
