// A map's text at once, as tests compare it.
import { atOnce } from '../../src/platform/sliced.js';
import { type ImportMap, writing } from '../../src/import-maps/domain/import-map.js';

export const canonicalJson = (map: ImportMap, origin = ''): string => atOnce(writing(map, origin));
