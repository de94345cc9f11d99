// The only reader of the environment: names, defaults and what is refused. Everything else gets a Config.
import { Resolver } from 'node:dns';
import { isIP } from 'node:net';
import path from 'node:path';

export interface Config {
  /** What to listen on. `localhost` means 127.0.0.1 and ::1. */
  readonly host: string;
  readonly port: number;
  /** Where the embedded Postgres and the blobs live; absolute. */
  readonly dataFolder: string;
  /** A Postgres that somebody else runs; without it the embedded one is started. */
  readonly databaseUrl: string | undefined;
  /** The folder of the programs that the embedded Postgres is run with, instead of those that came along. */
  readonly postgresBin: string | undefined;
  /** Host names that are let in besides the loopback's own; with a port where pages there are ours by that port. */
  readonly allowedHosts: readonly string[];
  /** True where a container's port is published on the host's loopback only, so that the loopback's rules hold. */
  readonly publishedLoopback: boolean;
  /** True where others than this machine reach it: everything that was demanded for that is there. */
  readonly beyondLoopback: boolean;
  /** Its own TLS; without it, it speaks plain HTTP. */
  readonly tls: TlsFiles | undefined;
  /** Addresses and networks of the proxies before it, whose X-Forwarded-* headers count. */
  readonly trustedProxies: readonly string[];
  readonly access: AccessRules;
  readonly logLevel: string;
  /** Hosts, addresses and networks (`10.0.0.0/8`) that are called although they aren't public, where a client names a URL. */
  readonly fetchAllow: readonly string[];
  /** Name servers, as `address` or `address:port`, that names in such URLs are looked up at; none: the system's. */
  readonly dnsServers: readonly string[];
  readonly uploads: UploadLimits;
  readonly limits: RateRules;
  readonly shares: ShareRules;
  /** Bytes of lists that are in memory for clients at a time; the rest waits. */
  readonly listBytes: number;
  readonly quotas: QuotaRules;
  /** Milliseconds in which a client must take some of the bytes that wait for it; then its connection is cut. */
  readonly stalledMs: number;
  /** Bytes that stay free on the disk: with less the server takes no changes (promise 8). */
  readonly leastFree: number;
  /** With room for fewer files than this on a disk of ours, no changes are taken. */
  readonly leastInodes: number;
}

/** Paths of PEM files, absolute. */
export interface TlsFiles {
  /** The certificate, with those that lead to its root. */
  readonly cert: string;
  readonly key: string;
}

/** Who is asked for a token. */
export interface AccessRules {
  /** True where a token is asked for even on the loopback. */
  readonly required: boolean;
  /** True where reading needs none though writing does. */
  readonly publicRead: boolean;
}

/** How often in a minute, where tokens are asked for. */
export interface RateRules {
  /** Tokens that don't count, from one address. */
  readonly failures: number;
  /** Writes of one owner of tokens. */
  readonly writes: number;
}

/** How many long requests one address, and one token, may have open at one server at a time. */
export interface ShareRules {
  /** Readers of the stream. */
  readonly streams: number;
  /** Requests that wait for a ticket. */
  readonly waits: number;
  /** Large replies that are being sent. */
  readonly downloads: number;
}

/** How much one project, and one owner of tokens, may use; a project's settings may say otherwise for it. */
export interface QuotaRules {
  /** Bytes of the files that it keeps. */
  readonly files: number;
  /** Keys of one ticket. */
  readonly keys: number;
  /** Events from outside, in a minute. */
  readonly events: number;
}

/** How much an upload may bring. */
export interface UploadLimits {
  /** Bytes of one file. */
  readonly file: number;
  /** Bytes of a whole request. */
  readonly request: number;
  /** Files of a request. */
  readonly files: number;
  /** Imports of a module, and of a package those that lead out of it. */
  readonly imports: number;
}

/** Something in the environment that can't be: one line for the operator, naming the variable. */
export class ConfigError extends Error {}

const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '::1']);
const MEGABYTE = 1024 * 1024;
const LOG_LEVELS = new Set(['silent', 'error', 'warn', 'info', 'debug']);

export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const config = {
    host: env.HOST || 'localhost',
    port: readPort(env.PORT),
    dataFolder: path.resolve(env.STAMPLINE_DATA || 'data'),
    databaseUrl: readDatabaseUrl(env.DATABASE_URL),
    postgresBin: env.STAMPLINE_POSTGRES_BIN || undefined,
    allowedHosts: readAllowedHosts(env.STAMPLINE_ALLOWED_HOSTS),
    fetchAllow: readFetchAllow(env.STAMPLINE_FETCH_ALLOW),
    dnsServers: readDnsServers(env.STAMPLINE_DNS),
    publishedLoopback: readListenTrust(env.STAMPLINE_LISTEN_TRUST),
    tls: readTls(env),
    trustedProxies: readTrustedProxies(env.STAMPLINE_TRUSTED_PROXIES),
    access: { required: readAuth(env.STAMPLINE_AUTH), publicRead: readSwitch('STAMPLINE_PUBLIC_READ', env) },
    logLevel: readLogLevel(env.STAMPLINE_LOG),
    uploads: {
      file: readMost('STAMPLINE_MAX_FILE_MB', env, 32, 1024) * MEGABYTE,
      request: readMost('STAMPLINE_MAX_UPLOAD_MB', env, 128, 4096) * MEGABYTE,
      files: readMost('STAMPLINE_MAX_FILES', env, 5000, 20_000),
      imports: readMost('STAMPLINE_MAX_IMPORTS', env, 20_000, 1_000_000),
    },
    limits: {
      failures: readMost('STAMPLINE_MAX_FAILURES', env, 20, 1_000_000),
      writes: readMost('STAMPLINE_MAX_WRITES', env, 6000, 1_000_000),
    },
    shares: {
      streams: readMost('STAMPLINE_MAX_STREAMS', env, 256, 1_000_000),
      waits: readMost('STAMPLINE_MAX_WAITS', env, 256, 1_000_000),
      downloads: readMost('STAMPLINE_MAX_DOWNLOADS', env, 256, 1_000_000),
    },
    listBytes: readMost('STAMPLINE_LISTS_MB', env, 64, 65_536) * MEGABYTE,
    quotas: {
      files: readMost('STAMPLINE_QUOTA_FILES_MB', env, 204_800, 1_000_000_000) * MEGABYTE,
      keys: readMost('STAMPLINE_QUOTA_KEYS', env, 100_000, 1_000_000),
      events: readMost('STAMPLINE_QUOTA_EVENTS', env, 60_000, 1_000_000_000),
    },
    stalledMs: readMost('STAMPLINE_STALLED_SECONDS', env, 30, 3600) * 1000,
    leastFree: readMost('STAMPLINE_LEAST_FREE_MB', env, 256, 1_048_576) * MEGABYTE,
    leastInodes: readMost('STAMPLINE_LEAST_FREE_INODES', env, 6000, 100_000_000),
  };
  const beyondLoopback = !LOOPBACK_HOSTS.has(config.host) && !config.publishedLoopback;
  requireGuards({ ...config, beyondLoopback });
  return { ...config, beyondLoopback };
}

interface Demand {
  readonly isMet: (config: Config) => boolean;
  readonly example: string;
  readonly why: string;
}

/**
 * What a server needs that others than its own machine reach (promises.md, "Who may do what"). There is no inbound hook yet;
 * the secret of each will be one more of these.
 */
const DEMANDS: readonly Demand[] = [
  {
    isMet: ({ access }) => access.required,
    example: 'STAMPLINE_AUTH=required',
    why: "everybody needs a token; the first start makes the administrator's",
  },
  {
    isMet: ({ tls, trustedProxies }) => tls !== undefined || trustedProxies.length > 0,
    example: 'STAMPLINE_TLS_CERT=/etc/stampline/cert.pem STAMPLINE_TLS_KEY=/etc/stampline/key.pem',
    why: 'TLS; or, where a proxy sees to that, its address: STAMPLINE_TRUSTED_PROXIES=10.0.0.5',
  },
  {
    isMet: ({ allowedHosts }) => allowedHosts.length > 0,
    example: 'STAMPLINE_ALLOWED_HOSTS=stamp.example.org',
    why: 'the names that it answers to',
  },
];

/** Throws a ConfigError that lists everything that is missing, at once. */
function requireGuards(config: Config): void {
  const { host, beyondLoopback, trustedProxies, access } = config;
  if (trustedProxies.length > 0 && !access.required && !beyondLoopback) {
    throw new ConfigError(
      'STAMPLINE_TRUSTED_PROXIES lets others than this machine in, so everybody needs a token: set STAMPLINE_AUTH=required too.',
    );
  }
  const missing = beyondLoopback ? DEMANDS.filter(({ isMet }) => !isMet(config)) : [];
  if (missing.length === 0) return;
  throw new ConfigError(
    [
      `HOST=${host} is not a loopback address. To be reached from elsewhere, the server lacks:`,
      ...missing.map(({ example, why }) => `  ${example}\n      ${why}`),
      'Where this is a container whose port is published on 127.0.0.1 only, set STAMPLINE_LISTEN_TRUST=published-loopback instead.',
    ].join('\n'),
  );
}

const listOf = (value = ''): string[] =>
  value
    .split(',')
    .map((one) => one.trim().toLowerCase())
    .filter(Boolean);

function readAllowedHosts(value: string | undefined): string[] {
  const entries = listOf(value);
  const bad = entries.find(
    (entry) => !/^([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?$/.test(entry) || !URL.canParse(`http://${entry}`),
  );
  if (bad === undefined) return entries;
  throw new ConfigError(
    `STAMPLINE_ALLOWED_HOSTS has ${bad}, which is not a host such as stamp.example.org, or one with a port.`,
  );
}

function readFetchAllow(value: string | undefined): string[] {
  const entries = listOf(value);
  const bad = entries.find((entry) => !/^[\w.-]+$/.test(entry) && !isIP(entry) && !isNetwork(entry));
  if (bad === undefined) return entries;
  throw new ConfigError(
    `STAMPLINE_FETCH_ALLOW has ${bad}, which is neither a host name, nor an address, nor a network such as 10.0.0.0/8.`,
  );
}

function readDnsServers(value: string | undefined): string[] {
  const entries = listOf(value);
  try {
    new Resolver().setServers(entries);
  } catch {
    throw new ConfigError(
      `STAMPLINE_DNS=${value} is not a list of addresses of name servers, such as 10.0.0.2,[fd00::53]:5353.`,
    );
  }
  return entries;
}

function isNetwork(entry: string): boolean {
  const [address = '', bits = ''] = entry.split('/');
  const family = isIP(address);
  return family > 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}

function readTrustedProxies(value: string | undefined): string[] {
  const entries = listOf(value);
  const bad = entries.find((entry) => (!isIP(entry) && !isNetwork(entry)) || entry.endsWith('/0'));
  if (bad === undefined) return entries;
  throw new ConfigError(
    `STAMPLINE_TRUSTED_PROXIES has ${bad}, which is neither an address nor a network such as 10.0.0.0/8, or is all of them.`,
  );
}

function readTls({ STAMPLINE_TLS_CERT: cert, STAMPLINE_TLS_KEY: key }: NodeJS.ProcessEnv): TlsFiles | undefined {
  if (cert && key) return { cert: path.resolve(cert), key: path.resolve(key) };
  if (!cert && !key) return undefined;
  const [there, missing] = cert ? ['CERT', 'KEY'] : ['KEY', 'CERT'];
  throw new ConfigError(`STAMPLINE_TLS_${there} needs STAMPLINE_TLS_${missing} beside it: both name PEM files.`);
}

function readListenTrust(value: string | undefined): boolean {
  if (!value) return false;
  if (value === 'published-loopback') return true;
  throw new ConfigError(`STAMPLINE_LISTEN_TRUST=${value} is unknown. The one value there is: published-loopback.`);
}

function readAuth(value: string | undefined): boolean {
  if (!value || value === 'loopback') return false;
  if (value === 'required') return true;
  throw new ConfigError(`STAMPLINE_AUTH=${value} is unknown. Set it to required, or unset it.`);
}

function readSwitch(name: string, env: NodeJS.ProcessEnv): boolean {
  const value = env[name];
  if (!value || value === '0') return false;
  if (value === '1') return true;
  throw new ConfigError(`${name}=${value} is unknown: it is 1 or 0.`);
}

function readPort(value: string | undefined): number {
  const port = Number(value || 8000);
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new ConfigError(`PORT=${value} is not a port. Give a number from 0 to 65535 (0 takes any free one).`);
}

/** Its value is never shown: it has a password. A URL that names a socket folder (`@/name?host=/folder`) has no host. */
function readDatabaseUrl(value: string | undefined): string | undefined {
  if (!value) return undefined;
  if (!/^postgres(ql)?:\/\//.test(value)) {
    throw new ConfigError('DATABASE_URL must begin with postgres:// or postgresql://.');
  }
  if (URL.canParse(value.replace('@/', '@socket/'))) return value;
  throw new ConfigError(
    'DATABASE_URL is not a URL. It looks like postgres://user:password@host:5432/name; special characters in the password are percent-encoded (@ is %40).',
  );
}

function readLogLevel(value: string | undefined): string {
  const level = value || 'warn';
  if (LOG_LEVELS.has(level)) return level;
  throw new ConfigError(`STAMPLINE_LOG=${level} is unknown. Use one of ${[...LOG_LEVELS].join(', ')}.`);
}

function readMost(name: string, env: NodeJS.ProcessEnv, initial: number, greatest: number): number {
  const most = Number(env[name] || initial);
  if (Number.isInteger(most) && most >= 1 && most <= greatest) return most;
  throw new ConfigError(`${name}=${env[name]} can't be. Give a whole number from 1 to ${greatest}.`);
}
