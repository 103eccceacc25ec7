/** Of Node: nobody listens, the connection broke, the name or the way to it is gone, as while a container is away. */
const network = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
])
/** Of Postgres: it stops, crashed, starts, or has no connection left. */
const states = new Set(['57P01', '57P02', '57P03', '53300'])
const CONNECTION_EXCEPTION = '08'
const words = /connection terminated|not queryable|timeout exceeded when trying to connect|connection timeout/i

/** Whether an error of a query or a connection says that the database is out of reach for the moment. */
export function isConnectionLoss(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: string }
  if (typeof code !== 'string') return words.test(message ?? '')
  return network.has(code) || states.has(code) || code.startsWith(CONNECTION_EXCEPTION)
}
