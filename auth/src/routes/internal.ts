import { issuerOf } from '@backroom/access'
import formbody from '@fastify/formbody'
import type { FastifyInstance } from 'fastify'
import { importJWK, jwtVerify } from 'jose'
import { errors } from 'oidc-provider'
import { findByLogin } from '../accounts/accounts.ts'
import { isLive } from '../admin/grants.ts'
import type { AuditLog } from '../audit.ts'
import type { Engine } from '../provider/engine.ts'
import { deniedSince } from '../revocation/deny-list.ts'
import { stored } from '../storage-unavailable.ts'

const MAX_ASSERTION_SECONDS = 60

declare module 'fastify' {
  interface FastifyRequest {
    /** Client id of the service that asks. */
    service: string
  }
}

/**
 * What the services of this fleet may ask, each proving itself by a short-lived signature: `GET
 * /internal/revocations?since=<seq>`, before a change `GET /internal/grants/<gid>?sub=&client_id=&jti=`, and for the account that a service acts for on standard input and output `GET
 * /internal/accounts/<email or username>` and `POST /internal/accounts/<email or username>/exchange`.
 */
export async function internalRoutes(
  app: FastifyInstance,
  { engine, audit }: { engine: Engine; audit: AuditLog },
): Promise<void> {
  const { db } = engine.parts
  await app.register(formbody)
  app.decorateRequest('service', '')
  app.addHook('onRequest', async (request, reply) => {
    const service = await serviceBehind(engine, request.headers.authorization)
    if (!service)
      return reply.code(401).send({ error: 'unauthorized', message: 'This address is for the services of the fleet.' })
    request.service = service
  })
  app.get('/internal/revocations', async (request, reply) => {
    const since = Number((request.query as { since?: string }).since ?? 0)
    if (Number.isSafeInteger(since) && since >= 0) return deniedSince(db, since)
    return reply.code(400).send({ error: 'bad_request', message: 'since must be a sequence number.' })
  })
  app.get('/internal/grants/:gid', async (request) => {
    const { gid } = request.params as { gid: string }
    const { sub = '', client_id: clientId, jti } = request.query as Record<string, string | undefined>
    return { live: await stored(isLive(db, { gid, sub, clientId, jti })) }
  })
  app.get('/internal/accounts/:login', async (request, reply) => {
    const account = await findByLogin(db, (request.params as { login: string }).login.toLowerCase())
    if (!account) return reply.code(404).send({ error: 'not_found', message: 'There is no such account.' })
    const { sub, username, role } = account
    return { sub, username, role, ...(role === 'customer' ? { customer_id: sub } : {}) }
  })
  app.post('/internal/accounts/:login/exchange', async (request, reply) => {
    const { service, id } = request
    const login = (request.params as { login: string }).login.toLowerCase()
    const resource = String((request.body as { resource?: unknown } | undefined)?.resource)
    try {
      const token = await engine.exchange.byAccount(service, { login, resource })
      await audit.record({ event: 'acted_for_account', clientId: service, requestId: id, detail: { login, resource } })
      return reply.header('cache-control', 'no-store').send(token)
    } catch (error) {
      if (!(error instanceof errors.OIDCProviderError)) throw error
      return reply.code(error.statusCode).send({ error: error.error, error_description: error.error_description })
    }
  })
}

/** The client id of the service that signed; undefined when no service of this fleet did, just now and for this purpose. */
async function serviceBehind({ parts }: Engine, authorization: string | undefined): Promise<string | undefined> {
  const assertion = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1]
  if (!assertion) return undefined
  let clientId = ''
  const keyOfIssuer = async () => importJWK(parts.serviceKeys[clientId] ?? {}, 'ES256')
  try {
    clientId = issuerOfAssertion(assertion)
    if (!Object.hasOwn(parts.serviceKeys, clientId)) return undefined
    const { payload } = await jwtVerify(assertion, keyOfIssuer, {
      algorithms: ['ES256'],
      issuer: clientId,
      subject: clientId,
      audience: `${issuerOf(parts.publicUrl)}/internal`,
      requiredClaims: ['exp', 'iat'],
      maxTokenAge: MAX_ASSERTION_SECONDS,
      clockTolerance: 5,
    })
    return (payload.exp ?? 0) - (payload.iat ?? 0) <= MAX_ASSERTION_SECONDS ? clientId : undefined
  } catch {
    return undefined
  }
}

function issuerOfAssertion(assertion: string): string {
  const payload = JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString())
  return String(payload.iss)
}
