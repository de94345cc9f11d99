// A file that is made from the code and checked in: written, or with --check compared.
import fs from 'node:fs';

/** True where it was written. With --check it fails the process where the checked-in one differs. `command` makes it. */
export function keepGenerated(name, text, command) {
  const file = new URL(`../${name}`, import.meta.url);
  if (!process.argv.includes('--check')) {
    fs.writeFileSync(file, text);
    return true;
  }
  if (!fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== text) {
    console.error(`${name} is not what the code says. Run \`${command}\`, look at the difference, and commit it.`);
    process.exitCode = 1;
  }
  return false;
}
