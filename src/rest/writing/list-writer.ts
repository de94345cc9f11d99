// PATCH of a whole list: several objects in one transaction, all or nothing (promise 6).
import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Db, type Tx } from '../../platform/database/db.js';
import { DomainError, invalid } from '../../platform/errors.js';
import { FoundKeys, KeyReader, MOST_NAMED } from '../reading/key-reader.js';
import type { Resource } from '../resource.js';
import { asObject, badReference, type JsonObject, keysIn } from './body.js';
import { locateError } from './locate-error.js';
import { knownOwn } from './known-own.js';
import { lockFirst, lockRows } from './locked-row.js';
import { parseReference } from './reference.js';
import { ResourceRemover } from './resource-remover.js';
import { ResourceWriter, type WriteOptions } from './resource-writer.js';
import { rulesOf } from './rules-of.js';

/** Objects of one PATCH of a list: as many as 100 kB of short changes can be. */
const MOST_OBJECTS = 2000;

@Injectable()
export class ListWriter {
  constructor(
    private readonly db: Db,
    private readonly modules: ModuleRef,
    private readonly writer: ResourceWriter,
    private readonly remover: ResourceRemover,
    private readonly keys: KeyReader,
  ) {}

  /**
   * `{"objects": [...], "deleted_objects": [uri]}`: with a resource_uri an object is changed, without one it is made.
   * Answers `{"objects": [...]}` as JSON text. An error names the part: `objects[1]`.
   */
  async patch(resource: Resource, given: unknown, options: WriteOptions, tx?: Tx): Promise<string> {
    const body = asObject(given);
    const { objects = body.deleted_objects && [], deleted_objects: deleted = [] } = body;
    if (!Array.isArray(objects) || !Array.isArray(deleted)) {
      throw invalid(
        'body.no_objects',
        'A PATCH of a list needs {"objects": [...]} or {"deleted_objects": [uri, ...]}, or both.',
      );
    }
    if (objects.length > MOST_OBJECTS) {
      throw invalid(
        'list.too_many',
        `objects has more than ${MOST_OBJECTS} entries. Send them in parts of at most ${MOST_OBJECTS}.`,
      );
    }
    if (deleted.length > MOST_NAMED) {
      throw invalid(
        'delete.too_many',
        `deleted_objects names more than ${MOST_NAMED} objects. Delete them in parts of at most ${MOST_NAMED}.`,
      );
    }
    const work = async (open: Tx): Promise<string> => {
      const known = await this.keys.findMany(keysOf(resource, objects, deleted), undefined, open);
      const ids = idsIn(resource, [...urisOf(objects), ...(deleted as unknown[])], known);
      await this.lockInOrder(open, resource, ids);
      const named = { ids, bodies: objects.filter(isObject), keys: known };
      const all = { ...options, known, own: await knownOwn(open, resource, named, options.context.reach) };
      const written: string[] = [];
      for (const [index, object] of objects.entries()) {
        written.push(await locateError(`objects[${index}]`, () => this.patchOne(open, resource, object, all)));
      }
      await this.removeAll(open, resource, deleted, all);
      return `{"objects":[${written.join(',')}]}`;
    };
    return this.db.within(tx, work);
  }

  private async patchOne(tx: Tx, resource: Resource, given: unknown, options: WriteOptions): Promise<string> {
    const object = asObject(given);
    if (object.resource_uri === undefined) {
      if (object.id !== undefined) throw idWithoutUri();
      return (await this.writer.create(resource, object, options, tx)).body;
    }
    const id = await this.idOf(resource, object.resource_uri, options, tx);
    return (await this.writer.update(resource, id, object, options, tx)).body;
  }

  /** All at once; what is refused is done again one by one, to say which part it was. */
  private async removeAll(tx: Tx, resource: Resource, uris: readonly unknown[], options: WriteOptions): Promise<void> {
    if (uris.length === 0) return;
    await tx.run({ text: 'SAVEPOINT removing' });
    try {
      const ids = new Set(idsIn(resource, uris, options.known));
      const gone = await this.remover.remove(resource, [...ids], options, tx);
      if (gone.length === uris.length) return;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    }
    await tx.run({ text: 'ROLLBACK TO SAVEPOINT removing' });
    for (const [index, uri] of uris.entries()) {
      await locateError(`deleted_objects[${index}]`, () => this.removeOne(tx, resource, uri, options));
    }
  }

  private async removeOne(tx: Tx, resource: Resource, uri: unknown, options: WriteOptions): Promise<void> {
    const gone = await this.remover.remove(resource, [await this.idOf(resource, uri, options, tx)], options, tx);
    if (gone.length === 0) throw badReference(uri);
  }

  /** One order for everybody: lists that cross each other wait for each other. */
  private async lockInOrder(tx: Tx, resource: Resource, ids: readonly number[]): Promise<void> {
    await lockFirst(tx, rulesOf(this.modules, resource), ids);
    await lockRows(tx, resource, 'id', ids, 'NO KEY UPDATE');
  }

  /** A key that wasn't there before may be that of an object which this list has made. */
  private async idOf(resource: Resource, uri: unknown, { known }: WriteOptions, tx: Tx): Promise<number> {
    const reference = parseReference(uri, resource.name);
    const id =
      typeof reference === 'string'
        ? known?.has(reference)
          ? known.idOf(reference)
          : await this.keys.find(reference, undefined, tx)
        : reference;
    if (id === undefined) throw badReference(uri);
    return id;
  }
}

/** In a list without URIs an id would make the object that it means a second time. */
const idWithoutUri = (): DomainError =>
  invalid(
    'list.id_without_uri',
    'This object has an id and no resource_uri. Give its resource_uri to change it, or leave out the id to create a new one.',
  );

const isObject = (object: unknown): object is JsonObject => typeof object === 'object' && object !== null;

const urisOf = (objects: readonly unknown[]): unknown[] =>
  objects.map((object) => (object as { resource_uri?: unknown } | null)?.resource_uri);

/** All keys that a list names: of what is changed and deleted, and in references. */
function keysOf(resource: Resource, objects: readonly unknown[], deleted: readonly unknown[]): string[] {
  const named = [...urisOf(objects), ...deleted].map((uri) => parseReference(uri, resource.name));
  const bodies = objects.filter(isObject);
  return [
    ...named.filter((reference) => typeof reference === 'string'),
    ...bodies.flatMap((body) => keysIn(resource, body)),
  ];
}

/** The ids that URIs name. */
function idsIn(resource: Resource, uris: readonly unknown[], known: FoundKeys = FoundKeys.none): number[] {
  return uris
    .map((uri) => parseReference(uri, resource.name))
    .map((one) => (typeof one === 'string' ? known.idOf(one) : one))
    .filter((id) => id !== undefined);
}
