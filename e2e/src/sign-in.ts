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
  /** Sensitive scopes that the person allows where they are asked for. */
  tick?: readonly string[]
  context?: BrowserContextOptions
}

/** A person who signs in and allows what is asked, every time anew, in a browser that remembers nobody. */
export function visitor(browser: Browser, { account, untick = [], tick = [], context }: VisitOptions): Visit {
  return async (authorizationUrl) => {
    const page = (context ? undefined : unused(browser).pop()) ?? (await openPage(browser, context))
    await page.goto(authorizationUrl.href)
    await signIn(page, account)
    for (const scope of tick) await tickWhereAsked(page, scope)
    const landed = await allow(page, untick)
    // A page on which something went wrong is used no more: it ends with its browser.
    if (context) await page.context().close()
    else await leave(browser, page)
    return landed
  }
}

/** Pages of each browser that nobody looks at: a new one takes as much time as signing in. */
const unusedPages = new WeakMap<Browser, Page[]>()

function unused(browser: Browser): Page[] {
  const pages = unusedPages.get(browser) ?? []
  unusedPages.set(browser, pages)
  return pages
}

async function openPage(browser: Browser, options?: BrowserContextOptions): Promise<Page> {
  return (await browser.newContext(options)).newPage()
}

/** Makes a page forget who used it. */
async function leave(browser: Browser, page: Page): Promise<void> {
  await page.goto('about:blank')
  await page.context().clearCookies()
  unused(browser).push(page)
}

/** Fills in the sign-in page and waits for the consent page. */
export async function signIn(page: Page, account: string, password = DEMO_PASSWORD): Promise<void> {
  await page.getByLabel('Email or username').fill(account)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: /^Allow/ }).waitFor()
}

async function tickWhereAsked(page: Page, scope: string): Promise<void> {
  const box = page.locator(`input[name=scope][value="${scope}"]`)
  if ((await box.count()) > 0) await box.check()
}

/** Answers the consent page and waits until the browser is at the app's address. */
export async function allow(page: Page, untick: readonly string[] = []): Promise<URL> {
  for (const scope of untick) await page.locator(`input[name=scope][value="${scope}"]`).uncheck()
  const { origin } = new URL(page.url())
  await page.getByRole('button', { name: 'Allow', exact: true }).click()
  await page.waitForURL((url) => url.origin !== origin, { waitUntil: 'commit' })
  return new URL(page.url())
}
