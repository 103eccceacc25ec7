export { freePort } from '@backroom/fleet'
export { type Forgery, forgedTokens, genuineToken, type TokenTemplate } from './forged-tokens.ts'
export { launchBrowser } from './launch-browser.ts'
export { AUDIENCE, ISSUER, PUBLIC_URL, type SigningAuthority, signingAuthority } from './signing-authority.ts'
export {
  type FleetOptions,
  freeBlock,
  newDataFolder,
  spawnStart,
  startFleet,
  type TestFleet,
} from './start-fleet.ts'
export { type TestDatabase, type TestDatabaseOptions, testDatabase } from './test-database.ts'
