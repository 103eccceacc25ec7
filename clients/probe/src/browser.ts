import { spawn } from 'node:child_process'
import type { Callback } from './callback.ts'

const FIVE_MINUTES = 300_000

/** Asks the person to sign in: prints the address, tries to open it, and waits for the answer. */
export function showToPerson(url: URL, callback: Callback, say: (line: string) => void): Promise<URLSearchParams> {
  say(`Sign in with your browser. If it does not open, visit:\n  ${url}`)
  openBrowser(url.href)
  return callback.answer(FIVE_MINUTES)
}

/** Best effort: on a machine without a browser the printed address is enough. */
function openBrowser(url: string): void {
  const [command, ...args] = openers[process.platform] ?? ['xdg-open']
  spawn(command, [...args, url], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref()
}

const openers: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}
