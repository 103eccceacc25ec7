const classes = ['08', '53', '57']
const codes = new Set(['40001', '40P01', '55P03', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'])

/** Whether a database error may pass: lost connections, a restarting server, deadlocks, no free connection, a step that another process did. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, constraint } = error as { code?: unknown; constraint?: unknown }
  if (constraint === 'workflow_step_pkey') return true
  if (typeof code === 'string') return codes.has(code) || classes.includes(code.slice(0, 2))
  return /timeout exceeded when trying to connect|connection terminated/i.test(error.message)
}
