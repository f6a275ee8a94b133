// Topics and who gets what is published: a tree from topic to subscription to queue or endpoint.

import { mapIn, sns } from '../api.js';
import { confirm, Drawer, FormDialog, open } from '../dialogs.js';
import { counted, nameIn, short } from '../format.js';
import { refresh, useTopic } from '../live.js';
import { Badge, Copy, Empty, Failure, Fifo, Icon, Notice, Search } from '../parts.js';
import { pretty } from '../bodies.js';
import { askOtherwise, to } from '../router.js';
import { endpoint, mayChange, queueArn } from '../session.js';
import { html, useEffect, useState } from '../vendor/htm-preact.js';
import { FilterTester } from './filter_tester.js';

const TOPICS_SHOWN = 100;
const isPending = (subscription) => !subscription.SubscriptionArn.startsWith('arn:');

export function TopicsPage({ at }) {
  const value = useTopic('topics');
  const [shown, setShown] = useState(TOPICS_SHOWN);
  const text = at.query.get('name') ?? '';
  if (value?.refused) return html`<h1>Topics</h1><${Notice} tone="warn" icon="lock">${value.refused}<//>`;
  if (!value) return html`<h1>Topics</h1><p class="soft">Asking the server…</p>`;
  const subscriptions = Map.groupBy(value.Subscriptions, (each) => each.TopicArn);
  const topics = value.Topics.filter((each) => nameIn(each.TopicArn).toLowerCase().includes(text.toLowerCase()));
  return html`
    <div class="page-head">
      <div><h1>Topics</h1><p class="lead">What is published to a topic is on disk for every queue that it is for, or for none.</p></div>
      ${mayChange() && html`<button class="button first" onClick=${() => open((close) => html`<${CreateTopic} close=${close} />`)}>Create topic</button>`}
    </div>
    ${!value.Topics.length
      ? html`<section class="card"><${Empty} icon="topics" title="No topics yet" command=${`aws --endpoint-url ${endpoint()} sns create-topic --name messages.fifo \\\n  --attributes FifoTopic=true,ContentBasedDeduplication=true`}>Publish once, and each subscribed queue or endpoint gets a copy of its own.<//></section>`
      : html`<div class="row"><${Search} value=${text} label="Filter topics" onInput=${(name) => askOtherwise({ name })} /><span class="soft small">${counted(topics.length, 'topic')}, ${counted(value.Subscriptions.length, 'subscription')}</span></div>
          ${topics.slice(0, shown).map((each) => html`<${Topic} key=${each.TopicArn} topic=${each} subscriptions=${subscriptions.get(each.TopicArn) ?? []} />`)}
          ${topics.length > shown && html`<button class="button" onClick=${() => setShown(shown + TOPICS_SHOWN)}>Show more</button>`}`}`;
}

// What went through it since the server started, where the server says so.
const talliesOf = (each, names) =>
  names.filter((key) => each[key] > 0 || (each[key] === 0 && key === 'Published')).map((key) => html`<span class=${`small ${key === 'Failed' && each[key] ? 'bad' : 'soft'}`} key=${key}>${short(each[key])} ${key.toLowerCase()}</span>`);

function Topic({ topic, subscriptions }) {
  const arn = topic.TopicArn;
  const name = nameIn(arn);
  const remove = () =>
    confirm({
      title: `Delete ${name}?`,
      text: html`The topic and its <b>${counted(subscriptions.length, 'subscription')}</b> are gone for ever. What queues have got by it stays in them.`,
      verb: 'Delete topic',
      name,
      act: async () => (await sns('DeleteTopic', { TopicArn: arn }), refresh(), `${name} was deleted.`),
    });
  return html`<section class="card" aria-label=${name}>
    <header>
      <div class="row"><${Icon} name="topics" /><h2 class="breaks">${name}</h2><${Fifo} isFifo=${name.endsWith('.fifo')} /><span class="soft small">${counted(subscriptions.length, 'subscription')}</span>${talliesOf(topic, ['Published', 'Delivered', 'Filtered', 'Failed'])}</div>
      <div class="row">
        <${Copy} text=${arn} label="Copy ARN" />
        <button class="button small" onClick=${() => open((close) => html`<${FilterTester} arn=${arn} close=${close} />`, 'drawer')}>Test filters</button>
        ${mayChange() && html`
          <button class="button small" onClick=${() => open((close) => html`<${Subscribe} arn=${arn} close=${close} />`)}>Subscribe</button>
          <button class="button small" onClick=${() => open((close) => html`<${Publish} arn=${arn} close=${close} />`)}>Publish</button>
          <button class="button small danger" onClick=${remove}>Delete</button>`}
      </div>
    </header>
    ${subscriptions.length
      ? html`<ul class="tree">${subscriptions.map((each, index) => html`<${Leaf} key=${each.SubscriptionArn + index} subscription=${each} />`)}</ul>`
      : html`<p class="body soft">Nobody subscribes: what is published goes nowhere.</p>`}
  </section>`;
}

function Leaf({ subscription }) {
  const { Protocol, Endpoint, SubscriptionArn } = subscription;
  return html`<li class="leaf">
    <div class="row">
      <${Badge}>${Protocol}<//>
      ${Protocol === 'sqs' ? html`<a class="breaks" href=${to(['queues', nameIn(Endpoint)])}>${nameIn(Endpoint)}</a>` : html`<span class="mono breaks">${Endpoint}</span>`}
      ${isPending(subscription) && html`<${Badge} tone="warn" icon="clock">waits for confirmation<//>`}
    </div>
    <div class="row">
      ${talliesOf(subscription, ['Pending'])}
      ${!isPending(subscription) && html`<button class="button small" onClick=${() => open((close) => html`<${SubscriptionDrawer} arn=${SubscriptionArn} endpoint=${Endpoint} close=${close} />`, 'drawer')}>Details</button>`}
    </div>
  </li>`;
}

function SubscriptionDrawer({ arn, endpoint: where, close }) {
  const [attributes, setAttributes] = useState(undefined);
  const [error, setError] = useState(undefined);
  useEffect(() => void sns('GetSubscriptionAttributes', { SubscriptionArn: arn }).then((answer) => setAttributes(mapIn(answer, 'Attributes')), setError), [arn]);
  const end = () =>
    confirm({ title: 'End 1 subscription?', text: html`<b class="breaks">${where}</b> gets nothing more by this topic.`, verb: 'End 1 subscription', isDanger: true, act: async () => (await sns('Unsubscribe', { SubscriptionArn: arn }), refresh(), 'The subscription has ended.') });
  return html`<${Drawer} close=${close} title=${html`<h2 class="breaks">Subscription of ${nameIn(where)}</h2>`}>
    <section>
      <${Failure} error=${error} />
      ${attributes && html`<dl class="facts">${Object.entries(attributes)
        .sort()
        .map(([name, value]) => html`<dt key=${name}>${name}</dt><dd>${/^[{[]/.test(value) ? html`<pre class="pre" tabindex="0">${pretty(value)}</pre>` : value}</dd>`)}</dl>`}
    </section>
    ${mayChange() && html`<section><div class="row"><button class="button danger" onClick=${end}>End subscription</button></div></section>`}
  <//>`;
}

function CreateTopic({ close }) {
  const [name, setName] = useState('');
  const [isFifo, setFifo] = useState(false);
  const submit = async () => {
    const fifo = { 'Attributes.entry.1.key': 'FifoTopic', 'Attributes.entry.1.value': 'true', 'Attributes.entry.2.key': 'ContentBasedDeduplication', 'Attributes.entry.2.value': 'true' };
    const full = isFifo ? `${name.replace(/\.fifo$/, '')}.fifo` : name;
    await sns('CreateTopic', { Name: full, ...(isFifo ? fifo : {}) });
    refresh();
    return `${full} is there.`;
  };
  return html`<${FormDialog} title="Create topic" verb="Create" close=${close} onSubmit=${submit}>
    <label class="field"><span>Name</span><input required value=${name} autofocus spellcheck="false" onInput=${(event) => setName(event.target.value)} /></label>
    <label class="check"><input type="checkbox" checked=${isFifo} onChange=${(event) => setFifo(event.target.checked)} />FIFO: conversations stay in order in every FIFO queue</label>
  <//>`;
}

function Subscribe({ arn, close }) {
  const rows = useTopic('queues')?.rows ?? new Map();
  const [where, setWhere] = useState('');
  const [isRaw, setRaw] = useState(true);
  const [policy, setPolicy] = useState('');
  const submit = async () => {
    const isUrl = /^https?:/.test(where);
    const attributes = [['RawMessageDelivery', isRaw ? 'true' : 'false'], ...(policy.trim() ? [['FilterPolicy', policy]] : [])];
    const input = Object.fromEntries(attributes.flatMap(([key, value], index) => [[`Attributes.entry.${index + 1}.key`, key], [`Attributes.entry.${index + 1}.value`, value]]));
    await sns('Subscribe', { TopicArn: arn, Protocol: isUrl ? where.split(':')[0] : 'sqs', Endpoint: isUrl || where.startsWith('arn:') ? where : (rows.get(where)?.QueueArn ?? queueArn(where)), ReturnSubscriptionArn: 'true', ...input });
    refresh();
    return `${where} subscribes.`;
  };
  return html`<${FormDialog} title=${`Subscribe to ${nameIn(arn)}`} verb="Subscribe" close=${close} onSubmit=${submit}>
    <label class="field"><span>Queue or URL</span><input required list="subscribe-queues" value=${where} autofocus spellcheck="false" onInput=${(event) => setWhere(event.target.value)} /><datalist id="subscribe-queues">${[...rows.keys()].slice(0, 500).map((name) => html`<option key=${name} value=${name} />`)}</datalist></label>
    <label class="field"><span>Filter policy</span><textarea spellcheck="false" rows="3" placeholder='{"kind": ["message", "edit"]}' value=${policy} onInput=${(event) => setPolicy(event.target.value)}></textarea><span class="hint">Empty: everything.</span></label>
    <label class="check"><input type="checkbox" checked=${isRaw} onChange=${(event) => setRaw(event.target.checked)} />Raw: the message as it was published, without an envelope</label>
  <//>`;
}

function Publish({ arn, close }) {
  const isFifo = arn.endsWith('.fifo');
  const [body, setBody] = useState('');
  const [group, setGroup] = useState('room-1');
  const submit = async () => {
    /** @type {Record<string, string>} */
    const fifo = isFifo ? { MessageGroupId: group, MessageDeduplicationId: `console-${Date.now()}-${Math.random().toString(36).slice(2)}` } : {};
    await sns('Publish', { TopicArn: arn, Message: body, ...fifo });
    refresh();
    return 'Published, on disk for everybody whom it is for.';
  };
  return html`<${FormDialog} title=${`Publish to ${nameIn(arn)}`} verb="Publish" close=${close} onSubmit=${submit}>
    <label class="field"><span>Message</span><textarea required rows="6" autofocus spellcheck="false" value=${body} onInput=${(event) => setBody(event.target.value)}></textarea></label>
    ${isFifo && html`<label class="field"><span>Conversation</span><input required value=${group} onInput=${(event) => setGroup(event.target.value)} /></label>`}
  <//>`;
}
