// A mailrail server of a test's own: started on a free port and a temporary directory, ended by its process id.
//
// The binary is $TESTED_MAILRAIL. setpriv ties the server's life to the test's: a test that is killed leaves nothing behind.
// With $MAILRAIL_LOG its log is in that database, under a name that follows from its directory.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const READY_WITHIN_MS = 30_000;
const ENDED_WITHIN_MS = 30_000;

export class Server {
  static async start({ data = temporaryDirectory(), port, options = [] } = {}) {
    const server = new Server(data, port ?? (await freePort()), options);
    await server.#spawn();
    return server;
  }

  constructor(data, port, options) {
    this.data = data;
    this.port = port;
    this.options = options;
    this.endpoint = `http://127.0.0.1:${port}`;
    this.output = '';
  }

  // Ends the process and waits until it is gone. Returns what it exited with: {code, signal}.
  async end(signal) {
    const ended = this.ended;
    this.process.kill(signal);
    const late = wait(ENDED_WITHIN_MS, undefined, { ref: false }).then(() => {
      throw new Error(`the server did not end within ${ENDED_WITHIN_MS} ms of ${signal}\n${this.output}`);
    });
    return Promise.race([ended, late]);
  }

  // The same directory and port again. Returns when the process runs, not when it is ready.
  async restart() {
    this.output = '';
    await this.#spawn({ until: 'spawned' });
  }

  // Ends the server if it still runs, and removes its directory.
  async dispose() {
    if (this.process.exitCode === null && this.process.signalCode === null) await this.end('SIGKILL');
    rmSync(this.data, { recursive: true, force: true });
  }

  // Resolves when the server answers `GET /readyz` with 200.
  async ready() {
    const deadline = Date.now() + READY_WITHIN_MS;
    while (Date.now() < deadline) {
      if (this.process.exitCode !== null) break;
      if ((await status(`${this.endpoint}/readyz`)) === 200) return;
      await wait(2);
    }
    throw new Error(`the server did not become ready (exit code ${this.process.exitCode})\n${this.output}`);
  }

  async #spawn({ until = 'ready' } = {}) {
    const binary = process.env.TESTED_MAILRAIL;
    if (!binary) throw new Error('set TESTED_MAILRAIL to the mailrail to test');
    const serve = ['serve', '--listen', `127.0.0.1:${this.port}`, '--data', this.data, ...logArguments(this.data), ...this.options];
    this.process = spawn('setpriv', ['--pdeathsig', 'KILL', binary, ...serve], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.ended = once(this.process, 'close').then(([code, signal]) => ({ code, signal }));
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.on('data', (bytes) => (this.output += bytes));
    }
    await once(this.process, 'spawn');
    if (until === 'ready') await this.ready();
  }
}

function logArguments(data) {
  const log = process.env.MAILRAIL_LOG;
  return log ? ['--log', log, '--log-name', basename(data).toLowerCase().replace(/[^a-z0-9]/g, '_')] : [];
}

export function temporaryDirectory() {
  return mkdtempSync(join(tmpdir(), 'mailrail-'));
}

// Below the range from which the system picks ports for outgoing connections, so that a restart finds it free again.
export async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const probe = net.createServer();
    probe.listen(port, '127.0.0.1');
    const [event] = await Promise.race([once(probe, 'listening').then(() => ['free']), once(probe, 'error')]);
    if (event !== 'free') continue;
    probe.close();
    await once(probe, 'close');
    return port;
  }
}

// The status of a GET, or undefined where nothing answers.
function status(url) {
  return new Promise((resolve) => {
    const request = http.get(url, { agent: false, timeout: 1000 }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
  });
}
