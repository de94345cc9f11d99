// What CI sends to import-map-deployer, its GitHub Action included, on a server that asks for tokens: Basic authentication is all
// that these clients know, and they call production by a name of their own.
import type { Test } from 'supertest';
import { bearer, type GuardedServer, startGuarded } from '../access/world.js';
import { startTestServer } from '../setup/test-server.js';

let server: GuardedServer;
let ci: string;
beforeAll(async () => {
  server = await startGuarded();
  ci = (await server.token(['read', 'map:prod'], 'front-end-ci', ['default'])).token;
  await settle({ deployer_environments: { stage: 'prod', 'production-eu': 'prod' } });
});
afterAll(() => server.stop());

/** Resolves when pages know it, too. */
async function settle(settings: object): Promise<void> {
  const patch = server.http
    .patch('/api/v1/project/1/')
    .set(...bearer(server.admin))
    .set('If-Match', '*');
  await patch.send({ settings }).expect(202);
  const wanted = 1 + Object.keys((settings as { deployer_environments?: object }).deployer_environments ?? {}).length;
  for (;;) {
    const { body } = await server.http.get('/environments').set(...bearer(ci));
    if ((body as { environments: object[] }).environments.length === wanted) return;
  }
}

const call = (method: 'get' | 'patch' | 'delete', path: string, body?: object): Test => {
  const request = server.http[method](path).auth('any user', ci);
  return body ? request.set('Content-Type', 'application/x-www-form-urlencoded').send(JSON.stringify(body)) : request;
};
const imports = ({ body }: { body: unknown }): object => (body as { imports: object }).imports;

const url = (name: string): string => `https://cdn.example/${name}.js`;

it('ten calls, as the clients make them', async () => {
  const service = (name: string, version: number) => ({ service: name, url: url(`${name}.${version}`) });
  expect((await call('get', '/environments').expect(200)).body).toEqual({
    environments: [
      { name: 'prod', isDefault: true, aliases: ['default'] },
      { name: 'stage', isDefault: false, aliases: [] },
      { name: 'production-eu', isDefault: false, aliases: [] },
    ],
  });
  expect((await call('get', '/import-map.json?env=stage').expect(200)).body).toEqual({ imports: {}, scopes: {} });
  const set = await call('patch', '/services?env=stage&skip_url_check=true', service('@org/nav', 1)).expect(200);
  expect(set.body).toEqual({
    imports: { '@org/nav': url('@org/nav.1'), '@org/nav/': 'https://cdn.example/@org/' },
    scopes: {},
  });
  await call('patch', '/services?env=production-eu&skip_url_check', service('cart', 1)).expect(200);
  await call('patch', '/services?skip_url_check', service('cart', 2)).expect(200);
  const whole = { imports: { react: url('react') }, integrity: { [url('react')]: `sha384-${'A'.repeat(64)}` } };
  const patched = await call('patch', '/import-map.json?env=stage&skip_url_check', whole).expect(200);
  expect(patched.body).toMatchObject({ scopes: {}, integrity: whole.integrity });
  expect(imports(await call('get', '/import-map.json?env=prod').expect(200))).toEqual(imports(patched));
  await call('delete', '/services/%40org%2Fnav?env=stage').expect(200);
  await call('delete', '/services/never-there?env=stage').expect(200);
  const last = await call('get', '/import-map.json?env=default').expect(200);
  expect(Object.keys(imports(last))).toEqual(['cart', 'cart/', 'react']);
  const events = await server.http
    .get('/api/v1/release/')
    .set(...bearer(server.admin))
    .expect(200);
  expect(JSON.stringify(events.body)).toContain('front-end-ci');
});

it.each(['staging', 'Stage', 'STAGE', ' stage', 'constructor', 'prod2'])(
  'an environment that nobody named, %j, is 404 with those that are, and never production',
  async (env) => {
    const before = (await call('get', '/import-map.json').expect(200)).body as object;
    const query = `env=${encodeURIComponent(env)}&skip_url_check`;
    for (const request of [
      call('get', `/import-map.json?${query}`),
      call('patch', `/services?${query}`, { service: 'x', url: url('x') }),
      call('patch', `/import-map.json?${query}`, { imports: { x: url('x') } }),
      call('delete', `/services/cart?${query}`),
    ]) {
      const reply = await request.expect(404);
      expect(reply.text).toContain('Known: prod, stage, production-eu, and <stage>:<ticket>.');
    }
    expect((await call('get', '/import-map.json').expect(200)).body).toEqual(before);
  },
);

it.each([
  ...['env=', 'env', 'env=%20', 'env=stage&env=', 'env=&env=stage', 'env[]=stage', 'env%5B%5D=stage', 'env[0]=stage'],
  ...['env[]=', 'ENV=stage', 'Env=stage', 'environment=stage', 'env=prod&env[]=stage'],
])('a write whose environment is %s is 400 in every operation, and changes nothing', async (said) => {
  const before = (await call('get', '/import-map.json').expect(200)).body as object;
  const query = `${said}&skip_url_check`;
  for (const request of [
    call('patch', `/services?${query}`, { service: 'x', url: url('x') }),
    call('patch', `/import-map.json?${query}`, { imports: { x: url('x') } }),
    call('delete', `/services/cart?${query}`),
  ]) {
    const reply = await request.expect(400);
    expect(reply.text).toMatch(/env is empty: use env=prod|Unknown parameter 'env.*': the environment is env=prod/i);
  }
  expect((await call('get', '/import-map.json').expect(200)).body).toEqual(before);
});

it('takes addresses that are relative to a page where the project says so, and a scope that is a path anywhere', async () => {
  const scopes = { '/app/': { nav: url('nav') } };
  const scoped = await call('patch', '/import-map.json?env=stage&skip_url_check', { scopes }).expect(200);
  expect(scoped.body).toMatchObject({ scopes });
  const service = { service: '@org/shell', url: '/app/js/shell.js' };
  const refused = await call('patch', '/services?env=stage', service).expect(400);
  expect(refused.text).toContain('relative_addresses');
  await settle({ deployer_environments: { stage: 'prod', 'production-eu': 'prod' }, relative_addresses: true });
  // Until this process knows it. Nothing is called: each page has one of its own.
  while ((await call('patch', '/services?env=stage', service)).status === 400);
  await call('patch', '/services?env=stage&packageDirLevel=2', { service: 'x', url: './js/lib/x.js' }).expect(200);
  await call('patch', '/services?env=stage', { service: 'y', url: './y.js' }).expect(200);
  const map = await call('get', '/import-map.json?env=stage').expect(200);
  expect(imports(map)).toMatchObject({
    '@org/shell': '/app/js/shell.js',
    '@org/shell/': '/app/js/',
    x: './js/lib/x.js',
    'x/': './js/',
    y: './y.js',
  });
  const script = await server.http.get('/stamp.js').set(...bearer(ci));
  expect(script.text).toContain('/app/js/shell.js');
  expect(script.text).not.toContain(`${server.base}/app/`);
});

it('an empty integrity is refused, and says so', async () => {
  const body = { service: 'x', url: url('x'), integrity: '' };
  const reply = await call('patch', '/services?env=stage&skip_url_check', body).expect(400);
  expect(reply.text).toMatch(/integrity is empty/);
});

describe('Basic', () => {
  const ask = (user: string, password: string) => server.http.get('/api/v1/ticket/').auth(user, password);

  it('has the token as password, with any user or none', async () => {
    for (const user of ['ci', '', 'a b', 'ünï', 'stl_x']) await ask(user, ci).expect(200);
    expect((await server.http.get('/api/v1/whoami/').auth('somebody', ci)).body).toMatchObject({
      name: 'front-end-ci',
    });
  });

  it.each([
    ['ci', 'wrong', 'token.invalid'],
    ['ci', `${ci}x`, 'token.invalid'],
    [ci, 'x', 'token.invalid'],
    ['ci', '', 'token.missing'],
  ])('%s:%s is refused', async (user, password, code) => {
    expect((await ask(user, password).expect(401)).body).toMatchObject({ code });
  });

  it.each(['Basic', 'Basic ', 'Basic =', 'Basic !!!', 'Basic dGVzdA==', 'basic'])('%j is no token', async (header) => {
    await server.http.get('/api/v1/ticket/').set('Authorization', header).expect(401);
  });

  it("is asked for on the deployer's URLs only", async () => {
    for (const [method, path] of [
      ['get', '/environments'],
      ['patch', '/services'],
      ['patch', '/import-map.json'],
      ['delete', '/services/x'],
      ['patch', '/p/default/services'],
    ] as const)
      expect((await server.http[method](path).expect(401)).headers['www-authenticate']).toMatch(
        /^Basic realm=.*, Bearer /,
      );
    for (const path of ['/', '/api/v1/ticket/', '/stream', '/docs'])
      expect((await server.http.get(path).expect(401)).headers['www-authenticate']).toBe('Bearer realm="stampline"');
  });

  it.each([
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
  ])('writes nothing for a page of another site: %j', async (header) => {
    const body = { service: 'evil', url: url('evil') };
    const reply = await call('patch', '/services?env=stage&skip_url_check', body).set(header);
    expect(reply.status).toBe(403);
    expect(imports(await call('get', '/import-map.json?env=stage'))).not.toHaveProperty('evil');
  });

  it('counts on a server that asks for none where it has one of our tokens, and is passed over where not', async () => {
    const open = await startTestServer({}, server.connection);
    try {
      const post = (password: string) => open.http.post('/api/v1/ticket/').auth('a', password).send({ title: 'x' });
      expect((await post(ci).expect(403)).body).toMatchObject({ code: 'scope.missing' });
      await post("another tracker's").expect(201);
      await post('').expect(201);
    } finally {
      await open.stop();
    }
  });
});
