// binarypackage: what a source package builds, as the archive has it.
import { Flag, Reference, Text } from '../rest/fields/field-decorators.js';
import { defineResource } from '../rest/resource.js';
import { BinaryPackageRow } from './binary-package.row.js';

class BinaryPackageBody {
  @Text({
    help: 'The name in the archive; unique.',
    example: 'my-bin',
    max: 500,
    required: true,
    unique: true,
    pattern: { regex: /\S/, message: 'Enter a name.' },
  })
  name: string;

  @Reference('sourcepackage', {
    help: 'The source package that builds it.',
    example: '/api/v1/sourcepackage/1/',
    required: true,
  })
  sourcepackage: number;

  @Text({ help: 'The version in the archive.', example: '1.0-1', max: 4096, initial: '' })
  version: string;

  @Flag({ help: 'Whether it belongs to the monitored set.', example: false, initial: false })
  seeded: boolean;
}

export const binaryPackage = defineResource({
  name: 'binarypackage',
  scope: 'ticket:write',
  noun: 'binary package',
  entity: BinaryPackageRow,
  body: BinaryPackageBody,
  verbs: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  label: 't.name',
  uniques: { binarypackage_name_key: { field: 'name', message: "A binary package '…' exists already." } },
  docs: {
    tag: 'Packages',
    about: 'A binary package as the archive has it, built from a source package.',
    example: { name: 'my-bin', sourcepackage: '/api/v1/sourcepackage/1/', version: '1.0-1' },
    filters: { sourcepackage__name: 'my-package' },
    documented: { list: { order: 150, summary: 'Get binary packages' } },
  },
});
