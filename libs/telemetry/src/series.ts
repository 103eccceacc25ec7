/**
 * Counters and histograms as Prometheus reads them, for what happens thousands of times a second: several times quicker than
 * those of the client library, which hashes the labels every time.
 */
export interface Counter {
  /** `key` names the series; `labels` are its labels in their order, asked for when the series is new. */
  add(key: string, labels: () => readonly string[]): void
}

export interface Histogram {
  observe(key: string, labels: () => readonly string[], value: number): void
}

/** Writes its series in the text format, each with a label more. */
export interface Written {
  text(service: string): string
}

interface Description {
  name: string
  help: string
  labels: readonly string[]
}

/** @returns a counter without series */
export function createCounter({ name, help, labels: names }: Description): Counter & Written {
  const series = new Map<string, { labels: string; count: number }>()
  return {
    add(key, labels) {
      const known = series.get(key)
      if (known) known.count++
      else series.set(key, { labels: labelText(names, labels()), count: 1 })
    },
    text: (service) =>
      [
        ...head(name, help, 'counter'),
        ...[...series.values()].map(({ labels, count }) => `${name}{${labels}service="${service}"} ${count}`),
      ].join('\n'),
  }
}

/** @param bounds upper bounds of its buckets, ascending */
export function createHistogram(
  { name, help, labels: names }: Description,
  bounds: readonly number[],
): Histogram & Written {
  const series = new Map<string, { labels: string; counts: number[]; sum: number }>()
  const lines = ({ labels, counts, sum }: { labels: string; counts: number[]; sum: number }, service: string) => {
    const own = `${labels}service="${service}"`
    let total = 0
    const buckets = counts.map((count, index) => {
      total += count
      return `${name}_bucket{${own},le="${bounds[index] ?? '+Inf'}"} ${total}`
    })
    return [...buckets, `${name}_sum{${own}} ${sum}`, `${name}_count{${own}} ${total}`]
  }
  return {
    observe(key, labels, value) {
      let one = series.get(key)
      if (!one) {
        one = { labels: labelText(names, labels()), counts: new Array(bounds.length + 1).fill(0), sum: 0 }
        series.set(key, one)
      }
      let bucket = 0
      while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket++
      one.counts[bucket] = (one.counts[bucket] as number) + 1
      one.sum += value
    },
    text: (service) =>
      [...head(name, help, 'histogram'), ...[...series.values()].flatMap((one) => lines(one, service))].join('\n'),
  }
}

function head(name: string, help: string, type: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]
}

function labelText(names: readonly string[], values: readonly string[]): string {
  return names.map((name, index) => `${name}="${escaped(values[index] ?? '')}",`).join('')
}

function escaped(value: string): string {
  return value.replace(/[\\"\n]/g, (sign) => (sign === '\n' ? '\\n' : `\\${sign}`))
}
