// Deletes a resource's rows and what belongs to them, each with an event of its own: ids that are gone are known for ever.
import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { foreignKeyViolation } from '../../platform/database/database-error.js';
import { Db, type Tx } from '../../platform/database/db.js';
import { tableOf } from '../reading/columns.js';
import { ObjectReader } from '../reading/object-reader.js';
import { allResources, type Resource } from '../resource.js';
import { inUse, stillReferenced } from './constraint-errors.js';
import { listedBy } from './listed-references.js';
import { lockFirst, lockRow, lockRows, requireRowMatch, rowOf } from './locked-row.js';
import { requireObjectReach } from './require-object-reach.js';
import type { WriteOptions } from './resource-writer.js';
import { deleteSql } from './row-sql.js';
import { rulesOf } from './rules-of.js';

interface Gone {
  id: number;
  row: object;
}

@Injectable()
export class ResourceRemover {
  constructor(
    private readonly db: Db,
    private readonly modules: ModuleRef,
    private readonly objects: ObjectReader,
  ) {}

  /** Deletes these ids and what goes along with them. Answers those that were there. */
  remove(resource: Resource, ids: readonly number[], options: WriteOptions, tx?: Tx): Promise<number[]> {
    return this.db.within(tx, (open) => this.removeIn(open, resource, ids, options));
  }

  private async removeIn(tx: Tx, resource: Resource, ids: readonly number[], options: WriteOptions): Promise<number[]> {
    const rules = rulesOf(this.modules, resource);
    await lockFirst(tx, rules, ids);
    await requireObjectReach(tx, resource, ids, options.context.reach);
    for (const id of options.ifMatch ? ids : []) {
      await requireRowMatch(tx, resource, await lockRow(tx, resource, id), options.ifMatch, this.objects);
    }
    if (rules.beforeRemove) {
      await lockRows(tx, resource, 'id', ids, 'UPDATE');
      await rules.beforeRemove(tx, ids);
    }
    const gone = await this.removeRows(tx, resource, ids, options.context.actor);
    for (const { row } of gone) {
      const before = rowOf(resource, row);
      await rules.afterWrite?.(tx, before, null, {}, options.context);
      await rules.removed?.(tx, before);
    }
    return gone.map((one) => one.id);
  }

  /** Innermost first. The owners are locked, so that nothing is added to them meanwhile. */
  private async removeRows(tx: Tx, resource: Resource, ids: readonly number[], actor: string): Promise<Gone[]> {
    const owned = ownedBy(resource);
    if (owned.length > 0) await lockRows(tx, resource, 'id', ids, 'UPDATE');
    for (const { child, column } of owned) {
      const children = await lockRows(tx, child, column, ids, 'UPDATE');
      if (children.length > 0) await this.removeRows(tx, child, children, actor);
    }
    const before = await tx.savepoint();
    try {
      const gone = await tx.run<Gone>(deleteSql(resource, ids, actor));
      const referrers = await listedBy(tx, resource, ids);
      if (referrers.length > 0) throw inUse(resource, referrers);
      return gone;
    } catch (error) {
      if (!foreignKeyViolation(error)) throw error;
      await before.undo();
      throw await stillReferenced(tx, error, resource, ids);
    }
  }
}

/** The resources whose rows go along with their owner's, as the tables' foreign keys say. */
function ownedBy(owner: Resource): { child: Resource; column: string }[] {
  return allResources()
    .filter((child) => child.verbs.includes('DELETE'))
    .flatMap((child) => {
      const { columnOf, cascades } = tableOf(child);
      const owning = child.fields.filter((field) => field.target === owner.name && cascades.has(field.name));
      return owning.map((field) => ({ child, column: columnOf.get(field.name) ?? field.name }));
    });
}
