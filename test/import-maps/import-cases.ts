// What the verdict `imports` says of production and a ticket over it, case by case.
import type { FormFiles } from '../builders/modules.js';

/** Sources by path, a package (`{name: files}`), a deletion (null). */
export type Change = Readonly<Record<string, string | null | FormFiles>>;

const pkg = (exports: unknown, files: Readonly<Record<string, string>>): FormFiles => ({
  'package.json': JSON.stringify({ exports }),
  ...files,
});

const NAV = pkg({ '.': './i.js', './x': './l/x.js' }, { 'i.js': 'import "./l/x.js";', 'l/x.js': '', 'l/y.js': '' });

export interface ImportCase {
  readonly production?: Change;
  readonly ticket: Change;
  readonly entries?: readonly string[];
  readonly code: string;
  readonly says?: string | RegExp;
}

export const IMPORT_CASES: Readonly<Record<string, ImportCase>> = {
  'a module without imports': { ticket: { main: '1' }, code: 'imports.resolved' },
  'what production has': { production: { lib: '1' }, ticket: { main: 'import "lib";' }, code: 'imports.resolved' },
  'what the ticket brings': { ticket: { lib: '1', main: 'import "lib";' }, code: 'imports.resolved' },
  'a URL': { ticket: { main: 'import "https://cdn.example/x.js";' }, code: 'imports.unseen' },
  'a module elsewhere': {
    ticket: { main: 'import "lib";', lib: 'https://cdn.example/lib.js' },
    code: 'imports.unseen',
    says: /What lib imports/,
  },
  'a new static import of nothing': {
    ticket: { main: 'import "gone";' },
    code: 'imports.unresolved',
    says: 'main → gone does not resolve',
  },
  'an export from nothing': { ticket: { main: 'export * from "gone";' }, code: 'imports.unresolved' },
  'a new dynamic import of nothing': {
    ticket: { main: 'import("gone");' },
    code: 'imports.known',
    says: /dynamically/,
  },
  'below a dynamic import': {
    ticket: { main: 'import("lazy");', lazy: 'import "gone";' },
    entries: ['main'],
    code: 'imports.known',
  },
  'both ways': {
    ticket: { main: 'import("lazy"); import "other";', other: 'import "lazy";', lazy: 'import "gone";' },
    entries: ['main'],
    code: 'imports.unresolved',
    says: 'main → other → lazy → gone',
  },
  'three modules away': {
    production: { b: 'import "c";', c: '1' },
    ticket: { a: 'import "b";', c: 'import "./gone.js";' },
    code: 'imports.unresolved',
    says: /c → \.\/gone\.js does not resolve/,
  },
  'a relative import of a module that stands alone': {
    ticket: { main: 'import "./other.js";' },
    code: 'imports.unresolved',
  },
  'what production misses, too': {
    production: { main: 'import "gone";' },
    ticket: { main: 'import "gone"; 2' },
    code: 'imports.known',
    says: /production has the same fault/,
  },
  'one more of what production misses': {
    production: { main: 'import "gone";' },
    ticket: { main: 'import "gone"; import "gone2";' },
    code: 'imports.unresolved',
    says: 'main → gone2 does not resolve',
  },
  'a deletion of what is imported': {
    production: { lib: '1', main: 'import "lib";' },
    ticket: { lib: null },
    code: 'imports.unresolved',
    says: 'main → lib does not resolve',
  },
  'a deletion of what is imported dynamically': {
    production: { lib: '1', main: 'import("lib");' },
    ticket: { lib: null },
    code: 'imports.unresolved',
  },
  'a deletion of what nobody imports': { production: { lib: '1' }, ticket: { lib: null }, code: 'imports.resolved' },
  'a file of a folder': {
    ticket: { nav: NAV, main: 'import "nav/l/y.js"; import "nav/x"; import "nav";' },
    code: 'imports.resolved',
  },
  'a file that a folder has not': {
    ticket: { nav: NAV, main: 'import "nav/hooks";' },
    code: 'imports.unresolved',
    says: 'main → nav/hooks',
  },
  'an import within a folder': {
    ticket: { nav: pkg('./i.js', { 'i.js': 'import "./gone.js";' }) },
    code: 'imports.unresolved',
    says: 'nav → ./gone.js',
  },
  'two files into a folder': {
    ticket: {
      nav: pkg('./i.js', { 'i.js': 'import "./l/a.js";', 'l/a.js': 'import "../b.js";', 'b.js': 'import "dep";' }),
    },
    code: 'imports.unresolved',
    says: 'nav → ./l/a.js → ../b.js → dep',
  },
  'a subpath that nobody imports': {
    ticket: { nav: pkg({ '.': './i.js', './server': './l/s.js' }, { 'i.js': '', 'l/s.js': 'import "node-only";' }) },
    code: 'imports.resolved',
  },
  'a folder without a file that production imports': {
    production: { nav: NAV, main: 'import "nav/l/y.js";' },
    ticket: { nav: pkg('./i.js', { 'i.js': '' }) },
    code: 'imports.unresolved',
    says: 'main → nav/l/y.js',
  },
  'an entry that nobody has': { ticket: { main: '1' }, entries: ['start'], code: 'imports.known' },
  'an entry that goes': {
    production: { start: '1' },
    ticket: { start: null },
    entries: ['start'],
    code: 'imports.unresolved',
    says: 'start does not resolve',
  },
  'what no entry leads to': {
    production: { start: '1' },
    ticket: { main: 'import "gone";' },
    entries: ['start'],
    code: 'imports.resolved',
  },
  'what an entry newly leads to': {
    production: { start: '1', lib: 'import "gone";' },
    ticket: { start: 'import "lib";' },
    entries: ['start'],
    code: 'imports.unresolved',
    says: 'start → lib → gone',
  },
  'what its version in production imports, too': {
    production: { lib: '1', main: 'import "lib";' },
    ticket: { main: 'import "lib"; 2' },
    code: 'imports.resolved',
  },
  'one import more, of what misses something': {
    production: { lib: 'import "gone";', main: '1' },
    ticket: { main: 'import "lib";' },
    code: 'imports.unresolved',
    says: 'main → lib → gone',
  },
  'the same imports, of which one leads elsewhere': {
    production: { lib: '1', main: 'import "lib";' },
    ticket: { lib: 'import "gone";', main: 'import "lib"; 2' },
    code: 'imports.unresolved',
    says: 'lib → gone',
  },
  'the same imports, and an entry that nobody has': {
    production: { lib: '1', main: 'import "lib";' },
    ticket: { main: 'import "lib"; 2' },
    entries: ['main', 'start'],
    code: 'imports.known',
  },
  'the same import of a file that its folder has not': {
    production: { nav: NAV, main: 'import "nav/l/gone.js";' },
    ticket: { main: 'import "nav/l/gone.js"; 2' },
    code: 'imports.known',
    says: /nav\/l\/gone\.js does not resolve; production has the same fault/,
  },
  'the same import of a file that its folder has': {
    production: { nav: NAV, main: 'import "nav/l/y.js";' },
    ticket: { main: 'import "nav/l/y.js"; 2' },
    code: 'imports.resolved',
  },
  'a folder within a folder, without a file that production imports': {
    production: { nav: NAV, main: 'import "nav/l/y.js";' },
    ticket: { 'nav/l': pkg('./x.js', { 'x.js': '' }) },
    code: 'imports.unresolved',
    says: 'main → nav/l/y.js',
  },
  'a deletion of what only a file within a package imports': {
    production: {
      dep: '1',
      nav: pkg('./i.js', { 'i.js': '', 'l/y.js': 'import "dep";' }),
      main: 'import "nav/l/y.js";',
    },
    ticket: { dep: null },
    code: 'imports.unresolved',
    says: 'nav/l/y.js → dep',
  },
  'a circle': { ticket: { a: 'import "b";', b: 'import "a";' }, code: 'imports.resolved' },
};
