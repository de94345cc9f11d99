// Creates, changes and deletes a resource's rows: body → values → rules → row and event, all in one transaction. A create
// without rules is a single statement.
import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { TryAgain } from '../../platform/database/database-error.js';
import { Db, type Tx } from '../../platform/database/db.js';
import { conflict, invalid, notFound } from '../../platform/errors.js';
import { contentTag, onlyVersion, requireMatch, versionTag } from '../http/entity-tag.js';
import { tableOf } from '../reading/columns.js';
import { KeyReader } from '../reading/key-reader.js';
import { type ObjectJson, ObjectReader } from '../reading/object-reader.js';
import type { Decision, FieldValues, Resource, ResourceRules, Row, WriteContext } from '../resource.js';
import { asObject, type JsonObject, readBody } from './body.js';
import { stillReferenced, writeError } from './constraint-errors.js';
import { plainDecision } from './plain-decision.js';
import { deleteSql, insertSql, lockSql, updateSql } from './row-sql.js';

export interface Written extends ObjectJson {
  readonly id: number;
}

export interface WriteOptions {
  readonly context: WriteContext;
  /** The ETags that the client accepts; see entity-tag.ts. */
  readonly ifMatch: readonly string[] | undefined;
}

/** PUT may make an id, but not so far beyond the highest that the id space is burnt by a typo. */
const FURTHEST_NEW_ID = 1_000_000;

@Injectable()
export class ResourceWriter {
  constructor(
    private readonly db: Db,
    private readonly modules: ModuleRef,
    private readonly objects: ObjectReader,
    private readonly keys: KeyReader,
  ) {}

  private rulesOf(resource: Resource): ResourceRules {
    return resource.rules ? this.modules.get<ResourceRules>(resource.rules, { strict: false }) : {};
  }

  private values(resource: Resource, body: JsonObject, complete: boolean): Promise<FieldValues> {
    return readBody(resource, body, complete, (key) => this.keys.idOf(key));
  }

  /** Runs in the given transaction, or in one of its own. */
  private inTx<T>(tx: Tx | undefined, work: (tx: Tx) => Promise<T>): Promise<T> {
    return tx ? work(tx) : this.db.transaction(work);
  }

  async create(resource: Resource, given: unknown, options: WriteOptions, tx?: Tx, id?: number): Promise<Written> {
    const body = asObject(given);
    const values = await this.values(resource, body, true);
    const rules = this.rulesOf(resource);
    const write = (open: Tx): Promise<Written> => this.createIn(open, resource, rules, body, values, options, id);
    if (tx || rules.beforeCreate || rules.settle) return this.inTx(tx, write);
    try {
      return await this.insert({ run: (statement) => this.db.write(statement) }, resource, body, values, options, id);
    } catch (error) {
      if (error instanceof TryAgain) return this.db.transaction(write);
      throw error;
    }
  }

  private async createIn(
    tx: Tx,
    resource: Resource,
    rules: ResourceRules,
    body: JsonObject,
    values: FieldValues,
    options: WriteOptions,
    id?: number,
  ): Promise<Written> {
    const complete = rules.beforeCreate ? await rules.beforeCreate(tx, values) : values;
    const written = await this.insert(tx, resource, body, complete, options, id);
    if (!rules.settle) return written;
    const row = await this.lock(tx, resource, written.id);
    await rules.settle(tx, null, row, complete, options.context);
    return this.reread(tx, resource, written.id);
  }

  private async insert(
    sql: Pick<Tx, 'run'>,
    resource: Resource,
    body: JsonObject,
    values: FieldValues,
    options: WriteOptions,
    id?: number,
  ): Promise<Written> {
    const given = { ...values, ...resource.derive?.(values) };
    const rows = await sql
      .run<Written>(insertSql(resource, given, options.context.actor, id))
      .catch((error: unknown) => {
        throw writeError(resource, error, values, body);
      });
    return rows[0] ?? this.existing(sql, resource, values);
  }

  /** The object that has the value which a create found taken. */
  private async existing(sql: Pick<Tx, 'run'>, resource: Resource, values: FieldValues): Promise<Written> {
    const field = resource.getOrCreateBy ?? 'id';
    const [row] = await sql.run<{ id: number }>({
      text: `SELECT t.id FROM ${tableOf(resource).name} t WHERE t.${field} = $1`,
      values: [values[field]],
    });
    if (!row)
      throw conflict(`${resource.name}.busy`, `This ${resource.noun} was deleted in the same moment. Try again.`);
    const object = await this.objects.read(resource, row.id, sql);
    return { id: row.id, ...(object as ObjectJson) };
  }

  /** Changes the fields that the body names. Rejects with not_found, precondition, invalid, or what the rules refuse. */
  async update(resource: Resource, id: number, given: unknown, options: WriteOptions, tx?: Tx): Promise<Written> {
    const body = asObject(given);
    const values = await this.values(resource, body, false);
    const rules = this.rulesOf(resource);
    const version = onlyVersion(options.ifMatch);
    if (!tx && rules.quickly && (options.ifMatch === undefined || version !== undefined)) {
      const quick = await rules.quickly(id, values, version, options.context);
      if (quick) return { id, ...quick };
    }
    return this.inTx(tx, (open) => this.updateIn(open, resource, rules, id, body, values, options));
  }

  private async updateIn(
    tx: Tx,
    resource: Resource,
    rules: ResourceRules,
    id: number,
    body: JsonObject,
    values: FieldValues,
    options: WriteOptions,
  ): Promise<Written> {
    await rules.lockFirst?.(tx, id);
    const before = await this.lock(tx, resource, id);
    await this.requireMatch(tx, resource, before, options);
    const decision: Decision = rules.decide
      ? await rules.decide(tx, before, values, options.context)
      : plainDecision(resource, before, values);
    if (Object.keys(decision.set).length > 0) {
      const [row] = await tx
        .run<{ row: object }>(updateSql(resource, id, decision.set, decision.event, options.context.actor))
        .catch((error: unknown) => {
          throw writeError(resource, error, values, body);
        });
      await rules.settle?.(tx, before, rowOf(resource, row?.row), values, options.context);
    }
    return this.reread(tx, resource, id);
  }

  /** PUT: an existing id is changed (omitted fields keep their values), an absent one is made. */
  async replace(
    resource: Resource,
    id: number,
    given: unknown,
    options: WriteOptions,
    tx?: Tx,
  ): Promise<Written & { created: boolean }> {
    return this.inTx(tx, async (open) => {
      if (await this.objects.read(resource, id, open))
        return { ...(await this.update(resource, id, given, options, open)), created: false };
      if (options.ifMatch) throw notFound(`There is no ${resource.noun} ${id}.`);
      await this.takeId(open, resource, id);
      return { ...(await this.create(resource, given, options, open, id)), created: true };
    });
  }

  /** Claims an id of the client's choice; the sequence goes on behind it. Inserts wait meanwhile, so no id is given twice. */
  private async takeId(tx: Tx, resource: Resource, id: number): Promise<void> {
    const table = tableOf(resource);
    await tx.run({ text: `LOCK TABLE ${table.name} IN SHARE ROW EXCLUSIVE MODE` });
    const [state] = await tx.run<{ highest: string; used: boolean }>({
      text: `SELECT last_value AS highest, EXISTS (SELECT 1 FROM event WHERE subject = $1 AND type LIKE '%.deleted') OR EXISTS (SELECT 1 FROM ${table.name} WHERE id = $2::int) AS used FROM ${table.sequence}`,
      values: [`${table.name}/${id}`, id],
    });
    const highest = Number(state?.highest ?? 0);
    if (state?.used)
      throw conflict(
        'id.used',
        `The id ${id} was used before, and ids are never reused. POST to ${resource.name} for a new one.`,
      );
    if (id > highest + FURTHEST_NEW_ID)
      throw invalid(
        'id.too_high',
        `The id ${id} is more than ${FURTHEST_NEW_ID} above the highest so far (${highest}).`,
      );
    if (id > highest) await tx.run({ text: `SELECT setval('${table.sequence}', $1)`, values: [id] });
  }

  /** Deletes these ids and what belongs to them. Answers those that were there. */
  async remove(resource: Resource, ids: readonly number[], options: WriteOptions, tx?: Tx): Promise<number[]> {
    try {
      return await this.inTx(tx, (open) => this.removeIn(open, resource, ids, options));
    } catch (error) {
      throw await stillReferenced(this.db, error, resource, ids);
    }
  }

  private async removeIn(tx: Tx, resource: Resource, ids: readonly number[], options: WriteOptions): Promise<number[]> {
    const rules = this.rulesOf(resource);
    for (const id of rules.lockFirst ? [...ids].sort((a, b) => a - b) : []) await rules.lockFirst?.(tx, id);
    const [first] = ids;
    if (options.ifMatch && first !== undefined)
      await this.requireMatch(tx, resource, await this.lock(tx, resource, first), options);
    const gone = await tx.run<{ id: number; row: object }>(deleteSql(resource, ids, options.context.actor));
    for (const { row } of gone) await rules.settle?.(tx, rowOf(resource, row), null, {}, options.context);
    return gone.map((one) => one.id);
  }

  private async lock(tx: Tx, resource: Resource, id: number): Promise<Row> {
    const [found] = await tx.run<{ row: object }>({
      name: `lock_${resource.name}`,
      text: lockSql(resource),
      values: [id],
    });
    if (!found) throw notFound(`There is no ${resource.noun} ${id}.`);
    return rowOf(resource, found.row);
  }

  private async requireMatch(tx: Tx, resource: Resource, row: Row, { ifMatch }: WriteOptions): Promise<void> {
    if (!ifMatch) return;
    const current = resource.versioned
      ? versionTag(Number(row.version))
      : contentTag((await this.reread(tx, resource, row.id)).body);
    requireMatch(ifMatch, current);
  }

  private async reread(tx: Tx, resource: Resource, id: number): Promise<Written> {
    const object = await this.objects.read(resource, id, tx);
    if (!object) throw notFound(`There is no ${resource.noun} ${id}.`);
    return { id, ...object };
  }
}

/** A row's JSON by the entity's property names. */
function rowOf(resource: Resource, json: object | undefined): Row {
  const byColumn = (json ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    [...tableOf(resource).columns].map(([property, column]) => [property, byColumn[column]]),
  ) as Row;
}
