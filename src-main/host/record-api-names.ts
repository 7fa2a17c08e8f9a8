import { readFileSync, writeFileSync } from 'node:fs'
import { apiNames, readNames, writeNames } from './api-names.ts'
import type { DescribedOperations } from './api-types-document.ts'
import { readDescribedApi } from './described-api.ts'

// Adds what is new. A name is taken out by hand, with the version that drops it.
const file = new URL('fixtures/api-names.txt', import.meta.url)
const names = readNames(readFileSync(file, 'utf8'))
for (const [part, found] of apiNames((await readDescribedApi()) as DescribedOperations)) {
  names.set(part, new Set([...(names.get(part) ?? []), ...found]))
}
writeFileSync(file, writeNames(names))
