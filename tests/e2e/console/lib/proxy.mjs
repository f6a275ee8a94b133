// For a server that has no pages yet: serves ui/ as it would, and hands every other request on to it.

import { createReadStream, existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const ui = fileURLToPath(new URL('../../../../ui/', import.meta.url));
const types = { '.html': 'text/html; charset=utf-8', '.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.svg': 'image/svg+xml' };
const guards = { 'Content-Security-Policy': "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'" };

function page(request, response) {
  if (request.url === '/') {
    response.writeHead(200, { 'Content-Type': types['.html'], ...guards });
    return response.end(readFileSync(join(ui, 'index.html'), 'utf8').replaceAll('/console/HASH/', '/console/live/'));
  }
  const file = normalize(join(ui, request.url.replace(/^\/console\/live\//, '')));
  if (!file.startsWith(ui) || !existsSync(file)) return response.writeHead(404).end();
  response.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'text/plain', 'Cache-Control': 'no-cache', ...guards });
  return createReadStream(file).pipe(response);
}

/** @param {number} port of the server @param {number} [listen] @returns {Promise<{endpoint: string, close: () => void}>} */
export async function startProxy(port, listen = 0) {
  const proxy = http.createServer((request, response) => {
    if (request.method === 'GET' && (request.url === '/' || request.url.startsWith('/console/'))) return page(request, response);
    const { origin, referer, host, ...headers } = request.headers;
    const onward = http.request({ host: '127.0.0.1', port, method: request.method, path: request.url, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    return request.pipe(onward);
  });
  await new Promise((resolve) => proxy.listen(listen, '127.0.0.1', resolve));
  return { endpoint: `http://127.0.0.1:${proxy.address().port}`, close: () => (proxy.closeAllConnections(), proxy.close()) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { endpoint } = await startProxy(Number(process.argv[2]), Number(process.argv[3] ?? 0));
  console.log(endpoint);
}
