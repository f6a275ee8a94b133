// What a row of DescribeQueues says, in words of the pages.

import { ageOf } from './format.js';

export const visible = (row) => row.ApproximateNumberOfMessages;
export const inFlight = (row) => row.ApproximateNumberOfMessagesNotVisible;
export const delayed = (row) => row.ApproximateNumberOfMessagesDelayed;
export const depth = (row) => visible(row) + inFlight(row) + delayed(row);
/** Seconds, or undefined of an empty queue. */
export const oldestAge = (row) => (row.OldestSentTimestamp === undefined ? undefined : ageOf(row.OldestSentTimestamp));
export const isOlderThan = (row, seconds) => (oldestAge(row) ?? 0) > seconds;
export const isDeadLetterQueue = (row) => row.DeadLetterSourceCount > 0;

export const PAUSED = 'mailrail:paused';
export const isPausedQueue = (row) => row.Tags?.[PAUSED] === 'true';

/** How many messages lie in queues of dead letters. @param {Map<string, any> | undefined} rows */
export const deadLettersIn = (rows) => [...(rows?.values() ?? [])].filter(isDeadLetterQueue).reduce((sum, row) => sum + depth(row), 0);

/** Of a limit that the queue's tags set. @param {any} row @param {string} tag */
export const limitIn = (row, tag) => Number(row.Tags?.[tag]) || undefined;
