import { createHash, randomBytes } from 'node:crypto'
import { issuerOf, resourceUrl, scopesOfRole } from '@backroom/access'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type Provider from 'oidc-provider'
import type { AccountRow } from '../accounts/accounts.ts'
import { TooManySignIns } from '../accounts/passwords.ts'
import type { SignIn } from '../accounts/sign-in.ts'
import type { AuditLog } from '../audit.ts'
import { MOUNT } from '../provider/create-provider.ts'
import type { Engine } from '../provider/engine.ts'
import { DEMO_LOGIN_CLIENT, DEMO_LOGIN_REDIRECT } from '../provider/static-clients.ts'

const PER_MINUTE = 5

interface DemoLoginOptions {
  engine: Engine
  publicUrl: string
  signIn: SignIn
  audit: AuditLog
}

/**
 * `POST /auth/login { email, password }`, the storefront's old way in, for customers among the demo accounts. The token is
 * an ordinary one for the shop: a code is made for the account and redeemed at the token endpoint of this process.
 */
export async function demoLoginRoutes(app: FastifyInstance, options: DemoLoginOptions): Promise<void> {
  const { engine, publicUrl, signIn, audit } = options

  const redeem = async (account: AccountRow): Promise<{ access_token: string; expires_in: number }> => {
    const verifier = randomBytes(32).toString('base64url')
    const code = await issueCode(engine.provider, publicUrl, account, verifier)
    const answer = await app.inject({
      method: 'POST',
      url: `${MOUNT}/token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: DEMO_LOGIN_CLIENT,
        redirect_uri: DEMO_LOGIN_REDIRECT,
        code,
        code_verifier: verifier,
      }).toString(),
    })
    if (answer.statusCode !== 200) throw new Error(`the token endpoint answered ${answer.statusCode}: ${answer.body}`)
    return answer.json()
  }

  const limit = { max: PER_MINUTE, timeWindow: 60_000, hook: 'preHandler' as const, keyGenerator: limitKey }
  app.post(`${MOUNT}/login`, { config: { rateLimit: limit } }, async (request, reply) => {
    reply.headers({
      'cache-control': 'no-store',
      deprecation: '@1767225600',
      link: `<${issuerOf(publicUrl)}/.well-known/oauth-authorization-server>; rel="successor-version"`,
    })
    const credentials = parse(request.body)
    if (!credentials)
      return reply
        .code(400)
        .send({ error: 'bad_request', message: 'Send {"email": "…", "password": "…"}, nothing else.' })
    const result = await signIn({ ...credentials, address: request.ip, requestId: request.id })
    if (result.outcome === 'wait')
      return reply
        .code(429)
        .header('retry-after', result.seconds)
        .send({ error: 'too_many_attempts', message: `Try again in ${result.seconds} s.` })
    if (result.outcome === 'wrong' || !result.isDemo || result.account.role !== 'customer')
      return reply.code(401).send({ error: 'invalid_credentials', message: 'Email or password is not right.' })
    const { sub } = result.account
    await audit.record({
      event: 'demo_login',
      sub,
      clientId: DEMO_LOGIN_CLIENT,
      address: request.ip,
      requestId: request.id,
    })
    const { access_token, expires_in } = await redeem(result.account)
    return { access_token, token_type: 'Bearer', expires_in, customer_id: sub }
  })

  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    if (error.statusCode === 429) return reply.code(429).send({ error: 'too_many_attempts', message: error.message })
    if (error.statusCode && error.statusCode < 500)
      return reply.code(error.statusCode).send({ error: 'bad_request', message: error.message })
    if (!(error instanceof TooManySignIns))
      request.log.error({ err: error, request_id: request.id }, 'demo login failed')
    return reply
      .code(503)
      .header('retry-after', 2)
      .send({ error: 'temporarily_unavailable', message: 'Try again shortly.' })
  })
}

async function issueCode(
  provider: Provider,
  publicUrl: string,
  account: AccountRow,
  verifier: string,
): Promise<string> {
  const client = await provider.Client.find(DEMO_LOGIN_CLIENT)
  if (!client) throw new Error(`the client ${DEMO_LOGIN_CLIENT} is not configured`)
  const resource = resourceUrl(publicUrl, 'catshop')
  const scope = scopesOfRole(account.role, 'catshop').join(' ')
  const grant = new provider.Grant({ accountId: account.sub, clientId: DEMO_LOGIN_CLIENT })
  grant.addResourceScope(resource, scope)
  const code = new provider.AuthorizationCode({
    accountId: account.sub,
    client,
    gty: 'authorization_code',
    grantId: await grant.save(),
    redirectUri: DEMO_LOGIN_REDIRECT,
    codeChallenge: createHash('sha256').update(verifier).digest('base64url'),
    codeChallengeMethod: 'S256',
    resource,
    scope,
  })
  return code.save()
}

function parse(body: unknown): { login: string; password: string } | undefined {
  if (typeof body !== 'object' || body === null || Object.keys(body).length !== 2) return undefined
  const { email, password } = body as { email?: unknown; password?: unknown }
  if (typeof email !== 'string' || typeof password !== 'string') return undefined
  return email.length <= 254 && password.length <= 128 ? { login: email, password } : undefined
}

function limitKey(request: FastifyRequest): string {
  const email = (request.body as { email?: unknown } | undefined)?.email
  return `${request.ip} ${typeof email === 'string' ? email.toLowerCase() : ''}`
}
