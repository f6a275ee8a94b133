// Dialogs: the browser's own, so that focus stays inside and Escape leaves. Asked for from anywhere;
// one may open another over itself, and going to another page closes all.
//
// Three levels of safety. Plain: no dialog. Guarded: a dialog that says exactly how many. Destructive: the name is to be typed.

import { Failure, Icon } from './parts.js';
import { place } from './router.js';
import { html, useEffect, useRef, useState } from './vendor/htm-preact.js';

/** @typedef {{title: string, text?: any, verb: string, name?: string, isDanger?: boolean, act: () => Promise<any>}} Question */

let opened = 0;
/** @type {(one: any) => void} */
let show = () => {};
/** @type {(text: string) => void} */
let showToast = () => {};

/** Asks, and acts if the answer is yes; `name` is what has to be typed first. @param {Question} question */
export const confirm = (question) => show({ question });

/** Opens a dialog of one's own. @param {(close: () => void) => any} content @param {string} [kind] */
export const open = (content, kind = '') => show({ content, kind });

/** Says what was done. @param {string} text */
export const say = (text) => showToast(text);

export function Dialogs() {
  const [stack, setStack] = useState([]);
  const [toast, setToast] = useState('');
  show = (one) => setStack((before) => [...before, { ...one, key: ++opened }]);
  showToast = setToast;
  useEffect(() => {
    if (!toast) return undefined;
    const timer = setTimeout(() => setToast(''), 6000);
    return () => clearTimeout(timer);
  }, [toast]);
  useEffect(() => {
    let path = place().parts.join('/');
    const moved = () => {
      const now = place().parts.join('/');
      if (now !== path) setStack([]);
      path = now;
    };
    window.addEventListener('hashchange', moved);
    return () => window.removeEventListener('hashchange', moved);
  }, []);
  const shown = stack.map((each) => {
    const close = () => setStack((before) => before.filter(({ key }) => key !== each.key));
    return html`<${Dialog} key=${each.key} kind=${each.kind} onClose=${close}>
      ${each.question ? html`<${Confirmation} question=${each.question} close=${close} />` : each.content(close)}
    <//>`;
  });
  return html`${shown}<div role="status">${toast && html`<div class="notice good toast"><${Icon} name="check" /><div>${toast}</div></div>`}</div>`;
}

/** @param {{kind?: string, onClose: () => void, children: any}} properties */
function Dialog({ kind = '', onClose, children }) {
  const element = useRef(null);
  useEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    const dialog = element.current;
    dialog.showModal();
    return () => {
      dialog.close();
      if (before?.isConnected) before.focus();
    };
  }, []);
  const onCancel = (event) => {
    event.preventDefault();
    onClose();
  };
  const onClick = (event) => event.target === element.current && onClose();
    return html`<dialog ref=${element} class=${kind} onCancel=${onCancel} onClick=${onClick} aria-labelledby="dialog-title">${children}</dialog>`;
}

function Confirmation({ question, close }) {
  const [typed, setTyped] = useState('');
  const [error, setError] = useState(undefined);
  const [isBusy, setBusy] = useState(false);
  const mayAct = !isBusy && (!question.name || typed === question.name);
  const submit = async (event) => {
    event.preventDefault();
    if (!mayAct) return;
    setBusy(true);
    try {
      const done = await question.act();
      close();
      if (typeof done === 'string') say(done);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return html`<form onSubmit=${submit}>
    <h2 id="dialog-title">${question.title}</h2>
    ${question.text && html`<p>${question.text}</p>`}
    ${question.name &&
    html`<label class="field"><span>Type <code>${question.name}</code> to confirm</span>
      <input value=${typed} onInput=${(event) => setTyped(event.target.value)} autocomplete="off" spellcheck="false" autofocus />
    </label>`}
    <${Failure} error=${error} />
    <div class="actions">
      <button type="button" class="button" onClick=${close}>Cancel</button>
      <button class=${`button first ${question.isDanger || question.name ? 'danger' : ''}`} disabled=${!mayAct} autofocus=${!question.name}>
        ${isBusy ? 'Working…' : question.verb}
      </button>
    </div>
  </form>`;
}

/** A form in a dialog. @param {{title: string, verb: string, close: () => void, onSubmit: () => Promise<any>, children: any}} properties */
export function FormDialog({ title, verb, close, onSubmit, children }) {
  const [error, setError] = useState(undefined);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const done = await onSubmit();
      close();
      if (typeof done === 'string') say(done);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return html`<form onSubmit=${submit}>
    <h2 id="dialog-title">${title}</h2>
    ${children}
    <${Failure} error=${error} />
    <div class="actions">
      <button type="button" class="button" onClick=${close}>Cancel</button>
      <button class="button first" disabled=${isBusy}>${isBusy ? 'Working…' : verb}</button>
    </div>
  </form>`;
}

/** A panel from the right. @param {{title: any, close: () => void, children: any}} properties */
export const Drawer = ({ title, close, children }) => html`<div>
  <header>
    <div class="grow" id="dialog-title">${title}</div>
    <button type="button" class="button quiet square" aria-label="Close" title="Close" onClick=${close}><${Icon} name="close" /></button>
  </header>
  ${children}
</div>`;
