// Doctor: what is wrong, or will be, the evidence for it, and the command that mends it.

import { askWhys, diagnose, verdict } from '../diagnosis.js';
import { time } from '../format.js';
import { refresh, useTopic } from '../live.js';
import { Badge, Empty, Icon, Notice, Segments, Snippet } from '../parts.js';
import { to } from '../router.js';
import { html, useEffect, useState } from '../vendor/htm-preact.js';

const findingLooks = { problem: ['bad', 'stop', 'problem'], warning: ['warn', 'alert', 'warning'], advice: ['calm', 'info', 'advice'] };
const FINDINGS_SHOWN = 100;

export function DoctorPage() {
  const server = useTopic('server');
  const rows = useTopic('queues')?.rows;
  const [result, setResult] = useState(undefined);
  const [grade, setGrade] = useState('');
  const hasAll = Boolean(server && rows && !server.refused);
  const run = async () => {
    const whys = await askWhys(rows).catch(() => new Map());
    setResult({ findings: diagnose(server, rows, whys), at: Date.now() });
  };
  useEffect(() => void (hasAll && run()), [hasAll]);
  if (server?.refused) return html`<h1>Doctor</h1><${Notice} tone="warn" icon="lock">${server.refused}<//>`;
  if (!result) return html`<h1>Doctor</h1><p class="soft">Examining…</p>`;
  const { findings, at } = result;
  const number = (severity) => findings.filter((each) => each.severity === severity).length;
  const shown = findings.filter((each) => !grade || each.severity === grade);
  const worst = findings[0]?.severity;
  return html`
    <div class="page-head">
      <div><h1>Doctor</h1><p class="lead">What <code>mailrail doctor</code> says of the server and its queues. Examined at ${time(at)}.</p></div>
      <button class="button first" onClick=${() => (refresh(), run())}>Examine again</button>
    </div>
    <section class=${`verdict ${worst ?? ''}`} aria-label="Verdict"><${Icon} name=${worst ? findingLooks[worst][1] : 'check'} /><h2>${verdict(findings)}</h2></section>
    ${findings.length > 0 && html`<section class="card" aria-label="Findings">
      <header><${Segments} label="Severity" value=${grade} onChoose=${setGrade} options=${[['', `All ${findings.length}`], ['problem', `Problems ${number('problem')}`], ['warning', `Warnings ${number('warning')}`], ['advice', `Advice ${number('advice')}`]]} /></header>
      ${shown.length ? shown.slice(0, FINDINGS_SHOWN).map((each) => html`<${FindingRow} key=${each.check + each.subject} finding=${each} />`) : html`<${Empty} icon="check" title="None of these" />`}
      ${shown.length > FINDINGS_SHOWN && html`<footer>The first ${FINDINGS_SHOWN} of ${shown.length}. All of them: <code>mailrail doctor</code></footer>`}
    </section>`}`;
}

function FindingRow({ finding }) {
  const [tone, icon, text] = findingLooks[finding.severity];
  return html`<article class="finding" aria-label=${finding.check}>
    <div><span><${Badge} tone=${tone} icon=${icon}>${text}<//></span></div>
    <div>
      <h3 class="row"><span>${finding.check}</span>${finding.subject && html`<a href=${to(['queues', finding.subject])}>${finding.subject}</a>`}</h3>
      <p class="breaks">${finding.evidence}</p>
      <${Snippet} text=${finding.fix} label="Copy what to do" />
    </div>
  </article>`;
}
