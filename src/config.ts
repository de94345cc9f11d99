// The only reader of the environment: names, defaults and what must be set together (how each value is read: config-values.ts).
// Everything else gets a Config.
import path from 'node:path';
import {
  ConfigError,
  readAllowedHosts,
  readAuth,
  readDatabaseUrl,
  readDnsServers,
  readFetchAllow,
  readListenTrust,
  readLogLevel,
  readModulesUrl,
  readMost,
  readPort,
  readSwitch,
  readTls,
  readTrustedProxies,
  type TlsFiles,
} from './config-values.js';

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
  /** What module URLs begin with, before `/modules/…`, where a project says nothing else; without it our own. */
  readonly modulesUrl: string | undefined;
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
  /** Readers of the stream that are open at one server. */
  readonly streams: number;
  /** Requests that wait for a ticket, open at one server. */
  readonly waits: number;
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

const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '::1']);
const MEGABYTE = 1024 * 1024;

/**
 * Without DATABASE_URL the `PG…` variables are taken out of `env`: the driver would read them (PGSSLMODE, PGOPTIONS, …), and they
 * are somebody's way to another Postgres than the embedded one. Throws ConfigError.
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  if (!env.DATABASE_URL) for (const name of Object.keys(env)) if (/^PG[A-Z]+$/.test(name)) delete env[name];
  const config = {
    host: env.HOST || 'localhost',
    port: readPort(env.PORT),
    dataFolder: path.resolve(env.STAMPLINE_DATA || 'data'),
    databaseUrl: readDatabaseUrl(env.DATABASE_URL),
    postgresBin: env.STAMPLINE_POSTGRES_BIN || undefined,
    allowedHosts: readAllowedHosts(env.STAMPLINE_ALLOWED_HOSTS),
    modulesUrl: readModulesUrl(env.STAMPLINE_MODULES_URL),
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
      streams: readMost('STAMPLINE_QUOTA_STREAMS', env, 10_000, 1_000_000),
      waits: readMost('STAMPLINE_QUOTA_WAITS', env, 10_000, 1_000_000),
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
    why: "every request needs a token; the first start creates the administrator's",
  },
  {
    isMet: ({ tls, trustedProxies }) => tls !== undefined || trustedProxies.length > 0,
    example: 'STAMPLINE_TLS_CERT=/etc/stampline/cert.pem STAMPLINE_TLS_KEY=/etc/stampline/key.pem',
    why: 'TLS; or, if a proxy does TLS, its address: STAMPLINE_TRUSTED_PROXIES=10.0.0.5',
  },
  {
    isMet: ({ allowedHosts }) => allowedHosts.length > 0,
    example: 'STAMPLINE_ALLOWED_HOSTS=stamp.example.org',
    why: 'the host names that it answers to',
  },
];

/** Throws a ConfigError that lists everything that is missing, at once. */
function requireGuards(config: Config): void {
  const { host, beyondLoopback, trustedProxies, access } = config;
  if (trustedProxies.length > 0 && !access.required && !beyondLoopback) {
    throw new ConfigError(
      'STAMPLINE_TRUSTED_PROXIES lets other machines in, so every request needs a token: set STAMPLINE_AUTH=required too.',
    );
  }
  const missing = beyondLoopback ? DEMANDS.filter(({ isMet }) => !isMet(config)) : [];
  if (missing.length === 0) return;
  throw new ConfigError(
    [
      `HOST=${host} is not a loopback address. To listen beyond this machine, the server also needs:`,
      ...missing.map(({ example, why }) => `  ${example}\n      ${why}`),
      'If this is a container whose port is published on 127.0.0.1 only, set STAMPLINE_LISTEN_TRUST=published-loopback instead.',
    ].join('\n'),
  );
}
