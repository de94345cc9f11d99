// promises.md, "SSRF": which addresses are called where a client names a URL, that the address that was checked is the one
// that is called, and that nothing leads on from there.
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { type Config, readConfig } from '../../src/config.js';
import { AddressGuard } from '../../src/platform/outgoing/address-guard.js';
import { FetchGuard } from '../../src/platform/outgoing/fetch-guard.js';

const configWith = (settings: Partial<Config>): Config => ({ ...readConfig({}), ...settings });
const ELSEWHERE: Partial<Config> = { host: '0.0.0.0', publishedLoopback: true };

describe('addresses', () => {
  const guard = new AddressGuard(configWith(ELSEWHERE));

  it.each([
    ...['8.8.8.8', '1.1.1.1', '2606:4700::1111', '::ffff:8.8.8.8', '168.63.129.15', '168.63.129.17', '166.7.255.255'],
    ...['166.12.0.0', '192.0.1.1', '100.63.255.255', '100.128.0.0', '2001:200::1', '2620:4f:8001::1', '3ffe::1'],
  ])('%s is public', (address) => {
    expect(guard.allowsAddress(address)).toBe(true);
  });

  it.each([
    ...['127.0.0.1', '127.8.9.1', '::1', '0.0.0.0', '::', '10.1.2.3', '172.16.0.1', '192.168.0.1', '169.254.169.254'],
    ...['100.64.0.1', '192.0.0.1', '192.0.2.1', '198.18.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255'],
    ...['fd00::1', 'fe80::1', 'fec0::1', 'ff02::1', '100::1', '2001:db8::1', '3fff::1', '5f00::1'],
    // IPv4 in the dress of IPv6: mapped, compatible, translated, 6to4, Teredo.
    ...['::ffff:10.0.0.1', '::ffff:7f00:1', '::7f00:1', '::10.0.0.1', '64:ff9b::a00:1', '64:ff9b:1::a00:1'],
    ...['::ffff:0:127.0.0.1', '2002:a00:1::', '2001:0:1::', 'localhost', '', '8.8.8.8.example'],
    // What platforms answer at from within: Azure, AWS, Alibaba, Oracle, IBM, Google, Tencent, OpenStack; in every notation.
    ...['168.63.129.16', '::ffff:168.63.129.16', '64:ff9b::a83f:8110', '2002:a83f:8110::1', '169.254.170.2'],
    ...['fd00:ec2::254', 'fd00:ec2::253', '100.100.100.200', '100.100.2.136', '192.0.0.192', '161.26.0.10'],
    ...['166.8.0.1', '166.11.255.255', 'fd20:ce::254', '169.254.0.23', 'fe80::a9fe:a9fe'],
    // The registries' ranges, each at its first and last address.
    ...['0.255.255.255', '100.64.0.0', '100.127.255.255', '172.31.255.255', '192.0.0.0', '192.0.0.255', '192.31.196.1'],
    ...[
      '192.52.193.255',
      '192.88.99.1',
      '192.175.48.1',
      '198.19.255.255',
      '198.51.100.0',
      '203.0.113.255',
      '239.0.0.1',
    ],
    ...['100::ffff', '100:0:0:1::1', '2001:1ff:ffff::1', '2001:1::1', '2001:4:112::1', '2001:20::1', '2001:30::1'],
    ...['2620:4f:8000::1', '3fff:fff::1', '5f00:ffff::1', 'fdff::1', 'febf::1', 'ffff::1'],
  ])('%s is not', (address) => {
    expect(guard.allowsAddress(address)).toBe(false);
  });

  it('STAMPLINE_FETCH_ALLOW lists exceptions, by address, network and name', () => {
    const open = new AddressGuard(
      configWith({ ...ELSEWHERE, fetchAllow: ['10.0.0.0/8', 'fd00::/8', '192.168.1.7', 'Files.internal'] }),
    );
    for (const address of ['10.9.9.9', '::ffff:10.9.9.9', 'fd12::1', '192.168.1.7'])
      expect([address, open.allowsAddress(address)]).toEqual([address, true]);
    for (const address of ['11.0.0.1x', '192.168.1.8', 'fe80::1', '127.0.0.1'])
      expect([address, open.allowsAddress(address)]).toEqual([address, false]);
    expect([open.allowsName('files.INTERNAL'), open.allowsName('other.internal')]).toEqual([true, false]);
  });

  it.each<[boolean, Partial<Config>]>([
    [true, { host: 'localhost' }],
    [true, { host: '127.0.0.1' }],
    [false, { host: '0.0.0.0', beyondLoopback: true }],
    [false, { host: '127.0.0.1', publishedLoopback: true }],
    [false, { host: '127.0.0.1', trustedProxies: ['127.0.0.1'] }],
  ])('the loopback: %s, for a server at %j', (allowed, settings) => {
    const own = new AddressGuard(configWith(settings));
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) expect(own.allowsAddress(address)).toBe(allowed);
    expect(own.allowsAddress('10.0.0.1')).toBe(false);
  });
});

describe('calls', () => {
  let server: http.Server;
  let port: number;
  let asked: string[] = [];
  beforeAll(async () => {
    server = http.createServer((request, reply) => {
      asked.push(`${request.headers.host} ${request.url}`);
      if (request.url === '/moved') reply.writeHead(302, { location: `http://127.0.0.1:${port}/secret` });
      reply.end('x'.repeat(100_000));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => server.close());
  beforeEach(() => (asked = []));

  const inside = new FetchGuard(configWith({ host: 'localhost' }));
  const outside = new FetchGuard(configWith(ELSEWHERE));

  it.each([
    ...['http://127.0.0.1', 'http://localhost', 'http://[::1]', 'http://[::ffff:127.0.0.1]', 'http://2130706433'],
    ...['http://0x7f.1', 'http://017700000001', 'http://127.1', 'http://0', 'http://[::7f00:1]', 'http://127.0.0.1.'],
  ])('%s is not called from a server that others reach, however it is written', async (origin) => {
    await expect(outside.statusOf(`${origin}:${port}/secret`, 'ci')).rejects.toMatchObject({
      code: 'fetch.refused',
      message: expect.stringContaining('STAMPLINE_FETCH_ALLOW'),
    });
    expect(asked).toEqual([]);
  });

  it('a redirect is an answer, and nobody follows it', async () => {
    expect(await inside.statusOf(`http://127.0.0.1:${port}/moved`, 'ci')).toBe(302);
    expect(asked).toEqual([`127.0.0.1:${port} /moved`]);
  });

  it('what a URL says of a user is not repeated, and who never answers is given up', async () => {
    await expect(outside.statusOf('http://user:hidden@10.0.0.1/x', 'ci')).rejects.toMatchObject({
      message: expect.not.stringContaining('hidden'),
    });
    const silent = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const began = Date.now();
    await expect(
      inside.statusOf(`http://127.0.0.1:${(silent.address() as AddressInfo).port}/`, 'ci'),
    ).rejects.toMatchObject({
      code: 'fetch.unreachable',
    });
    expect(Date.now() - began).toBeGreaterThan(4000);
    silent.close();
  }, 30_000);
});
