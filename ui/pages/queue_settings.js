// What a queue is set to: attributes by AWS's names with plain words, tags, and its end. What changes is shown before it is saved.

import { sqs } from '../api.js';
import { confirm, say } from '../dialogs.js';
import { count, duration, time } from '../format.js';
import { refresh } from '../live.js';
import { Card, Failure, Notice } from '../parts.js';
import { to } from '../router.js';
import { depth } from '../rows.js';
import { mayChange } from '../session.js';
import { html, useEffect, useState } from '../vendor/htm-preact.js';

/** @type {[string, string, 'seconds' | 'bytes' | 'choice' | 'json', (string[])?][]} */
const fields = [
  ['VisibilityTimeout', 'How long a received message is hidden from others', 'seconds'],
  ['MessageRetentionPeriod', 'How long a message is kept', 'seconds'],
  ['DelaySeconds', 'How long a new message waits before it can be received', 'seconds'],
  ['ReceiveMessageWaitTimeSeconds', 'How long a receive waits for a message', 'seconds'],
  ['MaximumMessageSize', 'The largest message', 'bytes'],
  ['ContentBasedDeduplication', 'Whether equal bodies count as duplicates', 'choice', ['true', 'false']],
  ['DeduplicationScope', 'Within what duplicates are looked for', 'choice', ['queue', 'messageGroup']],
  ['RedrivePolicy', 'Where messages go that fail again and again', 'json'],
  ['RedriveAllowPolicy', 'Which queues may send their dead letters here', 'json'],
  ['Policy', 'Who else may use it', 'json'],
];
const fixed = ['QueueArn', 'FifoQueue', 'CreatedTimestamp', 'LastModifiedTimestamp'];

export function Settings({ row }) {
  const [attributes, setAttributes] = useState(undefined);
  const [changes, setChanges] = useState({});
  const [error, setError] = useState(undefined);
  const load = () =>
    sqs('GetQueueAttributes', { QueueUrl: row.QueueUrl, AttributeNames: ['All'] }).then(
      (answer) => (setAttributes(answer.Attributes), setChanges({})),
      setError,
    );
  useEffect(() => void load(), [row.QueueUrl]);
  if (!attributes) return error ? html`<${Failure} error=${error} />` : html`<p class="soft">Asking the server…</p>`;
  const shown = fields.filter(([name]) => row.FifoQueue || !['ContentBasedDeduplication', 'DeduplicationScope'].includes(name));
  const changed = Object.entries(changes).filter(([name, value]) => value !== (attributes[name] ?? ''));
  const set = (name, value) => setChanges({ ...changes, [name]: value });
  const save = async (event) => {
    event.preventDefault();
    setError(undefined);
    try {
      await sqs('SetQueueAttributes', { QueueUrl: row.QueueUrl, Attributes: Object.fromEntries(changed) });
      await load();
      refresh();
      say('Saved.');
    } catch (failure) {
      setError(failure);
    }
  };
  return html`
    <${Card} title="Attributes"><form class="body stack" onSubmit=${save}>
      <div class="grid fields">${shown.map((field) => html`<${Field} key=${field[0]} field=${field} value=${changes[field[0]] ?? attributes[field[0]] ?? ''} onSet=${set} />`)}</div>
      ${changed.length > 0 && html`<${Notice} tone="calm" icon="info"><b>To be saved</b>
        ${changed.map(([name, value]) => html`<div class="breaks" key=${name}><code>${name}</code>: ${attributes[name] || 'nothing'} → <b>${value || 'nothing'}</b></div>`)}<//>`}
      <${Failure} error=${error} />
      ${mayChange() && html`<div class="row"><button class="button first" disabled=${!changed.length}>Save</button><button type="button" class="button" disabled=${!changed.length} onClick=${() => setChanges({})}>Undo</button></div>`}
    </form><//>
    <${Tags} row=${row} />
    <${Card} title="Fixed"><div class="body"><dl class="facts">
      ${fixed.map((name) => attributes[name] && html`<dt key=${name}>${name}</dt><dd>${name.endsWith('Timestamp') ? time(Number(attributes[name]) * 1000) : attributes[name]}</dd>`)}
      <dt>QueueUrl</dt><dd>${row.QueueUrl}</dd>
    </dl></div><//>
    ${mayChange() && html`<${Card} title="Delete this queue"><div class="body row apart">
      <p class="soft">The queue and the ${count(depth(row))} messages in it are gone for ever.</p>
      <button class="button danger" onClick=${() => askToDelete(row)}>Delete queue</button>
    </div><//>`}`;
}

function askToDelete(row) {
  confirm({
    title: `Delete ${row.QueueName}?`,
    text: html`The queue and <b>${count(depth(row))} ${depth(row) === 1 ? 'message' : 'messages'}</b> in it will be deleted. This cannot be undone.`,
    verb: 'Delete queue',
    name: row.QueueName,
    act: async () => {
      await sqs('DeleteQueue', { QueueUrl: row.QueueUrl });
      location.hash = to(['queues']);
      refresh();
      return `${row.QueueName} was deleted.`;
    },
  });
}

function Field({ field: [name, words, kind, choices], value, onSet }) {
  const onInput = (event) => onSet(name, event.target.value);
  const off = { disabled: !mayChange() };
  const input = {
    seconds: () => html`<input type="number" min="0" value=${value} onInput=${onInput} ...${off} />`,
    bytes: () => html`<input type="number" min="1024" value=${value} onInput=${onInput} ...${off} />`,
    choice: () => html`<select value=${value} onChange=${onInput} ...${off}>${choices.map((each) => html`<option key=${each} value=${each}>${each}</option>`)}</select>`,
    json: () => html`<textarea spellcheck="false" rows="3" value=${value} onInput=${onInput} ...${off}></textarea>`,
  }[kind]();
  const hint = kind === 'seconds' && value !== '' ? `seconds: ${duration(Number(value))}` : kind === 'bytes' ? 'bytes' : kind === 'json' ? 'JSON' : '';
  return html`<label class="field"><span>${words}</span>${input}<span class="hint"><code>${name}</code>${hint && `, ${hint}`}</span></label>`;
}

function Tags({ row }) {
  const [key, setKey] = useState('');
  const [value, setValue] = useState('');
  const [error, setError] = useState(undefined);
  const change = (action, input) =>
    sqs(action, { QueueUrl: row.QueueUrl, ...input }).then(() => {
      setError(undefined);
      setKey('');
      setValue('');
      refresh();
    }, setError);
  const add = (event) => {
    event.preventDefault();
    change('TagQueue', { Tags: { [key]: value } });
  };
  const tags = Object.entries(row.Tags ?? {});
  return html`<${Card} title="Tags"><div class="body stack">
    ${tags.length
      ? html`<dl class="facts">${tags.map(([name, text]) => html`<dt key=${name} class="breaks">${name}</dt><dd class="row">${text}${mayChange() && html`<button class="button quiet small" aria-label=${`Remove tag ${name}`} onClick=${() => change('UntagQueue', { TagKeys: [name] })}>Remove</button>`}</dd>`)}</dl>`
      : html`<p class="soft">None. <code>mailrail:on-poison</code> = <code>park</code> parks a conversation instead of dead-lettering its first message.</p>`}
    <${Failure} error=${error} />
    ${mayChange() && html`<form class="row" onSubmit=${add}>
      <input class="grow" required aria-label="Tag" placeholder="Tag" value=${key} onInput=${(event) => setKey(event.target.value)} />
      <input class="grow" aria-label="Value" placeholder="Value" value=${value} onInput=${(event) => setValue(event.target.value)} />
      <button class="button">Add tag</button>
    </form>`}
  </div><//>`;
}
