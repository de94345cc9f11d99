// Where a field lives: a resource's fields matched with its table's columns, taken from TypeORM's metadata.
import type { DataSource, EntityMetadata } from 'typeorm';
import type { IndexMetadata } from 'typeorm/metadata/IndexMetadata.js';
import type { UniqueMetadata } from 'typeorm/metadata/UniqueMetadata.js';
import type { Field } from '../fields/field.js';
import { allResources, type Resource } from '../resource.js';

export interface Table {
  readonly name: string;
  /** Column by field name; fields that are only written have none. */
  readonly columnOf: ReadonlyMap<string, string>;
  /** Every column of the table by its property, so that rules see whole rows. */
  readonly columns: ReadonlyMap<string, string>;
  /** The columns that are never null. */
  readonly required: ReadonlySet<string>;
  /** The reference field of a foreign key, by the key's name. */
  readonly referenceByConstraint: ReadonlyMap<string, string>;
  /** The references whose rows go when what they lead to is deleted. */
  readonly cascades: ReadonlySet<string>;
  readonly sequence: string;
  /** Those that find rows by a value, with their columns in order. A view has none of its own. */
  readonly indexes: readonly TableIndex[];
  /** True where an index has exactly the rows of the endpoint, which are few: the open tickets. */
  readonly isIndexed: boolean;
}

export interface TableIndex {
  readonly columns: readonly string[];
  readonly isUnique: boolean;
}

const tables = new WeakMap<Resource, Table>();

/** Reads every declared resource's table. A field without a column is a defect that shows at start. */
export function readTables(dataSource: DataSource): void {
  for (const resource of allResources()) tables.set(resource, readTable(dataSource, resource));
}

export function tableOf(resource: Resource): Table {
  const table = tables.get(resource);
  if (!table) throw new Error(`The tables have not been read yet (${resource.name}).`);
  return table;
}

function readTable(dataSource: DataSource, resource: Resource): Table {
  const metadata = dataSource.getMetadata(resource.entity);
  const columns = new Map(metadata.columns.map((column) => [column.propertyName, column.databaseName]));
  const columnOf = new Map<string, string>([['id', 'id']]);
  for (const field of resource.fields.filter((one) => !one.writeOnly)) {
    const column = resource.shownAs?.[field.name] ?? columns.get(field.name);
    if (!column) throw new Error(`${resource.name}.${field.name} has no column in ${metadata.tableName}.`);
    columnOf.set(field.name, column);
  }
  const referenceByConstraint = new Map(
    metadata.foreignKeys.map((key) => [key.name, key.columns[0]?.propertyName ?? '']),
  );
  const cascading = metadata.foreignKeys.filter((key) => key.onDelete === 'CASCADE');
  return {
    name: metadata.tableName,
    columnOf,
    columns,
    required: new Set(metadata.columns.filter((one) => !one.isNullable).map((one) => one.databaseName)),
    referenceByConstraint,
    cascades: new Set(cascading.map((key) => key.columns[0]?.propertyName ?? '')),
    sequence: `${metadata.tableName}_id_seq`,
    ...indexesOf(metadata, resource),
  };
}

/** One that leaves rows out serves where the condition follows from the question: `ticket_id IS NOT NULL` from a ticket that is named. */
function indexesOf(metadata: EntityMetadata, { where }: Resource): Pick<Table, 'indexes' | 'isIndexed'> {
  const all = [
    ...metadata.uniques.map((unique) => ({ columns: namesOf(unique), isUnique: true, where: undefined })),
    ...metadata.indices.map((index) => ({ columns: namesOf(index), isUnique: index.isUnique, where: index.where })),
  ];
  const own = where?.replaceAll('t.', '');
  return {
    indexes: all.filter((one) => one.where === undefined || one.where === `${one.columns[0]} IS NOT NULL`),
    isIndexed: all.some((one) => one.columns[0] === 'id' && one.where !== undefined && one.where === own),
  };
}

/** Of an index that TypeORM leaves to the migrations it knows the properties only. */
const namesOf = ({ columns, givenColumnNames, entityMetadata }: IndexMetadata | UniqueMetadata): string[] =>
  (columns.length > 0
    ? columns
    : [givenColumnNames ?? []].flat().map((name) => entityMetadata.findColumnWithPropertyName(String(name)))
  ).flatMap((column) => column?.databaseName ?? []);

/** The column of a field under an alias: `t.sourcepackage_id`. */
export function columnSql(resource: Resource, field: Pick<Field, 'name'>, alias: string): string {
  return `${alias}.${tableOf(resource).columnOf.get(field.name)}`;
}
