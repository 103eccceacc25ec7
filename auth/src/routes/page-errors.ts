import type { FastifyInstance } from 'fastify'
import { errors } from 'oidc-provider'
import { TooManySignIns } from '../accounts/passwords.ts'
import type { Pages } from '../pages.ts'

/**
 * Answers what goes wrong on the pages of this scope in words for people.
 *
 * @param away the page for a failure that nobody expected
 */
export function answerPageErrors(app: FastifyInstance, pages: Pages, away: () => string): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    reply.type('text/html')
    if (error instanceof errors.SessionNotFound) return reply.code(400).send(pages.problem(expired))
    if (error instanceof TooManySignIns) return reply.code(503).header('retry-after', 2).send(pages.problem(busy))
    if (error.statusCode === 429) return reply.code(429).send(pages.problem(tooFast))
    if (error.statusCode && error.statusCode < 500)
      return reply.code(error.statusCode).send(pages.protocolError('invalid_request'))
    request.log.error({ err: error, request_id: request.id }, 'a page failed')
    return reply.code(503).header('retry-after', 2).send(away())
  })
}

const expired = {
  title: 'This sign-in has expired',
  text: 'It was left open for too long, or it was started in another browser or window.',
  next: 'Go back to the app and connect again.',
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
