// Every verb, in the groups and the order in which help lists them. A new verb goes into one of these.
import type { Verb } from '../verb.js';
import { artifact } from './artifact.js';
import { close, reopen } from './close.js';
import { complete } from './complete.js';
import { completion } from './completion.js';
import { fail } from './fail.js';
import { doctor } from './doctor.js';
import { help } from './help.js';
import { history } from './history.js';
import { list } from './list.js';
import { create } from './new.js';
import { promote } from './promote.js';
import { revert } from './revert.js';
import { show } from './show.js';
import { status } from './status.js';
import { sub } from './sub.js';
import { update } from './update.js';
import { why } from './why.js';

export interface VerbGroup {
  readonly title: string;
  readonly verbs: readonly Verb[];
}

export const GROUPS: readonly VerbGroup[] = [
  { title: 'Work on tickets', verbs: [create, update, show, list, history] },
  { title: 'Take them through their steps', verbs: [status, sub, artifact, complete, fail] },
  { title: 'Bring them to production, and back', verbs: [why, promote, revert, close, reopen] },
  { title: 'The project and its releases', verbs: [] },
  { title: 'The command itself', verbs: [doctor, completion, help] },
];

export const VERBS: readonly Verb[] = GROUPS.flatMap(({ verbs }) => verbs);
