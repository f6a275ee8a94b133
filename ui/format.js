// Numbers, times and sizes as people read them. Every number comes with its unit or stands below a heading that names it.

const numbers = new Intl.NumberFormat('en-US');
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** 1234567 -> "1,234,567" @param {number} value */
export const count = (value) => numbers.format(value ?? 0);

/** 1234567 -> "1.2 M", for where space is short. @param {number} value */
export function short(value) {
  if (value < 10_000) return count(value);
  if (value < 999_500) return `${trimmed(value / 1e3)} k`;
  if (value < 999_500_000) return `${trimmed(value / 1e6)} M`;
  return `${trimmed(value / 1e9)} G`;
}

const trimmed = (value) => (value < 99.5 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value).toString());

/** "1 message", "2 messages" @param {number} value @param {string} noun */
export const counted = (value, noun) => `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

/** A rate: "0", "0.4", "12", "1,204". @param {number | undefined} value */
export function rate(value) {
  if (value === undefined) return '–';
  if (value === 0) return '0';
  if (value < 0.05) return '< 0.1';
  return value < 9.95 ? value.toFixed(1) : count(Math.round(value));
}

/** 90061 -> "1 d 1 h", 754 -> "12 min" @param {number} seconds */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 600) return two(whole, 60, 'min', 's');
  if (whole < 3600) return `${Math.floor(whole / 60)} min`;
  if (whole < 86_400) return two(Math.round(whole / 60), 60, 'h', 'min');
  return two(Math.round(whole / 3600), 24, 'd', 'h');
}

/** 400 -> "6.7 min", for where space is short. @param {number} seconds */
export function roughly(seconds) {
  if (seconds < 60) return `${trimmed(seconds)} s`;
  if (seconds < 3600) return `${trimmed(seconds / 60)} min`;
  return seconds < 86_400 ? `${trimmed(seconds / 3600)} h` : `${trimmed(seconds / 86_400)} d`;
}

function two(value, base, large, small) {
  const rest = value % base;
  return `${count(Math.floor(value / base))} ${large}${rest ? ` ${rest} ${small}` : ''}`;
}

/** 1536 -> "1.5 KiB" @param {number} value */
export function bytes(value) {
  let left = value ?? 0;
  for (const unit of ['B', 'KiB', 'MiB', 'GiB']) {
    if (left < 1024) return `${unit === 'B' ? left : trimmed(left)} ${unit}`;
    left /= 1024;
  }
  return `${trimmed(left)} TiB`;
}

/** @param {number} part 0 to 1 */
export const percent = (part) => (part > 0 && part < 0.01 ? '< 1 %' : `${Math.round(part * 100)} %`);

/** Of today the time, else the day, too. @param {number} instant milliseconds since 1970 */
export function time(instant) {
  const at = new Date(instant);
  const isToday = at.toDateString() === new Date().toDateString();
  return isToday ? clock.format(at) : `${date.format(at)} ${clock.format(at)}`;
}

let aheadMs = 0;
/** The time that messages are judged by, by the server's clock and not by this machine's. */
export const now = () => Date.now() + aheadMs;
/** @param {number} timestamp what it is now, as the server says */
export function takeServerTime(timestamp) {
  aheadMs = timestamp - Date.now();
}

/** Seconds since then. @param {number} instant milliseconds since 1970 */
export const ageOf = (instant) => Math.max(0, (now() - instant) / 1000);

/** How long ago. @param {number | undefined} instant milliseconds since 1970 */
export const age = (instant) => (instant === undefined ? '–' : duration(ageOf(instant)));

/** "arn:aws:sqs:us-east-1:000000000000:name" -> "name" @param {string} arn */
export const nameIn = (arn) => arn.slice(Math.max(arn.lastIndexOf(':'), arn.lastIndexOf('/')) + 1);
