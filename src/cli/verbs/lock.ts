// stamp lock and stamp unlock: nothing is promoted to a locked stage; taking something back is always allowed.
import { flags, type Piece, shell } from '../../platform/shell-quote.js';
import type { Session } from '../session/session.js';
import type { Verb } from '../session/verb.js';
import { HOLD_OPTIONS, holdBody, reasonBody, sayHeld } from './hold.js';
import { LOCKED_FIELDS } from '../words/json-shapes.js';

export const lock: Verb = {
  name: 'lock',
  takes: '<stage>',
  summary: 'Lock a stage: nothing is promoted to it',
  description: 'Reverts and rollbacks still work.',
  options: HOLD_OPTIONS,
  completes: 'stage',
  json: LOCKED_FIELDS,
  examples: [{ run: 'stamp lock prod --reason "Christmas" --until 3d', says: 'nothing is promoted to production' }],
  run: async (session, [name = ''], options) => {
    const { server, out } = session;
    const body = holdBody(options);
    const locked = await server.of(
      server.api.POST('/api/v1/stage/{name}/lock/', { params: paramsOf(session, name), body }),
    );
    const lifts = shell`stamp unlock ${locked.stage} ${inProject(locked.project)}`;
    out.result(locked, () => sayHeld(session, `${locked.stage} of ${locked.project} is locked`, locked.lock, lifts));
    return undefined;
  },
};

export const unlock: Verb = {
  name: 'unlock',
  takes: '<stage>',
  summary: 'Unlock a stage',
  options: [['--reason <text>', 'the reason, for the history']],
  completes: 'stage',
  json: LOCKED_FIELDS,
  examples: [{ run: 'stamp unlock prod', says: 'tickets can be promoted to it again' }],
  run: async (session, [name = ''], options) => {
    const { server, out } = session;
    const body = reasonBody(options);
    const open = await server.of(
      server.api.POST('/api/v1/stage/{name}/unlock/', { params: paramsOf(session, name), body }),
    );
    out.result(open, () => out.say(`${open.stage} of ${open.project} was not locked.`));
    return undefined;
  },
};

/** Where it isn't the project that nobody has to say. */
const inProject = (project: string): Piece => flags({ project: project === 'default' ? undefined : project });

const paramsOf = ({ settings }: Session, name: string): { path: { name: string }; query: { project: string } } => ({
  path: { name },
  query: { project: settings.project },
});
