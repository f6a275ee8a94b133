// One queue: its frame, and the page about how it is doing.

import { sqs } from '../api.js';
import { Chart } from '../chart.js';
import { confirm, open, say } from '../dialogs.js';
import { age, count, duration, rate, roughly, short } from '../format.js';
import { refresh, useSeconds, useTopic } from '../live.js';
import { Badge, Card, Copy, Empty, Fifo, Figure, Notice, Snippet } from '../parts.js';
import { to } from '../router.js';
import { delayed, depth, inFlight, isDeadLetterQueue, isOlderThan, isPausedQueue, PAUSED, visible } from '../rows.js';
import { pointsOf, ratesOf } from '../samples.js';
import { endpoint, mayChange } from '../session.js';
import { html } from '../vendor/htm-preact.js';
import { Consumers } from './queue_consumers.js';
import { Conversations } from './queue_conversations.js';
import { Messages } from './queue_messages.js';
import { Settings } from './queue_settings.js';
import { SendForm } from './send.js';

const tabs = [
  ['overview', 'Overview', Overview],
  ['messages', 'Messages', Messages],
  ['conversations', 'Conversations', Conversations],
  ['consumers', 'Consumers', Consumers],
  ['settings', 'Settings', Settings],
];

export function QueuePage({ name, tab, query }) {
  const value = useTopic('queues');
  useSeconds();
  const row = value?.rows?.get(name);
  const [current, , Tab] = tabs.find(([key]) => key === tab) ?? tabs[0];
  if (value?.refused) return html`<h1>${name}</h1><${Notice} tone="warn" icon="lock">${value.refused}<//>`;
  if (!value) return html`<h1>${name}</h1><p class="soft">Asking the server…</p>`;
  if (!row) return html`<section class="card"><${Empty} icon="search" title=${`There is no queue ${name}`} command=${`aws --endpoint-url ${endpoint()} sqs create-queue --queue-name ${name}`}>It was deleted, or never made. <a href=${to(['queues'])}>All queues</a>.<//></section>`;
  return html`
    <div class="page-head">
      <div>
        <p class="crumb"><a href=${to(['queues'])}>Queues</a></p>
        <div class="row"><h1>${name}</h1><${Fifo} isFifo=${row.FifoQueue} />${isDeadLetterQueue(row) && html`<${Badge} icon="dead">dead letters<//>`}</div>
      </div>
      <div class="row">
        <${Copy} text=${row.QueueUrl} label="Copy URL" shown />
        ${mayChange() && html`
          <button class="button" onClick=${() => (isPausedQueue(row) ? resumeQueue(row) : pauseQueue(row))}>${isPausedQueue(row) ? 'Resume' : 'Pause'}</button>
          <button class="button danger" onClick=${() => purge(row)}>Purge</button>
          <button class="button first" onClick=${() => open((close) => html`<${SendForm} row=${row} close=${close} />`)}>Send message</button>`}
      </div>
    </div>
    <nav class="tabs" aria-label="Of this queue">
      ${tabs
        .filter(([key]) => key !== 'conversations' || row.FifoQueue)
        .map(([key, text]) => html`<a key=${key} href=${to(['queues', name, key])} aria-current=${key === current ? 'page' : undefined}>${text}</a>`)}
    </nav>
    <${Tab} row=${row} query=${query} />`;
}

function purge(row) {
  confirm({
    title: `Purge ${row.QueueName}?`,
    text: html`<b>${count(depth(row))} ${depth(row) === 1 ? 'message' : 'messages'}</b> will be deleted, also what consumers hold now. This cannot be undone.`,
    verb: `Delete ${count(depth(row))} ${depth(row) === 1 ? 'message' : 'messages'}`,
    name: row.QueueName,
    act: async () => {
      await sqs('PurgeQueue', { QueueUrl: row.QueueUrl });
      refresh();
      return `${row.QueueName} was purged.`;
    },
  });
}

function pauseQueue(row) {
  confirm({
    title: `Pause ${row.QueueName}?`,
    text: html`It takes messages and gives none out until it is resumed. <b>${count(row.WaitingReceives)} long ${row.WaitingReceives === 1 ? 'poll waits' : 'polls wait'}</b> on; what consumers hold they may delete.`,
    verb: 'Pause',
    act: async () => {
      await sqs('TagQueue', { QueueUrl: row.QueueUrl, Tags: { [PAUSED]: 'true' } });
      refresh();
      return `${row.QueueName} is paused.`;
    },
  });
}

const resumeQueue = (row) =>
  sqs('UntagQueue', { QueueUrl: row.QueueUrl, TagKeys: [PAUSED] })
    .then(() => (refresh(), say(`${row.QueueName} gives its messages out again.`)))
    .catch((error) => say(error.message));

function Overview({ row }) {
  const name = row.QueueName;
  const rates = ratesOf(name);
  const asked = (rates?.received ?? 0) + (rates?.empty ?? 0);
  return html`
    <${Blocking} row=${row} />
    <dl class="card figures" aria-label="Now">
      <${Figure} name="Visible" value=${short(visible(row))} note=${html`<a href=${to(['queues', name, 'messages'], { state: 'Visible' })}>look at them</a>`} />
      <${Figure} name="In flight" value=${short(inFlight(row))} note=${`visible again after ${duration(row.VisibilityTimeout)}`} />
      <${Figure} name="Delayed" value=${short(delayed(row))} />
      <${Figure} name="Oldest" value=${age(row.OldestSentTimestamp)} plain=${isOlderThan(row, 3600)} note=${`kept for ${duration(row.MessageRetentionPeriod)}`} />
      <${Figure} name="Empty receives" value=${rates ? (asked ? `${Math.round((100 * rates.empty) / asked)}` : '–') : '–'} unit=${asked ? '%' : ''} note="of those now" />
      <${Figure} name="Long polls open" value=${count(row.WaitingReceives)} />
    </dl>
    <${Charts} name=${name} />
    <${Card} title="Since the server started"><div class="body"><dl class="facts">
      <dt>Sent</dt><dd>${count(row.NumberOfMessagesSent)}</dd>
      <dt>Received</dt><dd>${count(row.NumberOfMessagesReceived)}, and ${count(row.NumberOfEmptyReceives)} times nothing</dd>
      <dt>Deleted</dt><dd>${count(row.NumberOfMessagesDeleted)}</dd>
      <dt>Dead-lettered</dt><dd>${count(row.DeadLettered)}${row.DeadLetterQueueName && html` to <a href=${to(['queues', row.DeadLetterQueueName])}>${row.DeadLetterQueueName}</a> after ${row.MaxReceiveCount} receives`}</dd>
      ${isDeadLetterQueue(row) && html`<dt>Dead letters of</dt><dd>${row.DeadLetterSources.map((each) => html`<a key=${each} href=${to(['queues', each])}>${each}</a> `)}</dd>`}
      <dt>Expired</dt><dd>${count(row.Expired)}</dd>
    </dl></div><//>
    <${Card} title="Receive from it" aside=${html`<a href=${to(['connect'])}>For each SDK</a>`}><div class="body">
      <${Snippet} text=${`aws --endpoint-url ${endpoint()} sqs receive-message --queue-url ${row.QueueUrl} --wait-time-seconds 20`} />
    </div><//>`;
}

/** The sentence that says what stands in the way. */
function Blocking({ row }) {
  const stuck = row.FifoQueue && row.ConversationsBlocked + row.ConversationsParked;
  const first = useTopic(stuck ? `conversations:${row.QueueName}` : '')?.Conversations?.find((each) => each.State === 'Blocked' || each.State === 'Parked');
  if (isPausedQueue(row)) return html`<${Notice} tone="warn" icon="pause"><b>The queue is paused.</b> It takes messages and gives none out.<//>`;
  if (stuck) {
    const link = to(['queues', row.QueueName, 'conversations'], { state: row.ConversationsParked ? 'Parked' : 'Blocked' });
    return html`<${Notice} tone="warn" icon="lock">
      <b>${count(row.ConversationsBlocked)} blocked, ${count(row.ConversationsParked)} parked.</b> ${first?.Why} <a href=${link}>See them</a>
    <//>`;
  }
  if (row.DamagedMessages) return html`<${Notice} tone="bad" icon="alert">${count(row.DamagedMessages)} damaged on disk. <a href=${to(['queues', row.QueueName, 'messages'], { state: 'Damaged' })}>See which</a><//>`;
  if (visible(row) && !inFlight(row) && !row.WaitingReceives && isOlderThan(row, 60))
    return html`<${Notice} tone="warn" icon="alert">${count(visible(row))} waiting, the oldest for ${age(row.OldestSentTimestamp)}, and nobody receives.<//>`;
  return html`<${Notice} tone="good" icon="check">${depth(row) ? 'Nothing stands in the way: messages are received as they come.' : 'The queue is empty.'}<//>`;
}

function Charts({ name }) {
  const points = pointsOf(name, useTopic(`history:${name}`));
  const times = points.map((each) => each.at);
  const of = (what) => points.map((each) => each[what]);
  const last = points[points.length - 1];
  const trend = (what) => (points.length < 2 ? '' : `${short(points[0][what])} at first, ${short(last[what])} now.`);
  const highest = (what) => rate(Math.max(0, ...of(what)));
  return html`<div class="grid">
    <section class="card"><div class="body"><${Chart} title="Depth" unit="messages" isStacked times=${times} show=${short}
      summary=${points.length > 1 ? `Visible: ${trend('visible')}` : 'The last ten minutes.'}
      series=${[
        { key: 'visible', name: 'Visible', values: of('visible') },
        { key: 'in-flight', name: 'In flight', values: of('inFlight') },
        { key: 'delayed', name: 'Delayed', values: of('delayed') },
      ]} /></div></section>
    <section class="card"><div class="body"><${Chart} title="Oldest message" unit="age" times=${times} show=${duration} tick=${roughly}
      summary=${points.length > 1 ? `At most ${duration(Math.max(...of('oldestAge')))} in this time.` : 'The last ten minutes.'}
      series=${[{ key: 'age', name: 'Oldest', values: of('oldestAge') }]} /></div></section>
    <section class="card"><div class="body"><${Chart} title="Rates" unit="messages per second" times=${times} show=${rate}
      summary=${points.length > 1 ? `At most ${highest('sent')} sent, ${highest('received')} received, ${highest('deleted')} deleted a second.` : 'The last ten minutes.'}
      series=${[
        { key: 'sent', name: 'Sent', values: of('sent') },
        { key: 'received', name: 'Received', values: of('received') },
        { key: 'deleted', name: 'Deleted', values: of('deleted') },
      ]} /></div></section>
  </div>`;
}
