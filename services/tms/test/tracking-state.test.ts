import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { trackingCodes } from '../src/database-tables.ts'
import { foldShipment, type ParcelHappening } from '../src/shipment-state.ts'
import { foldTracking, type Happening } from '../src/tracking-state.ts'

const START = Date.parse('2026-11-01T08:00:00Z')

/** A shipment's events: few moments, so that many happen at once. */
const events = fc
  .array(fc.tuple(fc.constantFrom(...trackingCodes), fc.integer({ min: 0, max: 12 })), { minLength: 1, maxLength: 12 })
  .map((drawn) =>
    drawn.map(
      ([code, hour], index): Happening => ({
        code,
        occurredAt: new Date(START + hour * 3_600_000),
        source: index % 2 ? 'parcelhop' : 'tms',
        sourceEventId: `e${index}`,
      }),
    ),
  )

const disordered = events.chain((set) =>
  fc.record({
    set: fc.constant(set),
    heard: fc
      .tuple(fc.shuffledSubarray(set, { minLength: set.length }), fc.array(fc.constantFrom(...set), { maxLength: 6 }))
      .map(([all, again]) => [...again.slice(0, 3), ...all, ...again.slice(3)]),
  }),
)

describe('the state of a shipment', () => {
  it('is the same however its events are ordered and repeated', () => {
    fc.assert(
      fc.property(disordered, ({ set, heard }) => {
        assert.deepEqual(foldTracking(heard), foldTracking(set))
      }),
      { numRuns: 2_000 },
    )
  })

  it('stays delivered whatever else is heard, unless the delivery is disputed', () => {
    fc.assert(
      fc.property(events, fc.integer({ min: 0, max: 12 }), (set, hour) => {
        const delivered: Happening = {
          code: 'delivered',
          occurredAt: new Date(START + hour * 3_600_000),
          source: 'parcelhop',
          sourceEventId: 'door',
        }
        const disputed = set.some(({ code }) => code === 'delivery_disputed')
        const { status, deliveredAt, pickedUpAt } = foldTracking([...set, delivered])
        assert.ok(deliveredAt && pickedUpAt && pickedUpAt <= deliveredAt)
        if (!disputed) assert.equal(status, 'delivered')
      }),
    )
  })

  it('proves by a later scan that a parcel was picked up', () => {
    const at = (code: Happening['code'], hour: number): Happening => ({
      code,
      occurredAt: new Date(START + hour * 3_600_000),
      source: 'budgetpost',
      sourceEventId: code,
    })
    const state = foldTracking([at('label_created', 0), at('out_for_delivery', 5)])
    assert.equal(state.status, 'out_for_delivery')
    assert.deepEqual(state.pickedUpAt, new Date(START + 5 * 3_600_000))
    assert.equal(foldTracking([at('label_created', 0)]).status, undefined)
  })

  it('goes on after an exception, by the next scan or as it was', () => {
    const at = (code: Happening['code'], hour: number): Happening => ({
      code,
      occurredAt: new Date(START + hour * 3_600_000),
      source: 'tms',
      sourceEventId: `${code}${hour}`,
    })
    const before = [at('picked_up', 0), at('in_transit', 2), at('exception', 3)]
    assert.equal(foldTracking(before).status, 'exception')
    assert.equal(foldTracking([...before, at('exception_resolved', 4)]).status, 'in_transit')
    assert.equal(foldTracking([...before, at('out_for_delivery', 4)]).status, 'out_for_delivery')
  })
})

describe('the state of a shipment of several parcels', () => {
  const parcels = ['a', 'b', 'c']
  const ofParcels = events.chain((set) =>
    fc
      .array(fc.constantFrom(null, ...parcels), { minLength: set.length, maxLength: set.length })
      .map((owners) => set.map((event, index): ParcelHappening => ({ ...event, parcelId: owners[index] ?? null }))),
  )

  it('is the same however their events are ordered and repeated', () => {
    const heardTwice = ofParcels.chain((set) =>
      fc.tuple(fc.constant(set), fc.shuffledSubarray([...set, ...set], { minLength: 2 * set.length })),
    )
    fc.assert(
      fc.property(heardTwice, ([set, heard]) => {
        assert.deepEqual(foldShipment(parcels, heard), foldShipment(parcels, set))
      }),
    )
  })

  it('is that of the parcel where there is one', () => {
    fc.assert(
      fc.property(events, (set) => {
        const own = set.map((event) => ({ ...event, parcelId: 'a' }))
        const { parcels: each, ...state } = foldShipment(['a'], own)
        assert.deepEqual(state, foldTracking(own))
        assert.deepEqual(each.get('a'), state)
      }),
    )
  })

  it('is delivered when the last parcel is, and not while one is to come', () => {
    fc.assert(
      fc.property(ofParcels, (set) => {
        const { status, deliveredAt, parcels: each } = foldShipment(parcels, set)
        const states = [...each.values()].map((state) => state.status)
        assert.equal(
          status === 'delivered',
          states.every((state) => state === 'delivered'),
        )
        if (states.some((state) => state === undefined || state === 'in_transit')) assert.equal(deliveredAt, undefined)
      }),
    )
  })
})
