// promises.md, "Who may do what": where others than its own machine reach the server, everything that guards it must be set;
// what is missing is said at once. And behind a proxy it knows by which name and how it was called, from trusted ones only.
import { ConfigError } from '../../src/config-values.js';
import { type Config, readConfig } from '../../src/config.js';
import { bearer, startGuarded, type GuardedServer } from '../access/world.js';
import { FIRST } from '../setup/certificates.js';
import { callHttps } from '../setup/https-call.js';
import { startTlsProxy } from '../setup/tls-proxy.js';

describe('the configuration', () => {
  const AUTH = { STAMPLINE_AUTH: 'required' };
  const TLS = { STAMPLINE_TLS_CERT: FIRST.files.cert, STAMPLINE_TLS_KEY: FIRST.files.key };
  const PROXIES = { STAMPLINE_TRUSTED_PROXIES: '10.0.0.5, fd00::/8' };
  const NAMES = { STAMPLINE_ALLOWED_HOSTS: 'stamp.example' };
  const LACKS = { auth: 'STAMPLINE_AUTH=required', tls: 'STAMPLINE_TLS_CERT=/', names: 'STAMPLINE_ALLOWED_HOSTS=' };

  const refusal = (env: NodeJS.ProcessEnv): string => {
    try {
      readConfig(env);
      return '';
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      return (error as Error).message;
    }
  };

  it.each<[string, NodeJS.ProcessEnv, (keyof typeof LACKS)[]]>([
    ['nothing', {}, ['auth', 'tls', 'names']],
    ['authentication only', AUTH, ['tls', 'names']],
    ['TLS only', TLS, ['auth', 'names']],
    ['proxies only', PROXIES, ['auth', 'names']],
    ['names only', NAMES, ['auth', 'tls']],
    ['no authentication', { ...TLS, ...NAMES }, ['auth']],
    ['no authentication, with proxies', { ...PROXIES, ...NAMES }, ['auth']],
    ['neither TLS nor proxies', { ...AUTH, ...NAMES }, ['tls']],
    ['no names', { ...AUTH, ...TLS }, ['names']],
    ['public read does not stand for authentication', { ...TLS, ...NAMES, STAMPLINE_PUBLIC_READ: '1' }, ['auth']],
  ])('refuses an address beyond the loopback with %s, and lists all that is missing', (_what, env, missing) => {
    for (const HOST of ['0.0.0.0', '192.168.1.7']) {
      const said = refusal({ HOST, ...env });
      expect(said).toContain(`HOST=${HOST}`);
      for (const [name, words] of Object.entries(LACKS))
        expect([name, said.includes(words)]).toEqual([name, missing.includes(name as keyof typeof LACKS)]);
      expect(said.split('\n').length).toBeLessThanOrEqual(8);
    }
  });

  it.each<[string, NodeJS.ProcessEnv]>([
    ['TLS', { ...AUTH, ...TLS, ...NAMES }],
    ['proxies', { ...AUTH, ...PROXIES, ...NAMES }],
    ['both', { ...AUTH, ...TLS, ...PROXIES, ...NAMES }],
  ])('takes it with authentication, names and %s', (_what, env) => {
    expect(readConfig({ HOST: '0.0.0.0', ...env })).toMatchObject({ host: '0.0.0.0', beyondLoopback: true });
  });

  it.each<[string, NodeJS.ProcessEnv]>([
    ['nothing', {}],
    ['TLS', TLS],
    ['authentication', AUTH],
    ['a proxy, with authentication', { ...AUTH, STAMPLINE_TRUSTED_PROXIES: '127.0.0.1' }],
    ['a published port', { HOST: '0.0.0.0', STAMPLINE_LISTEN_TRUST: 'published-loopback' }],
  ])('demands nothing more on the loopback, with %s', (_what, env) => {
    expect(readConfig(env)).toMatchObject({ beyondLoopback: false });
  });

  it.each<[RegExp, NodeJS.ProcessEnv]>([
    [/STAMPLINE_TRUSTED_PROXIES.* set STAMPLINE_AUTH=required/, PROXIES],
    [
      /STAMPLINE_TRUSTED_PROXIES.* set STAMPLINE_AUTH=required/,
      { ...PROXIES, HOST: '0.0.0.0', STAMPLINE_LISTEN_TRUST: 'published-loopback' },
    ],
    [/STAMPLINE_TRUSTED_PROXIES has proxy\.example/, { ...AUTH, STAMPLINE_TRUSTED_PROXIES: '10.0.0.1,proxy.example' }],
    [/STAMPLINE_TRUSTED_PROXIES has 10\.0\.0\.0\/33/, { ...AUTH, STAMPLINE_TRUSTED_PROXIES: '10.0.0.0/33' }],
    [/STAMPLINE_TRUSTED_PROXIES has 0\.0\.0\.0\/0.*all of them/, { ...AUTH, STAMPLINE_TRUSTED_PROXIES: '0.0.0.0/0' }],
    [/STAMPLINE_TLS_CERT needs STAMPLINE_TLS_KEY/, { STAMPLINE_TLS_CERT: '/x.pem' }],
    [/STAMPLINE_TLS_KEY needs STAMPLINE_TLS_CERT/, { STAMPLINE_TLS_KEY: '/x.pem' }],
  ])('says in one line what is wrong: %s', (words, env) => {
    const said = refusal(env);
    expect(said).toMatch(words);
    expect(said).not.toContain('\n');
  });
});

describe('behind a proxy', () => {
  let server: GuardedServer;
  let proxy: Awaited<ReturnType<typeof startTlsProxy>>;
  let token: string;
  beforeAll(async () => {
    server = await startGuarded(false, { trustedProxies: ['127.0.0.1'], allowedHosts: ['stamp.example'] });
    proxy = await startTlsProxy(server.base);
    ({ token } = await server.token(['read', 'ticket:write']));
  });
  afterAll(async () => {
    await proxy.stop();
    await server.stop();
  });

  const call = (path: string, { headers = {}, ...more }: Partial<Parameters<typeof callHttps>[2]> = {}) =>
    callHttps(proxy.port, path, { ca: FIRST.cert, headers: { authorization: `Bearer ${token}`, ...headers }, ...more });
  const post = { method: 'POST', body: '{"title": "x"}' };

  it('links name https and the host that the proxy was called by, and browsers are held to it', async () => {
    const made = await call('/api/v1/ticket/', { ...post, headers: { 'content-type': 'application/json' } });
    expect(made.status).toBe(201);
    expect(made.headers.location).toBe(`https://stamp.example/api/v1/ticket/${JSON.parse(made.body).id}/`);
    expect(made.headers['strict-transport-security']).toMatch(/^max-age=\d{8}/);
  });

  it('stamp.js and the snippet name it too, whatever was asked for directly before', async () => {
    for (const path of ['/stamp.js', '/import-map.json']) {
      await server.http.get(path).set('Host', 'stamp.example').expect(200);
      await server.http.get(path).set('Host', 'stamp.example').expect(200);
    }
    const direct = await server.http.get('/stamp.js').set('Host', 'stamp.example').expect(200);
    expect(direct.text).toContain('http://stamp.example');
    for (const _again of [1, 2]) {
      const through = await call('/stamp.js');
      expect(through.body).toContain('https://stamp.example');
      expect(through.body).not.toContain('http://stamp.example');
    }
    const after = await server.http.get('/stamp.js').set('Host', 'stamp.example').expect(200);
    expect(after.text).toBe(direct.text);
    expect(after.headers).not.toHaveProperty('strict-transport-security');
  });

  it('a host that is not ours is refused, as is a page of another site; one of ours may write', async () => {
    const stranger = await call('/api/v1/ticket/', { headers: { host: 'evil.example' } });
    expect([stranger.status, JSON.parse(stranger.body).code]).toEqual([421, 'host.not_allowed']);
    const json = { 'content-type': 'application/json' };
    const from = async (origin: string) =>
      (await call('/api/v1/ticket/', { ...post, headers: { ...json, origin } })).status;
    expect(await from('https://evil.example')).toBe(403);
    expect(await from('https://stamp.example')).toBe(201);
  });

  it('what is no protocol is refused', async () => {
    const reply = await server.http.get('/livez').set({ 'X-Forwarded-Proto': 'javascript' }).expect(400);
    expect(reply.body).toMatchObject({ code: 'proxy.bad_protocol' });
  });

  it('a call past the proxy, from the machine itself, is answered', async () => {
    await server.http
      .get('/api/v1/ticket/')
      .set(...bearer(token))
      .expect(200);
  });
});

it.each<[string, Partial<Config>]>([
  ['on the loopback', { trustedProxies: ['10.0.0.5'] }],
  ['beyond it, with TLS of its own or none', { trustedProxies: ['10.0.0.5'], beyondLoopback: true }],
  ['where there is no proxy', { trustedProxies: [] }],
])('from anyone but a trusted proxy a forwarded header is refused, %s', async (_where, settings) => {
  const server = await startGuarded(false, settings);
  for (const header of ['X-Forwarded-For', 'X-Forwarded-Host', 'Forwarded', 'X-Real-Ip']) {
    const reply = await server.http
      .get('/api/v1/ticket/')
      .set(header, 'stamp.example')
      .set(...bearer(server.admin))
      .expect(403);
    expect(reply.body).toMatchObject({ code: 'proxy.not_trusted' });
    expect(reply.body.error).toContain('STAMPLINE_TRUSTED_PROXIES');
  }
  await server.http
    .get('/api/v1/ticket/')
    .set(...bearer(server.admin))
    .expect(200);
  await server.stop();
});
