import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { errors, type InteractionResults } from 'oidc-provider'
import { DEMO_PASSWORD, demoAccountHints } from '../accounts/demo-accounts.ts'
import { refusalText } from '../accounts/refusal-text.ts'
import type { SignIn } from '../accounts/sign-in.ts'
import type { AuditLog } from '../audit.ts'
import type { Pages } from '../pages.ts'
import { MOUNT } from '../provider/create-provider.ts'
import type { Engine } from '../provider/engine.ts'
import { consentPage, grantChosen, type Interaction } from './consent.ts'
import { contentSecurityPolicy } from './content-security-policy.ts'
import { field } from './form-field.ts'
import { answerPageErrors } from './page-errors.ts'
import { refuseCrossSite } from './same-origin.ts'

export interface InteractionOptions {
  engine: Engine
  publicUrl: string
  isDemo: boolean
  limitFactor: number
  pages: Pages
  signIn: SignIn
  audit: AuditLog
}

type Prompt = 'login' | 'consent'

/** The pages between an app's request and its answer: sign in, allow. They work without JavaScript. */
export async function interactionRoutes(app: FastifyInstance, options: InteractionOptions): Promise<void> {
  const { engine, pages, publicUrl, audit, limitFactor } = options
  const path = `${MOUNT}/interaction/:uid`
  const limited = (max: number) => ({ config: { rateLimit: { max: max * limitFactor } } })

  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'content-security-policy': contentSecurityPolicy() })
  })
  app.addHook('preHandler', refuseCrossSite(publicUrl, pages))

  /** The interaction of this browser, only when it is the one in the path and at the expected step. */
  const find = async (request: FastifyRequest, reply: FastifyReply, prompt?: Prompt): Promise<Interaction> => {
    const interaction = await engine.provider.interactionDetails(request.raw, reply.raw)
    const isThisOne = interaction.uid === (request.params as { uid: string }).uid
    if (!isThisOne || (prompt && interaction.prompt.name !== prompt)) throw new errors.SessionNotFound('another step')
    reply.header('content-security-policy', contentSecurityPolicy(String(interaction.params.redirect_uri)))
    return interaction
  }

  const answer = async (request: FastifyRequest, reply: FastifyReply, result: InteractionResults, merge = true) => {
    const target = await engine.provider.interactionResult(request.raw, reply.raw, result, {
      mergeWithLastSubmission: merge,
    })
    return reply.redirect(target, 303)
  }

  const signInPage = async (interaction: Interaction, refusal?: { error: string; login: string }) =>
    pages.signIn({
      action: `${MOUNT}/interaction/${interaction.uid}/login`,
      abort: `${MOUNT}/interaction/${interaction.uid}/abort`,
      clientName: await clientName(interaction),
      ...(options.isDemo ? { demoAccounts: demoAccountHints, demoPassword: DEMO_PASSWORD } : {}),
      ...refusal,
    })

  const clientName = async ({ params }: Interaction) => {
    const client = await engine.provider.Client.find(String(params.client_id))
    return client?.clientName ?? String(params.client_id)
  }

  app.get(path, limited(120), async (request, reply) => {
    const interaction = await find(request, reply)
    reply.type('text/html')
    if (interaction.prompt.name === 'login') return signInPage(interaction)
    return pages.consent(await consentPage(engine, interaction))
  })

  app.post(`${path}/login`, limited(10), async (request, reply) => {
    const interaction = await find(request, reply, 'login')
    const [login, password] = [field(request, 'login'), field(request, 'password')]
    const result =
      login.length <= 254 && password.length <= 128
        ? await options.signIn({ login, password, address: request.ip, requestId: request.id })
        : ({ outcome: 'wrong' } as const)
    if (result.outcome === 'signed_in')
      return answer(request, reply, { login: { accountId: result.account.sub, amr: ['pwd'], remember: false } }, false)
    reply.code(result.outcome === 'wait' ? 429 : 401).type('text/html')
    if (result.outcome === 'wait') reply.header('retry-after', result.seconds)
    return signInPage(interaction, { login: login.slice(0, 254), error: refusalText(result) })
  })

  app.post(`${path}/consent`, limited(60), async (request, reply) => {
    const interaction = await find(request, reply, 'consent')
    const ticked = new Set([(request.body as { scope?: string | string[] } | undefined)?.scope ?? []].flat())
    const { grantId, granted } = await grantChosen(engine, interaction, ticked)
    await audit.record({
      event: granted.length ? 'consent_given' : 'consent_refused',
      sub: interaction.session?.accountId,
      clientId: String(interaction.params.client_id),
      address: request.ip,
      requestId: request.id,
      detail: { gid: grantId, granted },
    })
    return answer(request, reply, { consent: { grantId } })
  })

  app.post(`${path}/abort`, limited(60), async (request, reply) => {
    await find(request, reply)
    return answer(
      request,
      reply,
      { error: 'access_denied', error_description: 'the person at the browser did not allow it' },
      false,
    )
  })

  answerPageErrors(app, pages, () => pages.protocolError('temporarily_unavailable'))
}
