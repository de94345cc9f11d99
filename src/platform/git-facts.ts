// What may be kept of where a change comes from. Commands of git are run and printed with these texts, on machines of other
// people: none of them may be an option, a second command, or a revision that only looks like a commit.

/** What is wrong with a text that should be one of these; undefined where it is one. Each is given without being empty. */
type Check = (text: string) => string | undefined;

/** A commit's name, abbreviated to seven digits at least: nothing that git reads as an option, a range or a reference. */
export const COMMIT = /^[0-9a-f]{7,64}$/;

/** https, http, ssh, git and file URLs; `user@host:path`; an absolute path. Not `ext::…`, which runs a program. */
const REMOTE = /^(?:(?:https?|ssh|git|file):\/\/|[\w.-]+@[\w.-]+:(?!:)|\/)[\w.~%@:/+=,-]*$/;

const MOST_CHARACTERS = 1000;

export const isCommit = (text: string): boolean => COMMIT.test(text);

/** The server refuses what fails; the command leaves it out of what it sends, and checks what a server answers. */
export const GIT_CHECKS: Readonly<Record<'git_commit' | 'git_branch' | 'git_remote', Check>> = {
  git_commit: (text) => (isCommit(text) ? undefined : 'git_commit must be 7 to 64 hexadecimal digits in lower case.'),
  git_branch: (text) => (isBranch(text) ? undefined : 'git_branch must be a valid branch name, such as topic/carts.'),
  git_remote: (text) =>
    text.length <= MOST_CHARACTERS && REMOTE.test(text)
      ? undefined
      : 'git_remote must be an https, ssh, git or file URL, or user@host:path.',
};

/** As `git check-ref-format --branch` has it, and of no character that a shell or a terminal reads. */
function isBranch(text: string): boolean {
  const parts = text.split('/');
  return (
    text.length <= MOST_CHARACTERS &&
    /^[\p{L}\p{M}\p{N}_.@+#=,/-]+$/u.test(text) &&
    !/^[-@]$|^-|\.\.|\.$/.test(text) &&
    parts.every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'))
  );
}
