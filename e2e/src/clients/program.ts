import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

const require = createRequire(import.meta.url)

/** A file of an installed package. */
export function fileOf(packageName: string, file: string): string {
  return join(require.resolve(`${packageName}/package.json`), '..', file)
}

/** A home of its own for a program that keeps what it learns, and a browser that never opens. */
export async function emptyHome(): Promise<{ environment: Record<string, string>; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'backroom-home-'))
  const { PATH = '' } = process.env
  return {
    environment: { PATH, HOME: folder, BROWSER: 'true' },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** Collects what a program writes for people. */
export function messagesOf(stream: Readable): { text(): string; authorizationUrl: Promise<URL> } {
  let text = ''
  const authorizationUrl = new Promise<URL>((resolve) => {
    stream.on('data', (chunk: Buffer) => {
      text += chunk
      const address = /https?:\/\/\S+\/authorize\?\S+(?=\s)/.exec(text)?.[0]
      if (address) resolve(new URL(address))
    })
  })
  return { text: () => text, authorizationUrl }
}
