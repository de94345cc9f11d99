// What a command takes and answers, for the OpenAPI document.
import { text } from '../rest/operations/schema-words.js';

export const COMMAND = {
  type: 'object',
  description: 'A command, and where it is given.',
  properties: {
    text: text('As people say it: `hold TKT-1 --reason Waits for the notes --until 2h`.', { maxLength: 1000 }),
    ticket: text('The ticket that is meant where the text names none: its key, id or URI.'),
    dry_run: { type: 'boolean', description: 'Does all of it, answers, and keeps none. Needs no confirmation.' },
  },
  required: ['text'],
};

export const COMMAND_ANSWER = {
  type: 'object',
  description: 'What came of a command.',
  properties: {
    text: text('What was said.'),
    command: text('The verb that was understood.'),
    ok: { type: 'boolean', description: 'False while it waits for its confirmation.' },
    lines: { type: 'array', description: 'For people; the first one sums up.', items: text('A line.') },
    result: {
      type: 'object',
      description: 'For programs: what the same call of the API answers.',
      additionalProperties: true,
    },
    dry_run: { type: 'boolean', description: 'True where nothing was kept.' },
    confirm: {
      type: 'object',
      description: 'Where it changes production.',
      properties: {
        id: text('What waits.'),
        text: text('What to say: `confirm 1f0a9c33b7`.'),
        expires_at: text('Until when, by the clock of the database.'),
      },
      required: ['id', 'text', 'expires_at'],
    },
  },
  required: ['text', 'command', 'ok', 'lines', 'result'],
};
