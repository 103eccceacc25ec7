import type { FastifyRequest } from 'fastify'

/** A field of the form; empty when it is absent or there are several. */
export function field({ body }: Pick<FastifyRequest, 'body'>, name: string): string {
  const value = (body as Record<string, unknown> | undefined)?.[name]
  return typeof value === 'string' ? value : ''
}
