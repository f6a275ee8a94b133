// What is wrong, or will be, each with its evidence and what to do: the same rules as `mailrail doctor` (src/ops/doctor.cc), which
// also asks the same actions. Only whether their versions differ is no question here. A test holds the two together.

import { mailrail } from './api.js';
import { quoted } from './bodies.js';
import { counted, percent } from './format.js';
import { depth, inFlight, isDeadLetterQueue, visible } from './rows.js';

/** @typedef {{check: string, severity: 'problem' | 'warning' | 'advice', subject: string, evidence: string, fix: string}} Finding */

const DAY = 86_400;
const grades = { problem: 2, warning: 1, advice: 0 };

/** Numbers from which something is worth a word. */
const limits = {
  shareWarned: 0.7,
  shareGrave: 0.95,
  fullSoon: 3 * DAY,
  commitMs: 20,
  clockMs: 5_000,
  backup: DAY,
  unconsumed: 60,
  blocked: 300,
  receives: 1000,
  emptyShare: 0.9,
  files: 512,
  visibilityTimeout: DAY / 2,
  retention: 14 * DAY,
  receiveWait: 20,
};
const MESSAGES_JUDGED = 1000;

/** @type {[number, string][]} */
const timeUnits = [[DAY, 'day'], [3600, 'hour'], [60, 'minute']];
function durationText(seconds) {
  const whole = Math.floor(seconds);
  for (const [unit, noun] of timeUnits) {
    if (whole >= 2 * unit) return counted(Math.floor(whole / unit), noun);
  }
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : counted(whole, 'second');
}

function sizeText(bytes) {
  let shown = bytes;
  for (const unit of shown < 1024 ? [] : ['KiB', 'MiB', 'GiB', 'TiB']) {
    shown /= 1024;
    const number = shown.toFixed(1);
    if (shown < 1024 && number !== '1024.0') return `${number.replace(/\.0$/, '')} ${unit}`;
  }
  return `${bytes} bytes`;
}

function* doors(server, has) {
  if (has('loopback-only')) return;
  if (!has('keys')) {
    yield ['no-keys', 'problem', `Whoever reaches ${server.Listen} may do anything: no keys are in force.`, 'mailrail key create --role admin, and start without --insecure'];
  }
  if (!has('admin-listen')) {
    yield ['administration-exposed', 'warning', `Metrics and administration are answered on ${server.Listen}, which others can reach.`, 'serve with --admin-listen 127.0.0.1:4567'];
  }
  if (!has('tls')) {
    yield ['no-tls', 'advice', `What goes to and from ${server.Listen} is not encrypted.`, 'serve with --tls-certificate FILE --tls-key FILE, or behind a proxy that does it'];
  }
}

function* share(what, option, { Used, Limit }) {
  const ratio = Limit ? Used / Limit : 0;
  if (ratio < limits.shareWarned) return;
  const isGrave = ratio >= limits.shareGrave;
  yield [
    `${what}-share`,
    isGrave ? 'problem' : 'warning',
    `${percent(ratio)} of the ${what} that ${option} allows are used: ${sizeText(Used)} of ${sizeText(Limit)}.${isGrave ? ' New messages are refused, or soon will be.' : ''}`,
    `consume or purge what waits (mailrail queues ls), or serve with a larger ${option}`,
  ];
}

function* machine(server, has) {
  if (server.DiskFullIn !== undefined && server.DiskFullIn <= limits.fullSoon) {
    yield ['disk-full-soon', server.DiskFullIn < DAY ? 'problem' : 'warning', `At the rate of the last hours the disk is full in ${durationText(server.DiskFullIn)}.`, 'find the queue that grows: mailrail queues ls'];
  }
  if (server.FileSystem !== 'local') {
    yield ['file-system', 'problem', `The data directory is on ${server.FileSystem}, which may not keep what it was told to.`, 'serve with --data DIR on a local disk'];
  }
  if (server.SlowCommit > limits.commitMs) {
    yield ['slow-commits', 'warning', `More than one commit in a hundred takes longer than ${durationText(server.SlowCommit / 1000)}.`, 'look at what else uses the disk (iostat -x 1), or choose a faster one'];
  }
  if (server.ClockBehind > limits.clockMs && !has('test-api')) {
    yield ['clock', 'warning', `The machine's clock was set back by ${durationText(server.ClockBehind / 1000)}; time stands still for messages until it has caught up.`,
      'let the machine keep its time by NTP: timedatectl'];
  }
  const files = server.Connections.Limit + limits.files;
  if (server.OpenFilesMax > 0 && server.OpenFilesMax < files) {
    yield ['open-files', 'warning', `The process may open ${server.OpenFilesMax} files, too few for ${server.Connections.Limit} connections.`, `raise it to ${files}: LimitNOFILE= in the unit, or ulimit -n`];
  }
}

// Of those that this server has given, and that there is none only when there should be.
function* backup(server) {
  if (server.Database !== undefined || (server.BackupAge ?? server.Uptime) <= limits.backup) return;
  const evidence = server.BackupAge === undefined
    ? `Nobody has made a backup since the server started, ${durationText(server.Uptime)} ago.`
    : `The newest backup is ${durationText(server.BackupAge)} old.`;
  yield ['backup', 'warning', evidence, 'mailrail backup DIR, from a timer'];
}

function* deadLetters(row, rows) {
  const name = row.QueueName;
  const target = row.DeadLetterQueueName;
  if (!target) {
    if (!isDeadLetterQueue(row) && row.OnPoison !== 'park') {
      yield ['no-dead-letter-queue', 'advice', 'A message that always fails is received again and again until it expires: there is no dead-letter queue.',
        `mailrail queues set ${name} RedrivePolicy='{"deadLetterTargetArn": "ARN", "maxReceiveCount": 5}'`];
    }
    return;
  }
  const found = rows.get(target);
  if (!found) {
    yield ['dead-letter-queue-missing', 'problem', `Its dead-letter queue ${target} does not exist, so what fails stays.`, `mailrail queues create ${target} --attribute MessageRetentionPeriod=${limits.retention}`];
  } else if (found.MessageRetentionPeriod <= row.MessageRetentionPeriod) {
    yield ['dead-letter-retention', 'advice',
      `Its dead-letter queue ${target} keeps messages for ${durationText(found.MessageRetentionPeriod)}, not longer than the queue itself (${durationText(row.MessageRetentionPeriod)}); on a standard queue the age counts from the first send.`,
      found.MessageRetentionPeriod < limits.retention
        ? `mailrail queues set ${target} MessageRetentionPeriod=${limits.retention}`
        : `mailrail queues set ${name} MessageRetentionPeriod=SECONDS, with fewer than ${limits.retention}: nothing is kept longer than that`];
  }
}

function* conversations(row, age, why) {
  const are = (number) => `${counted(number, 'conversation')} ${number === 1 ? 'is' : 'are'}`;
  const name = row.QueueName;
  if (row.ConversationsParked > 0) {
    yield ['parked-conversations', 'warning', `${are(row.ConversationsParked)} parked and waiting for a decision.`, `mailrail conversations ${name} ls --state parked`];
  }
  if (row.ConversationsBlocked > 0 && age > limits.blocked) {
    yield ['blocked-conversations', 'warning', `${are(row.ConversationsBlocked)} blocked by the first message.${why ? ` ${why}` : ''}`, `mailrail conversations ${name} ls --state blocked`];
  }
}

function* skew(row) {
  if (row.BusiestConversation === undefined) return;
  const evidence = `Of its last ${MESSAGES_JUDGED} messages ${row.BusiestConversationMessages} belong to conversation ${row.BusiestConversation}`;
  const [name, group] = [row.QueueName, quoted(row.BusiestConversation)];
  if (row.FifoQueue) {
    yield ['one-conversation', 'advice', `${evidence}, on which one consumer works at a time.`,
      `mailrail conversations ${name} show ${group} tells whether it keeps up; if not, let its sender use finer message group ids`];
  } else {
    yield ['one-tenant', 'advice', `${evidence}. Others are served first while it has many in flight.`,
      `mailrail tail ${name} --group ${group} shows what it sends; a queue of its own keeps it apart`];
  }
}

// Who chose or changed a message's timeout by himself is not among those that were measured.
function* processing(row) {
  const { ProcessingExceeds: exceeded, VisibilityTimeout: timeout, QueueName: name } = row;
  if (exceeded === undefined || exceeded < timeout) return;
  const enough = Math.min(6 * exceeded, limits.visibilityTimeout);
  yield ['visibility-timeout', 'warning',
    `More than one message in a hundred is deleted later than ${durationText(exceeded)} after its receive, when its visibility timeout of ${durationText(timeout)} is over and others may have it.`,
    enough > timeout ? `mailrail queues set ${name} VisibilityTimeout=${enough}` : 'there is no longer timeout: let its consumers take less at a time'];
}

function* consumers(row, age) {
  const name = row.QueueName;
  const hasConsumer = row.WaitingReceives > 0 || inFlight(row) > 0;
  if (visible(row) > 0 && !hasConsumer && age > limits.unconsumed) {
    yield [isDeadLetterQueue(row) ? 'dead-letters' : 'no-consumer', 'warning',
      `${counted(visible(row), 'message')} ${visible(row) === 1 ? 'is' : 'are'} waiting, the oldest for ${durationText(age)}, and nobody receives.`,
      isDeadLetterQueue(row) ? `mailrail peek ${name}, then mailrail redrive ${name}` : `start its consumers; mailrail peek ${name} shows what waits`];
  }
  const asked = row.NumberOfMessagesReceived + row.EmptyShortPolls;
  if (asked >= limits.receives && row.EmptyShortPolls / asked > limits.emptyShare) {
    yield ['short-polling', 'advice', `${row.EmptyShortPolls} receives found nothing and did not wait, while ${row.NumberOfMessagesReceived} messages were received.`,
      row.ReceiveMessageWaitTimeSeconds === 0
        ? `mailrail queues set ${name} ReceiveMessageWaitTimeSeconds=${limits.receiveWait}`
        : `the queue lets receives wait for ${durationText(row.ReceiveMessageWaitTimeSeconds)}: let its consumers not ask for WaitTimeSeconds=0`];
  }
}

/**
 * Findings, the gravest first.
 * @param {any} server as DescribeServer answers
 * @param {Map<string, any>} rows as DescribeQueues answers, by name
 * @param {Map<string, string>} [whys] why the first blocked conversation of a queue stands still
 * @returns {Finding[]}
 */
export function diagnose(server, rows, whys = new Map()) {
  const found = [];
  const add = (subject, findings) => {
    for (const [check, severity, evidence, fix] of findings) found.push({ check, severity, subject, evidence, fix });
  };
  const has = (setting) => setting in (server.Settings ?? {});
  add('', doors(server, has));
  add('', share('memory', '--memory-limit', server.Memory));
  add('', share('disk', '--disk-limit', server.Disk));
  add('', machine(server, has));
  add('', backup(server));
  for (const [name, row] of rows) {
    const age = row.OldestSentTimestamp === undefined ? 0 : Math.max(0, server.Timestamp - row.OldestSentTimestamp) / 1000;
    add(name, deadLetters(row, rows));
    if (row.FifoQueue) add(name, conversations(row, age, whys.get(name)));
    add(name, skew(row));
    add(name, consumers(row, age));
    add(name, processing(row));
  }
  return found.sort((one, other) => grades[other.severity] - grades[one.severity]);
}

/** Asks why the first blocked conversation of each queue that has one stands still. @param {Map<string, any>} rows */
export async function askWhys(rows) {
  const whys = new Map();
  const blocked = [...rows.values()].filter((row) => row.ConversationsBlocked > 0 && depth(row) > 0).slice(0, 50);
  for (const row of blocked) {
    const answer = await mailrail('ListConversations', { QueueUrl: row.QueueName, State: 'Blocked', MaxResults: 1 });
    if (answer.Conversations.length) whys.set(row.QueueName, answer.Conversations[0].Why);
  }
  return whys;
}

/** "2 problems and 1 warning" @param {Finding[]} findings */
export function verdict(findings) {
  const of = (severity) => findings.filter((each) => each.severity === severity).length;
  const texts = [];
  if (of('problem')) texts.push(counted(of('problem'), 'problem'));
  if (of('warning')) texts.push(counted(of('warning'), 'warning'));
  if (of('advice')) texts.push(`${counted(of('advice'), 'piece')} of advice`);
  if (!texts.length) return 'Nothing is wrong';
  return texts.length === 1 ? texts[0] : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;
}
