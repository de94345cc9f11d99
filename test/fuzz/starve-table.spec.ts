// `npm run fuzz -- --starve` attacks each operation that takes lists, patterns or files, or says why it needs no attack.
import fs from 'node:fs';
import { ATTACKS, WITHOUT_ENTRY } from '../../fuzz/starve/attacks.mjs';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema?: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}
interface Contract {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const document = JSON.parse(fs.readFileSync('openapi.json', 'utf8')) as Contract;
const operations = Object.values(document.paths).flatMap((item) => Object.values(item));

/** Lists, and objects whose keys the client chooses, at any depth that the document shows. */
function isLong(given: Schema | undefined, depth = 0): boolean {
  const schema = given?.$ref === undefined ? given : document.components.schemas[given.$ref.split('/').at(-1) ?? ''];
  if (!schema || depth > 5) return false;
  if ([schema.type].flat().includes('array') || schema.additionalProperties) return true;
  const inner = [...Object.values(schema.properties ?? {}), ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])];
  return [...inner, ...(schema.allOf ?? [])].some((one) => isLong(one, depth + 1));
}

function isAttackable({ operationId, parameters = [], requestBody }: Operation): boolean {
  const lists = parameters.some(({ name, schema }) => name === 'ids' || name.includes('__') || isLong(schema));
  const bodies = Object.entries(requestBody?.content ?? {});
  const filtered = /^(list|removeList)_/.test(operationId);
  return lists || filtered || bodies.some(([type, { schema }]) => type.startsWith('multipart/') || isLong(schema));
}

it('has an entry, or a reason, for each operation that takes lists, patterns or files', () => {
  const needed = operations.filter(isAttackable).map(({ operationId }) => operationId);
  expect(needed.length).toBeGreaterThan(50);
  const missing = needed.filter(
    (id) => !WITHOUT_ENTRY.has(id) && !ATTACKS.some(({ covers }: { covers: RegExp }) => covers.test(id)),
  );
  expect(missing).toEqual([]);
});

it('names operations that there are', () => {
  const ids = operations.map(({ operationId }) => operationId);
  for (const { name, covers } of ATTACKS as readonly { name: string; covers: RegExp }[])
    expect([name, ids.some((id) => covers.test(id))]).toEqual([name, true]);
  for (const [id, reason] of WITHOUT_ENTRY as ReadonlyMap<string, string>) {
    expect(ids).toContain(id);
    expect(reason.length).toBeGreaterThan(20);
  }
});
