#!/usr/bin/env -S node --v8-pool-size=1
// `npx stampline` in a clone: builds what is stale, then runs the command. Without a word it starts the server.
import { ensureBuilt } from './build.mjs';

await ensureBuilt({ say: (line) => process.stderr.write(`${line}\n`) });
const { runStampline } = await import('../dist/src/stampline.js');
await runStampline(process.argv.slice(2));
