import type { FastifyInstance } from 'fastify'
import { TooManySignIns } from '../accounts/passwords.ts'
import { adminRoutes } from '../admin/admin-routes.ts'
import { type ApprovalRoutes, approvalRoutes } from '../approvals/approval-routes.ts'
import { contentSecurityPolicy } from '../routes/content-security-policy.ts'
import { refuseCrossSite } from '../routes/same-origin.ts'
import { secondFactorRoutes } from '../second-factor/second-factor-routes.ts'
import { signInRoutes } from './sign-in-routes.ts'

/** The pages that people come to for themselves: sign-in, second factor, approvals, administration. */
export async function ownPages(app: FastifyInstance, parts: ApprovalRoutes): Promise<void> {
  const { pages, publicUrl } = parts
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'content-security-policy': contentSecurityPolicy() })
  })
  app.addHook('preHandler', refuseCrossSite(publicUrl, pages))
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    reply.type('text/html')
    if (error instanceof TooManySignIns) return reply.code(503).header('retry-after', 2).send(pages.problem(busy))
    if (error.statusCode === 429) return reply.code(429).send(pages.problem(tooFast))
    if (error.statusCode && error.statusCode < 500)
      return reply.code(error.statusCode).send(pages.protocolError('invalid_request'))
    request.log.error({ err: error, request_id: request.id }, 'a page failed')
    return reply.code(503).header('retry-after', 2).send(pages.problem(away))
  })
  await app.register(signInRoutes, parts)
  await app.register(secondFactorRoutes, parts)
  await app.register(approvalRoutes, parts)
  await app.register(adminRoutes, parts)
}

const busy = {
  title: 'Many people are signing in',
  text: 'We check a few passwords at a time.',
  next: 'Go back and try again in a moment.',
}
const tooFast = {
  title: 'Too many requests',
  text: 'There were many attempts from your network within a minute.',
  next: 'Wait a minute, then go back and try again.',
}
const away = {
  title: 'We are not ready for a moment',
  text: 'The server that this page needs does not answer. Nothing was decided.',
  next: 'Wait a few seconds, then load this page again.',
}
