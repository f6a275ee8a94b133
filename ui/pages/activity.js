// Activity: what operators did, or were refused. Where it is polled: decisions and turning points, without the traffic.

import { count, time } from '../format.js';
import { useTopic } from '../live.js';
import { exportLines } from '../bodies.js';
import { Badge, Empty, Notice, Search, TableFrame } from '../parts.js';
import { askOtherwise, to } from '../router.js';
import { html } from '../vendor/htm-preact.js';
import { Kind } from './tail.js';

const DEEDS_SHOWN = 200;

export function ActivityPage({ at }) {
  const value = useTopic('activity');
  const text = (at.query.get('text') ?? '').toLowerCase();
  if (value?.refused) return html`<h1>Activity</h1><${Notice} tone="warn" icon="lock">${value.refused}<//>`;
  const all = value?.events ?? [];
  const events = all.filter((each) => !text || [each.Kind, each.QueueName, each.TopicName, each.MessageGroupId, each.Who, each.What].some((word) => word?.toLowerCase().includes(text))).reverse();
  return html`
    <div class="page-head"><div><h1>Activity</h1><p class="lead">What was made, changed, decided and deleted, and by whom. Sends, receives and deletes are on the <a href=${to(['tail'])}>live tail</a>.</p></div>
      ${events.length > 0 && html`<button class="button" onClick=${() => exportLines(events, 'activity')}>Export JSONL</button>`}</div>
    <section class="card" aria-label="Activity">
      <header><${Search} value=${at.query.get('text') ?? ''} label="Filter activity" placeholder="Action, queue, who" onInput=${(word) => askOtherwise({ text: word })} /><span class="soft small">${count(events.length)} of the last ${count(all.length)}</span></header>
      ${!value
        ? html`<p class="body soft">Asking the server…</p>`
        : !events.length
          ? html`<${Empty} icon="activity" title=${all.length ? 'Nothing is like that' : 'Nothing to tell'}>${all.length ? 'Change the filter.' : 'When somebody makes, changes or deletes a queue or a topic, brings messages back, or decides about a conversation, it is told here. The server remembers it until it stops.'}<//>`
          : html`<${TableFrame} label="Activity"><table class="compact" id="activity">
              <thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col">Of</th><th scope="col" class="wide">Who</th><th scope="col" class="wide">Outcome</th></tr></thead>
              <tbody>${events.slice(0, DEEDS_SHOWN).map((each) => html`<tr key=${each.number}>
                <td class="nowrap mono">${time(each.Timestamp)}</td>
                <td>${each.What ? each.Kind : html`<${Kind} kind=${each.Kind} />`}</td>
                <td class="breaks"><${Subject} event=${each} /></td>
                <td class="wide">${each.Who ?? ''}</td>
                <td class="wide">${each.What && html`<${Badge} tone=${each.What === 'done' ? 'good' : 'bad'} icon=${each.What === 'done' ? 'check' : 'lock'}>${each.What}<//>`}</td>
              </tr>`)}</tbody>
            </table><//>`}
    </section>`;
}

function Subject({ event: { QueueName, TopicName, MessageGroupId } }) {
  if (TopicName) return html`<a href=${to(['topics'], { name: TopicName })}>${TopicName}</a>`;
  if (!QueueName) return null;
  return html`<a href=${to(['queues', QueueName])}>${QueueName}</a>${MessageGroupId && html`, <a href=${to(['queues', QueueName, 'conversations'], { id: MessageGroupId })}>${MessageGroupId}</a>`}`;
}
