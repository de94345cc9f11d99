// What people attach to a ticket: links, people, components.
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation, Unique } from 'typeorm';
import { PersonRow } from '../projects/people/person.row.js';
import { TicketRow } from './ticket.row.js';

@Entity('ticketlink')
export class TicketLinkRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'ticketlink_pkey',
  })
  id: number;

  @ManyToOne(() => TicketRow, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'ticket_id', foreignKeyConstraintName: 'ticketlink_ticket_id_fkey' })
  @Index('ticketlink_ticket_id_idx')
  ticket: Relation<TicketRow>;

  @Column('text')
  kind: string;

  @Column('text')
  url: string;

  @Column('text', { default: '' })
  title: string;
}

@Entity('ticketperson')
@Unique('ticketperson_ticket_id_person_id_role_key', ['ticket', 'person', 'role'])
export class TicketPersonRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'ticketperson_pkey',
  })
  id: number;

  @ManyToOne(() => TicketRow, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'ticket_id', foreignKeyConstraintName: 'ticketperson_ticket_id_fkey' })
  ticket: Relation<TicketRow>;

  @ManyToOne(() => PersonRow, { nullable: false })
  @JoinColumn({ name: 'person_id', foreignKeyConstraintName: 'ticketperson_person_id_fkey' })
  @Index('ticketperson_person_id_idx')
  person: Relation<PersonRow>;

  @Column('text')
  role: string;
}

@Entity('ticketcomponent')
export class TicketComponentRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'ticketcomponent_pkey',
  })
  id: number;

  @ManyToOne(() => TicketRow, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'ticket_id', foreignKeyConstraintName: 'ticketcomponent_ticket_id_fkey' })
  @Index('ticketcomponent_ticket_id_idx')
  ticket: Relation<TicketRow>;

  @Column('text')
  kind: string;

  @Column('text')
  name: string;

  @Column('text', { default: '' })
  reference: string;
}
