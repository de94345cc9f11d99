// PATCH and DELETE of a whole list: several objects in one transaction, all or nothing (promise 6).
import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Db, type Tx } from '../../platform/database/db.js';
import { Values } from '../../platform/database/statement.js';
import { type DomainError, invalid } from '../../platform/errors.js';
import { Joins } from '../reading/field-path.js';
import { KeyReader } from '../reading/key-reader.js';
import { filterSql } from '../reading/filters.js';
import type { Query } from '../reading/list-query.js';
import { ownSql } from '../reading/own-sql.js';
import { fromSql } from '../reading/view-sql.js';
import type { Resource } from '../resource.js';
import { asObject, badReference } from './body.js';
import { inPart } from './in-part.js';
import { lockFirst, lockRows } from './locked-row.js';
import { parseReference } from './reference.js';
import { ResourceRemover } from './resource-remover.js';
import { ResourceWriter, type WriteOptions } from './resource-writer.js';
import { rulesOf } from './rules-of.js';

/** What one request may delete; a larger list is deleted in parts. */
const MOST_DELETED = 1000;

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
    const work = async (open: Tx): Promise<string> => {
      await this.lockInOrder(open, resource, idsIn(resource, objects, deleted));
      const written: string[] = [];
      for (const [index, object] of objects.entries()) {
        written.push(await inPart(`objects[${index}]`, () => this.patchOne(open, resource, object, options)));
      }
      for (const [index, uri] of deleted.entries()) {
        await inPart(`deleted_objects[${index}]`, () => this.removeOne(open, resource, uri, options));
      }
      return `{"objects":[${written.join(',')}]}`;
    };
    return this.db.within(tx, work);
  }

  private async patchOne(tx: Tx, resource: Resource, given: unknown, options: WriteOptions): Promise<string> {
    const object = asObject(given);
    if (object.resource_uri === undefined) return (await this.writer.create(resource, object, options, tx)).body;
    const id = await this.idOf(resource, object.resource_uri, tx);
    return (await this.writer.update(resource, id, object, options, tx)).body;
  }

  private async removeOne(tx: Tx, resource: Resource, uri: unknown, options: WriteOptions): Promise<void> {
    const gone = await this.remover.remove(resource, [await this.idOf(resource, uri, tx)], options, tx);
    if (gone.length === 0) throw badReference(uri);
  }

  /** One order for everybody: lists that cross each other wait for each other. Those named by key are locked in their turn. */
  private async lockInOrder(tx: Tx, resource: Resource, ids: readonly number[]): Promise<void> {
    await lockFirst(tx, rulesOf(this.modules, resource), ids);
    await lockRows(tx, resource, 'id', ids, 'NO KEY UPDATE');
  }

  private async idOf(resource: Resource, uri: unknown, tx: Tx): Promise<number> {
    const reference = parseReference(uri, resource.name);
    const id = typeof reference === 'string' ? await this.keys.find(reference, undefined, tx) : reference;
    if (id === undefined) throw badReference(uri);
    return id;
  }

  /** Deletes what a filter finds, like the list that it would show without paging. */
  async remove(resource: Resource, query: Query, options: WriteOptions, tx?: Tx): Promise<void> {
    const values = new Values();
    const joins = new Joins();
    const { from, where } = fromSql(resource);
    const conditions = [
      ...where,
      ...ownSql(resource, options.context.reach, (value) => values.add(value)),
      ...(await filterSql(
        resource,
        query,
        joins,
        (value) => values.add(value),
        (key) => this.keys.find(key, undefined, tx),
      )),
    ];
    const filter = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
    const work = async (open: Tx): Promise<void> => {
      const find = async (): Promise<number[]> => {
        const text = `SELECT t.id FROM ${from} ${joins.sql} ${filter} ORDER BY t.id LIMIT ${MOST_DELETED + 1}`;
        return (await open.run<{ id: number }>({ text, values: values.list })).map((row) => row.id);
      };
      const found = await find();
      if (found.length > MOST_DELETED) throw tooMany();
      if (found.length === 0) return;
      await this.lockInOrder(open, resource, found);
      // Some may have changed before they were locked, and are not what was meant any more.
      const locked = new Set(found);
      const meant = (await find()).filter((id) => locked.has(id));
      await this.remover.remove(resource, meant, options, open);
    };
    await this.db.within(tx, work);
  }
}

/** The ids that a body's resource_uris and deleted URIs name. */
function idsIn(resource: Resource, objects: readonly unknown[], deleted: readonly unknown[]): number[] {
  const uris = objects.map((object) => (object as { resource_uri?: unknown } | null)?.resource_uri);
  const references = [...uris, ...deleted].map((uri) => parseReference(uri, resource.name));
  return references.filter((reference) => typeof reference === 'number');
}

const tooMany = (): DomainError =>
  invalid(
    'delete.too_many',
    `This would delete more than ${MOST_DELETED} objects. Narrow the filter and delete in parts.`,
  );
