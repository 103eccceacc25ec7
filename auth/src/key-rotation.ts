import { ConfigurationError } from '@backroom/configuration'
import { type AuthKeys, createSecret, createSigningKey } from './keys.ts'

/** The steps of a rotation, in their order: the new keys verify, then sign, then the old ones go. */
export const rotationSteps = ['add', 'promote', 'retire'] as const
export type RotationStep = (typeof rotationSteps)[number]

/**
 * The keys after one step of a rotation.
 *
 * @throws {ConfigurationError} when the only key would be retired
 */
export async function rotate(keys: AuthKeys, step: RotationStep): Promise<AuthKeys> {
  switch (step) {
    case 'add':
      return {
        ...keys,
        signing: [...keys.signing, await createSigningKey()],
        cookies: [...keys.cookies, createSecret()],
      }
    case 'promote':
      return { ...keys, signing: lastFirst(keys.signing), cookies: lastFirst(keys.cookies) }
    case 'retire':
      return { ...keys, signing: withoutLast(keys.signing), cookies: withoutLast(keys.cookies) }
  }
}

function lastFirst<Item>(items: Item[]): Item[] {
  return [...items.slice(-1), ...items.slice(0, -1)]
}

function withoutLast<Item>(items: Item[]): Item[] {
  if (items.length < 2) throw new ConfigurationError('The only key cannot be retired. Add and promote another first.')
  return items.slice(0, -1)
}
