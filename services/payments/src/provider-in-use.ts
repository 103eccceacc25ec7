import type { Provider, ProviderName } from './provider/provider.ts'

let chosen: Provider | undefined

/** Sets the provider of this process; called once at start. */
export function useProvider(provider: Provider): void {
  chosen = provider
}

/**
 * The provider that payments of this process go through.
 *
 * @throws when a payment belongs to another provider than the configured one
 */
export function providerInUse(name?: ProviderName): Provider {
  if (!chosen) throw new Error('No payment provider is configured.')
  if (name && name !== chosen.name) throw new Error(`This payment is at ${name}, which is not configured any more.`)
  return chosen
}
