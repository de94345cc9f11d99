// Every verb, in the groups and the order in which help lists them. A new verb goes into one of these.
import type { Verb } from '../session/verb.js';
import { add } from './add.js';
import { artifact } from './artifact.js';
import { approve, reject } from './approve.js';
import { bisect } from './bisect.js';
import { close, reopen } from './close.js';
import { complete } from './complete.js';
import { completion } from './completion.js';
import { diff } from './diff.js';
import { doctor } from './doctor.js';
import { fail } from './fail.js';
import { help } from './help.js';
import { history } from './history.js';
import { hold, unhold } from './hold.js';
import { list } from './list.js';
import { lock, unlock } from './lock.js';
import { login, logout, whoami } from './login.js';
import { create } from './new.js';
import { open } from './open.js';
import { override } from './override.js';
import { preview } from './preview.js';
import { project } from './project.js';
import { promote } from './promote.js';
import { rebase } from './rebase.js';
import { releases } from './releases.js';
import { revert } from './revert.js';
import { rollback } from './rollback.js';
import { show } from './show.js';
import { snippet } from './snippet.js';
import { status } from './status.js';
import { stream } from './stream.js';
import { sub } from './sub.js';
import { token } from './token.js';
import { update } from './update.js';
import { why } from './why.js';

export interface VerbGroup {
  readonly title: string;
  readonly verbs: readonly Verb[];
}

export const GROUPS: readonly VerbGroup[] = [
  { title: 'Work on tickets', verbs: [create, update, add, open, preview, show, list, history, stream] },
  { title: 'Take them through their steps', verbs: [status, sub, artifact, complete, fail] },
  {
    title: 'Bring them to production, and back',
    verbs: [why, diff, rebase, approve, reject, override, promote, revert, hold, unhold, close, reopen],
  },
  { title: 'The project and its releases', verbs: [project, releases, bisect, rollback, lock, unlock, snippet] },
  { title: 'Who may do what', verbs: [login, logout, whoami, token] },
  { title: 'The command itself', verbs: [doctor, completion, help] },
];

export const VERBS: readonly Verb[] = GROUPS.flatMap(({ verbs }) => verbs);
