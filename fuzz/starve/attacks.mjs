// What one client could try to stop all the others with. What all of them must have done is read off openapi.json (record.mjs).
import { BODY_ATTACKS } from './body-attacks.mjs';
import { LIST_ATTACKS } from './list-attacks.mjs';
import { MAP_ATTACKS } from './map-attacks.mjs';
import { READ_ATTACKS } from './read-attacks.mjs';

/** @type {readonly import('./making.mjs').Attack[]} */
export const ATTACKS = [...MAP_ATTACKS, ...READ_ATTACKS, ...LIST_ATTACKS, ...BODY_ATTACKS];

/** Why an operation, or a part of one, that takes a list, a pattern or a file is attacked by nobody. */
export const WITHOUT_ENTRY = new Map([]);
