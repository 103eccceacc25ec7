import { isConnectionLoss } from '@backroom/database'

/** Insufficient resources, operator intervention. */
const classes = ['53', '57']
/** Serialization failure, deadlock, lock not available. */
const codes = new Set(['40001', '40P01', '55P03'])

/** Whether a database error may pass: lost connections, a restarting server, deadlocks, no free connection, a step that another process did. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, constraint } = error as { code?: unknown; constraint?: unknown }
  if (isConnectionLoss(error) || constraint === 'workflow_step_pkey') return true
  return typeof code === 'string' && (codes.has(code) || classes.includes(code.slice(0, 2)))
}
