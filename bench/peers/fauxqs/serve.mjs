// Starts fauxqs on 127.0.0.1 alone, as by itself it listens everywhere, and without its line for every request.
//
//   node serve.mjs PACKAGE PORT [DATA]    PACKAGE is its folder; with DATA it keeps messages in SQLite there
import net from "node:net";
import { pathToFileURL } from "node:url";

const [folder, port, dataDir] = process.argv.slice(2);
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (options, ...rest) {
  return listen.call(this, { ...options, host: "127.0.0.1" }, ...rest);
};
const { startFauxqs } = await import(pathToFileURL(`${folder}/dist/app.js`));
await startFauxqs({ port: Number(port), logger: false, ...(dataDir ? { dataDir } : {}) });
