import type { FastifyReply, FastifyRequest } from 'fastify'
import { MOUNT } from '../provider/create-provider.ts'

const form = /^[\w-]{43}$/

/** The cookie that holds the id of a page session: for auth alone, out of reach of scripts. */
export interface SessionCookie {
  read(request: FastifyRequest): string | undefined
  write(reply: FastifyReply, id: string): void
  clear(reply: FastifyReply): void
}

/** The cookie of an installation; where it is reached by https, browsers send it by nothing else. */
export function createSessionCookie(publicUrl: string): SessionCookie {
  const isHttps = publicUrl.startsWith('https:')
  const name = `${isHttps ? '__Secure-' : ''}backroom_page`
  const attributes = `Path=${MOUNT}; HttpOnly; SameSite=Lax${isHttps ? '; Secure' : ''}`
  return {
    read({ headers }) {
      const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim())
      const value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1)
      return value && form.test(value) ? value : undefined
    },
    write: (reply, id) => void reply.header('set-cookie', `${name}=${id}; ${attributes}`),
    clear: (reply) => void reply.header('set-cookie', `${name}=; Max-Age=0; ${attributes}`),
  }
}
