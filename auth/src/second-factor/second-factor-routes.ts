import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { refusalText } from '../accounts/refusal-text.ts'
import type { AuditLog } from '../audit.ts'
import { isFresh, type PageSession } from '../page-session/page-sessions.ts'
import { type PageSessionParts, placeOf, signInHref } from '../page-session/sign-in-routes.ts'
import { MOUNT } from '../provider/create-provider.ts'
import { field } from '../routes/form-field.ts'

const PATH = `${MOUNT}/second-factor`
const PASSKEYS = `${MOUNT}/passkeys`
const MAX_NAME = 60

/** A page session with the id by which the browser names it. */
type Opened = { id: string; session: PageSession }

/** The page that asks for a code or a passkey, and the one where people keep their passkeys. */
export async function secondFactorRoutes(
  app: FastifyInstance,
  { limitFactor, pages, sessions, cookie, secondFactors, audit }: PageSessionParts & { audit: AuditLog },
): Promise<void> {
  const { codes, passkeys } = secondFactors
  const limited = (max: number) => ({ config: { rateLimit: { max: max * limitFactor } } })

  const opened = async (request: FastifyRequest): Promise<Opened | undefined> => {
    const id = cookie.read(request)
    const session = id && (await sessions.find(id))
    return id && session ? { id, session } : undefined
  }
  const page = async ({ session }: Opened, to: string, error?: string) => {
    const { sub } = session.account
    const [hasCodes, keys] = await Promise.all([codes.has(sub), passkeys.list(sub)])
    return pages.secondFactor({ action: PATH, to, hasCodes, hasPasskeys: keys.length > 0, ...(error ? { error } : {}) })
  }
  const proved = async ({ id, session }: Opened, method: 'otp' | 'hwk', { ip, id: requestId }: FastifyRequest) => {
    await sessions.prove(id, method)
    const { sub } = session.account
    await audit.record({ event: 'second_factor_given', sub, address: ip, requestId, detail: { method } })
  }
  const refused = ({ session }: Opened, { ip, id: requestId }: FastifyRequest) =>
    audit.record({ event: 'second_factor_refused', sub: session.account.sub, address: ip, requestId })

  app.get(PATH, limited(60), async (request, reply) => {
    const to = placeOf((request.query as { to?: unknown }).to)
    const current = await opened(request)
    return current ? reply.type('text/html').send(await page(current, to)) : reply.redirect(signInHref(to), 303)
  })

  app.post(PATH, limited(20), async (request, reply) => {
    const to = placeOf(field(request, 'to'))
    const current = await opened(request)
    if (!current) return reply.redirect(signInHref(to), 303)
    const { sub } = current.session.account
    const result = await secondFactors.tryCode({ sub, address: request.ip, code: field(request, 'code') })
    if (result === 'right') {
      await proved(current, 'otp', request)
      return reply.redirect(to, 303)
    }
    await refused(current, request)
    const waits = typeof result === 'object'
    reply.code(waits ? 429 : 401).type('text/html')
    const error = waits
      ? refusalText({ outcome: 'wait', seconds: result.wait })
      : 'The code is not right, or it was used before. Wait for the next one.'
    return page(current, to, error)
  })

  app.post(`${PATH}/options`, limited(60), async (request, reply) => {
    const current = await opened(request)
    if (!current) return signedOut(reply)
    const options = await passkeys.requestOptions(current.session.account.sub)
    await sessions.setChallenge(current.id, options.challenge)
    return options
  })

  app.post(`${PATH}/passkey`, limited(20), async (request, reply) => {
    const current = await opened(request)
    if (!current) return signedOut(reply)
    const challenge = (await sessions.takeChallenge(current.id)) ?? ''
    const response = request.body as AuthenticationResponseJSON
    if (!(await passkeys.accept(current.session.account.sub, { response, challenge }))) {
      await refused(current, request)
      return reply.code(401).send({ error: 'refused', message: 'This passkey is not one of yours here.' })
    }
    await proved(current, 'hwk', request)
    return { ok: true }
  })

  app.get(PASSKEYS, limited(60), async (request, reply) => {
    const current = await opened(request)
    if (!current) return reply.redirect(signInHref(PASSKEYS), 303)
    const { account } = current.session
    const keys = (await passkeys.list(account.sub)).map(({ createdAt, lastUsedAt, ...key }) => ({
      ...key,
      createdAt: createdAt.toISOString().slice(0, 10),
      lastUsedAt: lastUsedAt?.toISOString().slice(0, 10),
    }))
    const may = isFresh(current.session)
    const hasSecondFactor = (await secondFactors.of(account.sub)).length > 0
    const signIn = signInHref(PASSKEYS)
    return reply
      .type('text/html')
      .send(
        pages.passkeys({ action: PASSKEYS, keys, mayChange: may, hasSecondFactor, signIn, signedInAs: account.email }),
      )
  })

  app.post(`${PASSKEYS}/options`, limited(60), async (request, reply) => {
    const current = await opened(request)
    if (!current || !isFresh(current.session)) return signedOut(reply)
    const options = await passkeys.creationOptions(current.session.account)
    await sessions.setChallenge(current.id, options.challenge)
    return options
  })

  app.post(PASSKEYS, limited(20), async (request, reply) => {
    const current = await opened(request)
    if (!current || !isFresh(current.session)) return signedOut(reply)
    const { account } = current.session
    const { name, ...response } = request.body as RegistrationResponseJSON & { name?: unknown }
    const challenge = (await sessions.takeChallenge(current.id)) ?? ''
    const title = typeof name === 'string' && name.trim() ? name.trim().slice(0, MAX_NAME) : 'Passkey'
    if (!(await passkeys.add(account, { response, challenge, name: title })))
      return reply.code(400).send({ error: 'refused', message: 'This passkey could not be added. Try again.' })
    await audit.record({ event: 'passkey_added', sub: account.sub, address: request.ip, requestId: request.id })
    return { ok: true }
  })

  app.post(`${PASSKEYS}/remove`, limited(20), async (request, reply) => {
    const current = await opened(request)
    if (!current || !isFresh(current.session)) return reply.redirect(signInHref(PASSKEYS), 303)
    const { sub } = current.session.account
    await passkeys.remove(sub, field(request, 'id'))
    await audit.record({ event: 'passkey_removed', sub, address: request.ip, requestId: request.id })
    return reply.redirect(PASSKEYS, 303)
  })
}

function signedOut(reply: FastifyReply) {
  return reply.code(401).send({ error: 'signed_out', message: 'Sign in again.' })
}
