import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

/** Password of every demo account. */
export const DEMO_PASSWORD = 'Demo123!'

/** What a person does when an app sends them to the browser: resolves with the address that the answer went to. */
export type Visit = (authorizationUrl: URL) => Promise<URL>

export interface VisitOptions {
  /** Email or username. */
  account: string
  /** Scopes that the person does not allow. */
  untick?: readonly string[]
  context?: BrowserContextOptions
}

/** A person with a browser of their own, who signs in and allows what is asked, every time anew. */
export function visitor(browser: Browser, { account, untick = [], context }: VisitOptions): Visit {
  return async (authorizationUrl) => {
    const own = await browser.newContext(context)
    try {
      const page = await own.newPage()
      await page.goto(authorizationUrl.href)
      await signIn(page, account)
      return await allow(page, untick)
    } finally {
      await own.close()
    }
  }
}

/** Fills in the sign-in page and waits for the consent page. */
export async function signIn(page: Page, account: string, password = DEMO_PASSWORD): Promise<void> {
  await page.getByLabel('Email or username').fill(account)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: /^Allow/ }).waitFor()
}

/** Answers the consent page and waits until the browser is at the app's address. */
export async function allow(page: Page, untick: readonly string[] = []): Promise<URL> {
  for (const scope of untick) await page.locator(`input[name=scope][value="${scope}"]`).uncheck()
  const { origin } = new URL(page.url())
  await page.getByRole('button', { name: 'Allow', exact: true }).click()
  await page.waitForURL((url) => url.origin !== origin, { waitUntil: 'commit' })
  return new URL(page.url())
}
