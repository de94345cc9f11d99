// Makes many objects of one resource as parts of a larger write: a few statements, however many there are. The rules of
// the resource are left out; whoever makes the whole locks, and looks at the neighbours once at its end.
import { Injectable } from '@nestjs/common';
import { TryAgain } from '../../platform/database/database-error.js';
import type { Tx } from '../../platform/database/db.js';
import { DomainError } from '../../platform/errors.js';
import { tableOf } from '../reading/columns.js';
import { KeyReader } from '../reading/key-reader.js';
import type { FieldValues, Resource, WriteContext } from '../resource.js';
import { insertManySql, insertMissingSql, nextIdsSql } from './batch-sql.js';
import { type JsonObject, keysIn, readBody } from './body.js';
import { writeError } from './constraint-errors.js';
import { requireScope } from '../../platform/principal.js';
import { requireFieldScopes } from './field-scopes.js';
import { locateError } from './locate-error.js';
import { requireOwnReferences } from './require-object-reach.js';

/** An object to make, and where it stands in the body: `links[0]`. */
export interface Part {
  readonly at: string;
  readonly body: JsonObject;
}

interface ReadPart extends Part {
  readonly id: number;
  readonly values: FieldValues;
}

@Injectable()
export class BatchWriter {
  constructor(private readonly keys: KeyReader) {}

  /** The ids, in the order of the parts. An error names the part. */
  async create(tx: Tx, resource: Resource, parts: readonly Part[], context: WriteContext): Promise<number[]> {
    if (parts.length === 0) return [];
    const values = await this.read(tx, resource, parts, context);
    const ids = (await tx.run<{ id: number }>(nextIdsSql(resource, parts.length))).map((row) => row.id);
    const read = parts.map((part, index) => ({ ...part, id: ids[index] ?? 0, values: values[index] ?? {} }));
    for (const alike of byShape(read)) await this.insert(tx, resource, alike, context);
    return ids;
  }

  /** For a resource that is known by a name: the ids of these, made where they are new. */
  async getOrCreate(tx: Tx, resource: Resource, parts: readonly Part[], context: WriteContext): Promise<number[]> {
    if (parts.length === 0) return [];
    const field = resource.getOrCreateBy ?? 'name';
    const names = (await this.read(tx, resource, parts, context)).map((values) => values[field]);
    await tx.run(insertMissingSql(resource, field, names, context));
    const known = await tx.run<{ id: number; name: string }>({
      text: `SELECT t.id, t.${field} AS name FROM ${tableOf(resource).name} t WHERE t.${field} = ANY($1::text[]) ORDER BY t.id FOR KEY SHARE`,
      values: [names],
    });
    const idOf = new Map<unknown, number>(known.map((row) => [row.name, row.id]));
    return names.map((name) => {
      const id = idOf.get(name);
      if (id === undefined) throw new TryAgain(`${resource.name} ${String(name)} was deleted at the same time.`);
      return id;
    });
  }

  private async read(
    tx: Tx,
    resource: Resource,
    parts: readonly Part[],
    { reach, principal }: WriteContext,
  ): Promise<FieldValues[]> {
    const keys = parts.flatMap(({ body }) => keysIn(resource, body));
    const known = await this.keys.findMany(keys, undefined, tx);
    const values: FieldValues[] = [];
    for (const { at, body } of parts) {
      values.push(
        await locateError(at, async () => {
          // What a body makes besides is as much the business of its scope as at its own URL.
          if (principal) requireScope(principal, resource.scope);
          const read = readBody(resource, body, true, known);
          requireFieldScopes(resource, null, read, principal);
          return read;
        }),
      );
    }
    await requireOwnReferences(tx, resource, values, reach);
    return values;
  }

  /** What the database refuses is written again one by one, to say which part it was. */
  private async insert(tx: Tx, resource: Resource, parts: readonly ReadPart[], context: WriteContext): Promise<void> {
    const write = (some: readonly ReadPart[]): Promise<unknown> =>
      tx.run(
        insertManySql(
          resource,
          some.map((part) => part.id),
          some.map((part) => part.values),
          context,
        ),
      );
    const before = await tx.savepoint();
    try {
      await write(parts);
    } catch (error) {
      const [first] = parts;
      if (!first || !(writeError(resource, error, first.values, first.body) instanceof DomainError)) throw error;
      await before.undo();
      for (const part of parts) {
        await locateError(part.at, () =>
          write([part]).catch((refusal: unknown) => {
            throw writeError(resource, refusal, part.values, part.body);
          }),
        );
      }
    }
  }
}

/** Parts that give the same fields go into one statement. */
function byShape(parts: readonly ReadPart[]): ReadPart[][] {
  const groups = new Map<string, ReadPart[]>();
  for (const part of parts) {
    const shape = Object.keys(part.values).join();
    groups.set(shape, [...(groups.get(shape) ?? []), part]);
  }
  return [...groups.values()];
}
