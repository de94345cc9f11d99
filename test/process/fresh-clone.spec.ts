// What the documents' commands run in is what a clone has: nothing that nobody committed, and each file as it is now.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freshClone } from '../../scripts/docs/fresh-clone.mjs';

let folder: string;
let root: string;

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stampline-clone-test-'));
  root = path.join(folder, 'root');
  const write = (name: string, text: string): void => {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  };
  const git = (...args: string[]): unknown =>
    execFileSync('git', ['-C', root, '-c', 'user.name=Ann', '-c', 'user.email=ann@example.com', ...args]);
  write('.gitignore', 'dist\nnode_modules\n');
  write('scripts/go.sh', '#!/bin/sh\n');
  fs.chmodSync(path.join(root, 'scripts/go.sh'), 0o755);
  write('changed.txt', 'before');
  write('removed.txt', '');
  write('naïve name.txt', '');
  fs.symlinkSync('changed.txt', path.join(root, 'link.txt'));
  git('init', '-q');
  git('add', '.');
  git('commit', '-qm', 'All');
  write('changed.txt', 'after');
  fs.rmSync(path.join(root, 'removed.txt'));
  write('untracked.txt', '');
  write('scripts/untracked.sh', '');
  write('dist/built.js', '');
  write('node_modules/dep/package.json', '{}');
});

afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

it('has the tracked files alone, with their modes and links, and the installed packages', () => {
  const clone = freshClone(root, path.join(folder, 'clone'));
  const files = fs.readdirSync(clone, { recursive: true }).map(String).sort();
  expect(files.filter((name) => !name.startsWith('node_modules/'))).toEqual([
    '.gitignore',
    'changed.txt',
    'link.txt',
    'naïve name.txt',
    'node_modules',
    'scripts',
    'scripts/go.sh',
  ]);
  const at = (name: string): string => path.join(clone, name);
  expect(fs.readFileSync(at('changed.txt'), 'utf8')).toBe('after');
  expect(fs.readlinkSync(at('link.txt'))).toBe('changed.txt');
  expect(fs.statSync(at('scripts/go.sh')).mode & 0o111).not.toBe(0);
  expect(fs.existsSync(at('node_modules/dep/package.json'))).toBe(true);
});
