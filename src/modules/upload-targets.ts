// Where the uploads of a ticket go: its project, and what that says of addresses.
import { Injectable } from '@nestjs/common';
import { Db } from '../platform/database/db.js';
import { notFound } from '../platform/errors.js';
import { type Principal, requireScope } from '../platform/principal.js';
import { KNOWN_MODULES_URLS } from '../projects/keep-modules-url.js';
import { type StageSetting, stageOrderOf } from '../projects/stages/stage-setting.js';
import { firstStage } from '../projects/stages/stage-order.js';
import { ModulesUrls } from '../projects/modules-urls.js';
import type { UploadTarget } from './upload-plan.js';

@Injectable()
export class UploadTargets {
  constructor(
    private readonly db: Db,
    private readonly modulesUrls: ModulesUrls,
  ) {}

  /** `origin`: of this server as the client calls it. Rejects with not_found; forbidden `scope.missing`, before a file is taken. */
  async of(ticket: number, origin: string, principal: Principal): Promise<UploadTarget> {
    const [found] = await this.db.run<{
      name: string;
      list: string[] | null;
      relative: boolean | null;
      stages: StageSetting[] | null;
      modules_url: string | null;
      bases: string[] | null;
    }>({
      name: 'upload_target',
      text: `SELECT p.name, p.settings->'url_safe_list' AS list, (p.settings->>'relative_addresses')::boolean AS relative, p.settings->'stages' AS stages,
          p.settings->>'modules_url' AS modules_url, ${KNOWN_MODULES_URLS} AS bases
        FROM ticket t JOIN project p ON p.id = t.project_id WHERE t.id = $1`,
      values: [ticket],
    });
    if (!found) throw notFound(`There is no ticket ${ticket}.`);
    requireScope(principal, `map:${firstStage(stageOrderOf(found.stages)).name}`);
    return {
      project: found.name,
      safeList: found.list ?? [],
      relative: found.relative ?? false,
      origin,
      modulesUrl: this.modulesUrls.of(found.modules_url) ?? origin,
      bases: found.bases ?? [],
    };
  }
}
