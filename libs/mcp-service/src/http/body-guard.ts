import type { FastifyReply, FastifyRequest } from 'fastify'

/** Deeper than any tool asks for, and far from where recursive code runs out of stack. */
const MAX_DEPTH = 64

/**
 * Refuses, with 400, what JSON can say and neither Postgres nor a fingerprint can hold: NUL characters, half surrogate
 * pairs, and nesting without end.
 */
export function bodyGuard({ body }: FastifyRequest, _: FastifyReply, done: (error?: Error) => void): void {
  const flaw = flawOf(body, MAX_DEPTH)
  done(flaw ? Object.assign(new Error(flaw), { statusCode: 400 }) : undefined)
}

function flawOf(value: unknown, levels: number): string | undefined {
  if (typeof value === 'string') return isText(value) ? undefined : 'A text holds a NUL character or half a character.'
  if (value === null || typeof value !== 'object') return undefined
  if (levels === 0) return `The body is nested deeper than ${MAX_DEPTH} levels.`
  for (const [name, member] of Object.entries(value)) {
    const flaw = flawOf(name, levels) ?? flawOf(member, levels - 1)
    if (flaw) return flaw
  }
  return undefined
}

function isText(value: string): boolean {
  return value.isWellFormed() && !value.includes('\0')
}
