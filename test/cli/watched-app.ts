// An application's folder that `stamp … --update` watches: a git repository of its own, and the command as a process.
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { eventually } from '../process/server-process.js';
import { git } from './small-process.js';
import { type Ended, STAMP, stamp, stampEnvironment } from './stamp.js';

/** A line of `--json`. */
export type WatchEvent = Readonly<Record<string, any>> & { readonly event: string };

const apps: WatchedApp[] = [];

let made = 100;
/** Of a ticket that nobody in this suite has yet. */
export const newKey = (): string => `TKT-${++made}`;

/** A module without imports, which is shown as it was saved. */
export const moduleText = (value: number | string): string => `export default ${JSON.stringify(value)};\n`;

/** Ends what runs, and takes the folders away. For afterEach. */
export async function endApps(): Promise<void> {
  for (const app of apps.splice(0)) await app.remove();
}

export class WatchedApp {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stamp-app-'));
  private readonly home = fs.mkdtempSync(path.join(os.tmpdir(), 'stamp-home-'));
  private readonly watches: Watch[] = [];

  /** Paths with their contents, committed on a branch of that name; without a branch, there is no git. */
  constructor(files: Readonly<Record<string, string>>, branch: string | null = 'free-shipping') {
    apps.push(this);
    for (const [file, content] of Object.entries(files)) this.write(file, content);
    if (branch === null) return;
    this.git('init', '--quiet', `--initial-branch=${branch}`);
    this.git('config', 'user.email', 'alice@example.com');
    this.git('config', 'user.name', 'Alice');
    this.git('add', '.');
    this.git('commit', '--quiet', '--message=The shop');
  }

  get env(): Record<string, string> {
    return { HOME: this.home, XDG_CACHE_HOME: path.join(this.home, 'cache'), GIT_CONFIG_GLOBAL: '/dev/null' };
  }

  git(...args: string[]): string {
    const env = { ...stampEnvironment(undefined, this.home), ...this.env };
    return git(args, this.folder, env);
  }

  path(file: string): string {
    return path.join(this.folder, file);
  }

  write(file: string, content: string): void {
    fs.mkdirSync(path.dirname(this.path(file)), { recursive: true });
    fs.writeFileSync(this.path(file), content);
  }

  delete(file: string): void {
    fs.rmSync(this.path(file), { recursive: true });
  }

  rename(from: string, to: string): void {
    fs.mkdirSync(path.dirname(this.path(to)), { recursive: true });
    fs.renameSync(this.path(from), this.path(to));
  }

  /** To its end. */
  stamp(url: string, line: string, variables: Record<string, string> = {}): Promise<Ended> {
    return stamp(line, { url, cwd: this.folder, env: { ...this.env, ...variables } });
  }

  /** Resolves when it watches. */
  async watch(url: string, ticket: string, more = '', variables: Record<string, string> = {}): Promise<Watch> {
    const line = ['update', ticket, '--json', ...more.split(' ').filter(Boolean)];
    const env = { ...stampEnvironment(url, this.home), ...this.env, ...variables };
    const watch = new Watch(spawn(process.execPath, [STAMP, ...line], { cwd: this.folder, env }));
    this.watches.push(watch);
    await watch.until('it watches', (event) => event.event === 'watching');
    return watch;
  }

  async remove(): Promise<void> {
    for (const watch of this.watches) await watch.kill();
    for (const folder of [this.folder, this.home]) fs.rmSync(folder, { recursive: true, force: true });
  }
}

export class Watch {
  private readonly text = { stdout: '', stderr: '' };
  readonly ended: Promise<number | null>;

  constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => (this.text.stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.text.stderr += chunk.toString()));
    this.ended = new Promise((resolve) => child.once('close', resolve));
  }

  get stderr(): string {
    return this.text.stderr;
  }

  get events(): WatchEvent[] {
    const lines = this.text.stdout.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as WatchEvent);
  }

  of(name: string): WatchEvent[] {
    return this.events.filter(({ event }) => event === name);
  }

  /** Rejects where the command ended instead. */
  async until(what: string, is: (event: WatchEvent) => boolean): Promise<WatchEvent> {
    return eventually(what, () => {
      const found = this.events.find(is);
      if (!found && this.child.exitCode !== null)
        throw new Error(`stamp ended with ${this.child.exitCode} before ${what}: ${this.text.stdout}${this.stderr}`);
      return found;
    });
  }

  /** All that was sent after the first look, by name; what was sent twice is there twice. */
  get saved(): string[] {
    return this.of('saved').flatMap(({ files }) => files as string[]);
  }

  /** As Ctrl-C does; its exit code. */
  async interrupt(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    this.child.kill(signal);
    return this.ended;
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

/** What `?dev=` shows of the sources of a project: path → text; undefined leads nowhere. */
export async function shown(base: string, ticket: string, project = 'default'): Promise<Record<string, string>> {
  const at = project === 'default' ? '' : `/p/${project}`;
  const reply = await fetch(`${base}${at}/import-map.json?dev=${ticket}`);
  const { imports = {} } = (await reply.json()) as { imports?: Record<string, string> };
  const sources = Object.entries(imports).filter(([specifier]) => specifier.startsWith(`@${project}/`));
  const texts = sources.map(async ([specifier, url]): Promise<[string, string]> => [
    specifier.slice(project.length + 2),
    await (await fetch(url)).text(),
  ]);
  return Object.fromEntries(await Promise.all(texts));
}

/** Resolves when `?dev=` shows exactly this. */
export async function untilShown(base: string, ticket: string, wanted: Record<string, string>): Promise<void> {
  let last: Record<string, string> = {};
  await eventually('the ticket shows what was saved', async () => {
    last = await shown(base, ticket);
    return JSON.stringify(sorted(last)) === JSON.stringify(sorted(wanted));
  }).catch(() => expect(last).toEqual(wanted));
}

const sorted = (texts: Record<string, string>): [string, string][] =>
  Object.entries(texts).sort(([one], [other]) => (one < other ? -1 : 1));
