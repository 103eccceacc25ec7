import {
  claimDrawNames,
  claimsBeingOpened,
  readClaims,
  readRecoveries,
  readSettlements,
  recoveryIds,
  settlementIds,
} from '@backroom/claims/reconcile'
import { drawNames, drawsNamed, givenCauses, givenFor } from '@backroom/oms/reconcile'
import { bookedRecoveries, recoveredFor } from '@backroom/payments/reconcile'
import { readResolutions, readReturns, resolutionIds, returnNumbers, returnsBeingOpened } from '@backroom/rma/reconcile'
import { subjectsUnderWay } from '@backroom/workflows/reconcile'
import { type Check, compareItems, defineCheck, type Suspicion } from './check.ts'

/** What orders and payments keep, give and book for returns and claims, against what these know; all of it both ways. */
export const afterSales: Check[] = [
  defineCheck({
    name: 'returns against orders: units kept for them',
    needs: ['rma', 'oms'],
    run: ({ rma, oms }) =>
      compareItems(
        [(after, limit) => returnNumbers(rma, after, limit), (after, limit) => drawNames(oms, 'rma', after, limit)],
        async (numbers) => {
          const returns = await readReturns(rma, numbers)
          const drawn = Map.groupBy(await drawsNamed(oms, 'rma', numbers), ({ source_id }) => source_id)
          const opening = await returnsBeingOpened(rma)
          const known = [...returns.values()]
          const busy = new Set([
            ...(await subjectsUnderWay(rma, [...numbers, ...known.map(({ rma_id }) => rma_id)])),
            ...(await subjectsUnderWay(
              oms,
              known.map(({ order_id }) => order_id),
            )),
          ])
          return numbers.flatMap((number) => {
            const { units = new Map(), rma_id = '', order_id = '', status } = returns.get(number) ?? {}
            if (units === null) return []
            return unitsDiffer(number, `return ${number}`, units, drawn.get(number) ?? [], {
              underWay:
                status === 'resolving' ||
                opening.has(number) ||
                [number, rma_id, order_id].some((one) => busy.has(one)),
              todo: `Compare get_return of ${number} with get_order; is a process of it parked?`,
            })
          })
        },
      ),
  }),
  defineCheck({
    name: 'claims against orders: units kept for them',
    needs: ['claims', 'oms'],
    run: ({ claims, oms }) =>
      compareItems(
        [
          (after, limit) => claimDrawNames(claims, after, limit),
          (after, limit) => drawNames(oms, 'claim', after, limit),
        ],
        async (names) => {
          const known = await readClaims(claims, names)
          const drawn = Map.groupBy(await drawsNamed(oms, 'claim', names), ({ source_id }) => source_id)
          const opening = await claimsBeingOpened(claims)
          const all = [...known.values()]
          const busy = new Set([
            ...(await subjectsUnderWay(
              claims,
              all.map(({ number }) => number),
            )),
            ...(await subjectsUnderWay(
              oms,
              all.map(({ order_id }) => order_id),
            )),
          ])
          return names.flatMap((name) => {
            const { units = new Map(), number = name, order_id = '', status } = known.get(name) ?? {}
            return unitsDiffer(name, `claim ${number}`, units, drawn.get(name) ?? [], {
              underWay: status === 'settling' || opening.has(name) || busy.has(number) || busy.has(order_id),
              todo: `Compare get_claim of ${number} with get_order; is a process of it parked?`,
            })
          })
        },
      ),
  }),
  defineCheck({
    name: 'returns against orders: what was given for them',
    needs: ['rma', 'oms'],
    run: ({ rma, oms }) =>
      compareItems(
        [(after, limit) => resolutionIds(rma, after, limit), (after, limit) => givenCauses(oms, 'rma', after, limit)],
        async (ids) => {
          const [resolved, given] = await Promise.all([readResolutions(rma, ids), givenFor(oms, 'rma', ids)])
          return givenDiffers('resolution', ids, resolved, given, await busyOrders(oms, [...resolved, ...given]))
        },
      ),
  }),
  defineCheck({
    name: 'claims against orders: what was given for them',
    needs: ['claims', 'oms'],
    run: ({ claims, oms }) =>
      compareItems(
        [
          (after, limit) => settlementIds(claims, after, limit),
          (after, limit) => givenCauses(oms, 'claim', after, limit),
        ],
        async (ids) => {
          const [settled, given] = await Promise.all([readSettlements(claims, ids), givenFor(oms, 'claim', ids)])
          return givenDiffers('settlement', ids, settled, given, await busyOrders(oms, [...settled, ...given]))
        },
      ),
  }),
  defineCheck({
    name: 'recoveries of claims against the ledger',
    needs: ['claims', 'payments'],
    run: ({ claims, payments }) =>
      compareItems(
        [
          (after, limit) => recoveryIds(claims, after, limit),
          (after, limit) => bookedRecoveries(payments, after, limit),
        ],
        async (ids) => {
          const [recoveries, booked] = await Promise.all([readRecoveries(claims, ids), recoveredFor(payments, ids)])
          const busy = await subjectsUnderWay(claims, ids)
          return ids.flatMap((id): Suspicion[] => {
            const recovery = recoveries.find((one) => one.id === id)
            const money = booked.find(({ recovery_id }) => recovery_id === id)
            const [here, there] = [told(recovery?.ledger_tx, recovery?.minor), told(money?.tx_id, money?.minor)]
            if (here === there) return []
            return [
              {
                ...{ id, subject: `recovery ${recovery?.file_number ?? id}`, underWay: busy.has(id) },
                says: `claims says ${here}, the ledger says ${there}`,
                todo: 'Compare the recovery (claims://recovery/{id}) with get_ledger of claims_recovery; correct it with post_adjustment.',
              },
            ]
          })
        },
      ),
  }),
]

function unitsDiffer(
  id: string,
  subject: string,
  wanted: ReadonlyMap<string, number>,
  drawn: readonly { order_line_id: string; qty: number }[],
  more: Pick<Suspicion, 'underWay' | 'todo'>,
): Suspicion[] {
  const kept = new Map(drawn.map(({ order_line_id, qty }) => [order_line_id, qty]))
  const lines = new Set([...wanted.keys(), ...kept.keys()])
  return [...lines]
    .filter((line) => wanted.get(line) !== kept.get(line))
    .map((line) => ({
      ...{ id, subject },
      says: `line ${line}: needs ${wanted.get(line) ?? 'nothing'}, orders keeps ${kept.get(line) ?? 'nothing'}`,
      ...more,
    }))
}

interface Decided {
  id: string
  number: string
  order_id: string
  minor: number
}

interface Given {
  source_id: string
  order_id: string
  minor: number
}

function givenDiffers(
  what: string,
  ids: readonly string[],
  decided: readonly Decided[],
  given: readonly Given[],
  busy: Set<string>,
): Suspicion[] {
  return ids.flatMap((id) => {
    const decision = decided.find((one) => one.id === id)
    const gift = given.find(({ source_id }) => source_id === id)
    if ((decision?.minor ?? 0) === (gift?.minor ?? 0)) return []
    const order = decision?.order_id ?? gift?.order_id ?? ''
    return [
      {
        ...{ id, subject: `${what} ${id}`, underWay: busy.has(order) },
        says: `${decision?.number ?? 'nobody'} says ${decision?.minor ?? 0}, orders has given ${gift?.minor ?? 0}`,
        todo: `Look at get_order_timeline of ${order}; is a process of it parked?`,
      },
    ]
  })
}

function busyOrders(
  oms: Parameters<typeof subjectsUnderWay>[0],
  rows: readonly { order_id: string }[],
): Promise<Set<string>> {
  return subjectsUnderWay(
    oms,
    rows.map(({ order_id }) => order_id),
  )
}

function told(tx: string | undefined, minor: number | undefined): string {
  return tx === undefined ? 'nothing' : `${minor} by ${tx}`
}
