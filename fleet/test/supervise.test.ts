import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type Running, supervise } from '../src/supervise.ts'
import { until } from './until.ts'

/** A process that ends when it is told to. */
function standIn() {
  let end: (reason: string) => void = () => undefined
  const ended = new Promise<string>((resolve) => {
    end = resolve
  })
  const running: Running = {
    pid: 1,
    ended,
    async stop() {
      end('stopped')
    },
  }
  return { running, crash: (reason: string) => end(reason) }
}

/** Collects what the operator would read. */
function notes() {
  const lines: string[] = []
  return {
    lines,
    crashed: (reason: string) => lines.push(`crashed: ${reason}`),
    recovered: (pid: number) => lines.push(`recovered: ${pid}`),
    stillDown: (reason: string, wait: number) => lines.push(`still down: ${reason}, wait ${wait}`),
  }
}

suite('supervision', () => {
  test('a first start that fails is told to the caller and not repeated', async () => {
    let launches = 0
    const supervised = supervise(async () => {
      launches += 1
      throw new Error('no such table')
    }, notes())
    await assert.rejects(supervised.healthy, /no such table/)
    await supervised.stop()
    assert.equal(launches, 1)
  })

  test('a crash is followed by attempts further and further apart, each with its reason', async () => {
    const first = standIn()
    const events = notes()
    const results: (Error | Running)[] = [new Error('port taken'), new Error('port taken'), standIn().running]
    const launches = [first.running, ...results]
    const supervised = supervise(async () => {
      const next = launches.shift()
      if (!next || next instanceof Error) throw next
      return next
    }, events)
    await supervised.healthy
    first.crash('killed by SIGSEGV')
    await until('it has recovered', () => events.lines.includes('recovered: 1'))
    await supervised.stop()
    assert.deepEqual(events.lines, [
      'crashed: killed by SIGSEGV',
      'still down: port taken, wait 200',
      'still down: port taken, wait 400',
      'recovered: 1',
    ])
  })

  test('stop while a crashed process waits for its next attempt starts nothing more', async () => {
    const first = standIn()
    const events = notes()
    let launches = 0
    const supervised = supervise(async () => {
      launches += 1
      if (launches > 1) throw new Error('still broken')
      return first.running
    }, events)
    await supervised.healthy
    first.crash('out of memory')
    await until('the second attempt has failed', () => launches === 2)
    await supervised.stop()
    assert.equal(launches, 2)
  })
})
