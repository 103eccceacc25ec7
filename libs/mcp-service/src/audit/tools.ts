import { type DomainName, domains } from '@backroom/access'
import { verifyTrail } from '@backroom/audit'
import { z } from 'zod'
import { definitionsFor, type Tool } from '../define.ts'
import { AuditPage, AuditQuery, type AuditTables, searchTrail } from './search-audit.ts'
import type { LastHead } from './trail.ts'

const { defineTool } = definitionsFor<AuditTables>()

const MAX_FINDINGS = 100

/** The two tools by which an auditor looks at the trail of a domain. */
export function auditTools(domain: DomainName, lastHead: LastHead): Tool[] {
  const { title } = domains[domain]
  const scope = `${domain}:audit` as const
  return [
    defineTool({
      name: 'search_audit',
      title: 'Search the audit trail',
      description: `Who did what in ${title}, on whose behalf, through which client, what was decided and what came of it, the newest first. verbosity full adds arguments and results.`,
      scope,
      effect: 'read',
      openWorld: true,
      input: AuditQuery,
      output: AuditPage,
      text: ({ items, next_cursor }) =>
        `${items.length} ${items.length === 1 ? 'entry' : 'entries'}${next_cursor ? ', more follow' : ''}`,
      handle: (query, { db }) => searchTrail(db, query),
    }),
    defineTool({
      name: 'verify_audit',
      title: 'Verify the audit trail',
      description: `Checks every row of the audit trail of ${title} against its hash chain: whether one was altered, deleted, inserted or moved, or the end cut off. It reads the whole trail.`,
      scope,
      effect: 'read',
      input: z.object({}),
      output: z.object({
        intact: z.boolean(),
        rows: z.int().describe('Rows in the chain'),
        position: z.int().describe('Where the chain ends'),
        hash: z.string(),
        signed_head: z
          .object({ position: z.int(), at: z.string() })
          .nullable()
          .describe(
            'The end of the chain as it was last kept outside of the database; null when it is kept nowhere, and a cut-off end cannot be seen',
          ),
        findings: z.array(
          z.object({
            kind: z.string(),
            position: z.int().optional(),
            audit_id: z.int().optional(),
            says: z.string(),
          }),
        ),
        more_findings: z.int(),
      }),
      text: ({ intact, rows, findings, more_findings }) =>
        intact
          ? `Intact: ${rows} rows`
          : `${findings.length + more_findings} findings in ${rows} rows. ${findings[0]?.says ?? ''}`,
      async handle(_, { db }) {
        const { rows, end, head, findings } = await verifyTrail(db, domain, await lastHead())
        return {
          intact: findings.length === 0,
          rows,
          ...end,
          signed_head: head ? { position: head.position, at: head.at.toISOString() } : null,
          findings: findings
            .slice(0, MAX_FINDINGS)
            .map(({ auditId, ...finding }) => ({ ...finding, ...(auditId ? { audit_id: auditId } : {}) })),
          more_findings: Math.max(0, findings.length - MAX_FINDINGS),
        }
      },
    }),
  ]
}
