// The kinds of refusals, without HTTP: platform/http/error-reply.ts has the status of each.

export type ErrorKind =
  | 'not_found'
  | 'invalid'
  | 'unauthenticated'
  | 'conflict'
  | 'forbidden'
  | 'precondition'
  | 'precondition_required'
  | 'unprocessable'
  | 'not_acceptable'
  | 'unsupported_media_type'
  | 'method_not_allowed'
  | 'expectation'
  | 'misdirected'
  | 'uri_too_long'
  | 'too_large'
  | 'timeout'
  | 'too_many'
  | 'unavailable'
  | 'broken';
