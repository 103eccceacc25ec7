import { userInfo } from 'node:os'

/** Who is at the command line, as the audit trail names them. */
export function operator(): string {
  return `operator:${userInfo().username}`
}
