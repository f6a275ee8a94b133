// Everything about one message: its body, what came with it, who received it and when, and what can be done.

import { mailrail } from '../api.js';
import { asCommand, byteLength, envelopeIn, hex, jsonIn, pretty } from '../bodies.js';
import { confirm, Drawer, open } from '../dialogs.js';
import { age, bytes, count, time } from '../format.js';
import { refresh } from '../live.js';
import { Copy, Icon, Notice, Segments, State, TableFrame } from '../parts.js';
import { to } from '../router.js';
import { endpoint, mayChange } from '../session.js';
import { deleteMessages } from '../taking.js';
import { html, useEffect, useState } from '../vendor/htm-preact.js';
import { askMove } from './move.js';
import { SendForm } from './send.js';

/** @param {any} message as PeekMessages has it @param {any} row of its queue @param {() => void} [onChange] */
export const openMessage = (message, row, onChange = () => {}) =>
  open((close) => html`<${MessageDrawer} message=${message} row=${row} close=${close} onChange=${onChange} />`, 'drawer');

const timesOf = { SentTimestamp: 'Sent', ApproximateFirstReceiveTimestamp: 'First received' };

function MessageDrawer({ message, row, close, onChange }) {
  const group = message.Attributes?.MessageGroupId;
  return html`<${Drawer} close=${close} title=${html`<div class="stack tight"><h2 class="mono">${message.MessageId}</h2>
      <div class="row"><${State} of=${message.State} /><span class="soft small">looked at, not received: nothing was counted or hidden</span></div></div>`}>
    <${Body} message=${message} />
    <section><h3>Where it is</h3><dl class="facts">
      <dt>Queue</dt><dd>${row.QueueName}</dd>
      <dt>Position</dt><dd class="mono">${message.SequenceNumber}</dd>
      ${group && html`<dt>Conversation</dt><dd><a href=${to(['queues', row.QueueName, 'conversations'], { id: group })} onClick=${close}>${group}</a></dd>`}
      <dt>Receives</dt><dd>${count(Number(message.Attributes?.ApproximateReceiveCount ?? 0))}${row.MaxReceiveCount ? ` of ${row.MaxReceiveCount} before it is ${row.OnPoison === 'park' ? 'parked' : 'dead-lettered'}` : ''}</dd>
      ${message.ReceivedBy && html`<dt>Received last by</dt><dd>${message.ReceivedBy}</dd>`}
      ${message.VisibleTimestamp && html`<dt>Visible again</dt><dd>${time(message.VisibleTimestamp)}</dd>`}
      ${Object.entries(timesOf).map(([key, text]) => message.Attributes?.[key] && html`<dt>${text}</dt><dd>${time(Number(message.Attributes[key]))}, ${age(Number(message.Attributes[key]))} ago</dd>`)}
      ${Object.entries(message.Attributes ?? {})
        .filter(([key]) => !timesOf[key] && !['MessageGroupId', 'ApproximateReceiveCount', 'SequenceNumber'].includes(key))
        .map(([key, value]) => html`<dt>${key}</dt><dd class="breaks">${value}</dd>`)}
    </dl></section>
    <${Attributes} of=${message.MessageAttributes} />
    <${History} row=${row} group=${group} sequenceNumber=${message.SequenceNumber} />
    <${Actions} message=${message} row=${row} close=${close} onChange=${onChange} />
  <//>`;
}

function Body({ message }) {
  const [form, setForm] = useState(jsonIn(message.Body) === undefined ? 'text' : 'pretty');
  const [isOpened, setOpened] = useState(true);
  if (message.Body === undefined)
    return html`<section><${Notice} tone="warn" icon="eye">${message.State === 'Damaged' ? 'The body cannot be read: it is damaged on disk.' : 'The body is hidden from this key.'}<//></section>`;
  const envelope = envelopeIn(message.Body);
  const body = envelope && isOpened ? envelope.Message : message.Body;
  const text = { pretty, hex, text: (as) => as }[form](body);
  return html`<section>
    <div class="row apart"><h3>Body <span class="soft">${bytes(byteLength(body))}</span></h3>
      <div class="row"><${Segments} label="Show body as" value=${form} onChoose=${setForm} options=${[['pretty', 'JSON'], ['text', 'Text'], ['hex', 'Hex']]} /><${Copy} text=${body} label="Copy body" /></div>
    </div>
    ${envelope && html`<p class="small soft">By topic <span class="mono breaks">${envelope.TopicArn}</span>, ${isOpened ? 'out of its envelope' : 'in its envelope'}.
      <button type="button" class="row-button" onClick=${() => setOpened(!isOpened)}>${isOpened ? 'Show the envelope' : 'Show the message'}</button></p>`}
    <pre class="pre" tabindex="0" id="message-body">${text}</pre>
  </section>`;
}

const Attributes = ({ of }) => {
  const entries = Object.entries(of ?? {});
  if (!entries.length) return null;
  return html`<section><h3>Message attributes</h3><${TableFrame} label="Message attributes"><table class="compact">
    <thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Value</th></tr></thead>
    <tbody>${entries.map(([name, value]) => html`<tr key=${name}><th scope="row" class="breaks">${name}</th><td>${value.DataType}</td><td class="breaks">${value.StringValue ?? value.BinaryValue}</td></tr>`)}</tbody>
  </table><//></section>`;
};

const historyKinds = {
  sent: ['waiting', 'Sent'],
  received: ['plane', 'Received'],
  deleted: ['check', 'Deleted'],
  dead_lettered: ['dead', 'Sent to the dead-letter queue'],
  redriven: ['right', 'Moved back'],
  expired: ['clock', 'Expired'],
  dropped: ['close', 'Dropped: the queue was full'],
  parked: ['parked', 'Conversation parked'],
  unparked: ['play', 'Conversation goes on'],
};

/** What the server remembers to have happened to a message, or to a whole conversation. */
export function History({ row, group, sequenceNumber }) {
  const [events, setEvents] = useState(undefined);
  useEffect(() => {
    const input = { QueueUrl: row.QueueUrl, MaxResults: 1000, ...(group ? { MessageGroupId: group } : {}) };
    mailrail('ListEvents', input).then(
      (page) => setEvents(page.Events.filter((each) => !sequenceNumber || !each.SequenceNumber || each.SequenceNumber === sequenceNumber)),
      () => setEvents([]),
    );
  }, [row.QueueUrl, group, sequenceNumber]);
  const shown = (events ?? []).slice(-50).reverse();
  return html`<section><h3>What happened</h3>
    ${events && !shown.length && html`<p class="soft small">Nothing that the server still remembers: it keeps the last 4,096 events of all queues, since its start.</p>`}
    <ol class="timeline">${shown.map((each, index) => {
      const [icon, text] = historyKinds[each.Kind] ?? ['dot', each.Kind];
      const receives = each.Kind === 'received' && each.ApproximateReceiveCount ? `, for the ${ordinal(each.ApproximateReceiveCount)} time` : '';
      return html`<li key=${index}><${Icon} name=${icon} /><span>${text}${receives}${!sequenceNumber && each.SequenceNumber ? html` <span class="soft small mono">${each.SequenceNumber.replace(/^0+/, '')}</span>` : ''}</span><span class="soft small">${time(each.Timestamp)}</span></li>`;
    })}</ol>
  </section>`;
}

const ordinal = (number) => `${number}${['th', 'st', 'nd', 'rd'][number % 100 > 10 && number % 100 < 14 ? 0 : number % 10] ?? 'th'}`;

function Actions({ message, row, close, onChange }) {
  const group = message.Attributes?.MessageGroupId;
  const again = () => open((done) => html`<${SendForm} row=${row} close=${done} like=${{ Body: message.Body, MessageGroupId: group, MessageAttributes: message.MessageAttributes }} />`);
  const done = (text) => {
    refresh();
    onChange();
    return text;
  };
  const remove = () =>
    confirm({
      title: 'Delete 1 message?',
      text: html`<b>1 message</b> leaves ${row.QueueName} for ever. It has to be received for that; messages received on the way are given back and count one receive more.`,
      verb: 'Delete 1 message',
      isDanger: true,
      act: async () => done(await deleteMessages(row.QueueUrl, [message.MessageId])),
    });
  return html`<section><div class="row">
    ${message.Body !== undefined && html`<${Copy} text=${asCommand(message, row, endpoint())} label="Copy as command" shown />`}
    ${mayChange() && message.Body !== undefined && html`
      <button class="button" onClick=${again}>Edit and send again</button>
      <button class="button" onClick=${() => askMove(row, [message.MessageId], done)}>Move</button>
      <button class="button danger" onClick=${remove}>Delete</button>`}
    <button class="button quiet" onClick=${close}>Close</button>
  </div></section>`;
}
