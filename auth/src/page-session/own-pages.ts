import type { FastifyInstance } from 'fastify'
import { adminRoutes } from '../admin/admin-routes.ts'
import { type ApprovalRoutes, approvalRoutes } from '../approvals/approval-routes.ts'
import { contentSecurityPolicy } from '../routes/content-security-policy.ts'
import { answerPageErrors } from '../routes/page-errors.ts'
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
  answerPageErrors(app, pages, () => pages.problem(away))
  await app.register(signInRoutes, parts)
  await app.register(secondFactorRoutes, parts)
  await app.register(approvalRoutes, parts)
  await app.register(adminRoutes, parts)
}

const away = {
  title: 'We are not ready for a moment',
  text: 'The server that this page needs does not answer. Nothing was decided.',
  next: 'Wait a few seconds, then load this page again.',
}
