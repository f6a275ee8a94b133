// Who would get a message that is published to a topic, and why the others would not. Publishes nothing.

import { mailrail, wholeList } from '../api.js';
import { Drawer } from '../dialogs.js';
import { count, nameIn } from '../format.js';
import { Badge, Failure, TableFrame } from '../parts.js';
import { html, useEffect, useState } from '../vendor/htm-preact.js';

/** `kind = edit`, or `price : Number = 9`, one a line. @param {string} text */
function attributesIn(text) {
  const attributes = {};
  for (const line of text.split('\n')) {
    if (!line.trim()) continue;
    const found = /^\s*([^=:\s]+)\s*(?::\s*([\w.]+))?\s*=\s*(.*)$/.exec(line);
    if (!found) throw new Error(`“${line}” is no attribute. Write name = value, or name : Number = 9.`);
    attributes[found[1]] = { DataType: found[2] ?? 'String', StringValue: found[3] };
  }
  return attributes;
}

export function FilterTester({ arn, close }) {
  const [message, setMessage] = useState('{"channel": "public-help"}');
  const [attributes, setAttributes] = useState('kind = edit');
  const [tested, setTested] = useState(undefined);
  const [error, setError] = useState(undefined);
  useEffect(() => {
    const test = async () => {
      try {
        const input = { TopicArn: arn, Message: message, MessageAttributes: attributesIn(attributes) };
        setTested(
          await wholeList(async (NextToken) => {
            const page = await mailrail('TestFilter', { ...input, NextToken });
            return [page.Subscriptions, page.NextToken];
          }),
        );
        setError(undefined);
      } catch (failure) {
        setError(failure);
      }
    };
    const timer = setTimeout(test, 250);
    return () => clearTimeout(timer);
  }, [arn, message, attributes]);
  const reached = (tested ?? []).filter((each) => each.Matches).length;
  return html`<${Drawer} close=${close} title=${html`<div class="stack tight"><h2 class="breaks">Who would get it? ${nameIn(arn)}</h2><span class="soft small">Nothing is published.</span></div>`}>
    <section>
      <label class="field"><span>Body</span><textarea rows="4" spellcheck="false" autofocus value=${message} onInput=${(event) => setMessage(event.target.value)}></textarea></label>
      <label class="field"><span>Message attributes</span><textarea rows="3" spellcheck="false" value=${attributes} onInput=${(event) => setAttributes(event.target.value)}></textarea>
        <span class="hint">One a line: <code>kind = edit</code>, <code>price : Number = 9</code></span></label>
      <${Failure} error=${error} />
    </section>
    ${tested && !error && html`<section>
      <p role="status"><b>${count(reached)} of ${count(tested.length)}</b> subscriptions would get it.</p>
      <${TableFrame} label="Subscriptions"><table class="compact" id="tested">
        <thead><tr><th scope="col">Subscriber</th><th scope="col">Gets it</th><th scope="col">Why not</th></tr></thead>
        <tbody>${tested.map((each) => html`<tr key=${each.SubscriptionArn + each.Endpoint}><th scope="row" class="breaks">${each.Protocol === 'sqs' ? nameIn(each.Endpoint) : each.Endpoint}</th>
          <td>${each.PendingConfirmation ? html`<${Badge} tone="warn" icon="clock">pending<//>` : each.Matches ? html`<${Badge} tone="good" icon="check">yes<//>` : html`<${Badge} icon="close">no<//>`}</td>
          <td class="small breaks">${each.Reason}</td></tr>`)}</tbody>
      </table><//>
    </section>`}
  <//>`;
}
