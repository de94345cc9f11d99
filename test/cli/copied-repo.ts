// Repositories for tables of many cells: a clone with its origin, made once by git and copied for each cell, and a project of
// its own whose production has the trunk's files, released over HTTP. What stamp does with it is a process, as people run it.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { formOf } from '../builders/modules.js';
import { eventually } from '../process/server-process.js';
import type { TestServer } from '../setup/test-server.js';
import { git } from './small-process.js';
import { type Ended, STAMP, stamp, stampEnvironment } from './stamp.js';
import { Watch } from './watched-app.js';

const ROOTS: string[] = [];
const WATCHES: Watch[] = [];
let template: string | undefined;
let made = 0;

/** For afterEach. */
export async function endRepos(): Promise<void> {
  for (const watch of WATCHES.splice(0)) await watch.kill();
  for (const root of ROOTS.splice(0)) fs.rmSync(root, { recursive: true, force: true });
}

/** For afterAll. */
export function endTemplate(): void {
  if (template !== undefined) fs.rmSync(template, { recursive: true, force: true });
  template = undefined;
}

export const version = (value: number | string): string => `export default ${value};\n`;

/** The ticket of each project. */
export const TICKET = 'CART-1';

export class CopiedRepo {
  readonly root = fs.mkdtempSync(path.join(os.tmpdir(), 'stamp-repo-'));
  readonly project = `cell${(made += 1)}`;
  /** Where the developer works; at first a clone on the branch `cart`, which is the trunk so far. */
  work = path.join(this.root, 'work');
  /** Of stamp. */
  env: Record<string, string> = {};

  constructor(private readonly server: TestServer) {
    ROOTS.push(this.root);
    template ??= makeTemplate();
    fs.cpSync(template, this.root, { recursive: true });
  }

  git(...args: string[]): string {
    return gitAt(this.work, ...args);
  }

  get head(): string {
    return this.git('rev-parse', 'HEAD');
  }

  path(file: string): string {
    return path.join(this.work, file);
  }

  write(file: string, text: string): void {
    fs.mkdirSync(path.dirname(this.path(file)), { recursive: true });
    fs.writeFileSync(this.path(file), text);
  }

  commit(file: string, text: string): void {
    this.write(file, text);
    this.commitAll(`Change ${file}`);
  }

  commitAll(message: string): void {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message', message);
  }

  /** The branch becomes the trunk's. */
  push(): void {
    this.git('push', '--quiet', 'origin', 'HEAD:main');
  }

  /** Somebody else brings something to the trunk, in a clone of their own. */
  othersPush(file: string, text: string): void {
    const others = path.join(this.root, 'others');
    if (!fs.existsSync(others)) gitAt(this.root, 'clone', '--quiet', 'origin.git', 'others');
    gitAt(others, 'pull', '--quiet', 'origin', 'main');
    fs.mkdirSync(path.dirname(path.join(others, file)), { recursive: true });
    fs.writeFileSync(path.join(others, file), text);
    gitAt(others, 'add', '--all');
    gitAt(
      others,
      '-c',
      'user.name=Bob',
      '-c',
      'user.email=bob@example.com',
      'commit',
      '--quiet',
      '--message',
      'Theirs',
    );
    gitAt(others, 'push', '--quiet', 'origin', 'HEAD:main');
  }

  /** Production gets what HEAD has below a folder, as a ticket of its own that came from HEAD. */
  async release(folder = 'src'): Promise<void> {
    const listed = this.git('ls-tree', '-r', '-z', 'HEAD', folder).split('\0').filter(Boolean);
    const files = listed.flatMap((line) => /^\d+ blob ([0-9a-f]+)\t(.*)$/s.exec(line)?.slice(1) ?? []);
    const [ids, paths] = [files.filter((_one, at) => at % 2 === 0), files.filter((_one, at) => at % 2 === 1)];
    const texts = {
      mode: 'sources',
      git_commit: this.head,
      source: paths.map((file, at) => `${ids[at]} ${file}`),
    };
    const bytes = Object.fromEntries(paths.map((file) => [file, fs.readFileSync(this.path(file))]));
    await this.upload(texts, bytes);
  }

  /** Production gets an upload, as a ticket of its own. Answers the ticket's key. */
  async upload(texts: Record<string, string | string[]>, bytes: Record<string, string | Uint8Array>): Promise<string> {
    const { http, base } = this.server;
    const known = await http.get(`/api/v1/project/?name=${this.project}`).expect(200);
    const project = known.body.objects[0]?.resource_uri ?? (await this.makeProject());
    const ticket = await http
      .post('/api/v1/ticket/')
      .send({ title: 'A release', owner: 'bob@example.com', project })
      .expect(201);
    const uri = ticket.body.resource_uri as string;
    const reply = await fetch(`${base}${uri}modules/`, { method: 'POST', body: formOf(texts, bytes) });
    expect(reply.status).toBe(201);
    for (let turn = 0; turn < 2; turn++) await http.post(`${uri}promote/`).expect(200);
    return ticket.body.key as string;
  }

  private async makeProject(): Promise<string> {
    const reply = await this.server.http
      .post('/api/v1/project/')
      .send({ name: this.project, prefix: `C${made}` })
      .expect(201);
    return reply.body.resource_uri as string;
  }

  /** To its end, without a state on the machine, as in CI. */
  stamp(line: string, cwd = this.work): Promise<Ended> {
    const env = { XDG_CACHE_HOME: path.join(this.root, `cache${(made += 1)}`), ...this.env };
    return stamp(`${line} --project ${this.project}`, { url: this.server.base, cwd, env, timeoutMs: 90_000 });
  }

  /** Resolves when it watches. */
  async watch(more = ''): Promise<Watch> {
    const line = `update ${TICKET} --json --yes --project ${this.project} ${more}`.split(' ').filter(Boolean);
    const env = { ...stampEnvironment(this.server.base, this.root), ...this.env };
    const watch = new Watch(spawn(process.execPath, [STAMP, ...line], { cwd: this.work, env }));
    WATCHES.push(watch);
    await watch.until('it watches', ({ event }) => event === 'watching');
    return watch;
  }

  /** What the ticket changes: `clean`, `deleted, stale`, `clean, dirty`. */
  async changes(): Promise<Record<string, string>> {
    const { body } = await this.server.http
      .get(`/api/v1/ticket/${TICKET}/sources/?project=${this.project}`)
      .expect(200);
    type Change = { deleted: boolean; state: string; dirty: boolean };
    return Object.fromEntries(
      Object.entries(body.changes as Record<string, Change>).map(([name, { deleted, state, dirty }]) => [
        name,
        `${deleted ? 'deleted, ' : ''}${state}${dirty ? ', dirty' : ''}`,
      ]),
    );
  }

  async untilChanges(wanted: Record<string, string>): Promise<void> {
    let last: Record<string, string> = {};
    const isSo = async (): Promise<boolean> => isEqual((last = await this.changes()), wanted);
    await eventually('the ticket has the changes', isSo).catch(() => expect(last).toEqual(wanted));
  }

  /** What browsers get of production: path → text. */
  async live(): Promise<Record<string, string>> {
    const { body } = await this.server.http.get(`/p/${this.project}/import-map.json`).expect(200);
    const before = `@${this.project}/`;
    const sources = Object.entries((body.imports ?? {}) as Record<string, string>).filter(([key]) =>
      key.startsWith(before),
    );
    const texts = sources.map(async ([key, url]): Promise<[string, string]> => [
      key.slice(before.length),
      (await (await fetch(url)).text()).split('//#')[0]?.trim() ?? '',
    ]);
    return Object.fromEntries(await Promise.all(texts));
  }

  async lastLayer(): Promise<Record<string, unknown>> {
    const { body } = await this.server.http
      .get(`/api/v1/release/?project__name=${this.project}&order_by=-number&limit=1`)
      .expect(200);
    const { number } = body.objects[0] as { number: number };
    const release = await this.server.http.get(`/api/v1/release/${number}/?project=${this.project}`).expect(200);
    return (release.body.layers as Record<string, unknown>[]).at(-1) ?? {};
  }
}

const isEqual = (one: Record<string, string>, other: Record<string, string>): boolean =>
  JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());

function gitAt(cwd: string, ...args: string[]): string {
  const always = ['-c', 'protocol.file.allow=always', '-c', 'safe.directory=*', '-c', 'core.editor=true'];
  const env = { PATH: process.env.PATH, HOME: os.tmpdir(), GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  return git([...always, ...args], cwd, env);
}

/** Its paths are relative, so that a copy is as good. */
function makeTemplate(): string {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'stamp-template-'));
  const work = path.join(root, 'work');
  gitAt(root, 'init', '--quiet', '--bare', '--initial-branch=main', 'origin.git');
  gitAt(root, 'init', '--quiet', '--initial-branch=main', 'work');
  gitAt(work, 'config', 'user.name', 'Alice');
  gitAt(work, 'config', 'user.email', 'alice@example.com');
  gitAt(work, 'remote', 'add', 'origin', '../origin.git');
  for (const file of ['cart', 'nav']) {
    fs.mkdirSync(path.join(work, 'src'), { recursive: true });
    fs.writeFileSync(path.join(work, `src/${file}.js`), version(1));
  }
  gitAt(work, 'add', '--all');
  gitAt(work, 'commit', '--quiet', '--message', 'The shop');
  gitAt(work, 'push', '--quiet', '--set-upstream', 'origin', 'main');
  gitAt(work, 'remote', 'set-head', 'origin', 'main');
  gitAt(work, 'switch', '--quiet', '--create', 'cart');
  return root;
}
