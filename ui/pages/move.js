// Asking where chosen messages are to go, and moving them there.

import { FormDialog, open } from '../dialogs.js';
import { counted } from '../format.js';
import { useTopic } from '../live.js';
import { isDeadLetterQueue } from '../rows.js';
import { moveMessages, redriveMessages } from '../taking.js';
import { html, useState } from '../vendor/htm-preact.js';

/**
 * @param {any} row of the queue they are in @param {string[]} ids in their order @param {(text: string) => string} then
 */
export const askMove = (row, ids, then) => open((close) => html`<${Move} row=${row} ids=${ids} then=${then} close=${close} />`);

function Move({ row, ids, then, close }) {
  const rows = useTopic('queues')?.rows ?? new Map();
  const names = [...rows.keys()].filter((name) => name !== row.QueueName);
  const [chosen, setChosen] = useState(row.DeadLetterSources?.[0] ?? row.DeadLetterQueueName ?? '');
  const isRedriven = (there) => isDeadLetterQueue(row) && there?.FifoQueue === row.FifoQueue;
  const submit = async () => {
    const there = rows.get(chosen);
    if (!there) throw new Error(`There is no queue ${chosen}.`);
    return then(await (isRedriven(there) ? redriveMessages(row.QueueUrl, ids, there.QueueArn) : moveMessages(row.QueueUrl, ids, there.QueueUrl)));
  };
  return html`<${FormDialog} title=${`Move ${counted(ids.length, 'message')}`} verb=${`Move ${counted(ids.length, 'message')}`} close=${close} onSubmit=${submit}>
    <p><b>${counted(ids.length, 'message')}</b> of ${row.QueueName} ${isRedriven(rows.get(chosen))
      ? 'will be in the other queue and not here any more. No other message is touched.'
      : 'will be sent to the other queue in order, then deleted here. Messages that have to be received on the way are given back and count one receive more.'}</p>
    <label class="field"><span>To queue</span><input required list="move-targets" value=${chosen} autofocus spellcheck="false" onInput=${(event) => setChosen(event.target.value)} />
      <datalist id="move-targets">${names.slice(0, 500).map((name) => html`<option key=${name} value=${name} />`)}</datalist></label>
    ${chosen.endsWith('.fifo') && html`<p class="small soft">In a FIFO queue they come behind what is in their conversations already.</p>`}
  <//>`;
}
