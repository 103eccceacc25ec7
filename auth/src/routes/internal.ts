import { issuerOf } from '@backroom/access'
import type { FastifyInstance } from 'fastify'
import { importJWK, jwtVerify } from 'jose'
import { findByLogin } from '../accounts/accounts.ts'
import type { Engine } from '../provider/engine.ts'
import { deniedSince } from '../revocation/deny-list.ts'

const MAX_ASSERTION_SECONDS = 60

/**
 * What the services of this fleet may ask, each proving itself by a short-lived signature: `GET
 * /internal/revocations?since=<seq>`, and `GET /internal/accounts/<email or username>` for the account that a service acts
 * for on standard input and output.
 */
export async function internalRoutes(app: FastifyInstance, { engine }: { engine: Engine }): Promise<void> {
  const { db } = engine.parts
  app.addHook('onRequest', async (request, reply) => {
    if (await isService(engine, request.headers.authorization)) return
    return reply.code(401).send({ error: 'unauthorized', message: 'This address is for the services of the fleet.' })
  })
  app.get('/internal/revocations', async (request, reply) => {
    const since = Number((request.query as { since?: string }).since ?? 0)
    if (Number.isSafeInteger(since) && since >= 0) return deniedSince(db, since)
    return reply.code(400).send({ error: 'bad_request', message: 'since must be a sequence number.' })
  })
  app.get('/internal/accounts/:login', async (request, reply) => {
    const account = await findByLogin(db, (request.params as { login: string }).login.toLowerCase())
    if (!account) return reply.code(404).send({ error: 'not_found', message: 'There is no such account.' })
    const { sub, username, role } = account
    return { sub, username, role, ...(role === 'customer' ? { customer_id: sub } : {}) }
  })
}

async function isService({ parts }: Engine, authorization: string | undefined): Promise<boolean> {
  const assertion = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1]
  if (!assertion) return false
  let clientId = ''
  const keyOfIssuer = async () => importJWK(parts.serviceKeys[clientId] ?? {}, 'ES256')
  try {
    clientId = issuerOfAssertion(assertion)
    if (!Object.hasOwn(parts.serviceKeys, clientId)) return false
    const { payload } = await jwtVerify(assertion, keyOfIssuer, {
      algorithms: ['ES256'],
      issuer: clientId,
      subject: clientId,
      audience: `${issuerOf(parts.publicUrl)}/internal`,
      requiredClaims: ['exp', 'iat'],
      maxTokenAge: MAX_ASSERTION_SECONDS,
      clockTolerance: 5,
    })
    return (payload.exp ?? 0) - (payload.iat ?? 0) <= MAX_ASSERTION_SECONDS
  } catch {
    return false
  }
}

function issuerOfAssertion(assertion: string): string {
  const payload = JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString())
  return String(payload.iss)
}
