// Activity: decisions and turning points, without the traffic: what was parked, retried, brought back, dead-lettered, dropped.

import { count, time } from '../format.js';
import { useTopic } from '../live.js';
import { exportLines } from '../bodies.js';
import { Empty, Notice, Search, TableFrame } from '../parts.js';
import { askOtherwise, to } from '../router.js';
import { html } from '../vendor/htm-preact.js';
import { Kind } from './tail.js';

const DEEDS_SHOWN = 200;

export function ActivityPage({ at }) {
  const value = useTopic('activity');
  const text = (at.query.get('text') ?? '').toLowerCase();
  if (value?.refused) return html`<h1>Activity</h1><${Notice} tone="warn" icon="lock">${value.refused}<//>`;
  const all = value?.events ?? [];
  const events = all.filter((each) => !text || [each.Kind, each.QueueName, each.MessageGroupId, each.Who, each.What].some((word) => word?.toLowerCase().includes(text))).reverse();
  return html`
    <div class="page-head"><div><h1>Activity</h1><p class="lead">Decisions and turning points. Sends, receives and deletes are on the <a href=${to(['tail'])}>live tail</a>.</p></div>
      ${events.length > 0 && html`<button class="button" onClick=${() => exportLines(events, 'activity')}>Export JSONL</button>`}</div>
    <section class="card" aria-label="Activity">
      <header><${Search} value=${at.query.get('text') ?? ''} label="Filter activity" placeholder="Queue, conversation" onInput=${(word) => askOtherwise({ text: word })} /><span class="soft small">${count(events.length)} of the last ${count(all.length)}</span></header>
      ${!value
        ? html`<p class="body soft">Asking the server…</p>`
        : !events.length
          ? html`<${Empty} icon="activity" title=${all.length ? 'Nothing is like that' : 'Nothing to tell'}>${all.length ? 'Change the filter.' : 'When a conversation is parked or goes on, when messages are dead-lettered, brought back or dropped, it is told here. The server remembers it until it stops.'}<//>`
          : html`<${TableFrame} label="Activity"><table class="compact" id="activity">
              <thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col">Queue</th><th scope="col">Conversation</th><th scope="col" class="wide">Message</th><th scope="col" class="wide">Who</th></tr></thead>
              <tbody>${events.slice(0, DEEDS_SHOWN).map((each) => html`<tr key=${each.number}>
                <td class="nowrap mono">${time(each.Timestamp)}</td><td>${each.What ?? html`<${Kind} kind=${each.Kind} />`}</td>
                <td>${each.QueueName && html`<a class="breaks" href=${to(['queues', each.QueueName])}>${each.QueueName}</a>`}</td>
                <td class="breaks">${each.MessageGroupId && html`<a href=${to(['queues', each.QueueName, 'conversations'], { id: each.MessageGroupId })}>${each.MessageGroupId}</a>`}</td>
                <td class="wide mono soft small">${each.MessageId ?? each.SequenceNumber?.replace(/^0+/, '') ?? ''}</td><td class="wide">${each.Who ?? ''}</td>
              </tr>`)}</tbody>
            </table><//>`}
    </section>`;
}
