// stamp help: what --help says, for who thinks of the word first. The program runs it, as it knows all verbs.
import type { Verb } from '../session/verb.js';

export const help: Verb = {
  name: 'help',
  takes: '[verb...]',
  summary: 'Explain a verb',
  completes: 'verb',
  examples: [
    { run: 'stamp help', says: 'all verbs, options, the environment and exit codes' },
    { run: 'stamp help show', says: 'one verb, with examples' },
  ],
};
