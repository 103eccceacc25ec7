import type { Composition } from './engine.ts'

/** What a server costs. */
export interface Cost {
  service: string
  imageMegabytes: number
  /** From the start of the container until it listens; undefined where the log does not say. */
  startSeconds: number | undefined
  memoryMegabytes: number
}

const MEGABYTE = 1024 * 1024
const units: Record<string, number> = { B: 1 / MEGABYTE, KiB: 1 / 1024, MiB: 1, GiB: 1024 }

/** Image size, start time and memory of every server that has been started. */
export async function costs({ docker, containers }: Composition): Promise<Cost[]> {
  const running = (await containers()).filter(({ state }) => state === 'running')
  const found: Cost[] = []
  for (const { id, service, image, startedAt } of running) {
    const size = Number(await docker('image', 'inspect', '--format', '{{.Size}}', image))
    const usage = await docker('stats', '--no-stream', '--format', '{{.MemUsage}}', id)
    found.push({
      service,
      imageMegabytes: Math.round(size / MEGABYTE),
      startSeconds: await secondsToListen(docker, id, startedAt),
      memoryMegabytes: Math.round(megabytesIn(usage)),
    })
  }
  return found.sort((one, other) => one.service.localeCompare(other.service))
}

/** A table for people. */
export function costTable(found: readonly Cost[]): string {
  const rows = found.map(
    ({ service, imageMegabytes, startSeconds, memoryMegabytes }) =>
      `| ${service.padEnd(10)} | ${String(imageMegabytes).padStart(10)} | ${(startSeconds?.toFixed(1) ?? '–').padStart(9)} | ${String(memoryMegabytes).padStart(11)} |`,
  )
  return ['| server     | image (MB) | start (s) | memory (MB) |', '| --- | ---: | ---: | ---: |', ...rows].join('\n')
}

/** By its own log, which says when it began to listen. */
async function secondsToListen(
  docker: Composition['docker'],
  id: string,
  startedAt: Date,
): Promise<number | undefined> {
  const log = await docker('logs', id)
  const line = log.split('\n').findLast((text) => text.includes('Server listening'))
  if (!line) return undefined
  const { time } = JSON.parse(line) as { time: number }
  return (time - startedAt.getTime()) / 1_000
}

function megabytesIn(usage: string): number {
  const [, amount = '0', unit = 'B'] = /^([\d.]+)(\w+)/.exec(usage.trim()) ?? []
  return Number(amount) * (units[unit] ?? 0)
}
