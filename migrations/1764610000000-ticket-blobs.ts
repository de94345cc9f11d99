// The files of packages are used by a ticket, once, and no longer by each of its revisions: what its revisions use, it uses too.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class TicketBlobs1764610000000 implements MigrationInterface {
  readonly name = 'TicketBlobs1764610000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `INSERT INTO blob_use (owner, hash) SELECT DISTINCT 'ticket/' || r.ticket_id, u.hash
        FROM map_revision r JOIN blob_use u ON u.owner = 'revision/' || r.id ON CONFLICT DO NOTHING`,
    );
  }

  /** Each revision has all of its ticket's then, as it would have copied them from the one before. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `INSERT INTO blob_use (owner, hash) SELECT 'revision/' || r.id, u.hash
        FROM map_revision r JOIN blob_use u ON u.owner = 'ticket/' || r.ticket_id ON CONFLICT DO NOTHING`,
    );
    await runner.query("DELETE FROM blob_use WHERE owner LIKE 'ticket/%'");
  }
}
