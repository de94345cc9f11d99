// How the files of source package uploads are documented.
import { text } from '../../rest/operations/schema-words.js';

export const SPU_FILES_BODY = {
  required: true,
  description: 'The files.',
  schema: {
    type: 'object',
    description: 'A form with files; each keeps its filename, whatever its field is called.',
    properties: {
      file: {
        type: 'array',
        description: 'Files.',
        items: { type: 'string', format: 'binary', description: 'A file.' },
      },
    },
  },
};

const FILES = {
  type: 'array',
  description: 'Files.',
  items: {
    type: 'object',
    description: 'A file.',
    properties: {
      name: text('Its name.'),
      size: { type: 'integer', description: 'Bytes.' },
      sha256: text('Its SHA-256.'),
      type: text('SPU, as among other artifacts.'),
      created_at: { type: 'string', format: 'date-time', description: 'When it was uploaded.' },
      spu: text('The upload that it belongs to.'),
      resource_uri: text('The URL of its download.'),
    },
  },
};

export const SPU_FILES_REPLY = {
  type: 'object',
  description: 'The stored files.',
  properties: {
    objects: FILES,
    missing: {
      type: 'array',
      description: 'Files that a .dsc or .changes lists and that are not uploaded yet.',
      items: text('A name.'),
    },
  },
};

export const SPU_FILE_LIST = {
  type: 'object',
  description: 'A page.',
  properties: { meta: { type: 'object', description: 'Paging.' }, objects: FILES },
};
