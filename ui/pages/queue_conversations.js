// The conversations of a FIFO queue, the one whose first message is oldest first: what each waits for, who holds it and since
// when, and what to do about it. A page is a hundred, so a million are as quick as ten.

import { mailrail } from '../api.js';
import { open } from '../dialogs.js';
import { age, count, duration, now } from '../format.js';
import { connection, useSeconds, useTopic } from '../live.js';
import { Empty, Failure, Icon, Notice, Segments, State, TableFrame } from '../parts.js';
import { askOtherwise } from '../router.js';
import { depth } from '../rows.js';
import { endpoint } from '../session.js';
import { html, useEffect, useRef, useState } from '../vendor/htm-preact.js';
import { ConversationDrawer } from './conversation_drawer.js';

const CONVERSATIONS_SHOWN = 100;
const LIST_CALLS_MAX = 20;
const LIST_AGAIN_MS = 2_000;

/** A page of one state. The server looks at a bounded part a call, so a page may take some. */
async function readConversations(queueUrl, state, token) {
  const found = [];
  let next = token;
  for (let call = 0; call < LIST_CALLS_MAX; ++call) {
    const page = await mailrail('ListConversations', { QueueUrl: queueUrl, MaxResults: CONVERSATIONS_SHOWN - found.length, ...(state ? { State: state } : {}), ...(next ? { NextToken: next } : {}) });
    found.push(...page.Conversations);
    next = page.NextToken;
    if (!next || found.length >= CONVERSATIONS_SHOWN) break;
  }
  return { conversations: found, next };
}

export function Conversations({ row, query }) {
  useSeconds();
  const state = query.get('state') ?? '';
  const [tokens, setTokens] = useState([undefined]); // Where each page begins.
  const [read, setRead] = useState(undefined);
  const [error, setError] = useState(undefined);
  const isFirst = tokens.length === 1;
  const isLive = isFirst && !state;
  const live = useTopic(isLive ? `conversations:${row.QueueName}` : '');
  const wanted = query.get('id');

  // What the stream doesn't bring is asked for again and again; pages further on stand still.
  useEffect(() => {
    let isGone = false;
    let timer;
    const again = async () => {
      try {
        const page = connection.isPaused ? undefined : await readConversations(row.QueueUrl, state, tokens.at(-1));
        if (isGone) return;
        if (page) setRead({ ...page, state, page: tokens.length });
        setError(undefined);
      } catch (failure) {
        if (!isGone) setError(failure);
      }
      if (isFirst) timer = setTimeout(again, LIST_AGAIN_MS);
    };
    again();
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [row.QueueUrl, state, tokens]);
  useEffect(() => setTokens([undefined]), [state]);
  useEffect(() => {
    if (wanted) openConversation(row, wanted);
  }, [wanted]);

  const isFitting = read && read.state === state && read.page === tokens.length;
  const conversations = (isLive && live?.Conversations) || (isFitting ? read.conversations : undefined);
  const next = isFitting ? read.next : undefined;
  return html`
    <${Stuck} row=${row} first=${conversations?.[0]} />
    <section class="card" aria-label="Conversations">
      <header>
        <${Segments} label="State" value=${state} onChoose=${(key) => askOtherwise({ state: key, id: '' })} options=${[
          ['', 'All'],
          ['Blocked', `Blocked ${count(row.ConversationsBlocked)}`],
          ['Parked', `Parked ${count(row.ConversationsParked)}`],
          ['InFlight', `In flight ${count(row.ConversationsInFlight)}`],
          ['Waiting', 'Waiting'],
        ]} />
        <${FindOne} row=${row} />
      </header>
      ${error && html`<div class="body"><${Failure} error=${error} /></div>`}
      ${!conversations ? html`<p class="body soft">Asking the server…</p>` : conversations.length ? html`<${ConversationTable} row=${row} conversations=${conversations} />` : html`<${NoConversations} row=${row} state=${state} />`}
      <footer>
        <span>Oldest first message first. ${isFirst ? 'Follows what happens.' : `Page ${tokens.length}, as it was when it was opened.`}</span>
        <span class="row">
          <button class="button small" disabled=${isFirst} onClick=${() => setTokens(tokens.slice(0, -1))}>Previous</button>
          <button class="button small" disabled=${!next} onClick=${() => setTokens([...tokens, next])}>Next</button>
        </span>
      </footer>
    </section>`;
}

const openConversation = (row, id) =>
  open((close) => html`<${ConversationDrawer} row=${row} id=${id} close=${() => { close(); if (location.hash.includes('id=')) askOtherwise({ id: '' }); }} />`, 'drawer');

function Stuck({ row, first }) {
  const stuck = row.ConversationsBlocked + row.ConversationsParked;
  if (!stuck) return html`<${Notice} tone="good" icon="check">${depth(row) ? 'No conversation is stuck.' : 'No conversation has messages.'}<//>`;
  const isStuck = first && (first.State === 'Blocked' || first.State === 'Parked');
  return html`<${Notice} tone="warn" icon="lock">
    <b>${count(row.ConversationsBlocked)} blocked, ${count(row.ConversationsParked)} parked.</b> ${isStuck && html`<span class="breaks">${first.Why}</span>`}
  <//>`;
}

function FindOne({ row }) {
  const [id, setId] = useState('');
  const input = useRef(null);
  const submit = (event) => {
    event.preventDefault();
    if (id.trim()) openConversation(row, id.trim());
  };
  return html`<form class="row" role="search" onSubmit=${submit}>
    <div class="search narrow"><${Icon} name="search" /><input ref=${input} value=${id} aria-label="Open a conversation by its group id" placeholder="Group id" spellcheck="false" autocomplete="off" onInput=${(event) => setId(event.target.value)} /></div>
    <button class="button">Open</button>
  </form>`;
}

const NoConversations = ({ row, state }) =>
  state
    ? html`<${Empty} icon="check" title="No conversation is in that state">${count(depth(row))} messages are in the queue.<//>`
    : html`<${Empty} icon="waiting" title="No conversation has messages" command=${`aws --endpoint-url ${endpoint()} sqs send-message --queue-url ${row.QueueName} --message-body hello --message-group-id room-1`}>Each message group of this queue shows up here as soon as it has one.<//>`;

function ConversationTable({ row, conversations }) {
  return html`<${TableFrame} label="Conversations"><table id="conversations">
    <thead><tr>
      <th scope="col">Conversation</th><th scope="col">State</th><th scope="col" class="number">Messages</th>
      <th scope="col" class="number">Oldest</th><th scope="col" class="wide">Held by</th><th scope="col" class="number wide">Retry in</th><th scope="col" class="number wide">Receives of first</th>
    </tr></thead>
    <tbody>${conversations.map((each) => html`<${ConversationRow} key=${each.MessageGroupId} row=${row} conversation=${each} />`)}</tbody>
  </table><//>`;
}

function ConversationRow({ row, conversation }) {
  const { Head, State: state } = conversation;
  const isHeld = Head.State === 'InFlight';
  const since = conversation.SinceTimestamp;
  const retry = Head.VisibleTimestamp ? (Head.VisibleTimestamp - now()) / 1000 : 0;
  return html`<tr>
    <th scope="row"><button class="row-button" onClick=${() => openConversation(row, conversation.MessageGroupId)}>${conversation.MessageGroupId}</button></th>
    <td><div class="row"><${State} of=${state} />${since && html`<span class="soft small nowrap">for ${age(since)}</span>`}</div></td>
    <td class="number">${count(conversation.MessageCount)}${conversation.MessagesInFlight > 0 && html` <span class="soft small wide">(${count(conversation.MessagesInFlight)} held)</span>`}</td>
    <td class="number">${age(Head.SentTimestamp)}</td>
    <td class="wide breaks">${isHeld ? (Head.ReceivedBy ?? 'a consumer') : html`<span class="soft">nobody</span>`}</td>
    <td class="number wide">${retry > 0 ? duration(retry) : html`<span class="soft">–</span>`}</td>
    <td class="number wide">${count(Head.ApproximateReceiveCount)}${row.MaxReceiveCount ? html`<span class="soft"> of ${row.MaxReceiveCount}</span>` : ''}</td>
  </tr>`;
}
