// A database as DATABASE_URL says it.

/**
 * @param {{host: string, port: number, user: string, password: string, database: string}} connection `host`: a socket's folder, or an address
 * @returns {string}
 */
export function databaseUrl({ host, port, user, password, database }) {
  const where = host.startsWith('/')
    ? `localhost:${port}/${database}?host=${encodeURIComponent(host)}`
    : `${host}:${port}/${database}`;
  return `postgres://${user}:${encodeURIComponent(password)}@${where}`;
}
