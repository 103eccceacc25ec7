export { freePort } from '@backroom/fleet'
export type { DecidedAs } from './decisions.ts'
export {
  type DomainServer,
  type DomainService,
  type DomainServiceOptions,
  startDomainService,
} from './domain-service.ts'
export { type Forgery, forgedTokens, genuineToken, type TokenTemplate } from './forged-tokens.ts'
export { AUDIENCE, ISSUER, PUBLIC_URL } from './issuer.ts'
export { launchBrowser } from './launch-browser.ts'
export { ownTools } from './own-tools.ts'
export { signInEverywhere, type Visitor } from './sign-in-everywhere.ts'
export { type SigningAuthority, signingAuthority } from './signing-authority.ts'
export {
  type FleetOptions,
  freeBlock,
  newDataFolder,
  spawnStart,
  startFleet,
  type TestFleet,
} from './start-fleet.ts'
export { domainDatabase, type TestDatabase, type TestDatabaseOptions, testDatabase } from './test-database.ts'
export { type RestAnswer, type Sender, type ToolAnswer, type ToolCalls, toolCalls } from './tool-calls.ts'
