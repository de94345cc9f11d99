// The result of a test suite for a ticket or a subticket.
import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { TestSuiteRow } from '../projects/test-suite.row.js';
import { SubticketRow } from '../subtickets/subticket.row.js';
import { TicketRow } from '../tickets/ticket.row.js';

@Entity('testresult')
@Check('testresult_owner_check', 'num_nonnulls(ticket_id, subticket_id) = 1')
export class TestResultRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'testresult_pkey',
  })
  id: number;

  @ManyToOne(() => TestSuiteRow, { nullable: false })
  @JoinColumn({ name: 'testsuite_id', foreignKeyConstraintName: 'testresult_testsuite_id_fkey' })
  @Index('testresult_testsuite_id_idx')
  testsuite: Relation<TestSuiteRow>;

  @ManyToOne(() => TicketRow, { nullable: true, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'ticket_id', foreignKeyConstraintName: 'testresult_ticket_id_fkey' })
  @Index('testresult_ticket_id_idx', { where: 'ticket_id IS NOT NULL' })
  ticket: Relation<TicketRow> | null;

  @ManyToOne(() => SubticketRow, { nullable: true, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'subticket_id', foreignKeyConstraintName: 'testresult_subticket_id_fkey' })
  @Index('testresult_subticket_id_idx', { where: 'subticket_id IS NOT NULL' })
  subticket: Relation<SubticketRow> | null;

  @Column('text')
  verdict: string;

  @Column('text', { default: '' })
  artifact: string;

  /** Seconds. */
  @Column('integer', { nullable: true })
  duration: number | null;

  @Column('text', { default: '' })
  revision: string;
}
