// What the OpenAPI document says of bodies with files: a form comes first, since generators and Swagger UI take the first type.
import fs from 'node:fs';

interface Operation {
  readonly operationId: string;
  readonly requestBody?: { readonly content: Readonly<Record<string, object>> };
}

const document = JSON.parse(fs.readFileSync('openapi.json', 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
};
const withForms = Object.values(document.paths)
  .flatMap((item) => Object.values(item))
  .filter(({ requestBody }) => requestBody && 'multipart/form-data' in requestBody.content);

it('there are uploads', () => {
  expect(withForms.map(({ operationId }) => operationId)).toContain('upload_modules');
});

it.each(withForms.map((operation) => [operation.operationId, operation] as const))(
  '%s names the form first',
  (_id, { requestBody }) => {
    expect(Object.keys(requestBody?.content ?? {})[0]).toBe('multipart/form-data');
  },
);
