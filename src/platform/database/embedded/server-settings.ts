// The settings that every embedded Postgres runs with. They go on the command line, so a data directory's own
// postgresql.conf can't weaken what the server promises.
import { isSocketFolder, type Endpoint } from './socket-folder.js';

/** Promise: a write that was answered survives a kill of the server and of Postgres. */
const durable = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' };

/** For a small machine that this database shares with its one application. */
const small = {
  shared_buffers: '128MB',
  max_connections: '100',
  // Parallel workers need /dev/shm, of which a container has 64 MB; small transactions never use them.
  max_parallel_workers_per_gather: '0',
  jit: 'off',
};

const logging = {
  log_destination: 'stderr',
  logging_collector: 'off',
  log_checkpoints: 'off',
  log_line_prefix: '%m [%p] ',
  log_timezone: 'UTC',
  TimeZone: 'UTC',
};

/** The `-c name=value` arguments. Later ones win, so `extra` may override any. */
export function serverArguments(endpoint: Endpoint, extra: Record<string, string>): string[] {
  const settings = { ...durable, ...small, ...logging, ...listening(endpoint), ...extra };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function listening({ host, port }: Endpoint): Record<string, string> {
  if (!isSocketFolder(host)) return { listen_addresses: host, port: String(port) };
  return {
    listen_addresses: '',
    port: String(port),
    // A list: quoted, a path may hold commas and spaces.
    unix_socket_directories: `"${host.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
  };
}
