import type { FastifyReply, FastifyRequest } from 'fastify'

const loopbackNames = ['localhost', '127.0.0.1', '[::1]']

/**
 * Guards against DNS rebinding: a request must name a host that is ours, and a browser's request must come from a page
 * that may use us. Programs send no Origin and pass.
 */
export function originGuard(publicUrl: string, ownHosts: string[]) {
  const publicHost = new URL(publicUrl).hostname
  const hosts = new Set([publicHost, ...ownHosts, ...loopbackNames])
  const origins = loopbackNames.includes(publicHost) ? new Set([publicHost, ...loopbackNames]) : new Set([publicHost])
  return (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    const { host = '', origin } = request.headers
    if (!hosts.has(withoutPort(host))) {
      reply.code(403).send({ error: 'forbidden_host', message: 'This server is not known by that host name.' })
      return
    }
    if (origin !== undefined && !origins.has(hostnameOf(origin))) {
      reply.code(403).send({ error: 'forbidden_origin', message: 'Pages of this origin may not use this server.' })
      return
    }
    done()
  }
}

function withoutPort(host: string): string {
  return host.replace(/:\d*$/, '').toLowerCase()
}

function hostnameOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : ''
}
