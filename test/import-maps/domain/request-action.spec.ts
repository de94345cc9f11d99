// The commands that refusals print: a line that a shell runs as it stands.
import { requestAction } from '../../../src/promotion/domain/verdict.js';

const request = {
  verb: 'rollback',
  method: 'POST',
  base: 'http://localhost:8000',
  path: '/api/v1/stage/prod/rollback/',
} as const;

test('names the ETag where one has to be named', () => {
  const body = { release: 1, reason: "it's back" };
  expect(requestAction('Go back', 'map', { ...request, body, ifMatch: '"3"' })).toEqual({
    label: 'Go back',
    verb: 'rollback',
    body,
    if_match: '"3"',
    command: `curl --fail-with-body --request POST --header 'if-match: "3"' --header 'content-type: application/json' --data '{"release":1,"reason":"it'\\''s back"}' 'http://localhost:8000/api/v1/stage/prod/rollback/'`,
    method: 'POST',
    href: '/api/v1/stage/prod/rollback/',
    permission: 'map',
  });
});

test('has neither headers nor a body where nothing is said', () => {
  expect(requestAction('Look', 'read', { ...request, method: 'GET' }).command).toBe(
    "curl --fail-with-body --request GET 'http://localhost:8000/api/v1/stage/prod/rollback/'",
  );
});
