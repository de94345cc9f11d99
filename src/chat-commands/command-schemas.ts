// What a command takes and answers, for the OpenAPI document.
import { text } from '../rest/operations/schema-words.js';

export const COMMAND = {
  type: 'object',
  description: 'A command and its context.',
  properties: {
    text: text('The command, such as `hold TKT-1 --reason Waits for the notes --until 2h`.', { maxLength: 1000 }),
    ticket: text('The ticket for a text that names none: its key, id or URI.'),
    dry_run: { type: 'boolean', description: 'Runs the command, answers, and stores nothing. Needs no confirmation.' },
  },
  required: ['text'],
};

export const COMMAND_ANSWER = {
  type: 'object',
  description: 'The result of a command.',
  properties: {
    text: text('The text of the command.'),
    command: text('The verb of the command.'),
    ok: { type: 'boolean', description: 'False while it waits for its confirmation.' },
    lines: { type: 'array', description: 'Lines for people; the first one is a summary.', items: text('A line.') },
    result: {
      type: 'object',
      description: 'For programs: the reply of the same call of the API.',
      additionalProperties: true,
    },
    dry_run: { type: 'boolean', description: 'True if nothing was stored.' },
    confirm: {
      type: 'object',
      description: 'Set if it changes production.',
      properties: {
        id: text('The command that waits.'),
        text: text('The text to send: `confirm 1f0a9c33b7`.'),
        expires_at: text('The end of the wait, by the clock of the database.'),
      },
      required: ['id', 'text', 'expires_at'],
    },
  },
  required: ['text', 'command', 'ok', 'lines', 'result'],
};
