import type { DomainName, ScopeName } from '@backroom/access'
import type { Resource } from '../define.ts'
import { BusinessError } from '../errors.ts'
import { viewPage } from '../mcp/view-page.ts'
import type { Runtime } from '../runtime.ts'
import { findRequest, listRequests } from './request.ts'
import { approvalView } from './view.ts'

const MOST = 100

/** Where hosts find the view of a request. */
export const APPROVAL_VIEW = 'ui://approvals/card'

/** The caller's own requests, to be read and subscribed to. */
export function approvalResources(domain: DomainName, runtime: () => Runtime): Resource[] {
  const scope: ScopeName = `${domain}:read`
  return [
    {
      name: 'pending-approvals',
      title: 'Pending approvals',
      description: 'Your calls that wait for a person.',
      uri: 'approvals://pending',
      scope,
      subscribable: true,
      perCaller: true,
      async read(_, { db, caller }) {
        const rows = await listRequests(db, { status: 'pending', of: caller.subject, limit: MOST })
        return { items: rows.map((row) => approvalView(runtime(), row, { all: false })) }
      },
    },
    {
      name: 'approval',
      title: 'Approval',
      description: 'One call of yours that waits, or waited, for a person.',
      uri: 'approvals://{approval_id}',
      scope,
      subscribable: true,
      perCaller: true,
      async read({ approval_id: id = '' }, { db, caller }) {
        const request = await findRequest(db, id, { of: caller.subject })
        if (!request) throw new BusinessError('not_found', `There is no approval ${id} of yours.`)
        return approvalView(runtime(), request, { all: false })
      },
    },
    viewPage({
      uri: APPROVAL_VIEW,
      name: 'approval-card',
      title: 'Approval',
      description: 'Shows what a waiting call would change, and leads to the page where people decide.',
      scope,
      script: new URL('../../views/approval.js', import.meta.url),
    }),
  ]
}
