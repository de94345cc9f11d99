// testresult: what came out of a test suite.
import { Choice, Reference, Text, Whole } from '../rest/fields/field-decorators.js';
import { defineResource } from '../rest/resource.js';
import { TestResultRow } from './test-result.row.js';

const ARTIFACT = {
  regex: /^(|https?:\/\/\S+|\/api\/v1\/(sub)?ticketartifact\/\d+\/?)$/,
  message: 'Enter an http or https URL, or the URI of an artifact.',
};

class TestResultBody {
  @Reference('testsuite', { help: 'The suite that ran.', example: '/api/v1/testsuite/1/', required: true })
  testsuite: number;

  @Reference('ticket', {
    help: 'The ticket that it ran for; or a subticket.',
    example: '/api/v1/ticket/1/',
    nullable: true,
  })
  ticket: number | null;

  @Reference('subticket', { help: 'The subticket that it ran for; or a ticket.', example: null, nullable: true })
  subticket: number | null;

  @Choice(['pass', 'fail', 'error', 'skip'], { help: 'What came out.', example: 'pass', required: true })
  verdict: string;

  @Text({
    help: 'Its report: a URL, or the URI of an artifact.',
    example: 'http://tests.example/1.xml',
    max: 4096,
    initial: '',
    pattern: ARTIFACT,
  })
  artifact: string;

  @Whole({ help: 'How many seconds it took.', example: 42, min: 0, nullable: true })
  duration: number | null;

  @Text({ help: 'The revision that it ran on.', example: '4f1a2b3', max: 200, initial: '' })
  revision: string;
}

export const testResult = defineResource({
  name: 'testresult',
  scope: 'artifact:write',
  noun: 'test result',
  entity: TestResultRow,
  body: TestResultBody,
  verbs: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  checks: {
    testresult_owner_check: {
      code: 'testresult.invalid',
      message: 'A result belongs to exactly one object: give ticket or subticket.',
    },
  },
  label: "(SELECT s.name FROM testsuite s WHERE s.id = t.testsuite_id) || ' ' || t.verdict",
  belongsTo: {
    project:
      '(SELECT k.project_id FROM ticket k WHERE k.id = COALESCE(t.ticket_id, (SELECT s.ticket_id FROM subticket s WHERE s.id = t.subticket_id)))',
    ticket: 'COALESCE(t.ticket_id, (SELECT s.ticket_id FROM subticket s WHERE s.id = t.subticket_id))',
    subticket: 't.subticket_id',
  },
  docs: {
    tag: 'Tests',
    about: 'The result of a test suite for a ticket or a subticket: exactly one of the two.',
    example: { testsuite: '/api/v1/testsuite/1/', ticket: '/api/v1/ticket/1/', verdict: 'pass', duration: 42 },
    filters: { ticket: '1', verdict: 'fail' },
  },
});
