import { PassThrough } from 'node:stream'
import type { FastifyReply } from 'fastify'
import type { Follower } from './watch.ts'

const KEEP_ALIVE_MS = 15_000

/** Tells a browser the version of what it looks at by server-sent events, until it leaves or the session is over. */
export function streamChanges(
  reply: FastifyReply,
  { until, follow }: { until: Date; follow: (follower: Follower) => () => void },
): FastifyReply {
  const stream = new PassThrough()
  const stop = follow({
    changed: (version) => void stream.write(`event: changed\ndata: ${version}\n\n`),
    ended: () => void stream.end(),
  })
  const timers = [
    setInterval(() => stream.write(': still here\n\n'), KEEP_ALIVE_MS).unref(),
    setTimeout(() => stream.end(), Math.max(0, until.getTime() - Date.now())).unref(),
  ]
  stream.once('close', () => {
    stop()
    for (const timer of timers) clearTimeout(timer)
  })
  reply.raw.once('close', () => stream.destroy())
  stream.write('retry: 3000\n\n')
  return reply.type('text/event-stream').header('x-accel-buffering', 'no').send(stream)
}
