import { distancesOf, type Instance, type Place, problemOf, type Rounding } from './instance.ts'

/** Conventions of published costs: rounded to whole numbers, cut after one decimal, exact. */
const roundings: Rounding[] = [Math.round, (distance) => Math.floor(distance * 10) / 10, (distance) => distance]

/** A .sol file: the customers of each route, numbered from 1, and the cost. */
interface PublishedSolution {
  routes: number[][]
  cost: number
}

/** Reads a CVRP or VRPTW in VRPLIB's format, with the text of its .sol file if there is one. */
export function readVrplib(name: string, text: string, solutionText: string | undefined): Instance {
  const { fields, sections } = partsOf(text)
  const published = solutionText === undefined ? undefined : solutionOf(solutionText)
  const places = placesOf(fields, sections)
  const [depot, ...customers] = places
  const capacity = Number(fields.CAPACITY)
  if (!depot || !Number.isFinite(capacity)) throw new Error(`${name} is not in VRPLIB's format.`)
  const distances = sections.EDGE_WEIGHT_SECTION
    ? explicitDistances(fields, sections.EDGE_WEIGHT_SECTION.flat(), places.length)
    : distancesOf(places, roundingOf(places, fields, published))
  const vehicles = Number(fields.VEHICLES ?? customers.length)
  return {
    name,
    problem: problemOf([depot, ...customers], capacity, vehicles, { distances, vehicleCost: 0 }),
    objective: 'distance',
    best: published && { vehicles: published.routes.length, distance: published.cost },
  }
}

/** `NAME : value` lines, and the rows of numbers under each title. */
function partsOf(text: string) {
  const fields: Record<string, string> = {}
  const sections: Record<string, number[][]> = {}
  let section: number[][] = []
  for (const line of text.split('\n').map((each) => each.trim())) {
    const [, key, value] = /^([A-Z_]+)\s*:\s*(.*)$/.exec(line) ?? []
    if (key !== undefined && value !== undefined) fields[key] = value
    else if (/^[A-Z_]+$/.test(line)) sections[line] = section = []
    else if (line) section.push(line.split(/\s+/).map(Number))
  }
  return { fields, sections }
}

function placesOf(fields: Record<string, string>, sections: Record<string, number[][]>): Place[] {
  const coordinates = sections.NODE_COORD_SECTION
  const demands = byNode(sections.DEMAND_SECTION)
  const windows = byNode(sections.TIME_WINDOW_SECTION)
  const services = byNode(sections.SERVICE_TIME_SECTION)
  const nodes = (coordinates ?? sections.DEMAND_SECTION ?? []).map(([node = 0]) => node)
  const depot = sections.DEPOT_SECTION?.[0]?.[0] ?? nodes[0]
  if (depot !== nodes[0]) throw new Error('The depot must be the first node.')
  return nodes.map((node, index) => {
    const [x = 0, y = 0] = coordinates?.[index]?.slice(1) ?? []
    const [demand = 0] = demands.get(node) ?? []
    const [ready = 0, due = Number.MAX_SAFE_INTEGER] = windows.get(node) ?? []
    const [service = node === depot ? 0 : Number(fields.SERVICE_TIME ?? 0)] = services.get(node) ?? []
    return { x, y, demand, ready, due, service }
  })
}

function byNode(rows: number[][] = []): Map<number, number[]> {
  return new Map(rows.map(([node = 0, ...values]) => [node, values]))
}

/** The convention under which the published routes cost what the .sol file says; without one that of the format. */
function roundingOf(places: Place[], fields: Record<string, string>, published?: PublishedSolution): Rounding {
  const [usual = Math.round, cut = Math.round] = roundings
  const fallback = fields.TYPE === 'VRPTW' ? cut : usual
  return (
    roundings.find((rounding) => published && isClose(costOf(published, places, rounding), published.cost)) ?? fallback
  )
}

function costOf({ routes }: PublishedSolution, places: Place[], rounding: Rounding): number {
  const distances = distancesOf(places, rounding)
  const arcs = routes.flatMap((route) => [0, ...route].map((from, index) => distances[from]?.[route[index] ?? 0] ?? 0))
  return arcs.reduce((sum, distance) => sum + distance, 0)
}

function isClose(cost: number, published: number): boolean {
  return Math.abs(cost - published) < 0.06
}

function explicitDistances(fields: Record<string, string>, weights: number[], size: number): number[][] {
  const format = fields.EDGE_WEIGHT_FORMAT
  if (format === 'FULL_MATRIX') {
    return Array.from({ length: size }, (_, row) => weights.slice(row * size, (row + 1) * size))
  }
  if (format !== 'LOWER_ROW') throw new Error(`EDGE_WEIGHT_FORMAT ${format} is not read here.`)
  const below = (row: number, column: number) => weights[(row * (row - 1)) / 2 + column] ?? 0
  return Array.from({ length: size }, (_, from) =>
    Array.from({ length: size }, (_, to) => (from === to ? 0 : below(Math.max(from, to), Math.min(from, to)))),
  )
}

function solutionOf(text: string): PublishedSolution {
  const routes = [...text.matchAll(/^Route\s*#?\d+\s*:(.*)$/gim)].map(([, stops = '']) =>
    stops.trim().split(/\s+/).map(Number),
  )
  const cost = Number(/^Cost\s*:?\s*(\S+)/im.exec(text)?.[1])
  return { routes, cost }
}
