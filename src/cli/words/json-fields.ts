// Which members a verb's JSON has, so that `--json=kye` is refused before anything is done. The compiler holds most of them to
// the API's types; json-fields.spec.ts holds all of them to what the verbs print.
import { usage } from './cli-error.js';
import type { Options } from './options.js';
import { nearest } from './suggest.js';

/** Members by name. True: a value, or an object whose members are not known here, such as a project's settings. */
export interface Fields {
  readonly [name: string]: true | Fields;
}

/** All members of a type of the API, none left out and none made up. */
export const fieldsOf = <T>(fields: Readonly<Record<keyof T, true | Fields>>): Fields => fields;

/** The fields that `--json=…` names; none: all of them. Undefined without --json. */
export function jsonIn({ json }: Options): true | readonly string[] | undefined {
  if (json === undefined || json === false) return undefined;
  if (typeof json !== 'string' || json === '') return true;
  return json.split(',').map((field) => field.trim());
}

/** Rejects with usage where a named field is none of them; `failure.reason` is looked for one inside another. */
export function requireFields(options: Options, fields: Fields): void {
  const wanted = jsonIn(options);
  if (wanted === undefined || wanted === true) return;
  for (const path of wanted) requirePath(path, fields);
}

function requirePath(path: string, all: Fields): void {
  let fields: true | Fields | undefined = all;
  let before = '';
  for (const name of path.split('.')) {
    if (fields === true) return;
    const below: true | Fields | undefined = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (below === undefined) throw unknownField(before, name, Object.keys(fields));
    fields = below;
    before += `${name}.`;
  }
}

function unknownField(before: string, name: string, known: readonly string[]): Error {
  const meant = nearest(name, known);
  const others = known.filter((one) => one !== meant).sort();
  const names = (meant === undefined ? others : [meant, ...others]).map((one) => before + one).join(', ');
  const guess = meant === undefined ? '' : ` Did you mean '${before}${meant}'?`;
  return usage(`--json: unknown field '${before}${name}'.${guess} Known: ${names}.`);
}
