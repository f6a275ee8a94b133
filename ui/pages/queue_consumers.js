// Who receives from a queue: what is held by whom, how many wait, how much is received for nothing.

import { mailrail } from '../api.js';
import { count, duration, now, rate, time } from '../format.js';
import { connection, useSeconds } from '../live.js';
import { Card, Empty, Failure, Figure, TableFrame } from '../parts.js';
import { inFlight } from '../rows.js';
import { ratesOf } from '../samples.js';
import { endpoint } from '../session.js';
import { html, useEffect, useState } from '../vendor/htm-preact.js';

const COUNT_AGAIN_MS = 5_000;
const CONSUMER_CALLS_MAX = 5;

/** Holders of the first messages in flight. */
async function readHolders(QueueUrl) {
  const holders = new Map();
  let After;
  let seen = 0;
  for (let call = 0; call < CONSUMER_CALLS_MAX; ++call) {
    const page = await mailrail('PeekMessages', { QueueUrl, State: 'InFlight', MaxNumberOfMessages: 100, ...(After ? { After } : {}) });
    for (const each of page.Messages) {
      const name = each.ReceivedBy ?? 'not remembered';
      const holder = holders.get(name) ?? { name, messages: 0, next: Infinity, repeated: 0, groups: new Set() };
      holder.messages += 1;
      holder.next = Math.min(holder.next, each.VisibleTimestamp ?? Infinity);
      holder.repeated += Number(each.Attributes?.ApproximateReceiveCount) > 1 ? 1 : 0;
      if (each.Attributes?.MessageGroupId) holder.groups.add(each.Attributes.MessageGroupId);
      holders.set(name, holder);
    }
    seen += page.Messages.length;
    After = page.NextAfter;
    if (!After) break;
  }
  return { holders: [...holders.values()].sort((one, other) => other.messages - one.messages), seen };
}

export function Consumers({ row }) {
  useSeconds();
  const [found, setFound] = useState(undefined);
  const [error, setError] = useState(undefined);
  useEffect(() => {
    let timer;
    let isGone = false;
    const again = async () => {
      if (!connection.isPaused) await readHolders(row.QueueUrl).then((value) => isGone || (setFound(value), setError(undefined)), (failure) => isGone || setError(failure));
      if (!isGone) timer = setTimeout(again, COUNT_AGAIN_MS);
    };
    again();
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [row.QueueUrl]);
  const rates = ratesOf(row.QueueName);
  const asked = (rates?.received ?? 0) + (rates?.empty ?? 0);
  return html`
    <dl class="card figures" aria-label="Receives">
      <${Figure} name="Long polls open" value=${count(row.WaitingReceives)} note="waiting for a message now" />
      <${Figure} name="Received" value=${rate(rates?.received)} unit="msg/s" />
      <${Figure} name="Deleted" value=${rate(rates?.deleted)} unit="msg/s" />
      <${Figure} name="Empty receives" value=${asked ? Math.round((100 * rates.empty) / asked) : '–'} unit=${asked ? '%' : ''} note=${`${count(row.EmptyShortPolls)} did not wait, since the start`} />
      <${Figure} name="Visibility timeout" value=${duration(row.VisibilityTimeout)} plain note="then it is given again" />
    </dl>
    <${Failure} error=${error} />
    <${Card} title="Who holds messages" footer=${found && inFlight(row) > found.seen && `Of the first ${count(found.seen)} of ${count(inFlight(row))} in flight.`}>
      ${found && !found.holders.length
        ? html`<${Empty} icon="plane" title="No message is in flight" command=${`aws --endpoint-url ${endpoint()} sqs receive-message --queue-url ${row.QueueName} --wait-time-seconds 20`}>${row.WaitingReceives ? `${count(row.WaitingReceives)} long polls wait for one.` : 'Nobody receives now. A consumer that waits shows up above, one that holds messages here.'}<//>`
        : html`<${TableFrame} label="Who holds messages"><table>
            <thead><tr><th scope="col">Consumer</th><th scope="col" class="number">Holds</th>${row.FifoQueue && html`<th scope="col" class="number">Conversations</th>`}<th scope="col" class="number wide">Received before</th><th scope="col" class="number">First one visible again</th></tr></thead>
            <tbody>${(found?.holders ?? []).map((each) => html`<tr key=${each.name}><th scope="row" class="breaks">${each.name}</th><td class="number">${count(each.messages)}</td>
              ${row.FifoQueue && html`<td class="number">${count(each.groups.size)}</td>`}<td class="number wide">${count(each.repeated)}</td>
              <td class="number">${each.next === Infinity ? '–' : each.next > now() ? `in ${duration((each.next - now()) / 1000)}` : time(each.next)}</td></tr>`)}</tbody>
          </table><//>`}
    <//>`;
}
