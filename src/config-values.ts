// Reads single values of the environment: what each may be, and the one line for the operator where it can't be that.
import { Resolver } from 'node:dns';
import { isIP } from 'node:net';
import path from 'node:path';
import { shell } from './platform/shell-quote.js';
import { modulesBase, modulesUrlFault } from './platform/modules-url.js';

/** Something in the environment that can't be: one line for the operator, naming the variable. */
export class ConfigError extends Error {}

/** Paths of PEM files, absolute. */
export interface TlsFiles {
  /** The certificate, with those that lead to its root. */
  readonly cert: string;
  readonly key: string;
}

const LOG_LEVELS = new Set(['silent', 'error', 'warn', 'info', 'debug']);

const listOf = (value = ''): string[] =>
  value
    .split(',')
    .map((one) => one.trim().toLowerCase())
    .filter(Boolean);

export function readAllowedHosts(value: string | undefined): string[] {
  const entries = listOf(value);
  const bad = entries.find(
    (entry) => !/^([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?$/.test(entry) || !URL.canParse(`http://${entry}`),
  );
  if (bad === undefined) return entries;
  throw new ConfigError(
    `STAMPLINE_ALLOWED_HOSTS has ${bad}, which is not a host such as stamp.example.org, or one with a port.`,
  );
}

export function readFetchAllow(value: string | undefined): string[] {
  const entries = listOf(value);
  const bad = entries.find((entry) => !/^[\w.-]+$/.test(entry) && !isIP(entry) && !isNetwork(entry));
  if (bad === undefined) return entries;
  throw new ConfigError(
    `STAMPLINE_FETCH_ALLOW has ${bad}, which is neither a host name, nor an address, nor a network such as 10.0.0.0/8.`,
  );
}

export function readDnsServers(value: string | undefined): string[] {
  const entries = listOf(value);
  try {
    new Resolver().setServers(entries);
  } catch {
    throw new ConfigError(
      `${shell`STAMPLINE_DNS=${value ?? ''}`} is not a list of addresses of name servers, such as 10.0.0.2,[fd00::53]:5353.`,
    );
  }
  return entries;
}

function isNetwork(entry: string): boolean {
  const [address = '', bits = ''] = entry.split('/');
  const family = isIP(address);
  return family > 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}

export function readModulesUrl(value: string | undefined): string | undefined {
  if (!value) return undefined;
  const fault = modulesUrlFault(value);
  // A password may be in it, so it is not shown.
  if (fault === undefined) return modulesBase(value);
  throw new ConfigError(`STAMPLINE_MODULES_URL ${fault}`);
}

export function readTrustedProxies(value: string | undefined): string[] {
  const entries = listOf(value);
  const bad = entries.find((entry) => (!isIP(entry) && !isNetwork(entry)) || entry.endsWith('/0'));
  if (bad === undefined) return entries;
  throw new ConfigError(
    `STAMPLINE_TRUSTED_PROXIES has ${bad}, which is neither an address nor a network such as 10.0.0.0/8, or is all of them.`,
  );
}

export function readTls({ STAMPLINE_TLS_CERT: cert, STAMPLINE_TLS_KEY: key }: NodeJS.ProcessEnv): TlsFiles | undefined {
  if (cert && key) return { cert: path.resolve(cert), key: path.resolve(key) };
  if (!cert && !key) return undefined;
  const [there, missing] = cert ? ['CERT', 'KEY'] : ['KEY', 'CERT'];
  throw new ConfigError(`STAMPLINE_TLS_${there} needs STAMPLINE_TLS_${missing} beside it: both name PEM files.`);
}

export function readListenTrust(value: string | undefined): boolean {
  if (!value) return false;
  if (value === 'published-loopback') return true;
  throw new ConfigError(
    `${shell`STAMPLINE_LISTEN_TRUST=${value}`} is not valid. The only value is published-loopback.`,
  );
}

export function readAuth(value: string | undefined): boolean {
  if (!value || value === 'loopback') return false;
  if (value === 'required') return true;
  throw new ConfigError(`${shell`STAMPLINE_AUTH=${value}`} is unknown. Set it to required, or unset it.`);
}

export function readSwitch(name: string, env: NodeJS.ProcessEnv): boolean {
  const value = env[name];
  if (!value || value === '0') return false;
  if (value === '1') return true;
  throw new ConfigError(`${name}=${value} is not valid. Use 1 or 0.`);
}

export function readPort(value: string | undefined): number {
  const port = Number(value || 8000);
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new ConfigError(`PORT=${value} is not a port. Use a number from 0 to 65535 (0 takes any free one).`);
}

/** Its value is never shown: it has a password. A URL that names a socket folder (`@/name?host=/folder`) has no host. */
export function readDatabaseUrl(value: string | undefined): string | undefined {
  if (!value) return undefined;
  if (!/^postgres(ql)?:\/\//.test(value)) {
    throw new ConfigError('DATABASE_URL must begin with postgres:// or postgresql://.');
  }
  if (URL.canParse(value.replace('@/', '@socket/'))) return value;
  throw new ConfigError(
    'DATABASE_URL is not a URL. Write it as postgres://user:password@host:5432/name; special characters in the password are percent-encoded (@ is %40).',
  );
}

export function readLogLevel(value: string | undefined): string {
  const level = value || 'warn';
  if (LOG_LEVELS.has(level)) return level;
  throw new ConfigError(`${shell`STAMPLINE_LOG=${level}`} is unknown. Use one of ${[...LOG_LEVELS].join(', ')}.`);
}

export function readMost(name: string, env: NodeJS.ProcessEnv, initial: number, greatest: number): number {
  const most = Number(env[name] || initial);
  if (Number.isInteger(most) && most >= 1 && most <= greatest) return most;
  throw new ConfigError(`${name}=${env[name]} is not valid. Use a whole number from 1 to ${greatest}.`);
}
