// sourcepackage: scripts create before they look, so a known name answers 201 with what is there.
import { Text } from '../rest/fields/field-decorators.js';
import { defineResource } from '../rest/resource.js';
import { SourcePackageRow } from './source-package.row.js';

class SourcePackageBody {
  @Text({
    help: 'The name in the archive; unique.',
    example: 'my-package',
    max: 500,
    required: true,
    unique: true,
    pattern: { regex: /\S/, message: 'Enter a name.' },
  })
  name: string;
}

export const sourcePackage = defineResource({
  name: 'sourcepackage',
  scope: 'ticket:write',
  noun: 'source package',
  entity: SourcePackageRow,
  body: SourcePackageBody,
  verbs: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  getOrCreateBy: 'name',
  label: 't.name',
  uniques: { sourcepackage_name_key: { field: 'name', message: "A source package '…' exists already." } },
  docs: {
    tag: 'Packages',
    about: 'A source package of the archive. POST of a name that exists answers 201 with the existing one.',
    example: { name: 'my-package' },
    filters: { name__startswith: 'my' },
    documented: {
      create: { order: 10, summary: 'Add source package', body: { name: 'my-package' } },
      list: { order: 11, summary: 'Get source packages' },
    },
  },
});
