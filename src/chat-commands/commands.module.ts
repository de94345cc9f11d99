// Commands in words: for chat, the stream's page and whoever has a terminal (stream.md, "Commands").
import { Module } from '@nestjs/common';
import { ProjectsModule } from '../projects/projects.module.js';
import { PromotionModule } from '../promotion/promotion.module.js';
import { StagesModule } from '../import-maps/stages/stages.module.js';
import { TicketsModule } from '../tickets/tickets.module.js';
import { CommandController } from './command.controller.js';
import { Confirmations } from './confirmations.js';
import { FindSubject } from './find-subject.js';
import { ApprovalCommands } from './approval-commands.js';
import { PerformCommand } from './perform-command.js';
import { ReadCommands } from './read-commands.js';
import { RunCommand } from './run-command.js';
import { StageCommands } from './stage-commands.js';
import { TicketCommands } from './ticket-commands.js';

@Module({
  imports: [ProjectsModule, PromotionModule, StagesModule, TicketsModule],
  controllers: [CommandController],
  providers: [
    Confirmations,
    FindSubject,
    ApprovalCommands,
    PerformCommand,
    ReadCommands,
    RunCommand,
    StageCommands,
    TicketCommands,
  ],
})
export class CommandsModule {}
