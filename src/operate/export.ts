// stampline export: what the API shows of all there is, for other programs: NDJSON, a line an object,
// `{"resource": "ticket", "object": {…}}`, as the API's detail has it, from one snapshot. To come back, there are backups.
import path from 'node:path';
import { PassThrough, Readable, type Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type pg from 'pg';
import { subticketArtifact, ticketArtifact } from '../artifacts/artifact.resources.js';
import { testResult } from '../artifacts/test-result.resource.js';
import { mapRevision } from '../import-maps/stages/map-revision.resource.js';
import { release } from '../import-maps/stages/release.resource.js';
import { binaryPackage } from '../packages/binary-package.resource.js';
import { branch } from '../projects/branch.resource.js';
import { mergeProposal } from '../projects/merge-proposal.resource.js';
import { membership } from '../projects/people/membership.resource.js';
import { personMember } from '../projects/people/person-member.resource.js';
import { person } from '../projects/people/person.resource.js';
import { project } from '../projects/project.resource.js';
import { sourcePackageUpload } from '../packages/source-package-upload.resource.js';
import { sourcePackage } from '../packages/source-package.resource.js';
import { testSuite } from '../projects/test-suite.resource.js';
import { readTables } from '../rest/reading/columns.js';
import { fromSql, selectList } from '../rest/reading/view-sql.js';
import type { Resource } from '../rest/resource.js';
import { readArchive } from '../stream/archive/archive-file.js';
import { event } from '../stream/event.resource.js';
import { subticket } from '../subtickets/subticket.resources.js';
import { ticketComponent, ticketLink, ticketPerson } from '../tickets/ticket-parts.resources.js';
import { ticket } from '../tickets/ticket.resources.js';
import type { Operation } from './operation.js';
import { writeOut } from './output-file.js';
import { withSnapshot } from './snapshot.js';

/** Every kind of object once, what is referred to before what refers to it; events come last, the archived ones first. */
const EXPORTED: readonly Resource[] = [
  ...[project, person, personMember, membership, branch, mergeProposal],
  ...[sourcePackage, sourcePackageUpload, binaryPackage, testSuite],
  ...[ticket, subticket, ticketArtifact, subticketArtifact, testResult, ticketLink, ticketPerson, ticketComponent],
  ...[mapRevision, release],
];

/** Objects that are in memory at a time. */
const AT_ONCE = 500;

export const exportAll: Operation = (program, operator) => {
  program
    .command('export')
    .argument('<file>', 'where to write it, compressed if its name ends in .gz; - is standard output')
    .description('Write what the API shows, as of one moment, for other programs: one line of JSON per object.')
    .action(async (file: string) => {
      const { config, withDatabase, note, signal } = operator();
      const archive = path.join(config.dataFolder, 'archive');
      const count = await withDatabase('current', ({ connection, dataSource }) => {
        readTables(dataSource);
        const write = (out: Writable): Promise<number> =>
          withSnapshot(connection, signal, (client) =>
            writeLines(exportedLines(client, archive), out, file.endsWith('.gz'), signal),
          );
        return writeOut(file, write);
      });
      note(`${file === '-' ? 'The export' : file}: ${count} objects.`);
    });
};

async function writeLines(
  lines: AsyncIterable<string[]>,
  out: Writable,
  packed: boolean,
  signal: AbortSignal,
): Promise<number> {
  let count = 0;
  const texts = async function* (): AsyncGenerator<string> {
    for await (const batch of lines) {
      count += batch.length;
      yield `${batch.join('\n')}\n`;
    }
  };
  const through: Transform = packed ? createGzip() : new PassThrough();
  await pipeline(Readable.from(texts()), through, out, { signal, end: false });
  return count;
}

async function* exportedLines(client: pg.Client, archive: string): AsyncGenerator<string[]> {
  for (const resource of EXPORTED) yield* linesOf(client, resource);
  const { rows } = await client.query<{ file: string; sha256: string }>(
    'SELECT file, sha256 FROM event_archive ORDER BY first_seq',
  );
  for (const row of rows)
    for await (const texts of readArchive(archive, row)) yield texts.map((text) => lineOf(event, text));
  yield* linesOf(client, event);
}

/** By a cursor: the rows stay in Postgres until they are asked for. */
async function* linesOf(client: pg.Client, resource: Resource): AsyncGenerator<string[]> {
  const { from, where } = fromSql(resource);
  // The API says it by the URL.
  const more = resource === mapRevision ? `, '/api/v1/ticket/' || t.ticket_id || '/' AS ticket` : '';
  const condition = where.length > 0 ? `WHERE ${where.join(' AND ')}` : '';
  await client.query(
    `DECLARE exported NO SCROLL CURSOR FOR SELECT row_to_json(v)::text AS body
      FROM (SELECT ${selectList(resource, 't')}${more} FROM ${from} ${condition} ORDER BY t.id) v`,
  );
  for (;;) {
    const { rows } = await client.query<{ body: string }>(`FETCH ${AT_ONCE} FROM exported`);
    if (rows.length === 0) break;
    yield rows.map(({ body }) => lineOf(resource, body));
  }
  await client.query('CLOSE exported');
}

const lineOf = ({ name }: Resource, body: string): string => `{"resource":${JSON.stringify(name)},"object":${body}}`;
