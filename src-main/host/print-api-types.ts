import { apiTypesDocument, type DescribedOperations } from './api-types-document.ts'
import { readDescribedApi } from './described-api.ts'

process.stdout.write(apiTypesDocument((await readDescribedApi()) as DescribedOperations))
