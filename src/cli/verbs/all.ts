// Every verb, in the groups and the order in which help lists them. A new verb goes into one of these.
import type { Verb } from '../verb.js';
import { help } from './help.js';
import { show } from './show.js';
import { update } from './update.js';

export interface VerbGroup {
  readonly title: string;
  readonly verbs: readonly Verb[];
}

export const GROUPS: readonly VerbGroup[] = [
  { title: 'Work on tickets', verbs: [show, update] },
  { title: 'Bring them to production, and back', verbs: [] },
  { title: 'The project and its releases', verbs: [] },
  { title: 'The command itself', verbs: [help] },
];

export const VERBS: readonly Verb[] = GROUPS.flatMap(({ verbs }) => verbs);
