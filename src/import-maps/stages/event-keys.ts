// The keys that an event names; the revision or layer has them all.
import { type MapKey, wireKey } from '../domain/map-key.js';

const MOST = 50;

export const eventKeys = (keys: readonly MapKey[]): string[] => keys.slice(0, MOST).map(wireKey);
