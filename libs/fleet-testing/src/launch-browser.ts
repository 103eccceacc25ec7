import { existsSync } from 'node:fs'
import type { Browser } from 'playwright-core'

/** Where Debian, Fedora and Homebrew put a Chromium. */
const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/**
 * A headless Chromium of the system. Close it at the end.
 *
 * @throws {Error} when there is none; set CHROMIUM to its path or install the package `chromium`
 */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? places.find((place) => existsSync(place))
  if (!executablePath) throw new Error('No Chromium found: install the package chromium, or set CHROMIUM to its path.')
  // Most tests need no browser, and half a second to load the library.
  const { chromium } = await import('playwright-core')
  // Chromium's sandbox refuses to run as root; what it loads here is our own.
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
}
