// Who is signed in, and what the pages may offer for that. The server judges every call anyway.

import { askSession } from './api.js';

/**
 * @typedef {{Account?: string, Region?: string, Endpoint?: string, KeysInForce: boolean, ReadOnly: boolean, HidePayloads: boolean,
 *   Key: {AccessKeyId: string, Name: string, Role: string, HidePayloads: boolean} | null, Version?: string}} Session
 */

/** @type {Session} */
export let session = { KeysInForce: false, Key: null, ReadOnly: false, HidePayloads: false };

export async function loadSession() {
  session = await askSession();
  return session;
}

export const isSignedIn = () => !session.KeysInForce || session.Key !== null;
export const mayChange = () => !session.ReadOnly && !(session.Key && session.Key.Role === 'view');
export const mayRead = () => !session.HidePayloads && !session.Key?.HidePayloads;
export const endpoint = () => session.Endpoint || location.origin;
export const region = () => session.Region || 'us-east-1';
const account = () => session.Account || '000000000000';
/** @param {string} queueName */
export const queueArn = (queueName) => `arn:aws:sqs:${region()}:${account()}:${queueName}`;
