// Which name a misspelt word probably meant.
import { closest } from '../../src/rest/writing/did-you-mean.js';

const NAMES = ['current_workflow_step', 'status'];

it.each([
  ['current_workflow_setp', 'current_workflow_step'],
  ['currentWorkflowStep', 'current_workflow_step'],
  ['workflow_step', 'current_workflow_step'],
  ['step', 'current_workflow_step'],
  ['state', 'status'],
  ['Status ', 'status'],
  ['stauts', 'status'],
  ['title', undefined],
  ['x', undefined],
])('%j meant %j', (word, meant) => expect(closest(word, NAMES)).toBe(meant));

it('has nothing to offer where there are no names, and stands long words', () => {
  expect(closest('status', [])).toBeUndefined();
  expect(closest('s'.repeat(100_000), NAMES)).toBeUndefined();
});
