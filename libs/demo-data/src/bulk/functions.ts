import type { BulkConnection } from './part.ts'

/**
 * Makes the functions that bulk statements are written with, for this connection alone: each turns a number into the same
 * part of a product, customer or address every time.
 */
export async function createBulkFunctions(connection: BulkConnection): Promise<void> {
  await connection.query(functions)
}

const texts = (...words: string[]) => `(array[${words.map((word) => `'${word}'`).join(', ')}])`
const pick = (from: string, size: number, salt: number) => `${from}[1 + pg_temp.hashed(n, ${salt}, ${size})]`

const categories = texts('Electronics', 'Home', 'Kitchen', 'Outdoors', 'Toys', 'Books', 'Pet supplies', 'Garden')
const nouns = texts(
  ...['speaker', 'keyboard', 'router', 'webcam', 'projector', 'tripod', 'microphone', 'tablet'],
  ...['curtain', 'mirror', 'cushion', 'bookcase', 'doormat', 'wardrobe', 'candle', 'clock'],
  ...['kettle', 'saucepan', 'toaster', 'grinder', 'colander', 'teapot', 'spatula', 'blender'],
  ...['tent', 'lantern', 'hammock', 'compass', 'cooler', 'kayak', 'sleeping bag', 'canteen'],
  ...['marble run', 'train set', 'dollhouse', 'kite', 'drum', 'robot', 'puppet', 'scooter'],
  ...['cookbook', 'atlas', 'notebook', 'diary', 'sketchbook', 'dictionary', 'almanac', 'anthology'],
  ...['leash', 'aquarium', 'birdcage', 'litter box', 'harness', 'scratching post', 'feeder', 'kennel'],
  ...['trowel', 'planter', 'hose', 'trellis', 'wheelbarrow', 'shears', 'sprinkler', 'rake'],
)
const qualities = texts(
  ...['compact', 'sturdy', 'classic', 'foldable', 'lightweight', 'premium', 'portable', 'quiet', 'modern', 'rustic'],
  ...['waterproof', 'wireless', 'handmade', 'adjustable', 'durable', 'elegant', 'slim', 'double', 'padded', 'striped'],
)
const materials = texts(
  'steel',
  'bamboo',
  'cotton',
  'aluminium',
  'oak',
  'linen',
  'glass',
  'silicone',
  'wool',
  'ceramic',
)
const uses = texts('travel', 'small flats', 'families', 'the office', 'weekends', 'beginners', 'gifts', 'daily use')
const syllables = texts(
  ...['bel', 'cor', 'dan', 'fen', 'gar', 'hol', 'jun', 'kel', 'lor', 'mar', 'nor', 'pel', 'quin', 'ros', 'sel', 'tor'],
  ...['ul', 'ver', 'win', 'yar', 'zen', 'bra', 'cle', 'dro'],
)
const givenNames = texts(
  ...['Alma', 'Boris', 'Clara', 'Dario', 'Edith', 'Felix', 'Greta', 'Hugo', 'Ines', 'Jakob', 'Karla', 'Leon', 'Mona'],
  ...['Nils', 'Olga', 'Piet', 'Rosa', 'Sven', 'Tilda', 'Uwe', 'Vera', 'Wim', 'Xenia', 'Yuri'],
)

/** Crockford's base 32, of which the digits of base 16 are the first half. */
const base32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const timeDigits = Array.from({ length: 10 }, (_, place) => 5 * (9 - place))
  .map((shift) => `substr('${base32}', 1 + ((ms >> ${shift}) & 31)::integer, 1)`)
  .join(' || ')

const functions = `
  create function pg_temp.hashed(n bigint, salt integer, size bigint) returns bigint immutable language sql
    return mod(hashint8extended(n, salt) & 9223372036854775807, size);

  -- Few of the numbers from 1 to size are drawn often and most seldom (Zipf's law).
  create function pg_temp.popular(n bigint, salt integer, size bigint) returns bigint immutable language sql
    return least(size, floor(exp(pg_temp.hashed(n, salt, 1073741824) / 1073741824.0::float8 * ln(size + 1)))::bigint);

  create function pg_temp.ulid_time(ms bigint) returns text immutable language sql return ${timeDigits};

  create function pg_temp.ulid(ms bigint, n bigint, salt integer) returns text immutable language sql
    return pg_temp.ulid_time(ms) || upper(substr(md5(salt || '/' || n), 1, 16));

  create function pg_temp.capital(word text) returns text immutable language sql
    return upper(substr(word, 1, 1)) || substr(word, 2);

  create function pg_temp.sku(n bigint) returns text immutable language sql return 'SKU-' || lpad(n::text, 8, '0');

  create function pg_temp.product_id(n bigint) returns text immutable language sql
    return 'prod-b' || lpad(to_hex(n), 8, '0');

  create function pg_temp.category(n bigint) returns text immutable language sql return ${categories}[1 + mod(n, 8)];

  create function pg_temp.noun(n bigint) returns text immutable language sql
    return ${nouns}[1 + mod(n, 8) * 8 + pg_temp.hashed(n, 31, 8)];

  -- A larger catalogue has more brands, though not in proportion.
  create function pg_temp.brand_number(n bigint) returns bigint immutable language sql
    return pg_temp.hashed(n, 32, 20 + floor(3 * sqrt(n))::bigint);

  create function pg_temp.brand(b bigint) returns text immutable language sql
    return pg_temp.capital(${syllables}[1 + mod(b, 24)] || ${syllables}[1 + mod(b / 24 + 7 * b, 24)]
      || ${syllables}[1 + mod(b / 576 + 5 * b, 24)]);

  create function pg_temp.title(n bigint) returns text immutable language sql
    return pg_temp.brand(pg_temp.brand_number(n)) || ' ' || ${pick(qualities, 20, 33)} || ' ' || pg_temp.noun(n) || ' '
      || chr(65 + pg_temp.hashed(n, 34, 26)::integer) || '-' || 100 + pg_temp.hashed(n, 35, 900);

  create function pg_temp.description(n bigint) returns text immutable language sql
    return 'A ' || ${pick(qualities, 20, 36)} || ' ' || pg_temp.noun(n) || ' of ' || ${pick(materials, 10, 37)}
      || ', made for ' || ${pick(uses, 8, 38)} || '. Care: wipe the ' || ${pick(materials, 10, 39)} || ' parts with a cloth.';

  -- From 4.99 to 123.99, in minor units.
  create function pg_temp.price(n bigint) returns bigint immutable language sql
    return 499 + 100 * pg_temp.hashed(n, 40, 120);

  create function pg_temp.customer_id(n bigint) returns text immutable language sql
    return 'cust-b' || lpad(n::text, 7, '0');

  create function pg_temp.customer_name(n bigint) returns text immutable language sql
    return ${pick(givenNames, 24, 41)} || ' ' || pg_temp.capital(${pick(syllables, 24, 42)} || ${pick(syllables, 24, 43)} || 'son');

  create function pg_temp.customer_email(n bigint) returns text immutable language sql
    return lower(replace(pg_temp.customer_name(n), ' ', '.')) || n || '@example.com';
`
