// What the OpenAPI document says alike of every operation, as decorators: headers, bodies, answers, failures. The dialect's
// routes are documented with them (operation-docs.ts), and so is a controller that stands beside the dialect:
//
//   @Put()
//   @ApiOperation({ operationId: 'put_thing', summary: 'Replace the thing', description: 'All or nothing.' })
//   @IDEMPOTENCY_KEY
//   @IF_MATCH
//   @jsonBody(THING, { name: 'first' })
//   @jsonReply(200, 'The thing as it is now.', schemaNamed('Thing'))
//   @failures(400, 409, 412, 415, 422)
import { ApiBody, ApiHeader, ApiParam, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { ERROR_RESPONSES } from '../../platform/http/error-schema.js';

/** Of every write that asks Idempotency; it can fail with 409 and 422. */
export const IDEMPOTENCY_KEY: MethodDecorator = ApiHeader({
  name: 'Idempotency-Key',
  required: false,
  description:
    'Makes a repeat safe: within 48 h the same key returns the same bytes and changes nothing. A reply above 16 kB is stored only if it compresses to 64 kB and has at most 1 MB: beyond that a repeat has the same status, Location and ETag, no body, `Idempotent-Body: omitted`, and the SHA-256 of the first answer in `Repr-Digest`.',
  schema: { type: 'string', maxLength: 255 },
});

/** Of a write of one object that has an ETag; it can fail with 412. */
export const IF_MATCH: MethodDecorator = ApiHeader({
  name: 'If-Match',
  required: false,
  description: 'The ETag that you read: 412 if the object has changed since.',
  schema: { type: 'string' },
});

/** A part of the path, with an example that Swagger UI fills in. */
export const pathParameter = (name: string, description: string, value: string): MethodDecorator =>
  ApiParam({
    name,
    description,
    schema: { type: 'string', pattern: '^[^/]+$' },
    examples: { first: { summary: value, value } },
  });

/** A flag in the query, which queryFlag() reads. */
export const flagParameter = (name: string, description: string): MethodDecorator =>
  ApiQuery({ name, required: false, description, schema: { type: 'string', enum: ['0', '1'] } });

/** One of components/schemas. */
export const schemaNamed = (name: string): { $ref: string } => ({ $ref: `#/components/schemas/${name}` });

/** The body that it takes. The example must run as it stands, on a database that holds the examples of other operations. */
export const jsonBody = (schema: object, example?: unknown, { required = true } = {}): MethodDecorator =>
  ApiBody({
    required,
    schema,
    ...(example === undefined ? {} : { examples: { example: { summary: 'Runs unchanged', value: example } } }),
  });

/** An answer that is no failure. Without a schema: one without a body. */
export const jsonReply = (
  status: number,
  description: string,
  schema?: object,
  headers?: Record<string, object>,
): MethodDecorator =>
  ApiResponse({
    status,
    description,
    ...(schema ? { content: { 'application/json': { schema } } } : {}),
    ...(headers ? { headers } : {}),
  });

/** Of a PUT, as the oldest clients know it. */
export const MINIMAL_REPLY = ApiResponse({
  status: 204,
  description: 'Changed, if `Prefer: return=minimal` was sent.',
});

/** The statuses with which it may fail; error-schema.ts has a text for each. */
export const failures =
  (...statuses: number[]): MethodDecorator =>
  (target, property, descriptor) => {
    for (const status of statuses) ApiResponse({ status, ...ERROR_RESPONSES[status] })(target, property, descriptor);
  };
