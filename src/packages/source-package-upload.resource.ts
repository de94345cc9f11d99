// spu: a source package upload, one version that somebody handed in.
import { Reference, Text } from '../rest/fields/field-decorators.js';
import { defineResource } from '../rest/resource.js';
import { SourcePackageUploadRow } from './source-package-upload.row.js';

class SourcePackageUploadBody {
  @Reference('sourcepackage', {
    help: 'The source package that was uploaded.',
    example: '/api/v1/sourcepackage/1/',
    required: true,
  })
  sourcepackage: number;

  @Text({ help: 'The version that was uploaded.', example: '1.0', max: 4096, required: true })
  version: string;
}

export const sourcePackageUpload = defineResource({
  name: 'spu',
  scope: 'ticket:write',
  noun: 'source package upload',
  entity: SourcePackageUploadRow,
  body: SourcePackageUploadBody,
  verbs: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  label: "(SELECT s.name FROM sourcepackage s WHERE s.id = t.sourcepackage_id) || ' ' || t.version",
  docs: {
    tag: 'Packages',
    about: 'One uploaded version of a source package; a subticket tracks it.',
    example: { sourcepackage: '/api/v1/sourcepackage/1/', version: '1.0' },
    filters: { sourcepackage__name: 'my-package' },
    documented: {
      create: {
        order: 30,
        summary: 'Create source package upload',
        body: { sourcepackage: '/api/v1/sourcepackage/1/', version: '1.0' },
      },
    },
  },
});
