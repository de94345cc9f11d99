// A bundle's manifest: the body of POST /api/v1/bundle/ in a file, looked at before it is sent. Everything else is the
// server's to judge, which names the part that it doesn't like.
import fs from 'node:fs';
import path from 'node:path';
import { text as textOfStream } from 'node:stream/consumers';
import type { components, paths } from '../../client/schema.d.js';
import { surroundings } from '../session/surroundings.js';
import { CliError, usage } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import { jsonFault } from '../words/json-fault.js';

type Described = paths['/api/v1/bundle/']['post']['requestBody']['content']['application/json'];
/** The bundle itself, and what a ticket takes besides. */
export type Manifest = Described & Partial<Omit<components['schemas']['TicketBody'], keyof Described>>;

/** Complete by its type: a field that the server comes to know is missing here at the next build. */
const FIELDS: Readonly<Record<keyof Manifest, true>> = {
  owner: true,
  title: true,
  description: true,
  bug_id: true,
  key: true,
  project: true,
  links: true,
  people: true,
  components: true,
  subtickets: true,
  artifacts: true,
  base_image: true,
  testsuites: true,
  current_workflow_step: true,
  status: true,
};

/** What is in the file; `-` is standard input. Rejects with CliError that names the file, the line and the column. */
export async function readManifest(file: string, cwd: string, warn: (line: string) => void): Promise<Manifest> {
  const name = file === '-' ? 'standard input' : file;
  const text = file === '-' ? await textOfStream(surroundings().stdin) : readText(file, cwd);
  const fault = jsonFault(text);
  if (fault) throw new CliError(`${name}:${fault.line}:${fault.column} is not JSON: ${fault.what}.`, EXIT.usage);
  const content = JSON.parse(text) as unknown;
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw usage(`${name} is not an object: write a manifest like {"title": "…", "subtickets": […]}.`);
  for (const field of Object.keys(content))
    if (!Object.hasOwn(FIELDS, field))
      warn(`${name}: unknown member '${field}' of a bundle, left out. Known: ${Object.keys(FIELDS).join(', ')}.`);
  return content as Manifest;
}

function readText(file: string, cwd: string): string {
  try {
    return fs.readFileSync(path.resolve(cwd, file), 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw usage(code === 'ENOENT' ? `There is no ${file}.` : `${file} can't be read: ${(error as Error).message}.`);
  }
}
