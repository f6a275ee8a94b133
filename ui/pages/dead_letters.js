// Dead letters: which queues have some, of whom, and bringing them back: the chosen ones, those that match, or all.

import { mailrail, sqs } from '../api.js';
import { confirm, FormDialog, open } from '../dialogs.js';
import { age, count, counted, short } from '../format.js';
import { refresh, useSeconds, useTopic } from '../live.js';
import { Badge, Card, Empty, Failure, Notice, Search, TableFrame } from '../parts.js';
import { askOtherwise, to } from '../router.js';
import { depth, isDeadLetterQueue } from '../rows.js';
import { historyOf } from '../samples.js';
import { mayChange } from '../session.js';
import { redriveMessages } from '../taking.js';
import { html, useEffect, useState } from '../vendor/htm-preact.js';
import { openMessage } from './message_drawer.js';
import { preview, readPage } from './queue_messages.js';

export function DeadLettersPage({ at }) {
  const value = useTopic('queues');
  useSeconds();
  if (value?.refused) return html`<h1>Dead letters</h1><${Notice} tone="warn" icon="lock">${value.refused}<//>`;
  if (!value) return html`<h1>Dead letters</h1><p class="soft">Asking the server…</p>`;
  const queues = [...value.rows.values()].filter(isDeadLetterQueue).sort((one, other) => depth(other) - depth(one));
  const row = value.rows.get(at.query.get('queue')) ?? queues.find((each) => depth(each) > 0);
  return html`
    <div class="page-head"><div><h1>Dead letters</h1><p class="lead">Messages that were received too often. What is brought back comes behind what was sent since: its place in the conversation is gone.</p></div></div>
    ${!queues.length
      ? html`<section class="card"><${Empty} icon="dead" title="No queue has a dead-letter queue" command=${`mailrail queues set QUEUE RedrivePolicy='{"deadLetterTargetArn": "ARN", "maxReceiveCount": 5}'`}>Without one, a message that always fails is received again and again until it expires.<//></section>`
      : html`<${Queues} queues=${queues} chosen=${row} />${row && html`<${Letters} key=${row.QueueName} row=${row} />`}
        ${!row && html`<section class="card"><${Empty} icon="check" title="No dead letters">Every dead-letter queue is empty.<//></section>`}`}`;
}

function growth(row) {
  const history = historyOf(row.QueueName);
  if (history.length < 2) return '–';
  const change = history[history.length - 1].visible - history[0].visible;
  return change > 0 ? `+${short(change)}` : change < 0 ? `−${short(-change)}` : '0';
}

const Queues = ({ queues, chosen }) => html`<${Card} title="Dead-letter queues">
  <${TableFrame} label="Dead-letter queues"><table id="dead-letter-queues">
    <thead><tr><th scope="col">Queue</th><th scope="col" class="number">Messages</th><th scope="col" class="number">Oldest</th><th scope="col" class="number wide">In 10 min</th><th scope="col" class="wide">Of</th></tr></thead>
    <tbody>${queues.map((row) => html`<tr key=${row.QueueName} class=${row === chosen ? 'chosen' : ''}>
      <th scope="row"><button class="row-button" aria-pressed=${String(row === chosen)} onClick=${() => askOtherwise({ queue: row.QueueName })}>${row.QueueName}</button></th>
      <td class="number">${depth(row) ? html`<b class="warn">${count(depth(row))}</b>` : html`<span class="soft">0</span>`}</td>
      <td class="number">${age(row.OldestSentTimestamp)}</td><td class="number wide">${growth(row)}</td>
      <td class="wide">${row.DeadLetterSources.map((each) => html`<a key=${each} class="breaks" href=${to(['queues', each])}>${each}</a> `)}</td>
    </tr>`)}</tbody>
  </table><//>
<//>`;

function Letters({ row }) {
  const [text, setText] = useState('');
  const [page, setPage] = useState(undefined);
  const [error, setError] = useState(undefined);
  const [chosen, setChosen] = useState(new Set());
  const load = () =>
    readPage({ queueUrl: row.QueueUrl, state: '', text }).then((found) => {
      setPage(found);
      setChosen(new Set());
      setError(undefined);
    }, setError);
  useEffect(() => {
    const timer = setTimeout(load, text ? 250 : 0);
    return () => clearTimeout(timer);
  }, [row.QueueUrl, text, depth(row)]);
  const messages = page?.messages ?? [];
  const ids = messages.filter((each) => chosen.has(each.MessageId)).map((each) => each.MessageId);
  const done = (said) => (refresh(), load(), said);
  const toggle = (id) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const redrive = (which) => open((close) => html`<${RedriveSome} row=${row} ids=${which} then=${done} close=${close} />`);
  return html`
    <${Task} row=${row} />
    <section class="card" aria-label=${`Dead letters in ${row.QueueName}`}>
      <header>
        <div class="row"><h2 class="breaks">${row.QueueName}</h2><${Search} value=${text} label="Find by body, conversation or attribute" placeholder="Body, group id, attribute" onInput=${setText} /></div>
        ${mayChange() && html`<div class="row">
          <button class="button" disabled=${!ids.length} onClick=${() => redrive(ids)}>Redrive ${ids.length ? count(ids.length) : ''} chosen</button>
          ${text && html`<button class="button" disabled=${!messages.length} onClick=${() => redrive(messages.map((each) => each.MessageId))}>Redrive ${count(messages.length)} that match here</button>`}
          <button class="button" disabled=${!depth(row)} onClick=${() => open((close) => html`<${RedriveAll} row=${row} close=${close} />`)}>Redrive all</button>
        </div>`}
      </header>
      ${error && html`<div class="body"><${Failure} error=${error} /></div>`}
      ${page && !messages.length
        ? html`<${Empty} icon=${text ? 'search' : 'check'} title=${text ? 'No dead letter is like that' : 'No dead letters'}>${text ? 'Look for something else.' : `Nothing of ${row.DeadLetterSources.join(', ')} has failed too often.`}<//>`
        : html`<${Groups} messages=${messages} /><${TableFrame} label="Dead letters"><table id="dead-letters">
            <thead><tr><th scope="col"><input type="checkbox" aria-label="Choose all shown" checked=${ids.length > 0 && ids.length === messages.length} onChange=${(event) => setChosen(new Set(event.target.checked ? messages.map((each) => each.MessageId) : []))} /></th>
              <th scope="col">Message</th><th scope="col" class="wide">Of queue</th>${row.FifoQueue && html`<th scope="col" class="wide">Conversation</th>`}<th scope="col" class="number">Sent, ago</th><th scope="col" class="number wide">Receives</th></tr></thead>
            <tbody>${messages.map((each) => html`<tr key=${each.SequenceNumber} class=${chosen.has(each.MessageId) ? 'chosen' : ''}>
              <td><input type="checkbox" aria-label=${`Choose ${preview(each).slice(0, 40)}`} checked=${chosen.has(each.MessageId)} onChange=${() => toggle(each.MessageId)} /></td>
              <th scope="row"><button class="row-button" onClick=${() => openMessage(each, row, load)}><span class="preview">${preview(each)}</span></button></th>
              <td class="wide breaks">${sourceOf(each)}</td>${row.FifoQueue && html`<td class="wide breaks">${each.Attributes?.MessageGroupId}</td>`}
              <td class="number">${age(Number(each.Attributes?.SentTimestamp))}</td><td class="number wide">${count(Number(each.Attributes?.ApproximateReceiveCount ?? 0))}</td>
            </tr>`)}</tbody>
          </table><//>`}
      <footer><span>${page?.next ? `The first ${count(messages.length)}; narrow the search to see others.` : `${counted(messages.length, 'message')} shown.`} Looking at them receives nothing.</span></footer>
    </section>`;
}

const sourceOf = (message) => message.Attributes?.DeadLetterQueueSourceArn?.split(':').pop() ?? '–';

/** How many of what is shown came from where. */
function Groups({ messages }) {
  const tallies = Map.groupBy(messages, sourceOf);
  if (tallies.size < 2) return null;
  return html`<div class="body row">${[...tallies].map(([name, list]) => html`<${Badge} key=${name}>${name} ${count(list.length)}<//>`)}</div>`;
}

const WhereTo = ({ row, where, onChoose }) => html`<label class="field"><span>To</span><select value=${where} onChange=${(event) => onChoose(event.target.value)}>
  <option value="">where each came from</option>${row.DeadLetterSources.map((each) => html`<option key=${each} value=${each}>${each}</option>`)}</select></label>`;

function RedriveSome({ row, ids, then, close }) {
  const [where, setWhere] = useState('');
  const rows = useTopic('queues')?.rows;
  const submit = async () => then(await redriveMessages(row.QueueUrl, ids, where && (rows?.get(where)?.QueueArn ?? where)));
  return html`<${FormDialog} title=${`Redrive ${counted(ids.length, 'message')}`} verb=${`Move ${counted(ids.length, 'message')}`} close=${close} onSubmit=${submit}>
    <p><b>${counted(ids.length, 'message')}</b> will go back, in their order, behind what is in those queues now. No other dead letter is touched.</p>
    <${WhereTo} row=${row} where=${where} onChoose=${setWhere} />
  <//>`;
}

function RedriveAll({ row, close }) {
  const [where, setWhere] = useState('');
  const [speed, setSpeed] = useState('');
  const [isRamped, setRamped] = useState(true);
  const rows = useTopic('queues')?.rows;
  const submit = async () => {
    /** @type {Record<string, any>} */
    const input = { SourceArn: row.QueueArn };
    if (where) input.DestinationArn = rows?.get(where)?.QueueArn ?? where;
    if (speed) input.MaxNumberOfMessagesPerSecond = Number(speed);
    await (speed && isRamped ? mailrail('StartRampedMoveTask', input) : sqs('StartMessageMoveTask', input));
    refresh();
    return `Moving ${count(depth(row))} messages.`;
  };
  return html`<${FormDialog} title=${`Redrive all of ${row.QueueName}`} verb=${`Move ${counted(depth(row), 'message')}`} close=${close} onSubmit=${submit}>
    <p><b>${counted(depth(row), 'message')}</b> will go back, behind what is in those queues now.</p>
    <${WhereTo} row=${row} where=${where} onChoose=${setWhere} />
    <label class="field"><span>At most, messages a second</span><input type="number" min="1" max="500" value=${speed} placeholder="no limit" onInput=${(event) => setSpeed(event.target.value)} /></label>
    ${speed && html`<label class="check"><input type="checkbox" checked=${isRamped} onChange=${(event) => setRamped(event.target.checked)} />Slowly at first: one a second, doubled every ten seconds</label>`}
  <//>`;
}

/** A redrive that is under way. */
function Task({ row }) {
  if (row.MessagesToMove === undefined) return null;
  const cancel = () =>
    confirm({
      title: 'Stop the redrive?',
      text: html`<b>${count(row.MessagesMoved ?? 0)} of ${count(row.MessagesToMove)}</b> have moved and stay where they are; the others stay in ${row.QueueName}.`,
      verb: 'Stop',
      act: async () => {
        const { Results } = await sqs('ListMessageMoveTasks', { SourceArn: row.QueueArn, MaxResults: 1 });
        if (Results?.[0]?.TaskHandle) await sqs('CancelMessageMoveTask', { TaskHandle: Results[0].TaskHandle });
        refresh();
        return 'The redrive was stopped.';
      },
    });
  return html`<${Card} title="Redrive under way" aside=${mayChange() && html`<button class="button small" onClick=${cancel}>Stop</button>`}>
    <div class="body stack tight"><progress max=${row.MessagesToMove} value=${row.MessagesMoved} aria-label="Moved"></progress><span>${count(row.MessagesMoved ?? 0)} of ${count(row.MessagesToMove)} moved</span></div>
  <//>`;
}
