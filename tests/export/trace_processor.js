// Runs the web build of Perfetto's trace processor: its RPC messages come from stdin, its answers go to stdout.
//   node trace_processor.js FOLDER_OF_THE_BUILD < requests > answers
"use strict";
const fs = require("fs");
const path = require("path");

const build = process.argv[2];

// What the build loads it asks for in this way, and waits.
class FileRequest {
  open(_method, url) {
    this.file = path.join(build, path.basename(url));
  }
  send() {
    this.response = new Uint8Array(fs.readFileSync(this.file)).buffer;
  }
}

// The build is made for a web worker: this is one, as far as it looks.
const talk = (...words) => process.stderr.write(words.join(" ") + "\n");
const worker = {
  self: { location: { href: "https://localhost/engine_bundle.js" } },
  WorkerGlobalScope: true,
  XMLHttpRequest: FileRequest,
  console: { log: talk, warn: talk, error: talk },
  process: undefined,
};
const bundle = fs.readFileSync(path.join(build, "engine_bundle.js"), "utf8");
new Function(...Object.keys(worker), bundle)(...Object.values(worker));

const answers = [];
const port = { postMessage: (bytes) => answers.push(Buffer.from(bytes)) };
worker.self.onmessage({ data: port });
setTimeout(() => {
  // after the promises of the build, which make it ready
  port.onmessage({ data: new Uint8Array(fs.readFileSync(0)) });
  fs.writeFileSync(1, Buffer.concat(answers));
}, 0);
