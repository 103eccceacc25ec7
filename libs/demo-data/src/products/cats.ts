import type { ProductRow } from '../products.ts'

/** The eight products that the cat shop began with. */
export const cats: readonly ProductRow[] = [
  ['Feather Wand Teaser', 'A bendy wand with a tuft of feathers that keeps indoor cats leaping.', 1299, 90],
  ['Sisal Scratching Post', 'A 75 cm post wound in thick sisal rope on a base too heavy to tip.', 3999, 4200],
  ['Window Perch Hammock', 'A hammock on suction cups that gives a cat the best seat in the sun.', 2950, 980],
  ['Catnip Mouse Trio', 'Three felt mice filled with dried catnip, stitched to survive real hunting.', 899, 60],
  ['Cat Tree Tower', 'A four-storey tower with two caves, three platforms and a swinging pompom.', 11900, 15400],
  ['Whisker-Friendly Bowl', 'A wide, shallow ceramic bowl that leaves the whiskers alone.', 1650, 520],
  [
    'Quiet Water Fountain',
    'A two-litre drinking fountain with a carbon filter and a pump you cannot hear.',
    4490,
    1100,
  ],
  ['Donut Nap Bed', 'A round plush bed with a raised rim, machine washable at 40 degrees.', 3450, 850],
]
