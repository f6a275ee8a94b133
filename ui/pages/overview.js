// "Is anything wrong?" The verdict, what is oldest, what moves, how much room there is, and the five worst queues.

import { diagnose, verdict } from '../diagnosis.js';
import { age, bytes, count, duration, percent, rate, short } from '../format.js';
import { useTopic } from '../live.js';
import { Badge, Card, Empty, Figure, Icon, Meter, Notice, TableFrame } from '../parts.js';
import { to } from '../router.js';
import { deadLettersIn, delayed, depth, inFlight, isDeadLetterQueue, isOlderThan, visible } from '../rows.js';
import { ratesOf, totalRates } from '../samples.js';
import { endpoint, region } from '../session.js';
import { html } from '../vendor/htm-preact.js';
import { ClientCards } from './connect.js';

const WORST = 5;
const severityIcons = { problem: 'stop', warning: 'alert', advice: 'info' };

export function OverviewPage() {
  const server = useTopic('server');
  const rows = useTopic('queues')?.rows;
  if (server?.refused) return html`<${Notice} tone="warn" icon="lock">${server.refused}<//>`;
  if (!server || !rows) return html`<h1>Overview</h1><p class="soft">Asking the server…</p>`;
  if (!rows.size) return html`<${NoQueues} />`;
  const findings = diagnose(server, rows);
  return html`
    <div class="page-head"><div><h1>Overview</h1></div></div>
    <${Verdict} findings=${findings} />
    <${Figures} rows=${rows} />
    <div class="grid">
      <${Room} server=${server} />
      <${ServerCard} server=${server} />
    </div>
    <${Worst} rows=${rows} />`;
}

function NoQueues() {
  const create = `export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_DEFAULT_REGION=${region()}
aws --endpoint-url ${endpoint()} sqs create-queue --queue-name chat.fifo \\
  --attributes FifoQueue=true,ContentBasedDeduplication=true
aws --endpoint-url ${endpoint()} sqs send-message --queue-url chat.fifo \\
  --message-group-id room-1 --message-body hello`;
  return html`
    <div class="page-head"><div><h1>Overview</h1></div></div>
    <section class="card"><${Empty} icon="queues" title="The server runs, and has no queues yet" command=${create}>
      Make the first one with any AWS client, or on the <a href=${to(['queues'])}>Queues</a> page. This page shows it as soon as it is there.
    <//></section>
    <${ClientCards} only=${['Python', 'JavaScript']} />`;
}

function Verdict({ findings }) {
  const counts = findings.filter((each) => each.severity !== 'advice');
  const worst = findings[0]?.severity;
  const first = counts[0];
  const tone = worst ?? '';
  return html`<section class=${`verdict ${tone}`} aria-label="Verdict">
    <${Icon} name=${severityIcons[worst] ?? 'check'} />
    <div class="grow stack tight">
      <h2>${counts.length ? verdict(findings) : worst ? `Nothing is wrong; ${verdict(findings)}` : 'Nothing is wrong'}</h2>
      ${first && html`<p class="breaks">${first.subject && html`<a href=${to(['queues', first.subject])}>${first.subject}</a>: `}${first.evidence}</p>`}
    </div>
    ${findings.length > 0 && html`<a class="button small" href=${to(['doctor'])}>See all</a>`}
  </section>`;
}

function Figures({ rows }) {
  const all = [...rows.values()];
  const sum = (of) => all.reduce((total, row) => total + of(row), 0);
  const rates = totalRates();
  const live = all.filter((row) => !isDeadLetterQueue(row) && row.OldestSentTimestamp !== undefined);
  const oldest = live.sort((one, other) => one.OldestSentTimestamp - other.OldestSentTimestamp)[0];
  const dead = deadLettersIn(rows);
  const blocked = sum((row) => row.ConversationsBlocked);
  const parked = sum((row) => row.ConversationsParked);
  return html`<dl class="card figures" aria-label="Now">
    <${Figure} name="Oldest message" value=${age(oldest?.OldestSentTimestamp)} plain=${oldest && isOlderThan(oldest, 3600)}
      note=${oldest ? html`<a href=${to(['queues', oldest.QueueName])}>${oldest.QueueName}</a>` : 'nothing waits'} />
    <${Figure} name="Backlog" value=${short(sum(depth))} unit="messages" note=${`${short(sum(inFlight))} in flight, ${short(sum(delayed))} delayed`} />
    <${Figure} name="In" value=${rate(rates?.sent)} unit="msg/s" note="sent, all queues" />
    <${Figure} name="Out" value=${rate(rates?.deleted)} unit="msg/s" note="deleted, all queues" />
    <${Figure} name="Dead letters" value=${html`<a href=${to(['dead-letters'])}>${short(dead)}</a>`} tone=${dead ? 'warn' : ''} note=${dead ? 'waiting for a decision' : 'none'} />
    <${Figure} name="Stuck conversations" value=${short(blocked + parked)} tone=${parked ? 'warn' : ''} note=${`${count(blocked)} blocked, ${count(parked)} parked`} />
  </dl>`;
}

function Room({ server }) {
  const line = (name, { Used, Limit }, fullIn) => html`<div class="stack tight">
    <div class="row apart"><span class="strong">${name}</span><span class="soft">${bytes(Used)} of ${bytes(Limit)} · ${percent(Used / Limit)}</span></div>
    <${Meter} label=${`${name} used`} used=${Used} limit=${Limit} />
    <span class="small soft">${fullIn === undefined ? 'Not filling up' : `Full in ${duration(fullIn)} if it goes on as in the last hours`}</span>
  </div>`;
  return html`<${Card} title="Room"><div class="body stack">
    ${line('Disk', server.Disk, server.DiskFullIn)}${line('Memory', server.Memory, server.MemoryFullIn)}
  </div><//>`;
}

function ServerCard({ server }) {
  const settings = Object.keys(server.Settings ?? {}).sort();
  return html`<${Card} title="Server"><div class="body"><dl class="facts">
    <dt>Endpoint</dt><dd><code>${server.Listen}</code></dd>
    <dt>Data</dt><dd><code>${server.Database ?? server.DataDirectory}</code></dd>
    <dt>Connections</dt><dd>${count(server.Connections.Used)} of ${count(server.Connections.Limit)}, ${count(server.WaitingReceives)} long polls open</dd>
    <dt>Log</dt><dd>${bytes(server.Log.LogBytes)}${server.Log.CheckpointTimestamp ? `, last checkpoint ${age(server.Log.CheckpointTimestamp)} ago` : ', no checkpoint since the start'}</dd>
    <dt>Slow commits</dt><dd>${server.SlowCommit === undefined ? 'not measured yet' : `1 in 100 takes over ${server.SlowCommit} ms`}</dd>
    <dt>Settings</dt><dd>${settings.length ? html`<span class="row">${settings.map((each) => html`<${Badge} key=${each}>${each}<//>`)}</span>` : 'defaults'}</dd>
  </dl></div><//>`;
}

function Worst({ rows }) {
  const worst = [...rows.values()]
    .filter((row) => depth(row) > 0)
    .sort((one, other) => one.OldestSentTimestamp - other.OldestSentTimestamp)
    .slice(0, WORST);
  const aside = html`<a href=${to(['queues'])}>All ${count(rows.size)} queues</a>`;
  if (!worst.length) return html`<${Card} title="Queues that wait longest" aside=${aside}><${Empty} icon="check" title="Every queue is empty">What is sent now shows up here.<//><//>`;
  return html`<${Card} title="Queues that wait longest" aside=${aside}>
    <${TableFrame} label="Queues that wait longest"><table>
      <thead><tr><th scope="col">Queue</th><th scope="col" class="number">Oldest</th><th scope="col" class="number">Visible</th>
        <th scope="col" class="number wide">In flight</th><th scope="col" class="number wide">In, msg/s</th><th scope="col" class="number wide">Out, msg/s</th></tr></thead>
      <tbody>${worst.map((row) => html`<tr key=${row.QueueName}>
        <th scope="row"><a class="breaks" href=${to(['queues', row.QueueName])}>${row.QueueName}</a></th>
        <td class="number">${age(row.OldestSentTimestamp)}</td><td class="number">${count(visible(row))}</td>
        <td class="number wide">${count(inFlight(row))}</td><td class="number wide">${rate(ratesOf(row.QueueName)?.sent)}</td>
        <td class="number wide">${rate(ratesOf(row.QueueName)?.deleted)}</td>
      </tr>`)}</tbody>
    </table><//>
  <//>`;
}
