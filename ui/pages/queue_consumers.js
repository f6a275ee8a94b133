// Who receives from a queue: how each of them does, what is held by whom, how much is received for nothing.

import { mailrail } from '../api.js';
import { age, count, duration, now, percent, rate, roughly, time } from '../format.js';
import { connection, useSeconds, useTopic } from '../live.js';
import { Card, Empty, Failure, Figure, Notice, TableFrame } from '../parts.js';
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
      <${Figure} name="Empty receives" value=${rates && asked ? Math.round((100 * rates.empty) / asked) : '–'} unit=${asked ? '%' : ''} note=${`${count(row.EmptyShortPolls)} did not wait, since the start`} />
      <${Figure} name="Visibility timeout" value=${duration(row.VisibilityTimeout)} plain note="then it is given again" />
    </dl>
    <${EachConsumer} row=${row} />
    <${Failure} error=${error} />
    <${Card} title="Who holds messages" footer=${found && inFlight(row) > found.seen && `Of the first ${count(found.seen)} of ${count(inFlight(row))} in flight.`}>
      ${found && !found.holders.length
        ? html`<${Empty} icon="plane" title="No message is in flight" />`
        : html`<${TableFrame} label="Who holds messages"><table>
            <thead><tr><th scope="col">Consumer</th><th scope="col" class="number">Holds</th>${row.FifoQueue && html`<th scope="col" class="number">Conversations</th>`}<th scope="col" class="number wide">Received before</th><th scope="col" class="number">First one visible again</th></tr></thead>
            <tbody>${(found?.holders ?? []).map((each) => html`<tr key=${each.name}><th scope="row" class="breaks">${each.name}</th><td class="number">${count(each.messages)}</td>
              ${row.FifoQueue && html`<td class="number">${count(each.groups.size)}</td>`}<td class="number wide">${count(each.repeated)}</td>
              <td class="number">${each.next === Infinity ? '–' : each.next > now() ? `in ${duration((each.next - now()) / 1000)}` : time(each.next)}</td></tr>`)}</tbody>
          </table><//>`}
    <//>`;
}

/** All that have received since the server began to count, each with an address, a program and a key of its own. */
function EachConsumer({ row }) {
  const value = useTopic(`consumers:${row.QueueName}`);
  if (value?.refused) return html`<${Notice} tone="warn" icon="lock">${value.refused}<//>`;
  const consumers = value?.Consumers;
  return html`<${Card} title="Consumers" footer=${value && `Counted since ${time(value.SinceTimestamp)}. Receives/s: over ten seconds. Receive to delete: the median of the last 31.`}>
    ${consumers && !consumers.length
      ? html`<${Empty} icon="waiting" title="Nobody has received yet" command=${`aws --endpoint-url ${endpoint()} sqs receive-message --queue-url ${row.QueueName} --wait-time-seconds 20`} />`
      : html`<${TableFrame} label="Consumers"><table id="consumers">
          <thead><tr><th scope="col">Consumer</th>${['Long polls open', 'Receives/s', 'Empty', 'Receive to delete', 'Leases expired', 'Seen'].map((name) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead>
          <tbody>${(consumers ?? []).map((each) => html`<tr key=${[each.Address, each.UserAgent, each.KeyId].join()}>
            <th scope="row" class="consumer breaks">${each.Others ? 'All others' : each.Address} <span class="mono soft">${each.KeyId}</span><div class="small soft">${each.UserAgent}</div></th>
            <td class="number">${count(each.OpenPolls)}</td>
            <td class="number">${rate(each.RecentReceives / each.RecentSeconds)}</td>
            <td class="number">${each.Receives ? percent(each.EmptyReceives / each.Receives) : '–'}</td>
            <td class="number">${passed(each.MedianMilliseconds)}</td>
            <td class=${`number ${each.ExpiredLeases ? 'warn' : ''}`}>${count(each.ExpiredLeases)}</td>
            <td class="number">${age(each.LastSeenTimestamp)} ago</td></tr>`)}</tbody>
        </table><//>`}
  <//>`;
}

const passed = (milliseconds) => (milliseconds === undefined ? '–' : milliseconds < 1000 ? `${milliseconds} ms` : roughly(milliseconds / 1000));
