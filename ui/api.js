// The server's own API, as any client calls it: AWS JSON for queues and administration, AWS Query for topics.
//
// The session cookie stands in place of a signature; a cookie is worth nothing without the header that only a page of this
// server can send. Where no keys are in force there is neither.

/** What the server refused, in its words. */
class ApiError extends Error {
  /** @param {string} code @param {string} message @param {number} status */
  constructor(code, message, status) {
    super(message || code);
    this.name = code;
    this.status = status;
  }
}

/** The server could not be reached. */
export class Unreachable extends Error {}

const marked = { 'X-Mailrail-Console': '1' };
const signedOut = new Set(['MissingAuthenticationToken', 'MissingAuthenticationTokenException', 'InvalidClientTokenId', 'UnrecognizedClientException',
  'ExpiredToken', 'ExpiredTokenException', 'IncompleteSignature']);
let onSignedOut = () => {};

/** Calls this when the session is over. @param {() => void} then */
export function whenSignedOut(then) {
  onSignedOut = then;
}

/** @param {string} path @param {RequestInit} [options] */
export async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { credentials: 'same-origin', ...options, headers: { ...marked, ...options.headers } });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Unreachable('The server does not answer.');
  }
  return response;
}

async function json(target, input) {
  const headers = { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': target };
  const response = await ask('/', { method: 'POST', headers, body: JSON.stringify(input) });
  const text = await response.text();
  const answer = parsed(text);
  if (response.ok) return answer ?? {};
  throw refusal((answer?.__type ?? `HTTP ${response.status}`).split('#').pop(), answer?.message ?? answer?.Message ?? text, response.status);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusal(code, message, status) {
  if (signedOut.has(code)) onSignedOut();
  return new ApiError(code, message, status);
}

/** An action of SQS. @param {string} action @param {object} [input] */
export const sqs = (action, input = {}) => json(`AmazonSQS.${action}`, input);

/** An action of administration. @param {string} action @param {object} [input] */
export const mailrail = (action, input = {}) => json(`Mailrail.${action}`, input);

/**
 * An action of SNS. Its answer is XML; `textIn` and `allIn` read it.
 * @param {string} action @param {Record<string, string>} [input]
 * @returns {Promise<Document>}
 */
export async function sns(action, input = {}) {
  const body = new URLSearchParams({ Action: action, Version: '2010-03-31', ...input });
  const response = await ask('/', { method: 'POST', body });
  const answer = new DOMParser().parseFromString(await response.text(), 'text/xml');
  if (response.ok) return answer;
  throw refusal(textIn(answer, 'Code') || `HTTP ${response.status}`, textIn(answer, 'Message'), response.status);
}

/** @param {Document | Element} from @param {string} name */
export const textIn = (from, name) => from.getElementsByTagName(name)[0]?.textContent ?? '';

/** @param {Document | Element} from @param {string} name */
export const allIn = (from, name) => [...(from.getElementsByTagName(name)[0]?.children ?? [])];

/** The entries of a map in an answer of SNS. @param {Document | Element} from @param {string} name */
export const mapIn = (from, name) =>
  Object.fromEntries(allIn(from, name).map((entry) => [textIn(entry, 'key'), textIn(entry, 'value')]));

/** Follows the pages of a list to their end. @param {(token?: string) => Promise<[T[], string | undefined]>} page @template T */
export async function wholeList(page) {
  const all = [];
  let token;
  do {
    const [items, next] = await page(token);
    all.push(...items);
    token = next;
  } while (token);
  return all;
}

/** Who is here, and what he may. A server without a console's session knows no keys. */
export async function askSession() {
  const response = await ask('/_mailrail/session');
  if (response.ok) return response.json();
  if (response.status === 404) return { KeysInForce: false, Key: null, ReadOnly: false, HidePayloads: false };
  return { KeysInForce: true, Key: null, ReadOnly: false, HidePayloads: false };
}

/** @param {{AccessKeyId: string, SecretAccessKey: string, SessionToken?: string}} key */
export async function signIn(key) {
  const headers = { 'Content-Type': 'application/json' };
  const response = await ask('/_mailrail/session', { method: 'POST', headers, body: JSON.stringify(key) });
  if (response.ok) return;
  const answer = parsed(await response.text());
  throw new ApiError(answer?.__type ?? '', answer?.message ?? answer?.Message ?? 'This key is not known here.', response.status);
}

export const signOut = () => ask('/_mailrail/session', { method: 'DELETE' });
