// The way to a server, which can be cut while the server goes on.

import { once } from 'node:events';
import net from 'node:net';

import { freePort } from '../../lib/server.mjs';

export class Line {
  #ends = new Set();
  #listener;

  /** @param {number} serverPort */
  static async to(serverPort) {
    const line = new Line(serverPort, await freePort());
    await line.mend();
    return line;
  }

  constructor(serverPort, port) {
    this.serverPort = serverPort;
    this.port = port;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  async mend() {
    this.#listener = net.createServer((near) => this.#join(near, net.connect(this.serverPort, '127.0.0.1')));
    this.#listener.listen(this.port, '127.0.0.1');
    await once(this.#listener, 'listening');
  }

  async cut() {
    const closed = once(this.#listener, 'close');
    this.#listener.close();
    for (const each of this.#ends) each.destroy();
    await closed;
  }

  #join(near, far) {
    for (const [one, other] of [[near, far], [far, near]]) {
      this.#ends.add(one);
      one.on('error', () => {}); // It closes, then.
      one.on('close', () => {
        this.#ends.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}
