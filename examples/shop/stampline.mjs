// What the shop asks of Stampline: tickets, uploads of modules and of whole npm packages, stage verbs. Only fetch.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('./', import.meta.url));
const packages = path.join(here, '..', '..', 'node_modules');

/** The npm packages that the shop is made of, and which of their files browsers need. */
export const PACKAGES = {
  preact: /^(package\.json|(dist|hooks\/dist)\/\w+\.module\.js(\.map)?)$/,
  'lodash-es': /^(package\.json|[\w.-]+\.js)$/,
  lit: /^(package\.json|((directives|decorators)\/)?[\w-]+\.js(\.map)?)$/,
  'lit-html': /^(package\.json|(directives\/)?[\w-]+\.js(\.map)?)$/,
  'lit-element': /^(package\.json|(decorators\/)?[\w-]+\.js(\.map)?)$/,
  '@lit/reactive-element': /^(package\.json|(decorators\/)?[\w-]+\.js(\.map)?)$/,
};

/** The shop's own modules: each is imported by its file's name. */
export const MODULES = 'shop nav basket teas price stars catalog cart checkout announcement'.split(' ');

export const sourceOf = (name, folder = 'modules') => readFile(path.join(here, folder, `${name}.js`), 'utf8');

/** `[[path, bytes], …]` of the files of a package that browsers need. */
export async function packageFiles(name) {
  const folder = path.join(packages, name);
  const entries = await readdir(folder, { recursive: true });
  const paths = entries.map((entry) => entry.replaceAll(path.sep, '/')).filter((entry) => PACKAGES[name].test(entry));
  return Promise.all(paths.sort().map(async (one) => [one, await readFile(path.join(folder, one))]));
}

function formOf(texts, files) {
  const form = new FormData();
  for (const [name, value] of Object.entries(texts)) form.append(name, value);
  for (const [file, content] of files) form.append('file', new Blob([content]), file);
  return form;
}

export class Stampline {
  /** `say` is told each call and what it came to. */
  constructor(origin, say = () => {}) {
    this.origin = origin.replace(/\/$/, '');
    this.say = say;
  }

  /** Answers the body; throws where the call is refused. */
  async call(method, url, body) {
    const headers = body === undefined || body instanceof FormData ? {} : { 'content-type': 'application/json' };
    const sent = body === undefined || body instanceof FormData ? body : JSON.stringify(body);
    const answer = await fetch(this.origin + url, { method, headers, body: sent });
    const text = await answer.text();
    const what = (body instanceof FormData && (body.get('specifier') ?? body.get('name'))) || body?.specifier;
    this.say(`${method} ${url}${what ? ` ${what}` : ''} → ${answer.status}`);
    if (!answer.ok) throw new Error(`${method} ${url} answered ${answer.status}: ${text.slice(0, 1000)}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  /** Answers the ticket's key. */
  async ticket(title) {
    return (await this.call('POST', '/api/v1/ticket/', { title, owner: 'tea@example.com' })).key;
  }

  /** A module of the shop's own, as it is in `folder`, or `source`. */
  async module(ticket, name, source, texts = {}) {
    const form = formOf({ specifier: name, ...texts }, [[`${name.replaceAll('/', '-')}.js`, source]]);
    return this.call('POST', `/api/v1/ticket/${ticket}/modules/`, form);
  }

  /** A package from node_modules, whole; `replaced` has other contents for some of its files. */
  async package(ticket, name, replaced = {}) {
    const files = (await packageFiles(name)).map(([file, content]) => [file, replaced[file] ?? content]);
    return this.call('POST', `/api/v1/ticket/${ticket}/modules/`, formOf({ name }, files));
  }

  /** A ticket with all of the shop in it. */
  async shop(title) {
    const ticket = await this.ticket(title);
    for (const name of Object.keys(PACKAGES)) await this.package(ticket, name);
    for (const name of MODULES) await this.module(ticket, name, await sourceOf(name));
    return ticket;
  }

  delete(ticket, specifier) {
    return this.call('POST', `/api/v1/ticket/${ticket}/modules/`, { specifier, delete: true });
  }

  promote(ticket) {
    return this.call('POST', `/api/v1/ticket/${ticket}/promote/`);
  }

  revert(ticket, reason) {
    return this.call('POST', `/api/v1/ticket/${ticket}/revert/`, { reason });
  }

  /** The import map; `query` as pages have it: `?dev=TKT-1`. */
  map(query = '') {
    return this.call('GET', `/import-map.json${query}`);
  }
}
