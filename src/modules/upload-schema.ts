// How uploads are documented.
import { text } from '../rest/operations/schema-words.js';

const nullable = (type: string, description: string): object => ({ type: [type, 'null'], description });

const GIT = {
  git_remote: text(
    'The repository of the source, for the revision: an https, ssh, git or file URL, or user@host:path.',
  ),
  git_branch: text('Its branch.'),
  git_commit: { ...text('Its commit.'), pattern: '^[0-9a-f]{7,64}$' },
};

const FORM = {
  type: 'object',
  description:
    'One of: `specifier` and one file; `name` and the files of a package; `mode=sources` and the files of a folder. ' +
    'A part called `file` has its path as filename; any other file part is called by its path.',
  properties: {
    specifier: text('The specifier of the one file.'),
    name: text(
      'The specifier of the package; `name/` is mapped to its folder. Subpaths that its `exports` has elsewhere get keys.',
    ),
    mode: {
      type: 'string',
      enum: ['module', 'package', 'sources'],
      description: 'Needed if the other fields don’t decide it.',
    },
    scope: text('The scope of the import map that it goes to, a URL; without it `imports`.'),
    entry: text(
      'The entry file of a package; by default from package.json (`exports`, `module`, `main`), or index.js.',
    ),
    delete: { type: 'array', items: text('A path.'), description: 'Files of watched sources that were deleted.' },
    source: {
      type: 'array',
      items: { ...text("git's id of a file, and its path."), pattern: '^([0-9a-f]{40}|[0-9a-f]{64}) .+$' },
      description:
        'Of watched sources: the output of `git hash-object --path=<path> <path>` for each file, SHA-1 or SHA-256. It is stored with the module, so that other clones can compare their history with production.',
      example: ['ce013625030ba8dba906f756967f9e9ca394464a src/app.js'],
    },
    base: {
      type: 'array',
      items: { ...text("git's id, and a path."), pattern: '^([0-9a-f]{40}|[0-9a-f]{64}|none) .+$' },
      description:
        'Of watched sources: the version of production that a file is based on, or `none`. If production has another one, the change is a conflict. Without it the base is production now, unless the file equals an earlier version of production, and `why` reports that it was not compared. A path without its file keeps its change, on this base.',
      example: ['none src/app.js'],
    },
    dirty: {
      type: 'array',
      items: text('A path.'),
      description:
        'Of watched sources: the files with uncommitted changes. For a package, any of its paths marks the whole package.',
    },
    built: {
      type: 'array',
      items: { ...text('A commit, and a path.'), pattern: '^[0-9a-f]{7,64} .+$' },
      description:
        'Of watched sources: files that git ignores because a build makes them, and the commit that the build used. `GET ticket/<id>/sources/` and `why` report it, so that a promotion can check for that commit.',
      example: ['1f7391f92b6a3792204e07e99f71f643cc35e7e1 dist/app.js'],
    },
    unchanged: {
      type: 'array',
      items: text('A path.'),
      description: 'Of watched sources: files that the ticket does not change; an earlier change of them is reverted.',
    },
    ...GIT,
    file: { type: 'array', items: { type: 'string', format: 'binary', description: 'A file.' }, description: 'Files.' },
  },
};

const ENTRY = {
  specifier: text('The specifier that it is imported by.'),
  scope: text('Its scope, a URL.'),
  url: text('Its URL: https, or a URL from the reply to an upload.'),
  integrity: text('sha256-, sha384- or sha512- and the digest in base64: 44, 64 or 88 characters.'),
  delete: { type: 'boolean', description: 'True, without a url: the ticket deletes the key from the map.' },
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
  description: 'The new target of a specifier.',
  properties: {
    specifier: text('The specifier that it is imported by.'),
    scope: nullable('string', 'Its scope.'),
    url: text('Its URL; the bytes of an uploaded file never change.'),
    integrity: nullable('string', 'The digest that browsers check.'),
    size: nullable('integer', 'Its size in bytes, if it was uploaded.'),
    imports: { type: ['array', 'null'], items: text('A specifier.'), description: 'Its imports.' },
    live: {
      type: 'boolean',
      description: 'True if production has exactly this; a watched file is then not a change of the ticket.',
    },
  },
};

export const UPLOAD_REPLY = {
  type: 'object',
  description: 'The result of the upload.',
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
      description: 'Warnings, which do not stop the upload.',
      items: {
        type: 'object',
        description: 'A warning.',
        properties: {
          code: {
            type: 'string',
            enum: ['overlap', 'overtaken', 'dangling', 'dropped', 'outside', 'dynamic', 'left_out'],
            description: 'What it is.',
          },
          key: text('Its key.'),
          ticket: text('The other ticket, if there is one.'),
          message: text('The message, with what to do.'),
        },
      },
    },
    more_warnings: { type: 'integer', description: 'How many more there are: at most 100 are listed.' },
    links: {
      type: 'object',
      description: 'Links.',
      properties: {
        map: text("The ticket's map."),
        production: text("Production's map."),
        ticket: text('The ticket.'),
      },
    },
  },
};
