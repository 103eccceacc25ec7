import { randomUUID } from 'node:crypto'
import { type DomainName, domainNames, mayApprove } from '@backroom/access'
import { MOST_COMMENT } from '@backroom/mcp-service/approval-contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { usernamesOf } from '../accounts/accounts.ts'
import type { AuditLog } from '../audit.ts'
import { isFresh, methodsOf, type PageSession } from '../page-session/page-sessions.ts'
import { type PageSessionParts, signInHref } from '../page-session/sign-in-routes.ts'
import { MOUNT } from '../provider/create-provider.ts'
import type { Engine } from '../provider/engine.ts'
import { field } from '../routes/form-field.ts'
import { approvalPage, approvalPath, inboxRow, seenOf, versionOf, type Way } from './approval-page.ts'
import { streamChanges } from './changes-stream.ts'
import type { ApprovalDomains, DecisionAnswer } from './domains.ts'
import { type Asked, mayDecide, maySee, readInbox } from './inbox.ts'
import { clientBehind, presentScopes } from './requester.ts'
import { createWatch } from './watch.ts'

export interface ApprovalRoutes extends PageSessionParts {
  engine: Engine
  approvals: ApprovalDomains
  audit: AuditLog
}

const INBOX = `${MOUNT}/approvals`
const ONE = `${INBOX}/:domain/:id`

/** `/auth/approvals`, what waits for people, and a page for each request, where it is decided. They work without JavaScript. */
export async function approvalRoutes(app: FastifyInstance, parts: ApprovalRoutes): Promise<void> {
  const { engine, approvals, pages, sessions, cookie, secondFactors, limitFactor, audit } = parts
  const limited = (max: number) => ({ config: { rateLimit: { max: max * limitFactor } } })
  const watch = createWatch()
  app.addHook('preClose', async () => watch.close())

  const sessionOf = async (request: FastifyRequest): Promise<PageSession | undefined> => {
    const id = cookie.read(request)
    return id === undefined ? undefined : sessions.find(id)
  }

  /** The request in the path, if there is one that this person may see. */
  const askedIn = async ({ params }: FastifyRequest, { account }: PageSession): Promise<Asked | undefined> => {
    const { domain, id } = params as { domain: string; id: string }
    if (!isDomain(domain) || !approvals.names.includes(domain)) return undefined
    const approval = await approvals.get(domain, id)
    const asked = approval && { domain, approval }
    return asked && maySee(account, asked) ? asked : undefined
  }

  const wayFor = async (session: PageSession, asked: Asked): Promise<Way> => {
    const { approval } = asked
    if (approval.status !== 'pending') return { kind: 'over' }
    if (!mayDecide(session.account, asked)) return { kind: 'wait', text: waitText(session, asked) }
    const confirms = approval.tier === 'A1'
    if (confirms || isFresh(session)) return { kind: 'decide', confirms, seen: seenOf(approval) }
    if ((await secondFactors.of(session.account.sub)).length === 0) return { kind: 'no_second_factor' }
    return { kind: 'sign_in_again', href: signInHref(approvalPath(asked)) }
  }

  const show = async (reply: FastifyReply, session: PageSession, asked: Asked, notice?: string) => {
    const client = await clientBehind(engine, asked.approval.client_id)
    const deciders = asked.approval.decisions.map(({ approver }) => approver)
    const usernames = await usernamesOf(engine.parts.db, deciders)
    const page = approvalPage(asked, { way: await wayFor(session, asked), client, usernames, notice })
    return reply.type('text/html').send(pages.approval({ ...page, inbox: INBOX, signedInAs: session.account.email }))
  }

  app.get(INBOX, limited(60), async (request, reply) => {
    const session = await sessionOf(request)
    if (!session) return reply.redirect(signInHref(INBOX), 303)
    const inbox = await readInbox(approvals, session.account)
    const { toDecide, own, silent } = inbox
    return reply.type('text/html').send(
      pages.approvals({
        version: versionOf(inbox),
        toDecide: toDecide.map(inboxRow),
        own: own.map(inboxRow),
        silent,
        approves: domainNames.some((domain) => mayApprove(session.account.role, domain)),
        signedInAs: session.account.email,
      }),
    )
  })

  app.get(ONE, limited(120), async (request, reply) => {
    const session = await sessionOf(request)
    if (!session) return reply.redirect(signInHref(request.url.split('?', 1)[0] ?? INBOX), 303)
    const asked = await askedIn(request, session)
    return asked ? show(reply, session, asked) : reply.code(404).type('text/html').send(pages.problem(unknown))
  })

  app.post(ONE, limited(60), async (request, reply) => {
    const session = await sessionOf(request)
    const asked = session && (await askedIn(request, session))
    if (!session) return reply.redirect(signInHref(request.url), 303)
    if (!asked) return reply.code(404).type('text/html').send(pages.problem(unknown))
    const way = await wayFor(session, asked)
    const verdict = field(request, 'verdict')
    if (way.kind !== 'decide') return show(reply.code(403), session, asked, 'This was not decided.')
    if (verdict !== 'approve' && verdict !== 'reject') return show(reply.code(400), session, asked, 'Choose yes or no.')
    if (field(request, 'seen') !== way.seen)
      return show(reply.code(409), session, asked, 'This has changed since you opened the page. Look at it again.')
    const comment = field(request, 'comment').trim().slice(0, MOST_COMMENT)
    const answer = await decide(session, asked, { verdict, comment })
    await audit.record({
      event: 'approval_decided',
      sub: session.account.sub,
      address: request.ip,
      requestId: request.id,
      detail: { domain: asked.domain, approval_id: asked.approval.approval_id, verdict, answer: wordOf(answer) },
    })
    if (answer === 'no_answer') return show(reply.code(503), session, asked, noAnswer)
    if ('refusal' in answer)
      return show(reply.code(409), session, (await askedIn(request, session)) ?? asked, answer.refusal)
    return reply.redirect(approvalPath(asked), 303)
  })

  app.get(`${INBOX}/changes`, limited(60), async (request, reply) => {
    const session = await sessionOf(request)
    if (!session) return reply.code(401).send(signedOut)
    const { sub } = session.account
    const look = async () => versionOf(await readInbox(approvals, session.account))
    return streamChanges(reply, {
      until: session.expiresAt,
      follow: (follower) => watch.follow(`inbox ${sub}`, look, follower),
    })
  })

  app.get(`${ONE}/changes`, limited(60), async (request, reply) => {
    const session = await sessionOf(request)
    const asked = session && (await askedIn(request, session))
    if (!session || !asked) return reply.code(401).send(signedOut)
    const { domain, approval } = asked
    const { approval_id: id } = approval
    const look = async () => versionOf(await approvals.get(domain, id))
    return streamChanges(reply, {
      until: session.expiresAt,
      follow: (follower) => watch.follow(`${domain} ${id}`, look, follower),
    })
  })

  const decide = async (
    session: PageSession,
    { domain, approval }: Asked,
    { verdict, comment }: { verdict: 'approve' | 'reject'; comment: string },
  ): Promise<DecisionAnswer> => {
    const { requested_by: sub, client_id: clientId, grant_id: gid } = approval
    const scopes_now = await presentScopes(engine, { sub, clientId, gid: gid ?? undefined }, domain)
    return approvals.decide(domain, {
      jti: randomUUID(),
      sub: session.account.sub,
      amr: methodsOf(session),
      approval_id: approval.approval_id,
      verdict,
      ...(comment ? { comment } : {}),
      arguments_digest: approval.arguments_digest,
      subject_version: approval.subject_version,
      policy_version: approval.policy_version,
      requester: { sub, client_id: clientId, scopes_now },
    })
  }
}

function waitText({ account }: PageSession, { approval }: Asked): string {
  if (approval.decisions.some(({ approver }) => approver === account.sub))
    return 'You have agreed. It needs another person now.'
  if (approval.requested_by !== account.sub) return 'The person who asked has to confirm it.'
  return approval.required === 1
    ? 'Another person has to decide. You asked for it, so it is not yours to decide.'
    : 'Two other persons have to decide. You asked for it, so it is not yours to decide.'
}

function wordOf(answer: DecisionAnswer): string {
  if (answer === 'no_answer') return answer
  return 'refusal' in answer ? 'refused' : answer.approval.status
}

function isDomain(name: string): name is DomainName {
  return (domainNames as readonly string[]).includes(name)
}

const signedOut = { error: 'signed_out', message: 'Sign in again.' }

const noAnswer =
  'The server that keeps this request did not answer, so nobody knows yet whether your decision arrived. Send it again: it counts once.'

const unknown = {
  title: 'There is nothing to decide here',
  text: 'This request does not exist, or it is not for your account.',
  next: 'Sign in with another account, or ask the person who sent you here.',
}
