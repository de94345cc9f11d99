#!/usr/bin/env node
// `npx stamp` in a clone: builds what is stale, then runs the command.
import { ensureBuilt } from './build.mjs';

await ensureBuilt({ say: (line) => process.stderr.write(`${line}\n`) });
await import('../dist/cli/stamp.mjs');
