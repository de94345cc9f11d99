// What Git LFS leaves in a work tree where it isn't installed, or has not fetched: a few lines in place of the file. No page can use them.

const BEGINS = Buffer.from('version https://git-lfs.github.com/spec/');

export const isLfsPointer = (bytes: Buffer): boolean => bytes.subarray(0, BEGINS.length).equals(BEGINS);
