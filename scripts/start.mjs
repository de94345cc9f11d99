#!/usr/bin/env node
// npm start: builds what is stale, then runs the server in this process.
import { ensureBuilt } from './build.mjs';

await ensureBuilt({ say: console.log });
const { main } = await import('../dist/src/main.js');
await main();
