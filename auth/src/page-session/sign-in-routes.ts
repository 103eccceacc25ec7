import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DEMO_PASSWORD, demoAccountHints } from '../accounts/demo-accounts.ts'
import { refusalText } from '../accounts/refusal-text.ts'
import type { SignIn, SignInResult } from '../accounts/sign-in.ts'
import type { Pages } from '../pages.ts'
import { MOUNT } from '../provider/create-provider.ts'
import { field } from '../routes/form-field.ts'
import type { SecondFactors } from '../second-factor/second-factors.ts'
import type { SessionCookie } from './cookie.ts'
import type { PageSessions } from './page-sessions.ts'

/** What the pages of auth itself share. */
export interface PageSessionParts {
  publicUrl: string
  isDemo: boolean
  limitFactor: number
  pages: Pages
  sessions: PageSessions
  cookie: SessionCookie
  signIn: SignIn
  secondFactors: SecondFactors
}

const SIGN_IN = `${MOUNT}/sign-in`
const HOME = `${MOUNT}/approvals`

/** Where a person signs in who came to look at a page of auth itself. */
export function signInHref(to: string): string {
  return `${SIGN_IN}?to=${encodeURIComponent(to)}`
}

/** A page of auth itself; anything else would let a link send people elsewhere. */
export function placeOf(to: unknown): string {
  return typeof to === 'string' && /^\/auth\/[\w./-]*$/.test(to) && !to.includes('..') ? to : HOME
}

/** `GET` and `POST /auth/sign-in`, `POST /auth/sign-out`: the sessions of the pages of auth itself. */
export async function signInRoutes(app: FastifyInstance, parts: PageSessionParts): Promise<void> {
  const { isDemo, limitFactor, pages, sessions, cookie, signIn, secondFactors } = parts
  const limited = (max: number) => ({ config: { rateLimit: { max: max * limitFactor } } })
  const page = (to: string, refusal?: { error: string; login: string }) =>
    pages.signIn({
      action: SIGN_IN,
      lead: 'to look at what waits for people',
      to,
      ...refusal,
      ...(isDemo ? { demoAccounts: demoAccountHints, demoPassword: DEMO_PASSWORD } : {}),
    })

  app.get(SIGN_IN, limited(60), async (request, reply) =>
    reply.type('text/html').send(page(placeOf((request.query as { to?: unknown }).to))),
  )

  app.post(SIGN_IN, limited(10), async (request, reply) => {
    const [login, password] = [field(request, 'login'), field(request, 'password')]
    const to = placeOf(field(request, 'to'))
    const result = await checked(signIn, request, login, password)
    if (result.outcome !== 'signed_in') {
      reply.code(result.outcome === 'wait' ? 429 : 401).type('text/html')
      if (result.outcome === 'wait') reply.header('retry-after', result.seconds)
      return page(to, { login: login.slice(0, 254), error: refusalText(result) })
    }
    await closeOld(request)
    const { sub } = result.account
    cookie.write(reply, await sessions.open(sub))
    const next = (await secondFactors.of(sub)).length > 0 ? secondFactors.href(to) : to
    return reply.redirect(next, 303)
  })

  app.post(`${MOUNT}/sign-out`, limited(60), async (request: FastifyRequest, reply: FastifyReply) => {
    await closeOld(request)
    cookie.clear(reply)
    return reply.type('text/html').send(pages.signedOut())
  })

  async function closeOld(request: FastifyRequest): Promise<void> {
    const old = cookie.read(request)
    if (old) await sessions.close(old)
  }
}

const MAX_LOGIN = 254
const MAX_PASSWORD = 128

async function checked(
  signIn: SignIn,
  { ip, id }: FastifyRequest,
  login: string,
  password: string,
): Promise<SignInResult> {
  if (login.length > MAX_LOGIN || password.length > MAX_PASSWORD) return { outcome: 'wrong' }
  return signIn({ login, password, address: ip, requestId: id })
}
