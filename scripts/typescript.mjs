// Lets Node import the project's TypeScript as it stands: `node --import ./scripts/typescript.mjs torture/run.mjs`. Node 20 can't by
// itself; what it loads is compiled with swc, as the build does.
import fs from 'node:fs';
import { register, syncBuiltinESMExports } from 'node:module';
import threads from 'node:worker_threads';

register('./typescript-hooks.mjs', import.meta.url);
startThreadsAlike();
process.setSourceMapsEnabled(true);

/** A thread has hooks of its own: one whose module is TypeScript is begun by what registers them in it. */
function startThreadsAlike() {
  const { Worker } = threads;
  threads.Worker = class extends Worker {
    constructor(file, options) {
      super(file instanceof URL ? entryOf(file) : file, options);
    }
  };
  syncBuiltinESMExports();
}

function entryOf(file) {
  const source = new URL(file.href.replace(/\.js$/, '.ts'));
  if (file.protocol !== 'file:' || fs.existsSync(file) || !fs.existsSync(source)) return file;
  const hooks = JSON.stringify(new URL('./typescript-hooks.mjs', import.meta.url).href);
  const text = `import { register } from 'node:module'; register(${hooks}); await import(${JSON.stringify(source.href)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`);
}
