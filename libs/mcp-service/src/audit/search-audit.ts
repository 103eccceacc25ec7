import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import { Cursor, decodeCursor, PageLimit, pageOf } from '../cursor.ts'

/** The trail as it is stored. */
export interface AuditRow {
  id: number
  at: Date
  kind: string
  decision: string | null
  request_id: string
  trace_id: string | null
  subject: string
  client_id: string
  actor: string | null
  grant_id: string | null
  token_id: string | null
  workflow_id: string | null
  approval_id: string | null
  tool: string
  arguments_digest: Buffer
  arguments: unknown
  outcome: unknown
  duration_ms: number | null
}

/** The tables behind an audit trail. */
export interface AuditTables {
  audit: AuditRow
  audit_seal: { position: number; audit_id: number; hash: Buffer }
}

const Id = z.string().min(1).max(256).optional()
const Moment = z.iso.datetime({ offset: true }).optional()

/** What `search_audit` is asked. */
export const AuditQuery = z.object({
  on_behalf_of: Id.describe('Account or customer whose rights were used'),
  client_id: Id,
  tool: Id,
  kind: z.enum(['effect', 'refusal', 'failure', 'request', 'decision']).optional(),
  approval_id: Id,
  request_id: Id,
  trace_id: Id,
  from: Moment.describe('Not before this moment'),
  to: Moment.describe('Before this moment'),
  cursor: Cursor,
  limit: PageLimit,
  verbosity: z.enum(['concise', 'full']).default('concise').describe('full adds arguments and results'),
})

/** A row of the trail as an auditor sees it. */
export const AuditItem = z.object({
  id: z.int(),
  position: z.int().nullable().describe('Place in the chain; null for about a second'),
  at: z.string(),
  kind: z.string(),
  decision: z
    .string()
    .nullable()
    .describe('allowed, approved, the code with which it was refused, or what a person said'),
  who: z.string().describe('Who acted: the account itself, or the service that acted for it'),
  on_behalf_of: z.string(),
  client_id: z.string(),
  tool: z.string(),
  arguments_digest: z.string().describe('SHA-256 of tool and arguments, hex'),
  request_id: z.string(),
  trace_id: z.string().nullable(),
  approval_id: z.string().nullable(),
  workflow_id: z.string().nullable(),
  grant_id: z.string().nullable(),
  token_id: z.string().nullable(),
  duration_ms: z.int().nullable(),
  arguments_untrusted: z.unknown().optional(),
  outcome_untrusted: z.unknown().optional(),
})

export const AuditPage = z.object({ items: z.array(AuditItem), next_cursor: z.string().optional() })

/**
 * Rows of the trail that match every given filter, the newest first.
 *
 * @throws {BusinessError} invalid_argument for a foreign cursor
 */
export async function searchTrail(
  db: Kysely<AuditTables>,
  { cursor, limit, verbosity, from, to, on_behalf_of: subject, ...exact }: z.output<typeof AuditQuery>,
): Promise<z.input<typeof AuditPage>> {
  const after = decodeCursor(cursor, z.tuple([z.int()]))
  let query = db
    .selectFrom('audit')
    .leftJoin('audit_seal', 'audit_seal.audit_id', 'audit.id')
    .selectAll('audit')
    .select('audit_seal.position')
  for (const [column, value] of Object.entries({ ...exact, subject })) {
    if (value !== undefined) query = query.where(sql.ref(`audit.${column}`), '=', value)
  }
  if (from !== undefined) query = query.where('audit.at', '>=', new Date(from))
  if (to !== undefined) query = query.where('audit.at', '<', new Date(to))
  if (after) query = query.where('audit.id', '<', after[0])
  const rows = await query
    .orderBy('audit.id', 'desc')
    .limit(limit + 1)
    .execute()
  const { items, ...rest } = pageOf(rows, limit, ({ id }) => [id])
  return { items: items.map((row) => itemOf(row, verbosity === 'full')), ...rest }
}

function itemOf(row: AuditRow & { position: number | null }, full: boolean): z.input<typeof AuditItem> {
  const { at, subject, actor, arguments: args, arguments_digest: digest, outcome, ...same } = row
  return {
    ...same,
    at: at.toISOString(),
    who: actor ?? subject,
    on_behalf_of: subject,
    arguments_digest: digest.toString('hex'),
    ...(full ? { arguments_untrusted: args, outcome_untrusted: outcome } : {}),
  }
}
