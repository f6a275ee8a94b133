// Bodies of messages as text: as they are, as JSON laid out, as bytes. Only ever as text.

const HEX_MAX = 4096;

/** The body as JSON, or undefined. @param {string} [body] */
export function jsonIn(body = '') {
  const begin = body.trimStart()[0];
  if (begin !== '{' && begin !== '[') return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** @param {string} body */
export function pretty(body) {
  const value = jsonIn(body);
  return value === undefined ? body : JSON.stringify(value, null, 2);
}

/** The message in an envelope that a topic put around it. @param {string | undefined} body */
export function envelopeIn(body) {
  const value = jsonIn(body);
  return value?.Type === 'Notification' && typeof value.Message === 'string' ? value : undefined;
}

/** @param {string} body */
export function hex(body) {
  const all = new TextEncoder().encode(body);
  const lines = [];
  for (let at = 0; at < Math.min(all.length, HEX_MAX); at += 16) {
    const part = [...all.slice(at, at + 16)];
    const text = part.map((each) => (each >= 32 && each < 127 ? String.fromCharCode(each) : '.')).join('');
    const numbers = part.map((each) => each.toString(16).padStart(2, '0')).join(' ');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${numbers.padEnd(47)}  ${text}`);
  }
  if (all.length > HEX_MAX) lines.push(`… ${all.length - HEX_MAX} bytes more`);
  return lines.join('\n');
}

export const byteLength = (body) => new TextEncoder().encode(body ?? '').length;

/** As a shell reads it. @param {string} text */
export const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** A command that sends the same again. @param {any} message @param {any} row @param {string} endpoint */
export function asCommand(message, row, endpoint) {
  const parts = [`aws --endpoint-url ${endpoint} sqs send-message`, `--queue-url ${row.QueueUrl}`, `--message-body ${quoted(message.Body ?? '')}`];
  const group = message.Attributes?.MessageGroupId;
  if (group) parts.push(`--message-group-id ${quoted(group)}`);
  if (row.FifoQueue) parts.push('--message-deduplication-id "$(uuidgen)"');
  if (message.MessageAttributes && Object.keys(message.MessageAttributes).length) parts.push(`--message-attributes ${quoted(JSON.stringify(message.MessageAttributes))}`);
  return parts.join(' \\\n  ');
}

/** Lets the browser keep the messages, one a line. @param {any[]} messages @param {string} name */
export function exportLines(messages, name) {
  const text = messages.map((each) => JSON.stringify(each)).join('\n');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text, '\n'], { type: 'application/x-ndjson' }));
  link.download = `${name}.jsonl`;
  link.click();
  URL.revokeObjectURL(link.href);
}
