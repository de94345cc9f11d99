// Objects of every kind, made of the examples that openapi.json has of them.
import { fresh } from './making.mjs';

/** What must differ from object to object. */
const UNIQUE = /^(name|unique_name|version|email|title|url|reference|lp_weblink)$/;

/** The example of a kind's creation; with a number, another one each time. */
export function exampleOf({ operations }, kind, number) {
  const creation = operations.find(({ operationId }) => operationId === `create_${kind}`);
  const { example, examples } = creation.described.requestBody.content['application/json'];
  const object = example?.value ?? Object.values(examples)[0].value;
  if (number === undefined) return object;
  const apart = `${fresh().toLowerCase()}${number}`;
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, UNIQUE.test(name) ? differently(value, apart) : value]),
  );
}

/** In front of the `@` of an address, else at the end. */
const differently = (value, apart) =>
  value.includes('@') ? value.replace('@', `-${apart}@`) : `${value}${value.includes('://') ? '/' : '-'}${apart}`;
