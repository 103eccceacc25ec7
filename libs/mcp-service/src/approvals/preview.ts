import { sql } from 'kysely'
import type { ValidCall } from '../calls/call-tool.ts'
import { resultOf } from '../calls/outcome.ts'
import type { AnyContext, ApprovalSubject } from '../define.ts'
import type { Change } from './request.ts'

/** What a call would change. */
export interface Preview {
  subject: ApprovalSubject | undefined
  changes: Change[]
}

/**
 * Runs the call in the given transaction, compares its subject before and after, and undoes everything that it did.
 *
 * @throws {BusinessError} the refusal that the call itself would meet
 */
export async function previewOf({ compiled, args }: ValidCall, context: AnyContext): Promise<Preview> {
  const { tool } = compiled
  const { db } = context
  const subject = await tool.subject?.(args, context)
  await sql`savepoint preview`.execute(db)
  const unheard = { ...context, changed: () => undefined }
  if ('handle' in tool) resultOf(compiled, await tool.handle(args, unheard), args)
  else if ('start' in tool) await tool.start(args, unheard)
  const after = subject && (await tool.subject?.(args, unheard))
  await sql`rollback to savepoint preview`.execute(db)
  return { subject, changes: differences(subject?.state, after?.state) }
}

type State = ApprovalSubject['state']

function differences(before: State = {}, after: State = {}): Change[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .map((what) => ({ what, before: textOf(before[what]), after: textOf(after[what]) }))
    .filter((change) => change.before !== change.after)
}

function textOf(value: string | number | null | undefined): string | null {
  return value === null || value === undefined ? null : String(value)
}
