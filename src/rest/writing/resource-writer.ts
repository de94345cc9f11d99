// Creates, changes and replaces a resource's rows: body → values → rules → row and event, all in one transaction. A create
// without rules is a single statement.
import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { TryAgain } from '../../platform/database/database-error.js';
import { Db, type Tx } from '../../platform/database/db.js';
import type { Sql } from '../../platform/database/statement.js';
import { DomainError, notFound } from '../../platform/errors.js';
import { onlyVersion, takesAny } from '../http/entity-tag.js';
import { tableOf } from '../reading/columns.js';
import { type FoundKeys, KeyReader } from '../reading/key-reader.js';
import type { ObjectJson } from '../object-json.js';
import { ObjectReader } from '../reading/object-reader.js';
import type { FieldValues, Resource, ResourceRules, WriteContext } from '../resource.js';
import { asObject, type JsonObject, keysIn, readBody } from './body.js';
import { writeError } from './constraint-errors.js';
import { requireFieldScopes } from './field-scopes.js';
import type { KnownOwn } from './known-own.js';
import { holdListed, listsReferences } from './listed-references.js';
import { lockRow, requireRowMatch, rowOf } from './locked-row.js';
import { plainDecision } from './default-update.js';
import { requireObjectReach, requireOwnReferences } from './require-object-reach.js';
import { insertSql, updateSql } from './row-sql.js';
import { rulesOf } from './rules-of.js';
import { lockForNewId, passId, requireNewId } from './reserve-id.js';

export interface Written extends ObjectJson {
  readonly id: number;
}

export interface WriteOptions {
  readonly context: WriteContext;
  /** The ETags that the client accepts; see entity-tag.ts. */
  readonly ifMatch: readonly string[] | undefined;
  /** Keys that whoever writes many objects has looked up for all of them. */
  readonly known?: FoundKeys;
  /** And whose the objects are. */
  readonly own?: KnownOwn;
}

/** One write on its way: the body as it came, what it gives, and the rules it goes by. */
interface Write {
  readonly resource: Resource;
  readonly body: JsonObject;
  readonly values: FieldValues;
  readonly rules: ResourceRules;
  readonly options: WriteOptions;
}

/** How often a number of our own choice may be taken by others before the whole transaction is run again. */
const INSERT_TRIES = 5;

@Injectable()
export class ResourceWriter {
  constructor(
    private readonly db: Db,
    private readonly modules: ModuleRef,
    private readonly objects: ObjectReader,
    private readonly keys: KeyReader,
  ) {}

  /** Keys are looked up in the open transaction: all who hold a connection could be waiting for a second one. */
  private async read(
    resource: Resource,
    given: unknown,
    complete: boolean,
    options: WriteOptions,
    tx?: Tx,
  ): Promise<Write> {
    const body = asObject(given);
    const keys = keysIn(resource, body);
    const isKnown = keys.every((key) => options.known?.has(key));
    const known = options.known && isKnown ? options.known : await this.keys.findMany(keys, undefined, tx);
    const values = readBody(resource, body, complete, known);
    if (complete) requireFieldScopes(resource, null, values, options.context.principal);
    await requireOwnReferences(tx ?? this.db, resource, [values], options.context.reach, options.own);
    return { resource, body, values, rules: rulesOf(this.modules, resource), options };
  }

  async create(resource: Resource, given: unknown, options: WriteOptions, tx?: Tx, id?: number): Promise<Written> {
    const write = await this.read(resource, given, true, options, tx);
    const { rules, values } = write;
    if (tx || rules.beforeCreate || rules.afterWrite || listsReferences(resource, values))
      return this.db.within(tx, (open) => this.createIn(open, write, id));
    const single = { run: this.db.write.bind(this.db) };
    const made = (await this.insert(single, write, values)) ?? (await this.existing(single, write));
    return made ?? this.db.transaction((open) => this.createIn(open, write));
  }

  private async createIn(tx: Tx, write: Write, id?: number): Promise<Written> {
    const { resource, rules, options } = write;
    const values = (await rules.beforeCreate?.(tx, write.values)) ?? write.values;
    await holdListed(tx, resource, values);
    const written = await this.insertSurely(tx, write, values, id);
    if (!rules.afterWrite) return written;
    await rules.afterWrite(tx, null, await lockRow(tx, resource, written.id), values, options.context);
    return this.reread(tx, resource, written.id);
  }

  /** Those who find their number taken queue up behind a lock, so that each next free number is tried by one only. */
  private async insertSurely(tx: Tx, write: Write, values: FieldValues, id?: number): Promise<Written> {
    for (let attempt = 1; attempt <= INSERT_TRIES; attempt++) {
      const made = (await this.insert(tx, write, values, id)) ?? (await this.existing(tx, write));
      if (made) return made;
      await tx.run({ text: 'SELECT pg_advisory_xact_lock(hashtext($1))', values: [tableOf(write.resource).name] });
    }
    throw new TryAgain(`${write.resource.name}: each number was taken in the same moment.`);
  }

  /** The new object; undefined where its name, or a number of our own choice, was taken. */
  private async insert(sql: Sql, write: Write, values: FieldValues, id?: number): Promise<Written | undefined> {
    const { resource, body, options } = write;
    const given = { ...values, ...resource.derive?.(values) };
    const [row] = await sql
      .run<Written>(insertSql(resource, given, { ...options.context, id }))
      .catch((error: unknown) => {
        throw writeError(resource, error, values, body);
      });
    return row;
  }

  /** The object whose name a create found taken, where that is no error. */
  private async existing(sql: Sql, { resource, values }: Write): Promise<Written | undefined> {
    const field = resource.getOrCreateBy;
    if (!field) return undefined;
    const text = `SELECT t.id FROM ${tableOf(resource).name} t WHERE t.${field} = $1`;
    const [row] = await sql.run<{ id: number }>({ text, values: [values[field]] });
    const object = row && (await this.objects.read(resource, row.id, sql));
    return object && { id: row.id, ...object };
  }

  /** Changes the fields that the body names. Rejects with not_found, precondition, invalid, or what the rules refuse. */
  async update(resource: Resource, id: number, given: unknown, options: WriteOptions, tx?: Tx): Promise<Written> {
    const write = await this.read(resource, given, false, options, tx);
    const version = onlyVersion(options.ifMatch);
    if (!tx && write.rules.inOneStatement && (takesAny(options.ifMatch) || version !== undefined)) {
      const quick = await write.rules.inOneStatement(id, write.values, version, options.context);
      if (quick) return { id, ...quick };
    }
    return this.db.within(tx, (open) => this.updateIn(open, id, write));
  }

  private async updateIn(tx: Tx, id: number, { resource, body, values, rules, options }: Write): Promise<Written> {
    await rules.lockFirst?.(tx, [id]);
    const before = await lockRow(tx, resource, id);
    await requireObjectReach(tx, resource, [id], options.context.reach, options.own);
    requireFieldScopes(resource, before, values, options.context.principal);
    await requireRowMatch(tx, resource, before, options.ifMatch, this.objects);
    const decision =
      (await rules.decide?.(tx, before, values, options.context)) ?? plainDecision(resource, before, values);
    await holdListed(tx, resource, decision.set);
    if (Object.keys(decision.set).length > 0) {
      const [changed] = await tx
        .run<{ row: object }>(updateSql(resource, id, decision.set, decision.event, options.context.actor))
        .catch((error: unknown) => {
          throw writeError(resource, error, { ...before, ...values }, body);
        });
      await rules.afterWrite?.(tx, before, rowOf(resource, changed?.row), values, options.context);
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
    return this.db.within(tx, async (open) => {
      const created = await this.isToBeMade(open, resource, id, options);
      if (!created) return { ...(await this.update(resource, id, given, options, open)), created };
      const written = await this.create(resource, given, options, open, id);
      await passId(open, resource, id);
      return { ...written, created };
    });
  }

  private async isToBeMade(tx: Tx, resource: Resource, id: number, options: WriteOptions): Promise<boolean> {
    const absent = async (): Promise<boolean> => (await this.objects.read(resource, id, tx)) === undefined;
    if (!(await absent())) return false;
    if (options.ifMatch) {
      throw new DomainError(
        'precondition',
        'if_match.failed',
        `There is no ${resource.noun} ${id} that If-Match could match.`,
      );
    }
    await lockForNewId(tx, resource);
    if (!(await absent())) return false; // Another PUT was faster.
    await requireNewId(tx, resource, id, options.context);
    return true;
  }

  private async reread(tx: Tx, resource: Resource, id: number): Promise<Written> {
    const object = await this.objects.read(resource, id, tx);
    if (!object) throw notFound(`There is no ${resource.noun} ${id}.`);
    return { id, ...object };
  }
}
