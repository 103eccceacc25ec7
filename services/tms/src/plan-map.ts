import type { Kysely } from 'kysely'
import type { Tables } from './database-tables.ts'
import { type Depot, requireDepot } from './depot.ts'
import { type Plan, type Route, routesOf, type Stop, stopsOf } from './plan.ts'

const WIDTH = 960
const HEIGHT = 640
const MARGIN = 48
/** Told apart by people who see colours differently as well, and by the number at each stop. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7b4ea3', '#5c5c5c']

/** The routes of a plan, drawn to scale: the depot, numbered stops and the way between them. SVG text. */
export async function planMap(db: Kysely<Tables>, plan: Plan): Promise<string> {
  const depot = await requireDepot(db, plan.depot_id)
  const routes = await routesOf(db, [plan.id])
  const stops = Map.groupBy(
    await stopsOf(
      db,
      routes.map(({ id }) => id),
    ),
    ({ route_id }) => route_id,
  )
  const project = projection([depot, ...[...stops.values()].flat()])
  const drawn = routes.map((route, index) => routeOf(route, stops.get(route.id) ?? [], depot, colourOf(index), project))
  const legend = routes.map((route, index) => legendLine(route, stops.get(route.id)?.length ?? 0, index))
  const [x, y] = project(depot)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(`Routes of ${depot.name} on ${plan.day} (${plan.status})`)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    ...drawn,
    `<rect x="${x - 7}" y="${y - 7}" width="14" height="14" fill="#222222"/>`,
    `<text x="${x + 11}" y="${y + 4}" fill="#222222">${escaped(depot.name)}</text>`,
    ...legend,
    '</svg>',
  ].join('\n')
}

type Project = (place: { latitude: number; longitude: number }) => [number, number]

/** Fits places into the frame; a degree of longitude is shorter away from the equator. */
function projection(places: readonly { latitude: number; longitude: number }[]): Project {
  const latitudes = places.map(({ latitude }) => latitude)
  const middle = (Math.min(...latitudes) + Math.max(...latitudes)) / 2
  const shrink = Math.cos((middle * Math.PI) / 180)
  const xs = places.map(({ longitude }) => longitude * shrink)
  const [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...latitudes), Math.max(...latitudes)]
  const scale = Math.min(
    (WIDTH - 2 * MARGIN) / Math.max(east - west, 1e-6),
    (HEIGHT - 2 * MARGIN) / Math.max(north - south, 1e-6),
  )
  return ({ latitude, longitude }) => [
    round(WIDTH / 2 + (longitude * shrink - (west + east) / 2) * scale),
    round(HEIGHT / 2 - (latitude - middle) * scale),
  ]
}

function routeOf(route: Route, stops: readonly Stop[], depot: Depot, colour: string, project: Project): string {
  const points = [depot, ...stops, depot].map((place) => project(place).join(',')).join(' ')
  const marks = stops.map((stop) => {
    const [x, y] = project(stop)
    const late = stop.lateness_s > 0 ? ' stroke="#c00000" stroke-width="3"' : ''
    return [
      `<circle cx="${x}" cy="${y}" r="10" fill="${colour}"${late}/>`,
      `<text x="${x}" y="${y + 4}" fill="#ffffff" text-anchor="middle">${stop.seq}</text>`,
    ].join('')
  })
  return `<g id="${escaped(route.id)}"><polyline points="${points}" fill="none" stroke="${colour}" stroke-width="2"/>${marks.join('')}</g>`
}

function legendLine({ driver_id, vehicle_id, distance_m }: Route, stops: number, index: number): string {
  const y = 20 + index * 18
  const words = `${driver_id ?? 'nobody'} in ${vehicle_id}: ${stops} stops, ${Math.round(distance_m / 1_000)} km`
  return `<rect x="12" y="${y - 10}" width="12" height="12" fill="${colourOf(index)}"/><text x="30" y="${y}" fill="#222222">${escaped(words)}</text>`
}

function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length] as string
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
