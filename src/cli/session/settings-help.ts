// What the settings mean, as --help and docs/CLI.md say it.
import type { SettingName } from './settings.js';

export const SETTINGS_SAY: Readonly<Record<SettingName, string>> = {
  url: 'the server',
  token: 'sent as a bearer token with each request',
  project: 'the project of tickets, stages and releases',
  prefix: 'what a bare number means: 7 is TKT-7',
  folder: 'the folder that --update watches; in .stamprc.json a path from that file',
  root: 'in .stamprc.json, a path from that file: the folder from which files are named; without it the root of the repository',
  trunk:
    'the branch that a promotion has to descend from; without it what the remote calls its head, else main or master',
  page: 'a page of the application, which links to tickets and releases open',
};

/** Variables that are no settings of files. */
export const VARIABLES_SAY: readonly (readonly [string, string])[] = [
  ['STAMP_TICKET', 'the ticket of a verb that names none, instead of the ticket of the git branch'],
  ['NO_COLOR', 'no colour, whatever its value'],
  ['FORCE_COLOR', 'colour also where no terminal is'],
];
