import type { FastifyRequest } from 'fastify'

/** Deeper than any tool asks for, and far from where recursive code runs out of stack. */
const MAX_DEPTH = 64

/** Refuses a body that is nested without end, which the size limit alone lets through. */
export async function nestingGuard({ body }: FastifyRequest): Promise<void> {
  if (isDeeper(body, MAX_DEPTH))
    throw Object.assign(new Error(`The body is nested deeper than ${MAX_DEPTH} levels.`), { statusCode: 400 })
}

function isDeeper(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return false
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1))
}
