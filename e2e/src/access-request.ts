import assert from 'node:assert/strict'
import { auth } from '@modelcontextprotocol/client'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { emptyMemory } from './oauth-memory.ts'

export interface AccessRequest {
  /** The server that the app wants to use. */
  url: string
  /** What the person does, from the sign-in page on; resolves with the address that the browser came to. */
  visit(page: Page): Promise<URL>
  context?: BrowserContextOptions
  /** Callback of an app that is hosted somewhere. Default: an app on the person's device. */
  hostedAt?: string
}

/** Lets an app that nobody knows ask a person for access. Resolves with the parameters that its callback received. */
export async function requestAccess(browser: Browser, request: AccessRequest): Promise<URLSearchParams> {
  const own = await browser.newContext(request.context)
  const memory = await emptyMemory(async (authorizationUrl) => {
    const page = await own.newPage()
    await page.goto(authorizationUrl.href)
    return request.visit(page)
  }, request.hostedAt)
  try {
    assert.equal(await auth(memory, { serverUrl: request.url }), 'REDIRECT')
    return memory.takeAnswer()
  } finally {
    await Promise.all([own.close(), memory.close()])
  }
}
