// What the document says of the map's addresses: their parameters and answers.
import { ApiQuery, ApiResponse } from '@nestjs/swagger';
import { pathParameter } from '../../rest/http/documented.js';

export const PROJECT = pathParameter('project', 'The name of a project.', 'default');
export const MAP = ApiResponse({
  status: 200,
  description:
    'The map, whole. `X-Stamp-Status` says where a ticket is not shown, or where the map may be old; `X-Stamp-Shows` which tickets or release it has (`dev=TKT-1`), none for production.',
  content: { 'application/importmap+json': { schema: { type: 'object' } } },
});
export const MAP_ABOUT =
  "Production's map; with `?dev=TKT-1` (a stage of the project, and keys or ids of 20 tickets at most, with commas between them) that of the tickets. " +
  'A ticket that is unknown, closed or elsewhere: production, and `X-Stamp-Status` says so. ' +
  'Where reading needs a token, a ticket does too, or its preview key: `?dev=TKT-1~<key>`, or `TKT-1~<key>` in the header `X-Stamp-Preview-Key`. ' +
  'Without one of them every ticket is `locked`, whether there is such a ticket or not.';
export const RELEASE = ApiQuery({
  name: 'release',
  required: false,
  description: 'A release by its number.',
  schema: { type: 'integer' },
});
export const AT = ApiQuery({
  name: 'at',
  required: false,
  description: 'What was live at that time, as ISO 8601.',
  schema: { type: 'string' },
});
export const ENV = ApiQuery({
  name: 'env',
  required: false,
  description: 'As import-map-deployer has it: production, or `<stage>:<ticket>`; answered as application/json.',
  schema: { type: 'string' },
});
export const SCRIPT = ApiResponse({
  status: 200,
  description: 'The script.',
  content: { 'text/javascript': { schema: { type: 'string' } } },
});
export const SNIPPET = ApiResponse({
  status: 200,
  description: 'Two elements for the head of a page.',
  content: { 'text/plain': { schema: { type: 'string' } } },
});
