// What may stand before `/modules/…` in place of this server's origin: a CDN that passes requests on to it.

const LONGEST = 300;
const START = /^https?:\/\/[!-~]+$/i;

/** The names of this machine. `host` as URL.hostname has it. */
export const isLoopbackHost = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || /^127(\.\d+){3}$/.test(host) || host === '[::1]';

/** What is wrong with a URL of modules, as what follows its name (`… is the URL of …`); undefined where nothing is. */
export function modulesUrlFault(given: unknown): string | undefined {
  if (typeof given !== 'string' || given.length > LONGEST || !START.test(given) || !URL.canParse(given))
    return `must be the URL that modules are served from, such as https://cdn.example, of at most ${LONGEST} characters.`;
  const { protocol, hostname, username, password } = new URL(given);
  if (protocol === 'http:' && !isLoopbackHost(hostname))
    return 'must be https: browsers refuse modules over http from another machine on https pages.';
  if (username || password) return 'has a user name or password: browsers refuse such modules. Leave them out.';
  return /[?#]/.test(given) ? 'has a query or a fragment. Leave it out: the path of each module follows.' : undefined;
}

/** As it stands before `/modules/…`: without a slash at its end, and without `/modules`, which may be said. */
export function modulesBase(url: string): string {
  const { origin, pathname } = new URL(url);
  const parts = pathname.split('/').filter((part) => part !== '');
  if (parts.at(-1) === 'modules') parts.pop();
  return [origin, ...parts].join('/');
}
