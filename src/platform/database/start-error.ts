// Why the server can't start, in one line that says what to do. main prints it and exits with 1.

export class StartError extends Error {}
