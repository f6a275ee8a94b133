// The console: who is here, where he is, and the frame around every page.

import { signOut, whenSignedOut } from './api.js';
import { Dialogs } from './dialogs.js';
import { count, duration } from './format.js';
import { connection, pause, startLive, useChanges, useSeconds, useTopic } from './live.js';
import { ActivityPage } from './pages/activity.js';
import { ConnectPage } from './pages/connect.js';
import { DeadLettersPage } from './pages/dead_letters.js';
import { DoctorPage } from './pages/doctor.js';
import { OverviewPage } from './pages/overview.js';
import { QueuePage } from './pages/queue.js';
import { QueuesPage } from './pages/queues.js';
import { SignInPage } from './pages/sign_in.js';
import { TailPage } from './pages/tail.js';
import { TopicsPage } from './pages/topics.js';
import { Badge, Icon, Notice } from './parts.js';
import { applyTheme, choose, usePreferences } from './preferences.js';
import { to, usePlace } from './router.js';
import { deadLettersIn } from './rows.js';
import { GlobalSearch } from './search.js';
import { isSignedIn, loadSession, mayChange, session } from './session.js';
import { html, render, useEffect, useRef, useState } from './vendor/htm-preact.js';

/** Its name in links, its name, its component, and its icon. @type {[string, string, any, string?][]} */
const pages = [
  ['overview', 'Overview', OverviewPage],
  ['queues', 'Queues', QueuesPage],
  ['topics', 'Topics', TopicsPage],
  ['dead-letters', 'Dead letters', DeadLettersPage, 'dead'],
  ['tail', 'Live tail', TailPage],
  ['doctor', 'Doctor', DoctorPage],
  ['activity', 'Activity', ActivityPage],
  ['connect', 'Connect', ConnectPage],
];

const Mark = () => html`<svg viewBox="0 0 24 24" aria-hidden="true">
  <rect width="24" height="24" rx="6" fill="#0d6e6e" />
  <path d="M6 7h12M6 12h8M6 17h12" stroke="#fff" stroke-width="2" stroke-linecap="round" /><circle cx="18" cy="12" r="1.9" fill="#ffc46b" />
</svg>`;

function Side({ current, onGo }) {
  const server = useTopic('server');
  const dead = deadLettersIn(useTopic('queues')?.rows);
  return html`<nav class="side" aria-label="Pages">
    <a class="brand" href=${to([])}><${Mark} />mailrail</a>
    <ul>
      ${pages.map(
        ([key, name, , icon]) => html`<li key=${key}>
          <a href=${to([key])} aria-current=${current === key ? 'page' : undefined} onClick=${onGo}>
            <${Icon} name=${icon ?? key} />${name}
            ${key === 'queues' && server?.Queues > 0 && html`<span class="tally">${count(server.Queues)}</span>`}
            ${key === 'dead-letters' && dead > 0 && html`<span class="tally alarm">${count(dead)}</span>`}
          </a>
        </li>`,
      )}
    </ul>
    <div class="about small soft stack tight">
      ${session.Key && html`<div class="row apart"><span class="breaks">${session.Key.Name || session.Key.AccessKeyId} <span class="soft">(${session.Key.Role})</span></span>
        <button class="button quiet small" onClick=${leave}>Sign out</button></div>`}
      <${About} server=${server} />
    </div>
  </nav>`;
}

async function leave() {
  await signOut();
  location.reload();
}

function About({ server }) {
  useSeconds();
  if (!server || server.refused) return null;
  const dataAge = Math.round((Date.now() - connection.dataAt) / 1000);
  return html`<div>mailrail ${server.Version}<br />up ${duration(server.Uptime)}<br />data ${dataAge} s old</div>`;
}

const modes = {
  connecting: ['dot', 'Connecting'],
  live: ['check', 'Live'],
  polling: ['clock', 'Every 5 s'],
  standby: ['clock', 'Standing by'],
  lost: ['alert', 'No connection'],
};

function Pulse() {
  const { mode, isPaused } = useChanges();
  const [icon, text] = isPaused && mode !== 'lost' ? ['pause', 'Paused'] : modes[mode];
  return html`<span class=${`pulse ${isPaused ? 'paused' : mode}`} id="connection"><${Icon} name=${icon} />${text}</span>
    <button class="button quiet square" aria-pressed=${String(isPaused)} onClick=${() => pause(!isPaused)}
      aria-label=${isPaused ? 'Resume updates' : 'Pause updates'} title=${isPaused ? 'Resume updates' : 'Pause updates'}>
      <${Icon} name=${isPaused ? 'play' : 'pause'} />
    </button>`;
}

/** The icon of each, and what follows it. @type {Record<string, [string, 'system' | 'light' | 'dark']>} */
const themes = { system: ['screen', 'light'], light: ['sun', 'dark'], dark: ['moon', 'system'] };

function ThemeButton() {
  const { theme } = usePreferences();
  const [icon, next] = themes[theme];
  const label = `Theme: ${theme}. Change to ${next}`;
  return html`<button class="button quiet square" aria-label=${label} title=${label} onClick=${() => choose({ theme: next })}><${Icon} name=${icon} /></button>`;
}

function Bar({ onMenu, isOpen }) {
  return html`<header class="bar">
    <button class="button quiet square menu-button" aria-label="Menu" aria-expanded=${String(isOpen)} onClick=${onMenu}><${Icon} name=${isOpen ? 'close' : 'menu'} /></button>
    <${GlobalSearch} />
    <div class="state">
      ${!mayChange() && html`<${Badge} icon="eye">read-only<//>`}
      <${Pulse} /><${ThemeButton} />
    </div>
  </header>`;
}

/** What only an alarm may say without being asked. */
function Alarm() {
  const { mode, restartedAt } = useChanges();
  const isBack = mode !== 'lost' && Date.now() - restartedAt < 8000;
  useSeconds();
  return html`<div role="alert">
    ${mode === 'lost' && html`<${Notice} tone="bad" icon="alert"><b>The server does not answer.</b> What you see is as it was; this page goes on by itself when it is back.<//>`}
    ${isBack && html`<${Notice} tone="good" icon="check"><b>Reconnected.</b> The server answers again; rates begin anew.<//>`}
  </div>`;
}

/** The page, unless another node owns the log and has what there is to see. */
function UnlessStandby({ children }) {
  const { standby } = useChanges();
  if (!standby) return children;
  const { owner, why } = standby;
  return html`<h1>This node stands by</h1><${Notice} tone="warn" icon="clock">${why} ${owner && html`<a href=${owner}>Go there</a>`}<//>`;
}

function Shell() {
  const at = usePlace();
  const [isOpen, setOpen] = useState(false);
  const main = useRef(null);
  const current = at.parts[0] ?? 'overview';
  const [, name, Page] = pages.find(([key]) => key === current) ?? [];
  useEffect(() => {
    document.title = `${at.parts[1] ?? name ?? 'Not found'} · mailrail`;
    window.scrollTo(0, 0);
  }, [at.parts.join('/')]);
  return html`<div class=${`shell ${isOpen ? 'open' : ''}`}>
    <a class="skip" href="#main" onClick=${(event) => (event.preventDefault(), main.current.focus())}>Skip to the page</a>
    <${Side} current=${current} onGo=${() => setOpen(false)} />
    <div class="grow">
      <${Bar} isOpen=${isOpen} onMenu=${() => setOpen(!isOpen)} />
      <main class="page" id="main" tabindex="-1" ref=${main}>
        <${Alarm} />
        <${UnlessStandby}>${current === 'queues' && at.parts[1]
          ? html`<${QueuePage} key=${at.parts[1]} name=${at.parts[1]} tab=${at.parts[2] ?? 'overview'} query=${at.query} />`
          : Page
            ? html`<${Page} key=${current} at=${at} />`
            : html`<${Notice} tone="warn" icon="alert">There is no such page. <a href="#/">Go to the overview</a>.<//>`}<//>
      </main>
    </div>
    <${Dialogs} />
  </div>`;
}

/** Asks who is here until the server answers. @returns {Promise<boolean>} whether he may come in */
const admitted = () => loadSession().then(isSignedIn, () => new Promise((again) => setTimeout(again, 1000)).then(admitted));

/** @param {{isWelcome: boolean}} props */
function App({ isWelcome }) {
  const [isIn, setIn] = useState(isWelcome);
  useEffect(() => whenSignedOut(() => admitted().then(setIn)), []);
  if (!isIn) return html`<${SignInPage} onIn=${() => loadSession().then(() => setIn(isSignedIn()))} />`;
  startLive();
  return html`<${Shell} />`;
}

applyTheme();
// What the document says is seen until the server has said who is here.
admitted().then((isWelcome) => render(html`<${App} isWelcome=${isWelcome} />`, document.getElementById('app')));
