import { type DomainName, workingSet } from '@backroom/access'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from '../caller.ts'
import { challenge } from './challenge.ts'
import type { TokenVerifier } from './tokens.ts'

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | undefined
    tokenExpiresAt: number | undefined
  }
}

const bearerForm = /^Bearer ([\w.~+/-]+=*)$/i
const RETRY_AFTER_S = 2

/** What authentication came to: a caller on the request, no credentials at all, or an answer that was sent. */
export type Authentication = 'authenticated' | 'anonymous' | 'answered'

/** Decides about the credentials of a request, and answers where they are not good. */
export interface Authenticator {
  /** Reads and checks the bearer token; sends 400, 401 or 503 itself when there is something wrong with it. */
  authenticate(request: FastifyRequest, reply: FastifyReply): Promise<Authentication>
  /** 401 for a request without credentials. */
  askForToken(reply: FastifyReply): void
  /** 401 for a token that is not, or no longer, good. */
  refuseToken(reply: FastifyReply, reason: string): void
  /** 503: nothing can be said about the token at the moment. */
  askToComeBack(reply: FastifyReply): void
}

/** The authenticator of a domain's endpoints. */
export function authenticator(publicUrl: string, domain: DomainName, tokens: TokenVerifier): Authenticator {
  const scopes = workingSet(domain)

  const refuse = (
    reply: FastifyReply,
    status: 400 | 401,
    error: 'invalid_token' | 'invalid_request',
    description: string,
  ) => {
    reply
      .code(status)
      .header('www-authenticate', challenge(publicUrl, domain, { error, description, scopes }))
      .send({ error, error_description: description })
    return 'answered' as const
  }
  const authenticate = async (request: FastifyRequest, reply: FastifyReply): Promise<Authentication> => {
    const { authorization } = request.headers
    if (hasTokenInQuery(request.url))
      return refuse(reply, 400, 'invalid_request', 'Send the token in the Authorization header, never in the URL')
    if (!authorization) return 'anonymous'
    if (countOf('authorization', request.raw.rawHeaders) > 1)
      return refuse(reply, 400, 'invalid_request', 'Send one Authorization header')
    if (!/^bearer\b/i.test(authorization)) return 'anonymous'
    const token = bearerForm.exec(authorization)?.[1]
    if (!token) return refuse(reply, 400, 'invalid_request', 'The Authorization header is malformed')
    const verified = await tokens.verify(token)
    if ('caller' in verified) {
      request.caller = verified.caller
      request.tokenExpiresAt = verified.expiresAt
      return 'authenticated'
    }
    if (verified.kind === 'invalid') return refuse(reply, 401, 'invalid_token', verified.reason)
    askToComeBack(reply)
    return 'answered'
  }
  const askToComeBack = (reply: FastifyReply): void => {
    reply.code(503).header('retry-after', RETRY_AFTER_S).send({
      error: 'temporarily_unavailable',
      error_description: 'Tokens cannot be checked at the moment. Try again shortly.',
    })
  }
  const askForToken = (reply: FastifyReply): void => {
    reply
      .code(401)
      .header('www-authenticate', challenge(publicUrl, domain, { scopes }))
      .send({ error: 'unauthorized', error_description: 'Sign in first: this endpoint needs a bearer token.' })
  }
  const refuseToken = (reply: FastifyReply, reason: string): void => void refuse(reply, 401, 'invalid_token', reason)
  return { authenticate, askForToken, refuseToken, askToComeBack }
}

/** How often a header was sent; Node itself keeps the first of several. */
function countOf(name: string, rawHeaders: readonly string[]): number {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const sent = rawHeaders[index] ?? ''
    if (sent.length === name.length && sent.toLowerCase() === name) count++
  }
  return count
}

function hasTokenInQuery(url: string): boolean {
  const start = url.indexOf('?')
  return start >= 0 && new URLSearchParams(url.slice(start)).has('access_token')
}
