import { createRequire } from 'node:module'
import type { GeocodeQuality, PostalAddress } from './database-tables.ts'

/** Where an address is, as far as a gazetteer of postal codes can say. */
export interface Place {
  latitude: number
  longitude: number
  /** postal_code: the middle of the postal code's area. city: the middle of the city. */
  quality: Exclude<GeocodeQuality, 'given' | 'none'>
  city: string
  region: string
  postal_code: string
  country: string
}

type Sought = Pick<Partial<PostalAddress>, 'city' | 'region' | 'postal_code' | 'country'>

const MOST_CANDIDATES = 10

/** The best place for an address; undefined where the gazetteer knows none. */
export function locate(address: Sought): Place | undefined {
  return candidatesFor(address)[0]
}

/** Places that an address can mean, the most exact first. It knows the postal codes and cities of the United States. */
export function candidatesFor({ city, region, postal_code, country = 'US' }: Sought): Place[] {
  if (country !== 'US') return []
  const [code] = /^\d{5}/.exec(postal_code?.trim() ?? '') ?? []
  const byCode = code ? gazetteer().lookup(code) : undefined
  if (byCode) return [placeOf(byCode, 'postal_code')]
  if (!city || !region) return []
  const named = gazetteer().lookupByName(city.trim(), region.trim())
  const middle = middleOf(named)
  if (!middle) return []
  return [middle, ...named.slice(0, MOST_CANDIDATES - 1).map((found) => placeOf(found, 'postal_code'))]
}

/** Metres between two places in a straight line. */
export function metresBetween(a: Coordinates, b: Coordinates): number {
  const north = Math.sin(radians(b.latitude - a.latitude) / 2)
  const east = Math.sin(radians(b.longitude - a.longitude) / 2)
  const chord = north ** 2 + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * east ** 2
  return 2 * EARTH_RADIUS_M * Math.asin(Math.sqrt(Math.min(1, chord)))
}

export interface Coordinates {
  latitude: number
  longitude: number
}

const EARTH_RADIUS_M = 6_371_008.8

type Gazetteer = typeof import('zipcodes')
type Entry = import('zipcodes').ZipCode

let loaded: Gazetteer | undefined

/** Its 45 000 entries take a third of a second to load: the first address pays for it, not every start. */
function gazetteer(): Gazetteer {
  loaded ??= createRequire(import.meta.url)('zipcodes') as Gazetteer
  return loaded
}

function placeOf(entry: Entry, quality: Place['quality']): Place {
  const { latitude, longitude, city, state, zip, country } = entry
  return { latitude, longitude, quality, city, region: state, postal_code: zip, country }
}

function middleOf(entries: readonly Entry[]): Place | undefined {
  const [first] = entries
  if (!first) return undefined
  const mean = (of: (entry: Entry) => number) => entries.reduce((sum, entry) => sum + of(entry), 0) / entries.length
  const middle = { latitude: mean(({ latitude }) => latitude), longitude: mean(({ longitude }) => longitude) }
  return { ...placeOf(first, 'city'), ...middle, postal_code: '' }
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180
}
