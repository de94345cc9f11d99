// stamp completion: a script for the shell.
import { INSTALL, SCRIPTS } from '../words/completion-scripts.js';
import { usage } from '../words/cli-error.js';
import type { Verb } from '../session/verb.js';

const SHELLS = Object.keys(SCRIPTS);

export const completion: Verb = {
  name: 'completion',
  takes: '<bash|zsh|fish>',
  summary: 'Print a script that makes the shell complete verbs, options and tickets with the Tab key',
  description:
    'It gets tickets, stages, projects and releases from the server, and leaves them out if the server does not answer within a second.',
  json: { shell: true, script: true, install: true },
  examples: [
    { run: 'stamp completion bash', says: 'in ~/.bashrc: eval "$(stamp completion bash)"' },
    {
      run: 'stamp completion zsh',
      says: 'in ~/.zshrc, after compinit if that is there: eval "$(stamp completion zsh)"',
    },
    { run: 'stamp completion fish', says: 'goes to ~/.config/fish/completions/stamp.fish' },
  ],
  run: async ({ out }, [shell = '']) => {
    const script = SCRIPTS[shell];
    if (script === undefined) throw usage(`'${shell}' is not a supported shell. Known: ${SHELLS.join(', ')}.`);
    out.result({ shell, script, install: INSTALL[shell] }, () => out.lines(script.trimEnd()));
    return undefined;
  },
};
