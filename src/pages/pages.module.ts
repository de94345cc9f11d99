// What people open in a browser or download: the start page, and the command.
import { Module } from '@nestjs/common';
import { CliFilesController } from './cli-files.controller.js';
import { HomeController } from './home.controller.js';

@Module({ controllers: [CliFilesController, HomeController] })
export class PagesModule {}
