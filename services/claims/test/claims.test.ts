import { after, before } from 'node:test'
import { closeShared, openShared } from './cases/shared.ts'
import './cases/opening.ts'
import './cases/deciding.ts'
import './cases/settling.ts'
import './cases/recovering.ts'
import './cases/deadlines.ts'
import './cases/contract.ts'
import './cases/properties.ts'

before(openShared)

after(closeShared)
