// Lets a test process import the project's TypeScript as it stands, and ends it with the runner: what a suite left open keeps no
// process, the runner only lets go of it.
import '../../scripts/typescript.mjs';

process.once('disconnect', () => process.exit());
