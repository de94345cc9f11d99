// How uploads are documented.
import { text } from '../rest/operations/schema-words.js';

const nullable = (type: string, description: string): object => ({ type: [type, 'null'], description });

const GIT = {
  git_remote: text('Where the source is, for the revision: an https, ssh, git or file URL, or user@host:path.'),
  git_branch: text('Its branch.'),
  git_commit: { ...text('Its commit.'), pattern: '^[0-9a-f]{7,64}$' },
};

const FORM = {
  type: 'object',
  description:
    'One of: `specifier` and one file; `name` and the files of a package; `mode=sources` and the files of a folder. ' +
    'A part called `file` has its path as filename; any other file part is called by its path.',
  properties: {
    specifier: text('What the one file is imported by.'),
    name: text(
      'What the package is imported by; `name/` leads to its folder. Subpaths that its `exports` has elsewhere get keys.',
    ),
    mode: { type: 'string', enum: ['module', 'package', 'sources'], description: 'Where the others don’t say it.' },
    scope: text('The scope of the import map that it goes to, a URL; without it `imports`.'),
    entry: text(
      "The file that a package's name leads to; else package.json says (`exports`, `module`, `main`), else index.js.",
    ),
    delete: { type: 'array', items: text('A path.'), description: 'Files of watched sources that are gone.' },
    source: {
      type: 'array',
      items: { ...text("git's id of a file, and its path."), pattern: '^([0-9a-f]{40}|[0-9a-f]{64}) .+$' },
      description:
        'Of watched sources: what `git hash-object --path=<path> <path>` says of each file, SHA-1 or SHA-256. It is kept beside the module, so that others can compare their history with what production has.',
      example: ['ce013625030ba8dba906f756967f9e9ca394464a src/app.js'],
    },
    base: {
      type: 'array',
      items: { ...text("git's id, and a path."), pattern: '^([0-9a-f]{40}|[0-9a-f]{64}|none) .+$' },
      description:
        "Of watched sources: the version of production that a file was made from, `none` where there was none. Where production has another one, the change is a conflict. Without it production as it is now counts, unless the file is as production had it once, and `why` says that nobody compared. A path whose file doesn't come keeps its change, on this base.",
      example: ['none src/app.js'],
    },
    dirty: {
      type: 'array',
      items: text('A path.'),
      description:
        'Of watched sources: those that are in no commit as they come. Of a package any of its paths marks all of it.',
    },
    built: {
      type: 'array',
      items: { ...text('A commit, and a path.'), pattern: '^[0-9a-f]{7,64} .+$' },
      description:
        'Of watched sources: those that git ignores since a build makes them, and the commit that it made them from. `GET ticket/<id>/sources/` and `why` tell it, so that whoever promotes can ask for that commit.',
      example: ['1f7391f92b6a3792204e07e99f71f643cc35e7e1 dist/app.js'],
    },
    unchanged: {
      type: 'array',
      items: text('A path.'),
      description: 'Of watched sources: those that are no change of the ticket; one that there was is taken back.',
    },
    ...GIT,
    file: { type: 'array', items: { type: 'string', format: 'binary', description: 'A file.' }, description: 'Files.' },
  },
};

const ENTRY = {
  specifier: text('What it is imported by.'),
  scope: text('The scope that it goes to, a URL.'),
  url: text('Where it is: https, or what an upload was answered with.'),
  integrity: text('sha256-, sha384- or sha512- and the digest in base64: 44, 64 or 88 characters.'),
  delete: { type: 'boolean', description: 'True, without a url: the ticket takes it out of the map.' },
};

const BODY = {
  type: 'object',
  description: 'One entry, or several in `modules`.',
  properties: {
    ...ENTRY,
    modules: {
      type: 'array',
      description: 'Several entries.',
      items: { type: 'object', description: 'An entry.', properties: ENTRY },
    },
    ...GIT,
  },
};

export const UPLOAD_BODY = {
  required: true,
  description: 'A form with files, or JSON with URLs.',
  schema: { anyOf: [FORM, BODY], description: 'A form with files, or JSON with URLs.' },
};

const MODULE = {
  type: 'object',
  description: 'Where a specifier leads now.',
  properties: {
    specifier: text('What it is imported by.'),
    scope: nullable('string', 'Its scope.'),
    url: text('Where it is; for ever the same bytes where it was uploaded.'),
    integrity: nullable('string', 'As browsers check it.'),
    size: nullable('integer', 'Bytes, where it was uploaded.'),
    imports: { type: ['array', 'null'], items: text('A specifier.'), description: 'What it imports.' },
    live: {
      type: 'boolean',
      description: 'True where production has exactly this; a watched file is then no change of the ticket.',
    },
  },
};

export const UPLOAD_REPLY = {
  type: 'object',
  description: 'What the upload came to.',
  properties: {
    ticket: text('The ticket.'),
    key: text('Its key.'),
    stage: text('The stage that it is at.'),
    revision: { type: 'integer', description: 'The revision of its changes.' },
    modules: { type: 'array', items: MODULE, description: 'What was set.' },
    deleted: {
      type: 'array',
      description: 'What was deleted.',
      items: {
        type: 'object',
        description: 'A key.',
        properties: { specifier: text('The specifier.'), scope: nullable('string', 'Its scope.') },
      },
    },
    warnings: {
      type: 'array',
      description: 'What stops nothing, and should be known.',
      items: {
        type: 'object',
        description: 'A warning.',
        properties: {
          code: {
            type: 'string',
            enum: ['overlap', 'overtaken', 'dangling', 'dropped', 'outside', 'dynamic', 'left_out'],
            description: 'What it is.',
          },
          key: text('The key that it is about.'),
          ticket: text('The other ticket, where there is one.'),
          message: text('What it means and what to do.'),
        },
      },
    },
    more_warnings: { type: 'integer', description: 'How many more there are: at most 100 are told.' },
    links: {
      type: 'object',
      description: 'Where to look.',
      properties: {
        map: text("The ticket's map."),
        production: text("Production's map."),
        ticket: text('The ticket.'),
      },
    },
  },
};
