// Every operation of the OpenAPI document, with what it declares, and a request for it.
import { buildDocument } from '../../src/openapi.js';
import type { TestServer } from '../setup/test-server.js';

export interface Operation {
  /** `get /api/v1/ticket/{id}/` */
  readonly name: string;
  readonly path: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly scope: string | undefined;
  readonly project: string | undefined;
  /** What it is called on: an object of the kind that the path names, in the project `default`. */
  readonly url: string;
  /** The id of that object. */
  readonly id: number;
  /** The document's own example; undefined where it has none. */
  readonly example: unknown;
  /** True where the body can say which project it is for. */
  readonly takesProject: boolean;
}

interface Documented {
  readonly 'x-scope'?: string;
  readonly 'x-project'?: string;
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
}
interface Media {
  readonly schema?: { readonly $ref?: string; readonly properties?: object };
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}
type Schemas = Readonly<Record<string, { readonly properties?: object }>>;

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
const PARAMETERS: Readonly<Record<string, string>> = { project: 'default', name: 'prod', number: '0' };

/** `ids`: of an object of a kind, where it isn't 1. */
export function operationsOf(server: TestServer, ids: Readonly<Record<string, number>> = {}): Operation[] {
  const { paths, components } = buildDocument(server.app);
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const said = (item as Record<string, Documented | undefined>)[method];
      if (!said) return [];
      const id = ids[/^\/api\/v1\/(\w+)\//.exec(path)?.[1] ?? ''] ?? 1;
      const media = said.requestBody?.content['application/json'];
      return {
        name: `${method} ${path}`,
        path,
        method,
        scope: said['x-scope'],
        project: said['x-project'],
        url: path.replaceAll(/\{(\w+)\}/g, (_, name: string) => PARAMETERS[name] ?? String(id)),
        id,
        example: Object.values(media?.examples ?? {})[0]?.value,
        takesProject: 'project' in propertiesOf(media, components?.schemas as Schemas),
      };
    }),
  );
}

function propertiesOf(media: Media | undefined, schemas: Schemas): object {
  const schema = media?.schema;
  const named = schema?.$ref === undefined ? schema : schemas[schema.$ref.split('/').at(-1) ?? ''];
  return named?.properties ?? {};
}

export interface Reply {
  readonly status: number;
  /** Of a refusal, and of JSON and pages all of it. Of a stream nothing: it is left as soon as its head is there. */
  readonly text: string;
}

/** A write sends `{}` unless it is given a body. */
export async function callOperation(
  { base }: TestServer,
  { method }: Operation,
  url: string,
  { token, body = {}, accept }: { token?: string | undefined; body?: unknown; accept?: string } = {},
): Promise<Reply> {
  const leaving = new AbortController();
  const reply = await fetch(base + url, {
    method: method.toUpperCase(),
    signal: leaving.signal,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(accept === undefined ? {} : { accept }),
      ...(method === 'get' ? {} : { 'content-type': 'application/json' }),
    },
    ...(method === 'get' ? {} : { body: JSON.stringify(body) }),
  });
  const endless = reply.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const text = endless ? '' : await reply.text();
  leaving.abort();
  return { status: reply.status, text };
}
