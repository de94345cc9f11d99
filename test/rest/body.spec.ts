// From a body to values: types that mean the same are brought together, the rest is refused field by field.
import fc from 'fast-check';
import 'reflect-metadata';
import { DomainError } from '../../src/platform/errors.js';
import { Email, Flag, Reference, Status, Step, Text, Whole } from '../../src/rest/fields/field-decorators.js';
import { fieldsOf } from '../../src/rest/fields/field.js';
import { FoundKeys } from '../../src/rest/reading/key-reader.js';
import type { Resource } from '../../src/rest/resource.js';
import { asObject, badReference, keysIn, readBody } from '../../src/rest/writing/body.js';

const help = 'A field.';

class Body {
  @Text({ help, max: 5, required: true })
  title: string;

  @Email({ help, max: 20, initial: '' })
  owner: string;

  @Flag({ help, initial: false })
  flag: boolean;

  @Step({ help })
  step: number;

  @Status({ help, nullable: true })
  status: number | null;

  @Whole({ help, max: 9 })
  count: number;

  @Reference('ticket', { help, nullable: true })
  ticket: number | null;

  @Text({ help, max: 5, readonly: true })
  made: string;
}

const fields = fieldsOf(Body);
const resource = {
  name: 'thing',
  body: Body,
  fields,
  writable: fields.filter((field) => !field.readonly),
} as unknown as Resource;
const read = (body: Record<string, unknown>, complete = false): Promise<unknown> =>
  Promise.resolve().then(() => readBody(resource, body, complete, FoundKeys.none));

async function faultsOf(body: Record<string, unknown>, complete = false): Promise<unknown> {
  const error = await read(body, complete).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DomainError);
  return (error as DomainError).details.fields;
}

it.each([
  [{ title: 7 }, { title: '7' }],
  [{ flag: 'False' }, { flag: false }],
  [{ flag: 1 }, { flag: true }],
  [{ step: '100' }, { step: 100 }],
  [{ status: '007' }, { status: 7 }],
  [{ status: null }, { status: null }],
  [{ count: '7' }, { count: 7 }],
  [{ ticket: '/api/v1/ticket/7/' }, { ticket: 7 }],
  [{ ticket: null }, { ticket: null }],
  [{ owner: '' }, { owner: '' }],
  [{ made: 'x', unknown: 1 }, {}],
  [JSON.parse('{"__proto__": {"title": "x"}}') as Record<string, unknown>, {}],
])('%j gives %j', async (body, values) => expect(await read(body)).toEqual(values));

it('fills in initial values and asks for required ones only where an object is made', async () => {
  expect(await read({ title: 'x' }, true)).toEqual({ title: 'x', owner: '', flag: false });
  expect(await read({})).toEqual({});
  expect(await faultsOf({}, true)).toEqual({
    title: ["The 'title' field has no data and doesn't allow a default or null value."],
  });
});

it('tells all faults at once, each text once', async () => {
  expect(await faultsOf({ title: 'longer', owner: 'x', flag: 'maybe', step: 150, status: 'x', count: 10 })).toEqual({
    title: ['Ensure this value has at most 5 characters.'],
    owner: ['Enter a valid e-mail address.'],
    flag: ['Enter true or false.'],
    step: [expect.stringContaining('The steps are')],
    status: [expect.stringContaining('000 to 1000')],
    count: ['Ensure this value is less than or equal to 9.'],
  });
  expect(await faultsOf({ title: null, flag: null })).toEqual({
    title: ["The 'title' field doesn't allow a null value."],
    flag: ["The 'flag' field doesn't allow a null value."],
  });
});

it('takes keys as those that were looked up together', async () => {
  expect(keysIn(resource, { ticket: '/api/v1/ticket/tkt-7/', title: 'TKT-8' })).toEqual(['tkt-7']);
  const known = new FoundKeys([{ key: 'TKT-7', id: 3, project: 'shop' }]);
  expect(readBody(resource, { ticket: 'tkt-007' }, false, known)).toEqual({ ticket: 3 });
  await expect(read({ ticket: 'TKT-7' })).rejects.toThrow(
    "Could not find the provided object via resource URI 'TKT-7'.",
  );
  const both = new FoundKeys(['bank', 'shop'].map((project, index) => ({ key: 'TKT-7', id: index + 1, project })));
  expect(() => readBody(resource, { ticket: 'TKT-7' }, false, both)).toThrow(
    'TKT-7 is in several projects: bank, shop.',
  );
});

it('takes or refuses whatever JSON brings, and never fails otherwise', async () => {
  const anyBody = fc.dictionary(fc.constantFrom(...fields.map((field) => field.name), 'other'), fc.jsonValue());
  await fc.assert(
    fc.asyncProperty(anyBody, fc.boolean(), async (body, complete) => {
      const values = await read(body, complete).catch((error: unknown) =>
        expect(error).toMatchObject({ kind: 'invalid' }),
      );
      if (values)
        for (const name of Object.keys(values)) expect(resource.writable.map((field) => field.name)).toContain(name);
    }),
  );
});

it('refuses every top level but an object', () => {
  expect(asObject({ a: 1 })).toEqual({ a: 1 });
  for (const body of [null, [], 'x', 1, true, undefined])
    expect(() => asObject(body)).toThrow('The body must be a JSON object; it was');
});

it('repeats a bad reference, cut', () => {
  expect(badReference(null).message).toBe("Could not find the provided object via resource URI 'null'.");
  expect(badReference('x'.repeat(1000)).message.length).toBeLessThan(300);
});
