import { after, before } from 'node:test'
import { closeShop, openShop } from './workflows/shop.ts'
import './workflows/life.ts'
import './workflows/refused.ts'
import './workflows/confirmed.ts'
import './workflows/cancelled.ts'
import './workflows/edited.ts'
import './workflows/short.ts'
import './workflows/review.ts'
import './workflows/routing.ts'
import './workflows/outage.ts'
import './workflows/facts.ts'

before(openShop)

after(closeShop)
