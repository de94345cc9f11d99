// What a bundle looks like in the OpenAPI document.
import { LARGEST_ID } from '../platform/whole-number.js';
import { list, text } from '../rest/operations/schema-words.js';

/** With the scope that it needs besides the bundle's own; held to where it is written (rest/writing). */
const needing = (scope: string, schema: object): object => ({ ...schema, 'x-scope': scope });
const part = (description: string, properties: Record<string, object>): object => ({
  type: 'object',
  description,
  properties,
});
const reference = (description: string): object => ({ type: ['string', 'integer'], maximum: LARGEST_ID, description });

const artifact = (types: string): object =>
  part('An artifact.', {
    name: text('What people call it.'),
    reference: text('Where it is: an http or https URL.'),
    type: text(types),
  });

const subticket = part('An upload or a merge proposal, tracked by a subticket.', {
  sourcepackage: reference('The source package: its name (created if it is new), URI or id.'),
  version: text('The version that was uploaded.'),
  merge_proposal: reference('The merge proposal, instead of an upload.'),
  assignee: text('Who works on it.'),
  current_workflow_step: needing('status:write', reference('Its step.')),
  status: needing('status:write', reference('Its status.')),
  artifacts: needing('artifact:write', list('Its artifacts.', artifact('SPU, RESULTS or LOGS.'))),
});

export const BUNDLE_SCHEMA = {
  type: 'object',
  description: 'The fields of a ticket, and its parts.',
  properties: {
    owner: text('Its owner.'),
    title: text('Its subject, in one line.'),
    description: text('Its full description.'),
    bug_id: text('The bug that it fixes: a number or a URL.'),
    key: text('Its key; generated if left out.'),
    project: reference('The project that it belongs to.'),
    current_workflow_step: needing('status:write', reference('Its step.')),
    status: needing('status:write', reference('Its status.')),
    links: list(
      'Links.',
      part('A link.', {
        kind: text('bug, blueprint, design or other.'),
        url: text('The URL of the target.'),
        title: text('What people call it.'),
      }),
    ),
    people: list(
      'People.',
      part('A person in a role.', {
        person: reference('Who it is.'),
        role: text('owner, worker, reviewer or driver.'),
      }),
    ),
    components: list(
      'Components.',
      part('A component.', {
        kind: text('package, ppa, branch or infrastructure.'),
        name: text('What people call it.'),
        reference: text('Where it is.'),
      }),
    ),
    subtickets: list('Subtickets.', subticket),
    artifacts: needing('artifact:write', list('Artifacts of the ticket.', artifact('RESULTS, LOGS or IMAGE.'))),
  },
  required: ['title'],
};

export const BUNDLE_EXAMPLE = {
  owner: 'owner@example.com',
  title: 'OpenSSL 3.0.15 and what it breaks',
  links: [{ kind: 'bug', url: 'https://bugs.debian.org/1085378' }],
  subtickets: [
    {
      sourcepackage: 'openssl',
      version: '3.0.15-1',
      assignee: 'test@example.com',
      artifacts: [
        {
          name: 'openssl_3.0.15-1.dsc',
          reference: 'http://deb.debian.org/debian/pool/main/o/openssl/openssl_3.0.15-1.dsc',
          type: 'SPU',
        },
      ],
    },
    { sourcepackage: 'curl', version: '7.88.1-10', assignee: 'test@example.com' },
  ],
  artifacts: [{ name: 'plan', reference: 'https://example.com/plan', type: 'RESULTS' }],
};
