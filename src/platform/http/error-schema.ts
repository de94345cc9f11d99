// What errors look like in the OpenAPI document.

const text = (description: string): object => ({ type: 'string', description });

const ERROR = {
  type: 'object',
  description: 'What was wrong and what to do. Some codes come with more members, such as what blocks the operation.',
  properties: {
    error: text("What was wrong. Errors of fields are under the resource's name instead."),
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
  401: 'No token, or one that is not valid.',
  403: 'The token lacks a scope, or is for other projects; the body says which.',
  404: 'There is no such object.',
  409: "It can't be done in the current state; the body says what blocks it.",
  412: 'If-Match does not match.',
  413: 'The body is larger than this URL takes.',
  406: 'The client accepts only formats that are not built; this API speaks JSON.',
  415: 'The body is not JSON.',
  421: 'The Host header names another server.',
  422: 'This Idempotency-Key was used for another request.',
  428: 'If-Match is required for this change.',
  429: 'Too many requests of this token or address; Retry-After says when to try again.',
  503: "The server can't answer now; Retry-After says when to try again. `lists.busy`: lists that are being sent use all the memory that is reserved for them. `body.busy`: other large requests are running. `lookup.too_slow`: a lookup that no index serves took longer than a second; narrow it. `overloaded`: too many requests wait for the database.",
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
