// Two developers and more, a clone each of one repository, and one production: what stories of several clones are played with.
import path from 'node:path';
import type { TestServer } from '../setup/test-server.js';
import { GitScene } from './git-scene.js';
import { type Ended, stamp } from './stamp.js';

let made = 0;

/** A project of its own, with a repository whose trunk has src/cart.js and src/nav.js. */
export class Team {
  readonly scene = new GitScene();
  readonly project = `team${(made += 1)}`;
  readonly homes = new Map<string, string>();

  constructor(private readonly server: TestServer) {}

  async begin(): Promise<this> {
    await this.server.http
      .post('/api/v1/project/')
      .send({ name: this.project, prefix: `T${made}` })
      .expect(201);
    this.scene.work = `${this.scene.root}/first`;
    this.scene.commit('src/nav.js', 'export default 1;\n');
    this.push();
    return this;
  }

  /** Where the next commands run: a clone of the trunk as it is, made when it is named first. */
  as(name: string, ...options: string[]): this {
    if (!this.homes.has(name)) this.homes.set(name, this.scene.clone(name, ...options));
    this.scene.work = this.homes.get(name) ?? '';
    this.scene.git('config', 'user.email', `${name}@example.com`);
    this.scene.git('config', 'user.name', name);
    return this;
  }

  branch(name: string): this {
    this.scene.git('switch', '--quiet', '--create', name);
    return this;
  }

  /** Commits are made by whoever the clone is of. */
  commit(file: string, text: string | null): this {
    if (text === null) this.scene.git('rm', '--quiet', file);
    else this.scene.write(file, text);
    this.scene.git('add', '--all');
    const author = `${path.basename(this.scene.work)} <${path.basename(this.scene.work)}@example.com>`;
    this.scene.git('commit', '--quiet', '--author', author, '--message', `Change ${file}`);
    return this;
  }

  push(): this {
    this.scene.git('push', '--quiet', 'origin', 'HEAD:main');
    return this;
  }

  pull(): this {
    this.scene.git('pull', '--quiet', '--rebase', 'origin', 'main');
    return this;
  }

  /** Everyone's command begins without a state of its own, as in CI. */
  run(line: string, cwd = this.scene.work): Promise<Ended> {
    const env = { XDG_CACHE_HOME: `${this.scene.root}/cache${(made += 1)}`, GIT_CONFIG_NOSYSTEM: '1' };
    return stamp(`${line} --project ${this.project}`, { url: this.server.base, cwd, env });
  }

  async update(ticket: string, more = ''): Promise<Ended> {
    const ended = await this.run(`update ${ticket} --once --yes ${more}`);
    expect([ended.code, ended.stderr]).toEqual([0, expect.any(String)]);
    return ended;
  }

  async release(ticket: string): Promise<void> {
    for (let turn = 0; turn < 2; turn++) {
      const ended = await this.run(`${ticket} --promote --yes`);
      expect([ended.code, ended.stderr]).toEqual([0, expect.any(String)]);
    }
  }

  async changesOf(ticket: string): Promise<Record<string, string>> {
    const { body } = await this.server.http
      .get(`/api/v1/ticket/${ticket}/sources/?project=${this.project}`)
      .expect(200);
    return Object.fromEntries(
      Object.entries(body.changes as Record<string, { deleted: boolean; state: string }>).map(([name, one]) => [
        name,
        one.deleted ? `deleted, ${one.state}` : one.state,
      ]),
    );
  }

  /** What browsers get of a file; undefined where production lacks it. */
  async live(file: string): Promise<string | undefined> {
    const { body } = await this.server.http.get(`/p/${this.project}/import-map.json`).expect(200);
    const url = (body.imports as Record<string, string>)[`@${this.project}/${file}`];
    if (url === undefined) return undefined;
    return (await (await fetch(url)).text()).split('//#')[0]?.trim();
  }

  /** The trunk's files in production, by a ticket from the trunk. */
  async firstRelease(): Promise<this> {
    this.as('ci');
    await this.update('FIRST-1');
    await this.release('FIRST-1');
    return this;
  }
}
