// All queues: what waits, since when, and what moves. The oldest comes first, pinned ones before all.

import { sqs } from '../api.js';
import { FormDialog, open } from '../dialogs.js';
import { age, count, counted, rate, short } from '../format.js';
import { refresh, useSeconds, useTopic } from '../live.js';
import { Badge, Empty, Fifo, Icon, Notice, Search, SortHead, TableFrame } from '../parts.js';
import { togglePin, usePreferences, choose } from '../preferences.js';
import { filterOf } from '../queue_filter.js';
import { askOtherwise, to } from '../router.js';
import { delayed, depth, inFlight, isDeadLetterQueue, isPausedQueue, limitIn, oldestAge, visible } from '../rows.js';
import { historyOf, ratesOf } from '../samples.js';
import { Spark } from '../chart.js';
import { endpoint, mayChange } from '../session.js';
import { html, useState } from '../vendor/htm-preact.js';

const QUEUES_SHOWN = 200;

const keys = {
  name: (row) => row.QueueName,
  age: (row) => oldestAge(row) ?? -1,
  visible,
  flight: inFlight,
  delayed,
  in: (row) => ratesOf(row.QueueName)?.sent ?? 0,
  consumers: (row) => row.WaitingReceives,
};

function sorted(rows, { by, isDown }, pins) {
  const key = keys[by] ?? keys.age;
  const direction = isDown ? -1 : 1;
  const compare = (one, other) => (key(one) < key(other) ? -1 : key(one) > key(other) ? 1 : 0);
  const isPinned = new Set(pins);
  return rows.sort(
    (one, other) =>
      Number(isPinned.has(other.QueueName)) - Number(isPinned.has(one.QueueName)) || direction * compare(one, other) || (one.QueueName < other.QueueName ? -1 : 1),
  );
}

export function QueuesPage({ at }) {
  const value = useTopic('queues');
  useSeconds();
  const { pins, isCompact } = usePreferences();
  const [sort, setSort] = useState({ by: 'age', isDown: true });
  const [shown, setShown] = useState(QUEUES_SHOWN);
  const text = at.query.get('filter') ?? '';
  const { lets, unknown } = filterOf(text);
  if (value?.refused) return html`<h1>Queues</h1><${Notice} tone="warn" icon="lock">${value.refused}<//>`;
  if (!value) return html`<h1>Queues</h1><p class="soft">Asking the server…</p>`;
  const found = sorted([...value.rows.values()].filter(lets), sort, pins);
  return html`
    <div class="page-head">
      <div><h1>Queues</h1></div>
      ${mayChange() && html`<button class="button first" onClick=${() => open((close) => html`<${Create} close=${close} />`)}>Create queue</button>`}
    </div>
    ${!value.rows.size
      ? html`<section class="card"><${Empty} icon="queues" title="No queues yet" command=${`aws --endpoint-url ${endpoint()} sqs create-queue --queue-name hello`}>Create one here, or with any AWS client.<//></section>`
      : html`<section class="card" aria-label="Queues">
          <header>
            <div class="row grow">
              <${Search} value=${text} label="Filter queues" placeholder="type:fifo age:>60s" onInput=${(filter) => askOtherwise({ filter })} />
              <span class="soft small">${found.length === value.rows.size ? counted(found.length, 'queue') : `${count(found.length)} of ${counted(value.rows.size, 'queue')}`}</span>
              ${unknown.length > 0 && html`<span class="small warn">Not understood: ${unknown.join(' ')}. Try type:fifo, age:>60s, depth:>100, flight:>0, dlq:>0, stuck:>0.</span>`}
            </div>
            <label class="check small"><input type="checkbox" checked=${isCompact} onChange=${(event) => choose({ isCompact: event.target.checked })} />Compact rows</label>
          </header>
          ${found.length
            ? html`<${QueueTable} rows=${found.slice(0, shown)} all=${value.rows} sort=${sort} onSort=${setSort} pins=${pins} isCompact=${isCompact} />`
            : html`<${Empty} icon="search" title="No queue is like that">Change the filter, or <a href=${to(['queues'])}>show all</a>.<//>`}
          ${found.length > shown && html`<footer><span>${count(shown)} of ${count(found.length)} shown</span><button class="button small" onClick=${() => setShown(shown + QUEUES_SHOWN)}>Show more</button></footer>`}
        </section>`}`;
}

const QueueTable = ({ rows, all, sort, onSort, pins, isCompact }) => {
  const head = { sort, onSort };
  return html`<${TableFrame} label="All queues"><table class=${isCompact ? 'compact' : ''} id="queues">
    <thead><tr>
      <${SortHead} name="Queue" by="name" ...${head} />
      <${SortHead} name="Oldest" by="age" extra="number" ...${head} />
      <${SortHead} name="Visible" by="visible" extra="number" ...${head} />
      <${SortHead} name="In flight" by="flight" extra="number wide" ...${head} />
      <${SortHead} name="Delayed" by="delayed" extra="number wide" ...${head} />
      <${SortHead} name="In, msg/s" by="in" extra="number wide" ...${head} />
      <th scope="col" class="wide">10 min <span class="hidden-text">sent and deleted</span></th>
      <${SortHead} name="Waiting" by="consumers" extra="number wide" ...${head} />
      <th scope="col" class="wide">Dead letters</th>
      <th scope="col" class="wide"><span class="hidden-text">Pin</span></th>
    </tr></thead>
    <tbody>${rows.map((row) => html`<${QueueRow} key=${row.QueueName} row=${row} all=${all} isPinned=${pins.includes(row.QueueName)} />`)}</tbody>
  </table><//>`;
};

const tally = (value, extra = '') => html`<td class=${`number ${extra} ${value ? '' : 'zero'}`}>${short(value)}</td>`;

function QueueRow({ row, all, isPinned }) {
  const name = row.QueueName;
  const history = historyOf(name);
  const stuck = row.ConversationsBlocked + row.ConversationsParked;
  const limit = limitIn(row, 'mailrail:max-messages');
  const messages = (state) => to(['queues', name, 'messages'], { state });
  return html`<tr>
    <th scope="row"><div class="row">
      <a class="breaks" href=${to(['queues', name])}>${name}</a>
      <${Fifo} isFifo=${row.FifoQueue} />
      ${isDeadLetterQueue(row) && html`<${Badge} icon="dead">dead letters<//>`}
      ${isPausedQueue(row) && html`<${Badge} tone="warn" icon="pause">paused<//>`}
      ${stuck > 0 && html`<a href=${to(['queues', name, 'conversations'], { state: row.ConversationsParked ? 'Parked' : 'Blocked' })}><${Badge} tone="bad" icon="lock">${count(stuck)} stuck<//></a>`}
      ${limit && html`<${Badge} tone=${depth(row) / limit > 0.8 ? 'warn' : ''}>${Math.round((100 * depth(row)) / limit)} % of ${short(limit)}<//>`}
    </div></th>
    <td class="number">${age(row.OldestSentTimestamp)}</td>
    <td class=${`number ${visible(row) ? '' : 'zero'}`}>${visible(row) ? html`<a href=${messages('Visible')}>${short(visible(row))}</a>` : 0}</td>
    ${tally(inFlight(row), 'wide')}${tally(delayed(row), 'wide')}
    <td class="number wide">${rate(ratesOf(name)?.sent)}</td>
    <td class="wide"><${Spark} name=${name} into=${history.map((each) => each.sent)} out=${history.map((each) => each.deleted)} /></td>
    ${tally(row.WaitingReceives, 'wide')}
    <td class="wide"><${DeadArrow} row=${row} all=${all} /></td>
    <td class="wide"><button class="button quiet tiny" aria-pressed=${String(isPinned)} aria-label=${`${isPinned ? 'Unpin' : 'Pin'} ${name}`} title=${isPinned ? 'Unpin' : 'Pin'} onClick=${() => togglePin(name)}>
      <${Icon} name=${isPinned ? 'check' : 'pin'} /></button></td>
  </tr>`;
}

// From a queue to its dead letters, and back.
function DeadArrow({ row, all }) {
  const target = row.DeadLetterQueueName;
  if (target) {
    const there = all.get(target);
    return html`<span class="row straight"><${Icon} name="right" /><a class="clipped" title=${target} href=${to(['queues', target])}>${target}</a>${there && depth(there) > 0 && html`<b class="warn">${short(depth(there))}</b>`}</span>`;
  }
  if (!isDeadLetterQueue(row)) return html`<span class="soft">–</span>`;
  const [source] = row.DeadLetterSources;
  return html`<span class="small soft">of <a class="breaks" href=${to(['queues', source])}>${source}</a>${row.DeadLetterSourceCount > 1 && ` and ${row.DeadLetterSourceCount - 1} more`}</span>`;
}

function Create({ close }) {
  const [name, setName] = useState('');
  const [isFifo, setFifo] = useState(false);
  const [dead, setDead] = useState(true);
  const plain = name.replace(/\.fifo$/, '');
  const full = isFifo ? `${plain}.fifo` : plain;
  const deadName = isFifo ? `${plain}-dead.fifo` : `${plain}-dead`;
  const submit = async () => {
    /** @type {Record<string, string>} */
    const kind = isFifo ? { FifoQueue: 'true', ContentBasedDeduplication: 'true' } : {};
    const Attributes = { ...kind };
    if (dead) {
      const { QueueUrl } = await sqs('CreateQueue', { QueueName: deadName, Attributes: { ...kind, MessageRetentionPeriod: '1209600' } });
      const answer = await sqs('GetQueueAttributes', { QueueUrl, AttributeNames: ['QueueArn'] });
      Attributes.RedrivePolicy = JSON.stringify({ deadLetterTargetArn: answer.Attributes.QueueArn, maxReceiveCount: 5 });
    }
    await sqs('CreateQueue', { QueueName: full, Attributes });
    refresh();
    location.hash = to(['queues', full]);
    return `${full} is there.`;
  };
  return html`<${FormDialog} title="Create queue" verb="Create" close=${close} onSubmit=${submit}>
    <label class="field"><span>Name</span>
      <input required pattern="[A-Za-z0-9_\\-]{1,75}(\\.fifo)?" value=${name} autofocus spellcheck="false" onInput=${(event) => { setName(event.target.value); if (event.target.value.endsWith('.fifo')) setFifo(true); }} />
      <span class="hint">Letters, digits, hyphens and underscores. It will be <code>${full || '…'}</code>.</span>
    </label>
    <label class="check"><input type="checkbox" checked=${isFifo} onChange=${(event) => setFifo(event.target.checked)} />FIFO: messages of a conversation come in order</label>
    <label class="check"><input type="checkbox" checked=${dead} onChange=${(event) => setDead(event.target.checked)} />With a dead-letter queue, after 5 receives</label>
  <//>`;
}
