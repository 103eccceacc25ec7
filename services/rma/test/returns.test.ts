import { after, before } from 'node:test'
import { closeReturns, openForAll } from './cases/server.ts'
import './cases/contract.ts'
import './cases/customers.ts'
import './cases/opening.ts'
import './cases/deciding.ts'
import './cases/goods.ts'
import './cases/money.ts'
import './cases/advance.ts'
import './cases/time.ts'
import './cases/races.ts'

before(openForAll)

after(closeReturns)
