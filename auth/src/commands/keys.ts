import { ConfigurationError, readSettings } from '@backroom/configuration'
import { z } from 'zod'
import { type AuthKeys, createSecret, createSigningKey, readAuthKeys, writeAuthKeys } from '../keys.ts'
import { environmentOfFleet } from './running-fleet.ts'

const usage = `Usage: npm run -s keys -- <step>
  list     shows the signing keys; the first one signs
  add      adds a signing key and a cookie secret at the end: they verify, they do not sign yet
  promote  moves the last ones to the front: they sign from now on
  retire   removes the last ones
A rotation is add, ten minutes of waiting until every server has the new key, promote, an hour until the last old token has
ended, retire. A running auth follows the file by itself. AUTH_KEYS_FILE names it; unset, it is the one of this checkout.`

const steps: Record<string, (keys: AuthKeys) => Promise<AuthKeys> | AuthKeys> = {
  list: (keys) => keys,
  add: async (keys) => ({
    ...keys,
    signing: [...keys.signing, await createSigningKey()],
    cookies: [...keys.cookies, createSecret()],
  }),
  promote: (keys) => ({ ...keys, signing: lastFirst(keys.signing), cookies: lastFirst(keys.cookies) }),
  retire: (keys) => ({ ...keys, signing: withoutLast(keys.signing), cookies: withoutLast(keys.cookies) }),
}

/** One step of a key rotation. */
async function main(): Promise<void> {
  const { AUTH_KEYS_FILE: path } = readSettings({ AUTH_KEYS_FILE: z.string() }, environmentOfFleet())
  const step = steps[process.argv[2] ?? '']
  if (!step || process.argv.length > 3) throw new ConfigurationError(usage)
  const before = readAuthKeys(path)
  const after = await step(before)
  if (after !== before) await writeAuthKeys(path, after)
  for (const [index, { kid }] of after.signing.entries()) console.log(`${kid}${index === 0 ? '  signs' : ''}`)
}

function lastFirst<Item>(items: Item[]): Item[] {
  return [...items.slice(-1), ...items.slice(0, -1)]
}

function withoutLast<Item>(items: Item[]): Item[] {
  if (items.length < 2) throw new ConfigurationError('The only key cannot be retired. Add and promote another first.')
  return items.slice(0, -1)
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exit(1)
})
