// Lets Node import the project's TypeScript as it stands: a set-up file of every test process.
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
process.setSourceMapsEnabled(true);
// What a suite left open keeps no process: the runner only lets go of it.
process.once('disconnect', () => process.exit());
