import type { preHandlerAsyncHookHandler } from 'fastify'
import type { Pages } from '../pages.ts'

/** Refuses forms that another site sent: by what the browser says about the sender, where it says anything. */
export function refuseCrossSite(publicUrl: string, pages: Pages): preHandlerAsyncHookHandler {
  const { origin } = new URL(publicUrl)
  return async (request, reply) => {
    if (request.method !== 'POST') return
    const site = request.headers['sec-fetch-site']
    const isSame = site ? site === 'same-origin' : (request.headers.origin ?? origin) === origin
    if (!isSame) return reply.code(403).type('text/html').send(pages.problem(crossSite))
  }
}

const crossSite = {
  title: 'This form came from another site',
  text: 'For your safety it was not accepted.',
  next: 'Go back to the app and connect again.',
}
