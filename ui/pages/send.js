// Sending one message, for a test or to send a changed one again.

import { sqs } from '../api.js';
import { FormDialog } from '../dialogs.js';
import { refresh } from '../live.js';
import { html, useState } from '../vendor/htm-preact.js';

/** @param {{row: any, close: () => void, like?: {Body?: string, MessageGroupId?: string, MessageAttributes?: any}}} properties */
export function SendForm({ row, close, like = {} }) {
  const [body, setBody] = useState(like.Body ?? '');
  const [group, setGroup] = useState(like.MessageGroupId ?? (row.FifoQueue ? 'room-1' : ''));
  const [delay, setDelay] = useState('');
  const submit = async () => {
    const input = { QueueUrl: row.QueueUrl, MessageBody: body };
    if (like.MessageAttributes) input.MessageAttributes = like.MessageAttributes;
    if (group) input.MessageGroupId = group;
    if (row.FifoQueue) input.MessageDeduplicationId = crypto.randomUUID?.() ?? `console-${Date.now()}-${Math.random().toString(36).slice(2)}`;
    else if (delay) input.DelaySeconds = Number(delay);
    const { MessageId } = await sqs('SendMessage', input);
    refresh();
    return `Sent, on disk: message ${MessageId}.`;
  };
  return html`<${FormDialog} title=${`Send to ${row.QueueName}`} verb="Send" close=${close} onSubmit=${submit}>
    <label class="field"><span>Body</span><textarea required rows="7" autofocus spellcheck="false" value=${body} onInput=${(event) => setBody(event.target.value)} placeholder='{"text": "hello"}'></textarea></label>
    ${row.FifoQueue
      ? html`<label class="field"><span>Conversation</span><input required value=${group} spellcheck="false" onInput=${(event) => setGroup(event.target.value)} />
          <span class="hint">MessageGroupId. It gets a new deduplication id, so it is taken even if the body was sent before.</span></label>`
      : html`<label class="field"><span>Delay, seconds</span><input type="number" min="0" max="900" value=${delay} onInput=${(event) => setDelay(event.target.value)} placeholder="0" /></label>`}
    ${like.MessageAttributes && html`<p class="soft small">With ${Object.keys(like.MessageAttributes).length} message attributes of the original.</p>`}
  <//>`;
}
