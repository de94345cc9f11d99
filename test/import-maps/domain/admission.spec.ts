// Names and addresses at the door of a map.
import {
  checkAddress,
  checkEntry,
  checkIntegrity,
  checkScope,
  checkSlashes,
  checkSpecifier,
  isFault,
} from '../../../src/import-maps/domain/admission.js';

const ORIGIN = 'https://stamp.example';
const rules = { origin: ORIGIN, safeList: [] as string[] };
const kindOf = (answer: object | undefined): string | undefined =>
  answer && isFault(answer) ? answer.kind : undefined;

test.each([
  ['https://cdn.example/a.js', 'https://cdn.example/a.js'],
  ['HTTPS://CDN.example/é', 'https://cdn.example/%C3%A9'],
  ['https://stamp.example/other.js', 'https://stamp.example/other.js'],
  ['https://stamp.example/modules/1/a.js?x#y', '/modules/1/a.js?x#y'],
  ['/modules/1/a.js', '/modules/1/a.js'],
  ['/modules/1/../2/a.js', '/modules/2/a.js'],
  ['http://localhost:3000/a.js', 'http://localhost:3000/a.js'],
  ['http://shop.localhost/a.js', 'http://shop.localhost/a.js'],
  ['http://127.0.0.1/a.js', 'http://127.0.0.1/a.js'],
  ['http://127.9.10.255/a.js', 'http://127.9.10.255/a.js'],
  ['http://[::1]/a.js', 'http://[::1]/a.js'],
])('the address %s is kept as %s', (address, url) => {
  expect(checkAddress(address, rules)).toEqual({ url });
});

test('our own modules are ours over http too, on a port, and whatever the list says', () => {
  const own = { origin: 'http://stamp.example:8000', safeList: ['https://cdn.example/'] };
  expect(checkAddress('http://stamp.example:8000/modules/1/a.js', own)).toEqual({ url: '/modules/1/a.js' });
  expect(checkAddress('/modules/1/a.js', own)).toEqual({ url: '/modules/1/a.js' });
  expect(kindOf(checkAddress('http://stamp.example/modules/1/a.js', own))).toBe('scheme');
  expect(checkAddress('https://a.example/modules/x', { origin: 'no origin', safeList: [] })).toEqual({
    url: 'https://a.example/modules/x',
  });
});

test.each([
  ['javascript:alert(1)', 'scheme', /"javascript:alert\(1\)" is refused\. Use an https:/],
  ['data:text/javascript,1', 'scheme', /https:/],
  ['blob:https://a/1', 'scheme', /https:/],
  ['file:///etc/passwd', 'scheme', /https:/],
  ['ftp://a/b', 'scheme', /https:/],
  ['http://cdn.example/a.js', 'scheme', /an http: URL on this machine/],
  ['http://127.0.0.1.evil.example/', 'scheme', /https:/],
  ['http://x127.0.0.1.example/', 'scheme', /https:/],
  ['http://localhost.evil.example/', 'scheme', /https:/],
  ['http://notlocalhost/', 'scheme', /https:/],
  ['https://me@cdn.example/a.js', 'scheme', /"cdn\.example" has a user name/],
  ['https://:secret@cdn.example/a.js', 'scheme', /^(?!.*secret).*browsers refuse it\. Leave them out\.$/],
  ['./a.js', 'scheme', /"\.\/a\.js" is not an absolute URL\. Write it with https:, or as \/modules/],
  ['/a.js', 'scheme', /absolute/],
  ['/modules', 'scheme', /absolute/],
  ['/modules/../a.js', 'scheme', /absolute/],
  ['//evil.example/modules/a.js', 'scheme', /absolute/],
  ['/\\evil.example/modules/a.js', 'scheme', /absolute/],
  ['./modules/a.js', 'scheme', /absolute/],
  ['cart.js', 'invalid', /"cart\.js" is not an absolute URL/],
  ['', 'invalid', /absolute/],
  ['https://[', 'invalid', /absolute/],
  [
    'https://a/\0',
    'name',
    /The address "https:\/\/a\/\\u0000" has a NUL character or half a surrogate pair\. Remove it\./,
  ],
  ['https://a/\ud800', 'name', /half a surrogate pair/],
  [`https://a/${'x'.repeat(2039)}`, 'name', /^The address "https:\/\/a\/x{89}…" is too long: 2048 bytes at most\.$/],
])('the address %j is a fault of %s', (address, kind, message) => {
  const answer = checkAddress(address, rules);
  expect(answer).toEqual({ kind, message: expect.stringMatching(message) });
});

describe('relative_addresses', () => {
  const onPage = { origin: ORIGIN, safeList: ['https://cdn.example/'], relative: true };

  test.each([
    ['/app/nav.js', '/app/nav.js'],
    ['/app/../nav.js?v=1#x', '/nav.js?v=1#x'],
    ['/modules', '/modules'],
    ['./nav.js', './nav.js'],
    ['../js/nav.js', '../js/nav.js'],
    ['/modules/1/a.js', '/modules/1/a.js'],
    [`${ORIGIN}/modules/1/a.js`, '/modules/1/a.js'],
  ])('keep %s as %s', (address, url) => {
    expect(checkAddress(address, onPage)).toEqual({ url });
  });

  test.each([
    ['//evil.example/a.js', 'scheme'],
    ['/\\evil.example/a.js', 'scheme'],
    ['./\0', 'name'],
    ['nav.js', 'invalid'],
    ['', 'invalid'],
    ['https://other.example/a.js', 'unsafe'],
    ['http://other.example/a.js', 'scheme'],
    ['javascript:alert(1)', 'scheme'],
    ['/../modules/../modules/x', undefined],
  ])('and refuse %j: %s', (address, kind) => {
    expect(kindOf(checkAddress(address, onPage))).toBe(kind);
  });

  test('are named where they are not allowed', () => {
    expect(checkAddress('/app/nav.js', rules)).toMatchObject({
      message: expect.stringMatching(/the project setting relative_addresses/),
    });
  });
});

test('an address of 2048 bytes is kept', () => {
  expect(checkAddress(`https://a/${'x'.repeat(2038)}`, rules)).toHaveProperty('url');
});

test.each([
  ['https://cdn.example', 'https://cdn.example/a.js', true],
  ['https://cdn.example', 'https://cdn.example.evil/a.js', false],
  ['https://cdn.example', 'https://cdn.example@evil.example/a.js', false],
  ['https://cdn.example/apps', 'https://cdn.example/apps', true],
  ['https://cdn.example/apps', 'https://cdn.example/apps/a.js', true],
  ['https://cdn.example/apps', 'https://cdn.example/apps?a', true],
  ['https://cdn.example/apps', 'https://cdn.example/apps#a', true],
  ['https://cdn.example/apps', 'https://cdn.example/apps2/a.js', false],
  ['https://cdn.example/apps/', 'https://cdn.example/apps/a.js', true],
  ['https://cdn.example/apps/', 'https://cdn.example/apps/../a.js', false],
  ['HTTPS://CDN.example/', 'https://cdn.example/a.js', true],
  ['https://cdn.example:8443/', 'https://cdn.example/a.js', false],
  ['not a URL', 'https://cdn.example/a.js', false],
])('the list %s lets %s in: %s', (entry, address, safe) => {
  const answer = checkAddress(address, { ...rules, safeList: ['https://first.example/', entry] });
  expect(isFault(answer)).toBe(!safe);
});

test('what is outside the list says what is in it', () => {
  const safeList = ['https://1/', 'https://2/', 'https://3/', 'https://4/', 'https://5/', 'https://6/'];
  expect(checkAddress('https://cdn.example/a.js', { ...rules, safeList })).toEqual({
    kind: 'unsafe',
    message:
      'The address "https://cdn.example/a.js" is outside the project\'s url_safe_list (https://1/, https://2/, https://3/, https://4/, https://5/). Use one of these, or add the prefix to that list.',
  });
});

test.each([
  ['cart', undefined],
  ['cart/', undefined],
  ['__proto__', undefined],
  ['constructor', undefined],
  ['@shop/ui with spaces', undefined],
  ['./a.js', undefined],
  ['https://cdn.example/', undefined],
  ['é'.repeat(500), undefined],
  ['', 'invalid'],
  ['a\0b', 'name'],
  ['\udc00', 'name'],
  ['é'.repeat(500) + 'x', 'name'],
])('the specifier %j', (specifier, kind) => {
  expect(checkSpecifier(specifier)?.kind).toBe(kind);
});

test('an empty specifier says so', () => {
  expect(checkSpecifier('')?.message).toBe('A specifier is empty: the standard ignores it. Give it a name.');
  expect(checkSpecifier('x'.repeat(1001))?.message).toMatch(
    /^The specifier "x{99}…" is too long: 1000 bytes at most\.$/,
  );
  expect(checkSpecifier('\0' + 'x'.repeat(99))?.message).toMatch(/^The specifier "\\u0000x{99}" has/);
});

test.each([
  ['https://shop.example/admin/', 'https://shop.example/admin/'],
  ['http://shop.example', 'http://shop.example/'],
  ['https://Shop.example/a b', 'https://shop.example/a%20b'],
  ['https://stamp.example/modules/1/', '/modules/1/'],
  ['/modules/1/', '/modules/1/'],
  ['/app/', '/app/'],
  ['/', '/'],
  ['/app/../admin/é', '/admin/%C3%A9'],
])('the scope %s is kept as %s', (given, scope) => {
  expect(checkScope(given, { origin: ORIGIN })).toEqual({ scope });
});

test.each([
  ['//evil.example/app/', 'scheme'],
  ['/\\evil.example/', 'scheme'],
  ['./app/', 'scheme'],
  ['admin', 'scheme'],
  ['', 'scheme'],
  ['file:///x/', 'scheme'],
  ['https://[', 'invalid'],
  ['https://a/\0', 'name'],
  [`https://a/${'x'.repeat(991)}`, 'name'],
  [`https://a/${'é'.repeat(400)}`, 'name'],
])('the scope %j is refused for its %s', (given, kind) => {
  expect(kindOf(checkScope(given))).toBe(kind);
});

test('a refused scope says what to write', () => {
  expect(checkScope('./admin/')).toMatchObject({
    message:
      'The scope "./admin/" is not an absolute http or https URL. Write it with its origin, or as a path such as /app/ on the page that uses the map.',
  });
  expect(checkScope(`https://a/${'x'.repeat(991)}`)).toMatchObject({ message: expect.stringMatching(/^The scope "/) });
  expect(checkScope(`https://a/${'é'.repeat(400)}`)).toMatchObject({ message: expect.stringMatching(/^The scope "/) });
  expect(checkScope('https://stamp.example/modules/1/')).toEqual({ scope: 'https://stamp.example/modules/1/' });
});

test.each([
  ['ui/', 'https://a/ui/', true],
  ['ui', 'https://a/ui/', true],
  ['ui', 'https://a/ui', true],
  ['ui/', '/modules/1/', true],
  ['ui/', 'https://a/ui', false],
  ['ui/', 'https://[/', false],
])('%s may lead to %s: %s', (specifier, address, fine) => {
  expect(checkSlashes(specifier, address)?.kind).toBe(fine ? undefined : 'invalid');
});

test('a slash that is missing is named', () => {
  expect(checkSlashes('ui/', 'https://a/ui')?.message).toBe(
    'The specifier "ui/" ends with a slash, its address "https://a/ui" doesn\'t: the standard ignores it. End both with a slash, or neither.',
  );
});

const [SHA256, SHA384, SHA512] = [
  `sha256-${'+/_-9'.repeat(9).slice(2)}=`,
  `sha384-${'aZ09'.repeat(16)}`,
  `sha512-${'x'.repeat(86)}==`,
];

test.each([
  [SHA256, true],
  [SHA384, true],
  [SHA512, true],
  [`${SHA256} ${SHA512} ${SHA384}`, true],
  ['sha1-abc', false],
  ['sha256-x', false],
  ['sha384-AAAA', false],
  ['sha384-', false],
  [SHA256.slice(0, -1), false],
  [SHA256.replace('=', 'a'), false],
  [`${SHA256}=`, false],
  [SHA256.replace('256', '384'), false],
  [`${SHA384}=`, false],
  [`${SHA384}a`, false],
  [SHA384.slice(0, -1), false],
  [SHA384.replace('Z', '!'), false],
  [SHA512.slice(0, -1), false],
  [`${SHA512}=`, false],
  [` ${SHA384}`, false],
  [`${SHA384} `, false],
  [`${SHA384}\0`, false],
  [`${SHA384}\n`, false],
  [`${SHA384} sha384-AAAA`, false],
  ['', false],
  // 2047 and 2051 characters.
  [[...Array.from({ length: 8 }, () => SHA256), ...Array.from({ length: 17 }, () => SHA512)].join(' '), true],
  [[...Array.from({ length: 3 }, () => SHA256), SHA384, ...Array.from({ length: 19 }, () => SHA512)].join(' '), false],
])('the integrity %j: %s', (integrity, fine) => {
  expect(checkIntegrity(integrity)?.kind).toBe(fine ? undefined : 'invalid');
});

test('integrity that is none says what it is', () => {
  expect(checkIntegrity('md5')?.message).toBe(
    'The integrity "md5" is not valid. It must be sha256-, sha384- or sha512- and the digest in base64: 44, 64 or 88 characters.',
  );
});

test('an entry is kept as all its parts are', () => {
  const given = { scope: 'https://Shop.example', specifier: 'HTTPS://Cdn.example/x', url: `${ORIGIN}/modules/1/x.js` };
  expect(checkEntry({ ...given, integrity: SHA384 }, rules)).toEqual({
    scope: 'https://shop.example/',
    specifier: 'https://cdn.example/x',
    url: '/modules/1/x.js',
    integrity: SHA384,
  });
  const relative = { scope: null, specifier: './x.js', url: 'https://a/' };
  expect(checkEntry(relative, rules)).toEqual(relative);
});

test.each([
  ['scope', { scope: 'admin' }, 'scheme', /^The scope/],
  ['specifier', { specifier: '' }, 'invalid', /^A specifier/],
  ['address', { url: 'data:,' }, 'scheme', /^The address/],
  ['slash', { specifier: 'x/' }, 'invalid', /ends with a slash/],
  ['slash that the standard adds', { specifier: 'https://cdn.example' }, 'invalid', /ends with a slash/],
  ['integrity', { integrity: 'x' }, 'invalid', /^The integrity/],
])('an entry with a bad %s is refused', (_part, bad, kind, message) => {
  const entry = { scope: null, specifier: 'x', url: 'https://a/x.js', ...bad };
  expect(checkEntry(entry, rules)).toEqual({ kind, message: expect.stringMatching(message) });
});
