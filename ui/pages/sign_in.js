// Signing in with a key, where keys are in force.

import { signIn } from '../api.js';
import { Failure } from '../parts.js';
import { html, useState } from '../vendor/htm-preact.js';

export function SignInPage({ onIn }) {
  const [error, setError] = useState(undefined);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    setBusy(true);
    try {
      await signIn({ AccessKeyId: String(form.get('id')).trim(), SecretAccessKey: String(form.get('secret')).trim() });
      await onIn();
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  return html`<main class="sign-in">
    <form class="stack" onSubmit=${submit}>
      <h1 class="brand">Sign in to mailrail</h1>
      <p class="soft">With an access key of this server. What you may do here is what the key may.</p>
      <label class="field"><span>Access key id</span><input name="id" required autocomplete="username" spellcheck="false" autofocus /></label>
      <label class="field"><span>Secret access key</span><input name="secret" type="password" required autocomplete="current-password" /></label>
      <${Failure} error=${error} />
      <button class="button first" disabled=${isBusy}>${isBusy ? 'Signing in…' : 'Sign in'}</button>
      <p class="soft small">No key? On the server's machine: <code>mailrail key create --role view --name me</code></p>
    </form>
  </main>`;
}
