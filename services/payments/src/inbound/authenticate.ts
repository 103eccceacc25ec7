import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Provider } from '../provider/provider.ts'
import {
  contentSecurityPolicy,
  crossSite,
  handledElsewhere,
  nothingHere,
  notReady,
  notUnderstood,
  pageOf,
  renderPage,
  tooFast,
} from './authenticate-page.ts'

const PER_MINUTE = 60

type Intent = { Params: { intent: string } }

/**
 * `/payments/authenticate/<intent>`: where a customer confirms a payment (3-D Secure), or returns to from the provider's
 * own page. What was decided reaches the payment as a notification of the provider, never from here.
 */
export function mountAuthenticate(
  app: FastifyInstance,
  { provider, publicUrl }: { provider: Provider; publicUrl: string },
): void {
  const path = '/payments/authenticate/:intent'
  const limited = { config: { rateLimit: { max: PER_MINUTE, timeWindow: '1 minute' } } }
  const { customerAction } = provider
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'content-security-policy': contentSecurityPolicy,
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    })
    reply.type('text/html; charset=utf-8')
  })
  app.get<Intent>(path, limited, async ({ params }, reply) => {
    if (!customerAction) return renderPage(handledElsewhere)
    const state = await customerAction.read(params.intent)
    if (!state) return reply.code(404).send(renderPage(nothingHere))
    return renderPage(pageOf(state))
  })
  app.post<Intent>(path, limited, async (request, reply) => {
    if (!isSameOrigin(request, publicUrl)) return reply.code(403).send(renderPage(crossSite))
    const decision = decisionIn(request.body)
    if (!decision || !customerAction) return reply.code(400).send(renderPage(notUnderstood))
    const state = await customerAction.complete(request.params.intent, decision)
    if (!state) return reply.code(404).send(renderPage(nothingHere))
    return reply.redirect(`/payments/authenticate/${encodeURIComponent(request.params.intent)}`, 303)
  })
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply): FastifyReply => {
    if (error.statusCode === 429) return reply.code(429).send(renderPage(tooFast))
    if (error.statusCode && error.statusCode < 500) return reply.code(error.statusCode).send(renderPage(notUnderstood))
    request.log.error({ err: error, request_id: request.id }, 'confirmation failed')
    return reply.code(503).header('retry-after', 2).send(renderPage(notReady))
  })
}

/** By what the browser says about the sender of a form; a program that says nothing is not tricked by another site. */
function isSameOrigin({ headers }: FastifyRequest, publicUrl: string): boolean {
  const { origin } = new URL(publicUrl)
  const site = headers['sec-fetch-site']
  return site ? site === 'same-origin' : (headers.origin ?? origin) === origin
}

function decisionIn(body: unknown): 'approve' | 'decline' | undefined {
  const decision = (body as { decision?: unknown } | undefined)?.decision
  return decision === 'approve' || decision === 'decline' ? decision : undefined
}
