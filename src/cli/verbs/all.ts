// Every verb, in the order in which help lists them.
import type { Verb } from '../verb.js';
import { show } from './show.js';

export const VERBS: readonly Verb[] = [show];
