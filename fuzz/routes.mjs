// What the OpenAPI document can't say of some operations' requests: import maps, commands' words, events from
// elsewhere, tokens, where a reader of the stream is. Each from right to hostile.
import fc from 'fast-check';
import { form } from './forms.mjs';
import { HOSTILE_TEXTS, jsonValue, mostly, pathId, some } from './values.mjs';

const json = (arbitrary) => arbitrary.map((value) => ({ body: JSON.stringify(value) }));
const number = (max) => fc.integer({ min: 1, max });

const SPECIFIERS = [
  'nav',
  '@acme/nav',
  'nav/',
  'lib/',
  'react',
  './a.js',
  '/a/',
  '../b.js',
  'a%2fb',
  '',
  '#x',
  'http:',
];
const ADDRESSES = [
  ...['https://cdn.example/a.js', 'https://cdn.example/lib/', '/modules/x/a.js', 'http://127.0.0.1:1/a.js'],
  ...['javascript:alert(1)', 'data:text/javascript,1', 'file:///etc/passwd', 'blob:x', '//elsewhere.example/a.js'],
  ...['https://user:secret@cdn.example/a.js', 'http://169.254.169.254/', 'http://[::ffff:10.0.0.1]/', '../a.js'],
  ...['https://cdn.example/a.js#x', `https://cdn.example/${'x'.repeat(3000)}`, 'https://', null, 7],
];
const SCOPES = ['https://cdn.example/', '/modules/', 'https://cdn.example/lib/', 'javascript:', ''];
const INTEGRITY = [
  'sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC',
  'sha384-AAAA',
  'sha1-x',
  'md5',
  '',
];

const imports = fc.dictionary(some(...SPECIFIERS), some(...ADDRESSES), { maxKeys: 4 });
const rightImports = fc.dictionary(fc.constantFrom('nav', 'lib/', 'react'), fc.constant('https://cdn.example/lib/'), {
  maxKeys: 2,
});
const anyMap = fc.record(
  {
    imports: mostly(imports, jsonValue),
    scopes: mostly(fc.dictionary(some(...SCOPES), imports, { maxKeys: 2 }), jsonValue),
    integrity: mostly(fc.dictionary(some(...ADDRESSES.slice(0, 4)), some(...INTEGRITY), { maxKeys: 2 }), jsonValue),
    stamps: jsonValue,
  },
  { requiredKeys: ['imports'] },
);
const importMap = fc.oneof(anyMap, fc.record({ imports: rightImports }));
const service = fc.record({ service: some(...SPECIFIERS), url: some(...ADDRESSES) }, { requiredKeys: ['service'] });

const VERBS = 'status list why promote revert rollback close reopen hold unhold lock unlock confirm help'.split(' ');
const ticketWord = mostly(number(40).map((id) => `TKT-${id}`));
const word = fc.oneof(
  ticketWord,
  some('dev', 'qa', 'prod', '41', '1', 'promote'),
  some(
    '--reason',
    '--until',
    '2h',
    '--cascade',
    '--force',
    '--release',
    '--to-revision',
    '--project',
    'default',
    '—reason',
  ),
);
const commandText = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(some(...VERBS), ticketWord).map((words) => words.join(' ')) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('hold', 'lock', 'close'), ticketWord, fc.constantFrom('2h', '2030-01-01', 'soon'))
      .map(([verb, what, until]) => `${verb} ${verb === 'lock' ? 'qa' : what} --reason Waits --until ${until}`),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(some(...VERBS), fc.array(word, { maxLength: 6 }))
      .map(([verb, rest]) => [verb, ...rest].join(' ')),
  },
  { weight: 1, arbitrary: fc.constantFrom(...HOSTILE_TEXTS) },
);
const command = fc.record(
  { text: commandText, ticket: ticketWord, dry_run: mostly(fc.boolean(), jsonValue) },
  { requiredKeys: ['text'] },
);

const alert = fc.record({
  status: some('firing', 'resolved'),
  labels: fc.dictionary(some('alertname', 'severity', 'ticket', '__proto__'), some('Down', 'critical', 'TKT-1'), {
    maxKeys: 3,
  }),
  annotations: fc.dictionary(some('summary', 'description'), fc.constantFrom(...HOSTILE_TEXTS), { maxKeys: 2 }),
  startsAt: some('2026-11-21T08:00:00Z'),
});
const cloudEvent = fc.record(
  {
    specversion: some('1.0'),
    id: some('1', '2', '3'),
    source: some('/ci', 'https://ci.example/'),
    type: some('example.built', 'ticket.promoted'),
    time: some('2026-11-21T08:00:00Z'),
    subject: some('ticket/1', 'x'),
    data: jsonValue,
  },
  { requiredKeys: ['id', 'source', 'type'] },
);
const anyEvent = fc.record(
  {
    line: fc.constantFrom('Built', ...HOSTILE_TEXTS),
    type: some('ci.built', 'ticket.promoted', 'build'),
    severity: some('info', 'warn', 'error'),
    ticket: ticketWord,
    link: some('https://ci.example/1', 'javascript:alert(1)'),
    data: jsonValue,
  },
  { requiredKeys: ['line', 'type'] },
);
const events = fc.oneof(
  anyEvent,
  cloudEvent,
  fc.array(fc.oneof(anyEvent, cloudEvent), { maxLength: 4 }),
  fc.record({ version: some('4'), status: some('firing'), alerts: fc.array(alert, { maxLength: 3 }) }),
  jsonValue,
);

/** As it stands, mostly. */
const seen = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.record({ release: number(5) }) },
);

const tokenScopes = fc.array(
  some('read', 'ticket:write', 'status:write', 'event:write', 'map:qa', 'map:prod', 'map:<stage>', 'admin'),
  {
    minLength: 1,
    maxLength: 4,
  },
);
const token = fc.record(
  {
    owner: some('ci', 'one@example.com', 'local', 'admin'),
    scopes: mostly(tokenScopes, jsonValue),
    purpose: some('Fuzz', 'x'.repeat(501)),
    days: mostly(fc.constantFrom(1, 90, 3650, 0, -1, 1.5, 3651), jsonValue),
    project: some('default', 'nowhere'),
  },
  { requiredKeys: ['owner', 'scopes'] },
);

const urlUpload = json(
  fc.oneof(
    fc.record({
      specifier: some(...SPECIFIERS),
      url: some(...ADDRESSES),
      delete: mostly(fc.constant(undefined), jsonValue),
    }),
    fc.record({
      modules: fc.array(fc.record({ specifier: some(...SPECIFIERS), url: some(...ADDRESSES) }), { maxLength: 3 }),
    }),
  ),
);

/** @type {Record<string, import('fast-check').Arbitrary<{body: string | Buffer, type?: string}>>} By operation. */
export const BODIES = {
  upload_modules: fc.oneof(form, urlUpload),
  upload_spu_files: form,
  deployer_patch_map: json(importMap),
  deployer_patch_service: json(service),
  run_command: json(command),
  post_events: json(events),
  create_token: json(token),
  promote_ticket: json(seen),
  rollback_stage: json(fc.record({ release: number(4), force: mostly(fc.boolean()) }, { requiredKeys: ['release'] })),
  write_stage: json(importMap),
  lock_stage: json(fc.record({ reason: some('Waits'), until: some('1m', '2h', 'soon') }, { requiredKeys: ['reason'] })),
};

const environment = fc.oneof(
  fc.constantFrom('prod', 'default', 'nowhere', ':', 'dev:', ':TKT-1'),
  fc.tuple(fc.constantFrom('dev', 'qa', 'prod'), ticketWord).map(([stage, ticket]) => `${stage}:${ticket}`),
);
const position = some('0', '1', '7', 'earliest', '999999999999999', '-1', '1.5');

/** What parameters of a query mean where they stand at one of these operations. */
const NAMED = {
  env: environment,
  at: some('2026-11-21T08:00:00Z', '2020-01-01', '-1h', 'now'),
  release: some('1', '2', '41', '0', '-1'),
  project: some('default', '1', 'nowhere'),
  packageDirLevel: some('0', '1', '2', '-1', '99'),
  // A URL that is looked for answers late or never.
  skip_url_check: fc.constantFrom('', 'true'),
  last_event_id: position,
  since: some('2026-01-01T12:00:00Z', '2099-01-01', '-1h'),
  earliest: some('1', '0'),
  stage: some('dev', 'qa', 'prod', 'dev,qa'),
  type: some('ticket.*', '*', 'ticket.created,ticket.promoted', '**'),
  severity: some('warn', 'warn,error', 'loud'),
  ticket: ticketWord,
  dry_run: some('1', '0', 'true'),
  q: some('nav', '"'),
};
export const namedValue = (name) => (Object.hasOwn(NAMED, name) ? NAMED[name] : undefined);

/** What parts of a path mean besides ids, as they stand in a URL. */
const PARTS = {
  project: fc.constantFrom('default', 'nowhere'),
  name: fc.constantFrom('dev', 'qa', 'prod', 'prod', ...SPECIFIERS, 'x_1.0.dsc', 'index.js').map(encodeURIComponent),
  number: fc.constantFrom('1', '2', '3', '41'),
  file: fc.constantFrom('stamp', 'stamp.mjs', 'install.sh', '..%2f..%2fetc%2fpasswd'),
  ids: fc.constantFrom('1;2', '1;2;3;999', '1;;2', '1'),
};
export const pathPart = (name) =>
  Object.hasOwn(PARTS, name)
    ? fc.oneof({ weight: 3, arbitrary: PARTS[name] }, { weight: 1, arbitrary: pathId })
    : pathId;

/** Parameters that an operation is always sent with. */
export const ALWAYS = {
  deployer_patch_map: ['env', 'skip_url_check'],
  deployer_patch_service: ['env', 'skip_url_check'],
  deployer_delete_service: ['env'],
};

/** Header values besides those that any operation gets. */
export const HEADERS_OF = {
  write_stage: { 'if-match': some('*', '"1"') },
  rollback_stage: { 'if-match': some('*') },
  stream: { 'last-event-id': position, accept: some('text/event-stream', 'text/html', '*/*') },
};
