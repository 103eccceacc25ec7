import { clientProfiles, isProfileName, profileNames } from '@backroom/access'
import { ConfigurationError } from '@backroom/configuration'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { errors } from 'oidc-provider'
import type { PageSession } from '../page-session/page-sessions.ts'
import { type PageSessionParts, signInHref } from '../page-session/sign-in-routes.ts'
import { MOUNT } from '../provider/create-provider.ts'
import type { Engine } from '../provider/engine.ts'
import { staticClients } from '../provider/static-clients.ts'
import { field } from '../routes/form-field.ts'
import { createClient, freezeClient, listClients, revokeClient, thawClient } from './clients.ts'
import { listGrants, revokeGrant } from './grants.ts'
import { endSession, listSessions } from './sessions.ts'

export interface AdminRoutes extends PageSessionParts {
  engine: Engine
}

const HOME = `${MOUNT}/admin`
const CLIENTS = `${HOME}/clients`
const GRANTS = `${HOME}/grants`
const SESSIONS = `${HOME}/sessions`

const MAX_TEXT = 200
const FRESH_MS = 5 * 60_000

/** The pages where an administrator looks at clients, grants and sessions, and ends them. They work without JavaScript. */
export async function adminRoutes(app: FastifyInstance, parts: AdminRoutes): Promise<void> {
  const { engine, isDemo, limitFactor, pages, sessions, cookie, secondFactors } = parts
  const limited = (max: number) => ({ config: { rateLimit: { max: max * limitFactor } } })
  const { db } = engine.parts
  const builtIn = () => staticClients(engine.parts.serviceKeys, isDemo)

  /** The administrator at the page; undefined when the answer was sent. */
  const administrator = async (request: FastifyRequest, reply: FastifyReply): Promise<PageSession | undefined> => {
    const id = cookie.read(request)
    const session = id === undefined ? undefined : await sessions.find(id)
    if (!session) reply.redirect(signInHref(request.method === 'GET' ? pathOf(request) : CLIENTS), 303)
    else if (session.account.role !== 'administrator') reply.code(403).type('text/html').send(pages.problem(notForYou))
    else return session
    return undefined
  }
  /** {@link administrator}, who has proved to be there within the last five minutes, by all that was set up for it. */
  const presentAdministrator = async (request: FastifyRequest, reply: FastifyReply) => {
    const session = await administrator(request, reply)
    if (!session) return undefined
    const { passwordAt, secondFactor, account } = session
    const needsBoth = (await secondFactors.of(account.sub)).length > 0
    const proofs = [passwordAt, ...(needsBoth ? [secondFactor?.at ?? new Date(0)] : [])]
    if (proofs.every((at) => at.getTime() > Date.now() - FRESH_MS)) return session
    reply.redirect(signInHref(CLIENTS), 303)
    return undefined
  }
  const onPage = (path: string, show: (request: FastifyRequest, session: PageSession) => Promise<string>) =>
    app.get(path, limited(60), async (request, reply) => {
      const session = await administrator(request, reply)
      return session ? reply.type('text/html').send(await show(request, session)) : reply
    })
  /** A change, after which the list is shown again. */
  const onChange = (path: string, list: string, change: (request: FastifyRequest, by: string) => Promise<unknown>) =>
    app.post(path, limited(60), async (request, reply) => {
      const session = await presentAdministrator(request, reply)
      if (!session) return reply
      try {
        await change(request, session.account.sub)
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error
        return reply
          .code(409)
          .type('text/html')
          .send(pages.problem(notDone(error.message)))
      }
      return reply.redirect(list, 303)
    })

  app.get(HOME, limited(60), async (_, reply) => reply.redirect(CLIENTS, 303))
  onPage(CLIENTS, async (_, { account }) =>
    pages.clients({
      ...{ action: CLIENTS, grants: GRANTS, sessions: SESSIONS, signedInAs: account.email },
      clients: (await listClients(db, builtIn())).map((client) => ({
        ...client,
        origin: client.origin.replace('_', ' '),
        lastUsedAt: minuteOf(client.lastUsedAt),
        frozen: client.frozen && { ...client.frozen, at: minuteOf(client.frozen.at) },
      })),
      profiles: profileNames.map((name) => ({ name, purpose: clientProfiles[name].purpose })),
    }),
  )
  onPage(GRANTS, async (request, { account }) => {
    const clientId = queryOf(request, 'client')
    const grants = await listGrants(db, { clientId })
    return pages.grants({
      ...{ action: `${GRANTS}/revoke`, clients: CLIENTS, sessions: SESSIONS, signedInAs: account.email, clientId },
      grants: grants.map(({ grantedAt, ...grant }) => ({ ...grant, grantedAt: minuteOf(grantedAt) })),
    })
  })
  onPage(SESSIONS, async (_, { account }) =>
    pages.sessions({
      ...{ action: `${SESSIONS}/end`, clients: CLIENTS, grants: GRANTS, signedInAs: account.email },
      sessions: (await listSessions(db)).map(({ signedInAt, ...session }) => ({
        ...session,
        signedInAt: minuteOf(signedInAt),
      })),
    }),
  )

  onChange(`${CLIENTS}/freeze`, CLIENTS, (request, by) => {
    const reason = field(request, 'reason').trim().slice(0, MAX_TEXT)
    if (!reason) throw new ConfigurationError('Say why the client is frozen.')
    return freezeClient(db, builtIn(), { clientId: field(request, 'client'), reason }, by)
  })
  onChange(`${CLIENTS}/thaw`, CLIENTS, (request, by) => thawClient(db, field(request, 'client'), by))
  onChange(`${CLIENTS}/revoke`, CLIENTS, (request, by) =>
    revokeClient(db, builtIn(), { clientId: field(request, 'client'), remove: false }, by),
  )
  onChange(`${GRANTS}/revoke`, GRANTS, (request, by) => revokeGrant(db, field(request, 'grant'), by))
  onChange(`${SESSIONS}/end`, SESSIONS, (request, by) => endSession(db, field(request, 'session'), by))

  app.post(CLIENTS, limited(20), async (request, reply) => {
    const session = await presentAdministrator(request, reply)
    if (!session) return reply
    const profile = field(request, 'profile')
    const name = field(request, 'name').trim().slice(0, MAX_TEXT)
    const redirectUris = field(request, 'redirects').split(/\s+/).filter(Boolean)
    if (!isProfileName(profile) || !name || redirectUris.length === 0)
      return reply.code(400).type('text/html').send(pages.problem(incomplete))
    const confidential = field(request, 'confidential') === 'yes'
    try {
      const created = await createClient(db, { name, profile, redirectUris, confidential }, session.account.sub)
      return reply
        .type('text/html')
        .send(pages.clientCreated({ ...created, name, profile, clients: CLIENTS, signedInAs: session.account.email }))
    } catch (error) {
      if (!(error instanceof errors.InvalidClientMetadata)) throw error
      const reason = error.error_description ?? 'the addresses are not good'
      return reply
        .code(400)
        .type('text/html')
        .send(pages.problem(notDone(`The client was not set up: ${reason}.`)))
    }
  })
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? CLIENTS
}

function queryOf({ query }: FastifyRequest, name: string): string | undefined {
  const value = (query as Record<string, unknown>)[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

function minuteOf(moment: Date | undefined): string {
  return moment ? `${moment.toISOString().slice(0, 16).replace('T', ' ')} UTC` : 'never'
}

function notDone(text: string) {
  return { title: 'Nothing was changed', text, next: 'Go back and try again.' }
}

const notForYou = {
  title: 'This page is for administrators',
  text: 'Your account has another role.',
  next: 'Sign out, and sign in with an account that administers this installation.',
}

const incomplete = {
  title: 'Nothing was set up',
  text: 'A client needs a name, a profile and at least one address for answers.',
  next: 'Go back and fill in all three.',
}
