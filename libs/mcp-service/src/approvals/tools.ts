import type { DomainName, ScopeName } from '@backroom/access'
import { z } from 'zod'
import type { Caller } from '../caller.ts'
import { Cursor, decodeCursor, PageLimit, pageOf } from '../cursor.ts'
import { definitionsFor, type Tool } from '../define.ts'
import { BusinessError } from '../errors.ts'
import type { Runtime } from '../runtime.ts'
import { ApprovalList, ApprovalShape, approvalStatuses } from './contract.ts'
import { followProcess } from './process.ts'
import { type ApprovalRequest, endRequest, findRequest, listRequests, lockRequest, urisOf } from './request.ts'
import { APPROVAL_VIEW } from './resources.ts'
import { approvalView } from './view.ts'

const { defineTool } = definitionsFor<unknown>()

const ApprovalId = z.string().max(64).describe('apr_…, as a waiting call answered')

/** The tools of every server whose calls may have to wait for a person. */
export function approvalTools(domain: DomainName, runtime: () => Runtime): Tool[] {
  const scope: ScopeName = `${domain}:read`
  const orScope: ScopeName = `${domain}:approvals`
  const seesAll = ({ scopes }: Caller) => scopes.has(orScope)
  const visibleTo = (caller: Caller) => ({ of: seesAll(caller) ? undefined : caller.subject })
  const viewFor = (caller: Caller, request: ApprovalRequest) =>
    approvalView(runtime(), request, { all: seesAll(caller) })

  return [
    defineTool({
      name: 'list_approvals',
      title: 'List approvals',
      description:
        'Your calls that wait for a person, the newest first, and with status what became of earlier ones. Nothing here decides: people do, at approve_url.',
      scope,
      orScope,
      effect: 'read',
      openWorld: true,
      input: z.object({
        status: z.enum([...approvalStatuses, 'any']).default('pending'),
        cursor: Cursor,
        limit: PageLimit,
      }),
      output: ApprovalList,
      text: ({ items, next_cursor }) => `${items.length} approvals${next_cursor ? ', more follow' : ''}`,
      async handle({ status, cursor, limit }, { db, caller }) {
        const [before] = decodeCursor(cursor, z.tuple([z.string()])) ?? []
        const rows = await listRequests(db, { status, ...visibleTo(caller), before, limit: limit + 1 })
        const { items, ...more } = pageOf(rows, limit, ({ id }) => [id])
        return { items: items.map((row) => viewFor(caller, row)), ...more }
      },
    }),
    defineTool({
      name: 'get_approval',
      title: 'Get approval',
      view: APPROVAL_VIEW,
      description:
        'What became of a call that waits for a person: pending, executed with the result of the tool, or why it was not done. Ask again after some seconds while it is pending.',
      scope,
      orScope,
      effect: 'read',
      openWorld: true,
      input: z.object({ approval_id: ApprovalId }),
      output: ApprovalShape,
      text: ({ approval_id, status, tool }) => `${approval_id} (${tool}) is ${status}`,
      async handle({ approval_id }, { db, caller }) {
        const request = await findRequest(db, approval_id, visibleTo(caller))
        if (!request) throw unknown(approval_id)
        return viewFor(caller, await followProcess(runtime(), request))
      },
    }),
    defineTool({
      name: 'cancel_approval',
      title: 'Cancel approval',
      description: 'Withdraw a call of yours that still waits for a person. It can not be approved any more then.',
      scope,
      effect: 'write',
      idempotent: true,
      repeat: 'natural',
      input: z.object({ approval_id: ApprovalId }),
      output: ApprovalShape,
      text: ({ approval_id, status }) => `${approval_id} is ${status}`,
      async handle({ approval_id }, { db, caller, changed }) {
        if (!(await findRequest(db, approval_id, { of: caller.subject }))) throw unknown(approval_id)
        const request = await lockRequest(db, approval_id)
        if (request.status !== 'pending' && request.status !== 'cancelled')
          throw new BusinessError('invalid_transition', `${approval_id} is ${request.status} already.`, {
            details: { status: request.status, legal: [] },
          })
        if (request.status === 'pending') await endRequest(db, approval_id, { status: 'cancelled' })
        changed(...urisOf(request))
        return viewFor(caller, await lockRequest(db, approval_id))
      },
    }),
  ]
}

function unknown(id: string): BusinessError {
  return new BusinessError('not_found', `There is no approval ${id} of yours.`, {
    nextActions: [{ tool: 'list_approvals' }],
  })
}
