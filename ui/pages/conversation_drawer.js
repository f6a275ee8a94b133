// One conversation: why it stands where it stands, its first messages, what happened to it, and the four decisions.

import { mailrail } from '../api.js';
import { pretty } from '../bodies.js';
import { confirm, Drawer } from '../dialogs.js';
import { age, count, counted, time } from '../format.js';
import { refresh, useSeconds } from '../live.js';
import { Copy, Empty, Failure, Notice, State, TableFrame } from '../parts.js';
import { mayChange } from '../session.js';
import { html, useEffect, useState } from '../vendor/htm-preact.js';
import { History, openMessage } from './message_drawer.js';
import { preview } from './queue_messages.js';

const LOOK_AGAIN_MS = 2_000;
const HEADS = 10;

async function look(QueueUrl, MessageGroupId) {
  const { Conversation } = await mailrail('DescribeConversation', { QueueUrl, MessageGroupId });
  const { Messages } = await mailrail('PeekMessages', { QueueUrl, MessageGroupId, MaxNumberOfMessages: HEADS });
  return { conversation: Conversation, messages: Messages };
}

export function ConversationDrawer({ row, id, close }) {
  useSeconds();
  const [known, setKnown] = useState(undefined);
  const [error, setError] = useState(undefined);
  const [looks, setLooks] = useState(0);
  useEffect(() => {
    let timer;
    let isGone = false;
    const again = async () => {
      try {
        const found = await look(row.QueueUrl, id);
        if (isGone) return;
        setKnown(found);
        setError(undefined);
      } catch (failure) {
        if (!isGone) setError(failure);
      }
      timer = setTimeout(again, LOOK_AGAIN_MS);
    };
    again();
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [row.QueueUrl, id, looks]);
  const conversation = known?.conversation;
  const title = html`<div class="stack tight">
    <h2 class="breaks">${id}</h2>
    <div class="row">${conversation && !error && html`<${State} of=${conversation.State} />`}<span class="soft small">conversation of ${row.QueueName}</span></div>
  </div>`;
  const isMissing = error && /^(ConversationDoesNotExist|ResourceNotFound|.*NotFound.*|.*NotExist.*)/.test(error.name);
  return html`<${Drawer} title=${title} close=${close}>
    ${isMissing
      ? html`<${Empty} icon="waiting" title="It has no messages now">No message of <b class="breaks">${id}</b> is in ${row.QueueName}: all were received and deleted, or the id is another one. Ids are matched exactly.<//>`
      : error
        ? html`<section><${Failure} error=${error} /></section>`
        : conversation
          ? html`<${Known} row=${row} id=${id} known=${known} onChange=${() => (refresh(), setLooks(looks + 1))} />`
          : html`<section class="soft">Asking the server…</section>`}
  <//>`;
}

function Known({ row, id, known, onChange }) {
  const { conversation, messages } = known;
  const head = conversation.Head;
  const tone = { Blocked: 'warn', Parked: 'warn' }[conversation.State] ?? 'calm';
  return html`
    <section>
      <${Notice} tone=${tone} icon=${conversation.State === 'Parked' ? 'parked' : 'info'}><span class="breaks" id="why">${conversation.Why}</span><//>
      ${mayChange() && html`<${Decisions} row=${row} id=${id} conversation=${conversation} onChange=${onChange} />`}
      <dl class="facts">
        <dt>Messages</dt><dd>${count(conversation.MessageCount)}, ${count(conversation.MessagesInFlight)} of them held by consumers</dd>
        ${head.State === 'InFlight' && html`<dt>Held by</dt><dd class="breaks">${head.ReceivedBy ?? 'a consumer that the server does not remember'}</dd>`}
        ${conversation.SinceTimestamp && html`<dt>${conversation.State === 'Parked' ? 'Parked' : 'Blocked'} since</dt><dd>${time(conversation.SinceTimestamp)}, for ${age(conversation.SinceTimestamp)}</dd>`}
        ${head.VisibleTimestamp && html`<dt>Next try</dt><dd>${time(head.VisibleTimestamp)}</dd>`}
        <dt>Oldest</dt><dd>sent ${age(head.SentTimestamp)} ago</dd>
        <dt>Receives of the first</dt><dd>${count(head.ApproximateReceiveCount)}${row.MaxReceiveCount ? ` of ${row.MaxReceiveCount}, then it is ${row.OnPoison === 'park' ? 'parked' : 'dead-lettered'}` : ''}</dd>
      </dl>
    </section>
    <${Head} row=${row} message=${messages[0]} onChange=${onChange} />
    ${messages.length > 1 && html`<${Behind} row=${row} messages=${messages.slice(1)} total=${conversation.MessageCount} onChange=${onChange} />`}
    <${History} row=${row} group=${id} />`;
}

function Head({ row, message, onChange }) {
  if (!message) return null;
  return html`<section>
    <div class="row apart"><h3>First message</h3><div class="row"><${Copy} text=${message.Body ?? ''} label="Copy body" /><button class="button small" onClick=${() => openMessage(message, row, onChange)}>All of it</button></div></div>
    <pre class="pre" tabindex="0">${message.Body === undefined ? '(body not shown)' : pretty(message.Body).slice(0, 4000)}</pre>
  </section>`;
}

const Behind = ({ row, messages, total, onChange }) => html`<section>
  <h3>Behind it <span class="soft">${total - 1 > messages.length ? `the first ${messages.length} of ${count(total - 1)}` : count(messages.length)}</span></h3>
  <${TableFrame} label="Messages behind the first"><table class="compact">
    <thead><tr><th scope="col">Message</th><th scope="col">State</th><th scope="col" class="number">Sent, ago</th></tr></thead>
    <tbody>${messages.map((each) => html`<tr key=${each.SequenceNumber}>
      <th scope="row"><button class="row-button" onClick=${() => openMessage(each, row, onChange)}><span class="preview">${preview(each).slice(0, 60)}</span></button></th>
      <td><${State} of=${each.State} /></td><td class="number">${age(Number(each.Attributes?.SentTimestamp))}</td>
    </tr>`)}</tbody>
  </table><//>
</section>`;

/** Park, or, of one that is parked: retry, skip its first message, drop all of it. */
function Decisions({ row, id, conversation, onChange }) {
  const input = { QueueUrl: row.QueueUrl, MessageGroupId: id };
  const ask = (question, action, more = {}) =>
    confirm({
      ...question,
      act: async () => {
        const answer = await mailrail(action, { ...input, ...more });
        onChange();
        return question.done(answer);
      },
    });
  const messages = counted(conversation.MessageCount, 'message');
  const park = () =>
    ask({ title: `Park ${id}?`, text: html`<b>${messages}</b> will be given to nobody until somebody decides. What is held now can still be finished; what is sent joins its end in order.`, verb: `Park ${messages}`, done: () => `${id} is parked.` }, 'ParkConversation');
  const retry = () =>
    ask({ title: `Retry ${id}?`, text: html`<b>${messages}</b> go on in order, the first one first, with all their receives again.`, verb: `Retry ${messages}`, done: () => `${id} goes on.` }, 'RetryConversation');
  const skip = (HeadAction) =>
    ask(
      {
        title: HeadAction === 'Discard' ? 'Discard the first message?' : `Send the first message to ${row.DeadLetterQueueName}?`,
        text: html`<b>1 message</b> (${conversation.Head.MessageId}) leaves the conversation ${HeadAction === 'Discard' ? 'for ever' : `for ${row.DeadLetterQueueName}`}; the <b>${count(conversation.MessageCount - 1)}</b> behind it go on in order.`,
        verb: HeadAction === 'Discard' ? 'Discard 1 message' : 'Move 1 message',
        isDanger: HeadAction === 'Discard',
        done: () => `1 message skipped; ${id} goes on.`,
      },
      'SkipConversation',
      { HeadAction, MessageId: conversation.Head.MessageId },
    );
  const drop = () =>
    ask({ title: `Drop ${id}?`, text: html`All <b>${messages}</b> of it will be deleted for ever, whoever holds them.`, verb: `Delete ${messages}`, name: row.QueueName, done: (answer) => `${counted(answer.MessagesDropped, 'message')} deleted.` }, 'DropConversation');
  if (conversation.State !== 'Parked')
    return html`<div class="row"><button class="button" onClick=${park}>Park</button><span class="soft small">Once it is parked it can be retried, skipped or dropped.</span></div>`;
  return html`<div class="row">
    <button class="button first" onClick=${retry}>Retry</button>
    ${row.DeadLetterQueueName && html`<button class="button" onClick=${() => skip('DeadLetter')}>Skip first to dead letters</button>`}
    <button class="button" onClick=${() => skip('Discard')}>Discard first</button>
    <button class="button danger" onClick=${drop}>Drop all</button>
  </div>`;
}
