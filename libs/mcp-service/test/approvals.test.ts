import { after, before, describe } from 'node:test'
import { decided } from './approvals/decided.ts'
import { followed } from './approvals/followed.ts'
import { raced } from './approvals/raced.ts'
import { refused } from './approvals/refused.ts'
import { rounds } from './approvals/rounds.ts'
import { startVault, type Vault } from './vault-service/start.ts'

describe('approvals', () => {
  let vault: Vault
  before(async () => {
    vault = await startVault()
  })
  after(() => vault.stop())

  decided(() => vault)
  refused(() => vault)
  followed(() => vault)
  rounds(() => vault)
  raced(() => vault)
})
