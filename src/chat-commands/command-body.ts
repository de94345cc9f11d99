// The body of a command: {text, ticket?, dry_run?}.
import { isKeepable } from '../platform/keepable.js';
import { invalid } from '../platform/errors.js';
import { objectOf } from '../rest/writing/body.js';

const MEMBERS = ['text', 'ticket', 'dry_run'];
const LONGEST = 1000;

export interface CommandBody {
  readonly text: string;
  readonly ticket: string | undefined;
  readonly dryRun: boolean;
}

/** Rejects with invalid `body.…`. A ticket is its key, its id or its URI. */
export function commandBody(given: unknown): CommandBody {
  const body = objectOf(given, MEMBERS);
  const { text, ticket, dry_run: dryRun } = body;
  if (!isText(text))
    throw invalid(
      'body.invalid_member',
      `'text' must be the command, a string of at most ${LONGEST} characters: {"text": "help"}.`,
    );
  const place = typeof ticket === 'number' ? String(ticket) : ticket;
  if (place !== undefined && place !== null && !isText(place))
    throw invalid('body.invalid_member', "'ticket' must be a ticket's key, id or URI.");
  if (dryRun !== undefined && dryRun !== null && typeof dryRun !== 'boolean')
    throw invalid('body.invalid_member', "'dry_run' must be true or false.");
  return { text, ticket: place ?? undefined, dryRun: dryRun === true };
}

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= LONGEST && isKeepable(value);
