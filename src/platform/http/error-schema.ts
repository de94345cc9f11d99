// What errors look like in the OpenAPI document.

const text = (description: string): object => ({ type: 'string', description });

const ERROR = {
  type: 'object',
  description: 'What was wrong and what to do. Some codes come with more members, such as what stands in the way.',
  properties: {
    error: text("What was wrong. Errors of fields stand under the resource's name instead."),
    error_message: text('What was wrong, on 404 and 500.'),
    code: text('Stable, for programs.'),
    request_id: text('Names this request in the log.'),
  },
  required: ['code', 'request_id'],
  additionalProperties: true,
};

export const ERROR_SCHEMA = { Error: ERROR };

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: 'The request is not valid; the body says why.',
  401: 'No token, or none that counts.',
  403: 'The token lacks a scope, or is for other projects; the body says which.',
  404: 'There is no such object.',
  409: "It can't be done as things stand; the body says what stands in the way.",
  412: 'If-Match does not match.',
  413: 'The body is larger than this URL takes.',
  406: 'The client accepts only formats that are not built; this API speaks JSON.',
  415: 'The body is not JSON.',
  421: 'The Host header names another server.',
  422: 'This Idempotency-Key was used for another request.',
  428: 'If-Match is required for this change.',
  429: 'Too many of this token or address; Retry-After says when there is more.',
  503: "The server can't answer at the moment; Retry-After says when to try again. `lists.busy`: lists that are being sent take all the memory that there is for them. `body.busy`: other large requests are being worked on. `lookup.too_slow`: a lookup that no index serves took longer than a second; narrow it. `overloaded`: too many requests wait for the database.",
};

const ERROR_BODY = { schema: { $ref: '#/components/schemas/Error' } };
/** What a browser gets. */
const PAGE_TOO = { 'text/html': { schema: { type: 'string' } } };

/** A response for each status that operations name. */
export const ERROR_RESPONSES: Readonly<
  Record<number, { description: string; content: Record<string, { schema: object }> }>
> = Object.fromEntries(
  Object.entries(DESCRIPTIONS).map(([status, description]) => [
    Number(status),
    { description, content: { 'application/json': ERROR_BODY, ...(status === '401' ? PAGE_TOO : {}) } },
  ]),
);
