// The OpenAPI document and Swagger UI, both without any other server.
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, onSendHookHandler } from 'fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ERROR_RESPONSES, ERROR_SCHEMA } from './platform/http/error-schema.js';
import { allowOwnScripts } from './platform/http/security-headers.js';
import { resourceSchemas } from './rest/http/openapi-schemas.js';
import { DIALECT_TEXT, DOCUMENTED_CALLS } from './rest/http/openapi-texts.js';

const TAGS: readonly (readonly [string, string])[] = [
  [
    DOCUMENTED_CALLS,
    "The calls that scripts for such trackers have always made, in the order of a lander's day. On an empty database they all run unchanged, from top to bottom.",
  ],
  ['Tickets', 'Tickets, their views, their history, closing and reopening.'],
  ['Modules', 'Uploads under a ticket: modules, package folders, watched sources; and the list of modules.'],
  ['Stages', 'The stages of tickets with modules: promoting, reverting, releases.'],
  ['Subtickets', 'The parts of a ticket: one for each uploaded source package.'],
  ['Artifacts', 'Files, logs, images and results of tickets and subtickets.'],
  ['Packages', 'Source packages, their uploads, binary packages.'],
  ['Tests', 'Test suites and their results.'],
  ['People', 'Persons and teams.'],
  ['Projects', 'Projects.'],
  ['The stream', 'All events, one line each: live, replayed, and as a list.'],
  ['Commands', 'The same operations as text commands for a chat.'],
  ['About the API', 'The index of the API.'],
  ['Access', 'Tokens, and your identity.'],
  ['Operations', 'For operators of the server.'],
];

interface Operation {
  'x-order'?: number;
  'x-scope'?: string;
  tags?: string[];
  responses: Record<string, object>;
}

/** What any operation may answer: another server's Host header, and a server that can't work at the moment. */
const EVERYWHERE = ['421', '503'];
/** And what asks for a token, where the server does. */
const GUARDED = ['401', '403', '429'];

export function buildDocument(app: NestFastifyApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setTitle('Stampline')
    .setDescription(DIALECT_TEXT)
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .setOpenAPIVersion('3.1.1')
    .addServer('/', 'This server')
    .addBearerAuth({ type: 'http', description: 'Asked for where the server says STAMPLINE_AUTH=required.' }, 'token');
  for (const [name, description] of TAGS) builder.addTag(name, description);
  const document = SwaggerModule.createDocument(app, builder.build(), { autoTagControllers: false });
  const responses = Object.fromEntries(
    Object.entries(ERROR_RESPONSES).map(([status, response]) => [`Error${status}`, response]),
  );
  document.components = { ...document.components, responses, schemas: { ...resourceSchemas(), ...ERROR_SCHEMA } };
  document.paths = inOrder(document.paths);
  return document;
}

/** Errors look alike everywhere, so they are described once. */
function shareErrors(operation: Operation): void {
  const { responses, 'x-scope': scope } = operation;
  const guards = scope === undefined || scope === 'anonymous' ? [] : GUARDED;
  const statuses = [...Object.keys(responses), ...EVERYWHERE, ...guards].filter(
    (status) => Number(status) in ERROR_RESPONSES,
  );
  for (const status of statuses) operation.responses[status] = { $ref: `#/components/responses/Error${status}` };
}

const orderOf = (operation: Operation): number => operation['x-order'] ?? 1000;

/** Documented calls first, in their order; a documented call stands under that tag alone. URLs end in a slash. */
function inOrder(paths: OpenAPIObject['paths']): OpenAPIObject['paths'] {
  const entries = Object.entries(paths).map(([path, item]) => {
    const operations = Object.values(item as Record<string, Operation>);
    for (const operation of operations) {
      if (operation.tags?.includes(DOCUMENTED_CALLS)) operation.tags = [DOCUMENTED_CALLS];
      shareErrors(operation);
    }
    const shown = path.startsWith('/api/') && !path.endsWith('/') ? `${path}/` : path;
    const sorted = Object.entries(item as Record<string, Operation>).sort(
      ([, one], [, other]) => orderOf(one) - orderOf(other),
    );
    return { path: shown, item: Object.fromEntries(sorted), order: Math.min(...operations.map(orderOf)) };
  });
  entries.sort((one, other) => one.order - other.order);
  return Object.fromEntries(entries.map(({ path, item }) => [path, item]));
}

/** Runs in the page, as text: opens the documented calls; the rest stays collapsed. */
function openFirstTag(): void {
  const { ui } = globalThis as unknown as { ui: { layoutActions: { show(path: string[], shown: boolean): void } } };
  ui.layoutActions.show(['operations-tag', 'The documented calls'], true);
}

/** Swagger UI's own files in its page, which Nest writes: each is marked with the nonce that the reply's policy knows. */
const UI_SCRIPTS = /<script src="[^"<>]*\bswagger-ui-(?:bundle|standalone-preset|init)\.js"/g;

/** Without it a phone lays the page out for a desk. */
const VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1">';

/** A hook of these routes alone: every other answer would pay for one. */
function markScripts(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    if (/^\/docs(\/(index\.html)?)?$/.test(route.url)) route.onSend = [route.onSend ?? [], marking].flat();
  });
}

const marking: onSendHookHandler = (_request, reply, payload, done) => {
  const isPage = String(reply.getHeader('content-type')).includes('text/html');
  if (!isPage || typeof payload !== 'string' || reply.statusCode !== 200) return done(null, payload);
  const nonce = allowOwnScripts(reply);
  reply.removeHeader('content-length');
  done(
    null,
    payload
      .replace('<head>', `<head>${VIEWPORT}`)
      .replace(UI_SCRIPTS, (tag) => tag.replace('<script', `<script nonce="${nonce}"`)),
  );
};

/** Paths break, tables and examples scroll by themselves, and nothing pushes the page wider than the screen. */
const ON_A_PHONE = `
@media (max-width: 640px) {
  .swagger-ui .wrapper { padding: 0 8px; }
  .swagger-ui .opblock .opblock-summary { flex-wrap: wrap; }
  .swagger-ui .opblock .opblock-summary-control { flex-wrap: wrap; min-width: 0; }
  .swagger-ui .opblock .opblock-summary-path { max-width: 100%; overflow-wrap: anywhere; word-break: break-word; }
  .swagger-ui .opblock-body, .swagger-ui .opblock-section, .swagger-ui .responses-wrapper { max-width: 100%; min-width: 0; }
  .swagger-ui .table-container, .swagger-ui .responses-inner, .swagger-ui .opblock-description-wrapper { overflow-x: auto; }
  .swagger-ui .opblock-section-header { flex-wrap: wrap; }
  .swagger-ui table { display: block; overflow-x: auto; }
  .swagger-ui pre, .swagger-ui .highlight-code { max-width: calc(100vw - 48px); overflow-x: auto; }
  .swagger-ui input, .swagger-ui select, .swagger-ui textarea { max-width: 100%; min-width: 0; }
}`;

/** Called before the routes of the documentation are there. */
export function serveDocs(app: NestFastifyApplication): void {
  markScripts(app.getHttpAdapter().getInstance());
  SwaggerModule.setup('docs', app, () => buildDocument(app), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'Stampline API',
    customCss: ON_A_PHONE,
    swaggerOptions: {
      docExpansion: 'none',
      tryItOutEnabled: true,
      displayRequestDuration: true,
      defaultModelsExpandDepth: -1,
      filter: true,
      onComplete: openFirstTag,
    },
  });
}
