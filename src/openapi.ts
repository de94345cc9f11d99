// The OpenAPI document and Swagger UI, both without any other server.
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ERROR_SCHEMA } from './platform/http/error-schema.js';
import { resourceSchemas } from './rest/http/openapi-schemas.js';
import { DIALECT_TEXT, DOCUMENTED_CALLS } from './rest/http/openapi-texts.js';

const TAGS: readonly (readonly [string, string])[] = [
  [DOCUMENTED_CALLS, 'What scripts for such trackers have always called, in the order of a lander\'s day. On an empty database each runs as it stands, from top to bottom.'],
  ['Tickets', 'Tickets, their views, their history, closing and reopening.'],
  ['Subtickets', 'The parts of a ticket: one for each uploaded source package.'],
  ['Artifacts', 'Files, logs, images and results of tickets and subtickets.'],
  ['Packages', 'Source packages, their uploads, binary packages.'],
  ['People', 'Persons and teams.'],
  ['Projects', 'Projects.'],
  ['About the API', 'Where to find what.'],
  ['Operations', 'For whoever runs the server.'],
];

interface Operation {
  'x-order'?: number;
  tags?: string[];
}

export function buildDocument(app: NestFastifyApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setTitle('Stampline')
    .setDescription(DIALECT_TEXT)
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .setOpenAPIVersion('3.1.1')
    .addServer('/', 'This server');
  for (const [name, description] of TAGS) builder.addTag(name, description);
  const document = SwaggerModule.createDocument(app, builder.build());
  document.components = { ...document.components, schemas: { ...resourceSchemas(), ...ERROR_SCHEMA } as never };
  document.paths = inOrder(document.paths);
  return document;
}

/** Documented calls first, in their order; a documented call stands under that tag alone. URLs end in a slash. */
function inOrder(paths: OpenAPIObject['paths']): OpenAPIObject['paths'] {
  const entries = Object.entries(paths).map(([path, item]) => {
    const operations = Object.values(item as Record<string, Operation>);
    for (const operation of operations) {
      if (operation.tags?.includes(DOCUMENTED_CALLS)) operation.tags = [DOCUMENTED_CALLS];
    }
    const order = Math.min(...operations.map((operation) => operation['x-order'] ?? 1000));
    const shown = path.startsWith('/api/') && !path.endsWith('/') ? `${path}/` : path;
    return { path: shown, item, order };
  });
  entries.sort((one, other) => one.order - other.order);
  return Object.fromEntries(entries.map(({ path, item }) => [path, item]));
}

/** Swagger UI sorts operations itself unless it is given an order; this runs in the page. */
const SORTER = `(one, other) => {
  const of = (operation) => operation.getIn(['operation', 'x-order']) ?? 1000;
  return of(one) - of(other);
}`;

export function serveDocs(app: NestFastifyApplication): void {
  SwaggerModule.setup('docs', app, () => buildDocument(app), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'Stampline API',
    swaggerOptions: { docExpansion: 'none', tryItOutEnabled: true, displayRequestDuration: true, defaultModelsExpandDepth: -1, filter: true },
  });
  void SORTER;
}
