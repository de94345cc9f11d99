// A developer's clone of a repository with a trunk, as real git makes it; gone after the suite.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { git } from './small-process.js';

const folders: string[] = [];

export function endScenes(): void {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
}

export class GitScene {
  readonly root = fs.mkdtempSync(path.join(os.tmpdir(), 'stamp-git-'));
  /** Where the developer works. */
  work = path.join(this.root, 'work');

  /** A clone of a repository whose trunk has one commit, with a branch of its own. */
  constructor(readonly trunk = 'main') {
    folders.push(this.root);
    this.run(this.root, 'init', '--quiet', '--bare', `--initial-branch=${trunk}`, 'origin.git');
    this.clone('first');
    this.work = path.join(this.root, 'first');
    this.commit('src/cart.js', 'export default 1;\n');
    this.git('push', '--quiet', 'origin', `HEAD:${trunk}`);
    this.clone('work');
    this.work = path.join(this.root, 'work');
    this.git('switch', '--quiet', '--create', 'cart-2');
  }

  clone(name: string, ...options: string[]): string {
    this.run(this.root, 'clone', '--quiet', ...options, `file://${path.join(this.root, 'origin.git')}`, name);
    return path.join(this.root, name);
  }

  git(...args: string[]): string {
    return this.run(this.work, ...args);
  }

  write(file: string, text: string): void {
    fs.mkdirSync(path.dirname(path.join(this.work, file)), { recursive: true });
    fs.writeFileSync(path.join(this.work, file), text);
  }

  /** Answers the commit. */
  commit(file: string, text: string): string {
    this.write(file, text);
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message', `Change ${file}`);
    return this.head;
  }

  get head(): string {
    return this.git('rev-parse', 'HEAD');
  }

  /** Somebody else brings something to the trunk. */
  othersPush(file: string): void {
    const mine = this.work;
    this.work = path.join(this.root, 'first');
    this.git('pull', '--quiet', 'origin', this.trunk);
    this.commit(file, 'theirs\n');
    this.git('push', '--quiet', 'origin', `HEAD:${this.trunk}`);
    this.work = mine;
  }

  private run(cwd: string, ...args: string[]): string {
    const who = ['-c', 'user.name=Alice', '-c', 'user.email=alice@example.com', '-c', 'protocol.file.allow=always'];
    const env = { PATH: process.env.PATH, HOME: this.root, GIT_CONFIG_NOSYSTEM: '1' };
    return git([...who, ...args], cwd, env);
  }
}
