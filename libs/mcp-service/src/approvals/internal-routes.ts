import type { FastifyInstance } from 'fastify'
import { errors, type JWTVerifyGetKey } from 'jose'
import { z } from 'zod'
import type { DenyList } from '../access/deny-list.ts'
import { errorBodyOf } from '../calls/outcome.ts'
import { BusinessError } from '../errors.ts'
import { statusOfError } from '../rest/rest.ts'
import type { Runtime } from '../runtime.ts'
import { decide } from './decide.ts'
import { findRequest } from './request.ts'
import { readStatement, type Statement } from './statement.ts'
import { approvalView } from './view.ts'

interface DecisionRoutes {
  runtime: Runtime
  keys: JWTVerifyGetKey
  denyList: DenyList
}

const Body = z.object({ statement: z.string() })

/** `POST /internal/approvals/{id}/decision`, on the internal port alone: what a person decided, as auth signed it. */
export function decisionRoutes(app: FastifyInstance, { runtime, keys, denyList }: DecisionRoutes): void {
  const { domain } = runtime.service
  const { publicUrl } = runtime
  app.post('/internal/approvals/:id/decision', async (request, reply) => {
    const { id } = request.params as { id: string }
    const body = Body.safeParse(request.body)
    const statement = body.success && (await verified(body.data.statement, { keys, publicUrl, domain }))
    if (!statement || statement.approvalId !== id)
      return reply.code(401).send({ error: 'unauthorized', message: 'This is no decision about this request.' })
    try {
      const decided = await decide(runtime, await withPresentScopes(runtime, denyList, statement))
      return approvalView(runtime, decided, { all: true })
    } catch (error) {
      const refusal = errorBodyOf(error, request.id)
      if (refusal.code === 'internal') request.log.error({ err: error, approval: id }, 'a decision failed')
      return reply.code(statusOfError[refusal.code]).send(refusal)
    }
  })
}

async function verified(jwt: string, options: Parameters<typeof readStatement>[1]): Promise<Statement | undefined> {
  try {
    return await readStatement(jwt, options)
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof z.ZodError) return undefined
    throw error
  }
}

/** Scopes count for the requester whom the statement names, and nothing counts for one who is denied. */
async function withPresentScopes(runtime: Runtime, denyList: DenyList, statement: Statement): Promise<Statement> {
  const request = await findRequest(runtime.db, statement.approvalId)
  if (!request) return statement
  const { requested_by: sub, client_id, grant_id: gid } = request
  const { subject, clientId } = statement.requester
  if (subject !== sub || clientId !== client_id)
    throw new BusinessError('conflict', `${request.id} was not asked for by ${subject} through ${clientId}.`)
  return denyList.denies({ sub, client_id, gid, iat: Math.floor(request.created_at.getTime() / 1_000) })
    ? { ...statement, scopesNow: [] }
    : statement
}
